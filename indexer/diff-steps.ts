// Steps of two attempts side by side, by name and order, with their durations.
import type { LogStep } from './line-step.ts';

/** One step in one attempt. */
export interface StepSide {
  readonly firstLine: number;
  readonly lastLine: number;
  readonly durationMs: number | null;
  readonly failed: boolean;
}

/** A step of either attempt; null where the attempt lacks it. */
export interface StepDiff {
  readonly name: string;
  readonly red: StepSide | null;
  readonly green: StepSide | null;
}

/** Green's steps looked ahead for a red step's name: steps are seldom reordered, and names repeat (chosen). */
const LOOK_AHEAD = 50;

/** Steps of both logs side by side, in red's order; a step that only one has stands alone. */
export function diffSteps(red: readonly LogStep[], green: readonly LogStep[]): readonly StepDiff[] {
  const rows: StepDiff[] = [];
  let next = 0;
  for (const step of red) {
    const name = nameOf(step);
    let at = next;
    while (at < green.length && at < next + LOOK_AHEAD && nameOf(green[at] as LogStep) !== name) at++;
    const answer = at < next + LOOK_AHEAD ? green[at] : undefined;
    if (answer === undefined) {
      rows.push({ name: step.name, red: sideOf(step), green: null });
      continue;
    }
    for (; next < at; next++) rows.push(greenOnly(green[next] as LogStep));
    rows.push({ name: step.name, red: sideOf(step), green: sideOf(answer) });
    next = at + 1;
  }
  for (; next < green.length; next++) rows.push(greenOnly(green[next] as LogStep));
  return rows;
}

const greenOnly = (step: LogStep): StepDiff => ({ name: step.name, red: null, green: sideOf(step) });

/** Versions and hashes in a step's name change between attempts; the words before them don't. */
const nameOf = (step: LogStep): string => step.name.replace(/\b[0-9a-f]{7,64}\b|\d+/g, '#');

const sideOf = (step: LogStep): StepSide => ({
  firstLine: step.firstLine,
  lastLine: step.lastLine,
  durationMs:
    step.startedAtMs === undefined || step.finishedAtMs === undefined
      ? null
      : Math.max(0, Math.round(step.finishedAtMs - step.startedAtMs)),
  failed: step.failed,
});
