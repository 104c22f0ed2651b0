// `firstred headroom`: how close green attempts come to their job's time limit, and the trend.

import { listAttempts } from '../../indexer/attempts.ts';
import type { Headroom, WaitsOfAttempt } from '../../indexer/headroom.ts';
import { listHeadroom, listStepDurations, listWaitHeadroom } from '../../indexer/headroom.ts';
import { loadLines } from '../../indexer/lines.ts';
import type { AttemptFilter } from '../../indexer/log-index.ts';
import { findWaits } from '../../indexer/waits.ts';
import { isoTime } from '../../store/manifest-json.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { keptText } from '../log-source.ts';
import { type Column, sayNone, sparkline, tableText } from '../output.ts';
import { openProgress } from '../progress.ts';
import { openSession, type Session } from '../session.ts';
import { durationText } from '../times.ts';

/** chosen: a screenful. */
const DEFAULT_ROWS = 40;

export const headroom: Command = {
  name: 'headroom',
  summary: 'How close green attempts come to the time limit of their job, and where that is heading.',
  group: 'more',
  options: [
    { flags: '--steps', summary: 'the steps of the jobs instead, by their durations' },
    { flags: '--waits', summary: 'the waits inside the jobs instead, against the limits that their logs announce' },
    { flags: '--points', summary: 'with --json: each attempt and how long it took, for a plot' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred headroom --since 30d', summary: 'which job will time out next' },
    { line: 'firstred headroom --job "e2e*" --waits', summary: 'which wait inside a job comes close to its limit' },
  ],
  exitCodes: {
    [EXIT.done]: 'printed',
    [EXIT.no]: 'no green attempt has a duration',
    [EXIT.notFound]: 'there is no index yet',
  },
  run: runHeadroom,
};

async function runHeadroom(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const filter = readFilter(input, io.now());
    const all = input.flag('waits')
      ? listWaitHeadroom(await readWaits(session, filter, input, io))
      : input.flag('steps')
        ? await session.ask((index) => listStepDurations(index, filter))
        : await session.ask((index) => listHeadroom(index, filter));
    const rows = all.slice(0, readLimit(input) ?? (input.flag('json') ? undefined : DEFAULT_ROWS));
    if (input.flag('json'))
      await io.stdout.write(
        `${JSON.stringify(
          rows.map((row) => ({ ...toJson(row), ...pointsJson(row, input) })),
          null,
          1,
        )}\n`,
      );
    else await io.stdout.write(tableText(rows, input.flag('waits') ? waitColumns : columns, io.stdout.columns));
    if (rows.length === 0)
      await sayNone(
        input,
        io,
        'no green attempt that fits has a duration (`archive --started-at` and `--finished-at` tell it)',
      );
    return rows.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    await session.close();
  }
}

/** Greens of one job that are read, the newest; and of all jobs together (chosen: a trend, in some seconds). */
const MAX_LOGS = { job: 30, all: 300 };
/** Longer logs are left out (chosen: their waits cost more than they tell). */
const MAX_LOG_BYTES = 64_000_000;

/** The waits of the newest green attempts: their logs are read, as the index does not keep waits. */
async function readWaits(
  session: Session,
  filter: AttemptFilter,
  input: CommandInput,
  io: CommandIo,
): Promise<readonly WaitsOfAttempt[]> {
  const greens = await session.ask((index) =>
    listAttempts(index, { ...filter, conclusion: 'green' }, { limit: undefined }),
  );
  const read = new Map<string, number>();
  const chosen = greens.filter(({ attempt: { repo, workflow, job, partial }, rawBytes }) => {
    const key = JSON.stringify([repo, workflow, job]);
    const count = read.get(key) ?? 0;
    if (partial || count >= MAX_LOGS.job || rawBytes > MAX_LOG_BYTES) return false;
    read.set(key, count + 1);
    return true;
  });
  const logs = chosen.slice(0, MAX_LOGS.all);
  if (logs.length < chosen.length && !input.flag('quiet'))
    await io.stderr.write(
      `firstred: read the newest ${logs.length} of ${chosen.length} green logs; --job narrows it\n`,
    );
  const progress = await openProgress(input, io);
  const found: WaitsOfAttempt[] = [];
  let bytes = 0;
  const showRead = (): void =>
    progress.show({ what: 'read', things: 'logs', done: found.length, total: logs.length, bytes });
  try {
    showRead();
    for (const log of logs) {
      io.signal.throwIfAborted();
      const { repo, workflow, job, timeMs } = log.attempt;
      const waits = findWaits(await loadLines(log.logId, keptText(session, log)));
      found.push({ repo, workflow, job, timeMs, waits });
      bytes += log.rawBytes;
      showRead();
    }
  } finally {
    progress.clear();
  }
  return found;
}

