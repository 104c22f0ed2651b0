// The steps of one log as the index keeps them.
import { isoTime } from '../store/manifest-json.ts';
import type { LogIndexReader } from './log-index.ts';
import { STEPS_OF_LOG } from './statements-reports.ts';

/** A named part of a log; lines are 1-based and inclusive. */
export interface IndexedStep {
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
}

/** In the order of their lines. */
export const stepsOfLog = (index: LogIndexReader, logKey: number): readonly IndexedStep[] =>
  index.db.all(STEPS_OF_LOG, { log: logKey }).map((row) => ({
    name: row.step,
    firstLine: row.first_line,
    lastLine: row.last_line,
    startedAt: isoTime(row.started_ms ?? undefined),
    durationMs: row.duration_ms === null ? null : Math.max(0, row.duration_ms),
  }));
