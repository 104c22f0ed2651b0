// `firstred list`: attempts, newest first.
import { listAttempts, listLogs } from '../../indexer/attempts.ts';
import type { LogRow } from '../../indexer/log-index.ts';
import { listRow } from '../attempt-json.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { linkFor } from '../hyperlinks.ts';
import { type Column, sayNone, tableText } from '../output.ts';
import { openSession } from '../session.ts';
import { ageOf } from '../times.ts';

/** chosen: a screenful; --limit takes any number. */
const DEFAULT_ROWS = 50;

export const list: Command = {
  name: 'list',
  summary: 'Attempts, newest first: one row each, its fullest log. With --json every log.',
  group: 'more',
  options: FILTER_OPTIONS,
  examples: [
    { line: 'firstred list --conclusion red --since 7d', summary: 'red attempts of the last week' },
    { line: 'firstred list --sha 4f2a91c --json', summary: 'every log of a commit, for a script' },
  ],
  exitCodes: {
    [EXIT.done]: 'listed',
    [EXIT.no]: 'nothing is kept that fits',
    [EXIT.notFound]: 'there is no index yet',
  },
  run: runList,
};

async function runList(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const filter = readFilter(input, io.now());
    if (input.flag('json')) {
      const wanted = readLimit(input);
      const logs = await session.ask((index) => listLogs(index, filter, { limit: wanted }));
      await io.stdout.write(`${JSON.stringify(logs.map(listRow), null, 1)}\n`);
      return logs.length > 0 ? EXIT.done : EXIT.no;
    }
    const limit = readLimit(input) ?? DEFAULT_ROWS;
    const rows = await session.ask((index) => listAttempts(index, filter, { limit: limit + 1 }));
    await io.stdout.write(
      tableText(rows.slice(0, limit), columns(io.now()), io.stdout.columns, await linkFor(input, io)),
    );
    if (rows.length === 0)
      await sayNone(input, io, 'no attempt that fits is kept; `firstred archive` and `firstred run` keep one');
    if (rows.length > limit && input.text('limit') === undefined)
      await io.stderr.write(`firstred: these are the newest ${limit}; --limit N shows more\n`);
    return rows.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    await session.close();
  }
}

const columns = (nowMs: number): readonly Column<LogRow>[] => [
  { title: 'LOG', cell: (r) => r.logId },
  { title: 'CONCLUSION', cell: (r) => r.attempt.conclusion },
  { title: 'REPO', maxWidth: 40, cell: (r) => r.attempt.repo ?? '-' },
  { title: 'SHA', cell: (r) => r.attempt.sha?.slice(0, 10) ?? '-' },
  { title: 'JOB', maxWidth: 40, cell: (r) => r.attempt.job ?? '-', url: (r) => r.attempt.url },
  { title: '#', align: 'right', cell: (r) => attemptNumber(r) },
  { title: 'AGE', cell: (r) => ageOf(r.attempt.timeMs, nowMs) },
  { title: 'HEADLINE', maxWidth: 100, cell: (r) => r.headline ?? '' },
];

/** The provider's number; with a tilde where it is only the rank by start time. */
const attemptNumber = (row: LogRow): string => {
  if (row.attempt.attempt !== undefined) return String(row.attempt.attempt);
  return row.attempt.number === undefined ? '-' : `~${row.attempt.number}`;
};
