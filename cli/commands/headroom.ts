// `firstred headroom`: how close green attempts come to their job's time limit, and the trend.

import type { Headroom } from '../../indexer/headroom.ts';
import { listHeadroom, listStepDurations } from '../../indexer/headroom.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { type Column, sparkline, tableText } from '../output.ts';
import { openSession, requireIndex } from '../session.ts';
import { durationText } from '../times.ts';

/** chosen: a screenful. */
const DEFAULT_ROWS = 40;

export const headroom: Command = {
  name: 'headroom',
  summary: 'How close green attempts come to the time limit of their job, and where that is heading.',
  group: 'more',
  options: [{ flags: '--steps', summary: 'the steps of the jobs instead, by their durations' }, ...FILTER_OPTIONS],
  examples: [
    { line: 'firstred headroom --since 30d', summary: 'which job will time out next' },
    { line: 'firstred headroom --job "e2e*" --steps', summary: 'where the time goes' },
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
    const index = await requireIndex(session);
    const filter = readFilter(input, io.now());
    const all = input.flag('steps') ? listStepDurations(index, filter) : listHeadroom(index, filter);
    const rows = all.slice(0, readLimit(input) ?? (input.flag('json') ? undefined : DEFAULT_ROWS));
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(rows.map(toJson), null, 1)}\n`);
    else await io.stdout.write(tableText(rows, columns, io.stdout.columns));
    return rows.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    await session.close();
  }
}

const toJson = (row: Headroom): Record<string, unknown> => ({
  repo: row.repo ?? null,
  workflow: row.workflow ?? null,
  job: row.job ?? null,
  step: row.step ?? null,
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

/** `≤` before a limit that is only seen from attempts that timed out. */
function limitText(row: Headroom): string {
  if (row.limitMs === undefined) return row.step === undefined ? 'not known' : '';
  return `${row.limitFrom === 'told' ? '' : '≤ '}${durationText(row.limitMs)}`;
}

function trendText(row: Headroom): string {
  if (row.trendMsPerDay === undefined) return '-';
  const sign = row.trendMsPerDay < 0 ? '-' : '+';
  const days = row.daysLeft === undefined ? '' : `, ${Math.floor(row.daysLeft)} days left`;
  return `${sign}${durationText(Math.abs(row.trendMsPerDay))}/day${days}`;
}
