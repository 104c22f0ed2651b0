// `show --steps`: the steps of a log, as far as its format marks them.
import type { LogStep } from '../indexer/line-step.ts';
import { isoTime } from '../store/manifest-json.ts';
import { loadCompared } from './baseline.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { LogSource } from './log-source.ts';
import { type Column, tableText } from './output.ts';
import { durationText } from './times.ts';

/** Exits 1 where the log shows no steps. */
export async function showSteps(source: LogSource, input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const { steps } = (await loadCompared(source, [], input, io)).target;
  if (input.flag('json')) await io.stdout.write(`${JSON.stringify(steps.map(toJson), null, 1)}\n`);
  else if (steps.length === 0) await io.stdout.write('the log marks no steps\n');
  else await io.stdout.write(tableText(steps, columns, io.stdout.columns));
  return steps.length > 0 ? EXIT.done : EXIT.no;
}

/** undefined where the lines have no time of day with a date, or none at all. */
const durationMs = ({ startedAtMs, finishedAtMs }: LogStep): number | undefined =>
  startedAtMs === undefined || finishedAtMs === undefined || finishedAtMs < startedAtMs
    ? undefined
    : finishedAtMs - startedAtMs;

/** Stamps without a date are ms on the log's own clock: no time that could be told in JSON. */
const FIRST_DATE_MS = Date.UTC(2000, 0, 1);
const timeOf = (ms: number | undefined): string | null => (ms === undefined || ms < FIRST_DATE_MS ? null : isoTime(ms));

const toJson = (step: LogStep): Record<string, unknown> => ({
  name: step.name,
  firstLine: step.firstLine,
  lastLine: step.lastLine,
  startedAt: timeOf(step.startedAtMs),
  finishedAt: timeOf(step.finishedAtMs),
  durationMs: durationMs(step) ?? null,
  failed: step.failed,
});

const columns: readonly Column<LogStep>[] = [
  { title: 'LINES', align: 'right', cell: (s) => `${s.firstLine}-${s.lastLine}` },
  {
    title: 'TOOK',
    align: 'right',
    cell: (s) => {
      const ms = durationMs(s);
      return ms === undefined ? '-' : durationText(ms);
    },
  },
  { title: '', cell: (s) => (s.failed ? 'failed' : '') },
  { title: 'STEP', cell: (s) => s.name },
];