const toJson = (row: Headroom): Record<string, unknown> => ({
  repo: row.repo ?? null,
  workflow: row.workflow ?? null,
  job: row.job ?? null,
  step: row.step ?? null,
  wait: row.wait ?? null,
  greens: row.greens,
  reds: row.reds,
  timedOut: row.timedOut,
  medianMs: row.medianMs,
  p95Ms: row.p95Ms,
  maxMs: row.maxMs,
  limitMs: row.limitMs ?? null,
  limitFrom: row.limitFrom ?? null,
  headroom: row.headroom ?? null,
  trendMsPerDay: row.trendMsPerDay ?? null,
  daysLeft: row.daysLeft ?? null,
  recentMs: row.recentMs,
});

const pointsJson = ({ points }: Headroom, input: CommandInput): Record<string, unknown> =>
  input.flag('points')
    ? { points: points.map(({ startedMs, ...point }) => ({ ...point, startedAt: isoTime(startedMs) })) }
    : {};

const columns: readonly Column<Headroom>[] = [
  { title: 'JOB', maxWidth: 40, cell: (r) => r.job ?? '-' },
  { title: 'STEP', maxWidth: 40, cell: (r) => r.step ?? '' },
  { title: 'GREEN', align: 'right', cell: (r) => String(r.greens) },
  { title: 'MEDIAN', align: 'right', cell: (r) => durationText(r.medianMs) },
  { title: 'P95', align: 'right', cell: (r) => durationText(r.p95Ms) },
  { title: 'LIMIT', align: 'right', cell: limitText },
  {
    title: 'LEFT',
    align: 'right',
    cell: (r) => (r.headroom === undefined ? '-' : `${Math.round(r.headroom * 100)} %`),
  },
  { title: 'TREND', align: 'right', cell: trendText },
  { title: 'RECENT', cell: (r) => sparkline(r.recentMs) },
];

const waitColumns: readonly Column<Headroom>[] = [
  { title: 'JOB', maxWidth: 30, cell: (r) => r.job ?? '-' },
  { title: 'GREEN', align: 'right', cell: (r) => String(r.greens) },
  { title: 'USED', align: 'right', cell: (r) => `${durationText(r.p95Ms)} of ${durationText(r.limitMs ?? 0)}` },
  { title: 'LEFT', align: 'right', cell: (r) => `${Math.round((r.headroom ?? 0) * 100)} %` },
  { title: 'TREND', align: 'right', cell: trendText },
  { title: 'RECENT', cell: (r) => sparkline(r.recentMs) },
  { title: 'WAIT', maxWidth: 100, cell: (r) => r.wait ?? '' },
];

/** `≤` before a limit that is only seen from attempts that timed out. */
function limitText(row: Headroom): string {
  if (row.limitMs === undefined) return row.step === undefined ? 'not known' : '';
  return `${row.limitFrom === 'timed-out' ? '≤ ' : ''}${durationText(row.limitMs)}`;
}

function trendText(row: Headroom): string {
  if (row.trendMsPerDay === undefined) return '-';
  const sign = row.trendMsPerDay < 0 ? '-' : '+';
  const days = row.daysLeft === undefined ? '' : `, ${Math.floor(row.daysLeft)} days left`;
  return `${sign}${durationText(Math.abs(row.trendMsPerDay))}/day${days}`;
}
