// Many small logs tested at once, on this thread or on another one: what goes there and what comes back.
import { AppError, type ErrorCode } from '../store/errors.ts';
import type { FoundLine, VerifyOptions } from './found-line.ts';
import { type CompressedFrames, FRAMES_PER_READ, type ReadableLog } from './frame-reader.ts';
import { longLinesOf } from './long-lines.ts';
import { type LogCandidate, matchingLines } from './verify-candidate.ts';

/** A candidate with all of its frames that are to be read. */
export interface FetchedLog {
  readonly log: ReadableLog;
  readonly slots: LogCandidate['slots'];
  readonly first: CompressedFrames;
}

/** How many lines are wanted. */
export interface WantedLines {
  /** Of all the logs together. */
  readonly most: number;
  readonly onePerLog: boolean;
}

/** What is in a log. */
export interface TestedLog {
  readonly lines: readonly FoundLine[];
  /** What went wrong behind the last of `lines`. */
  readonly failure: { readonly code: ErrorCode; readonly message: string; readonly hint: string } | undefined;
}

/** Whether all that is to be read of it was fetched, and is text that nothing else is needed for. */
export const isWhole = ({ log, slots, longLines }: LogCandidate): boolean =>
  log.table.count <= FRAMES_PER_READ &&
  longLines.length === 0 &&
  (slots !== 'all' || longLinesOf(log.table).length === 0);

/** Tests the logs, in order; those behind the last line that is wanted are left out. */
export async function testLogs(
  logs: readonly FetchedLog[],
  { most, onePerLog }: WantedLines,
  options: VerifyOptions,
): Promise<TestedLog[]> {
  const tested: TestedLog[] = [];
  let left = most;
  for (const { log, slots, first } of logs) {
    if (left <= 0) break;
    const lines: FoundLine[] = [];
    let failure: TestedLog['failure'];
    try {
      for await (const found of matchingLines({ log, slots, longLines: [] }, options, first)) {
        lines.push(found);
        left--;
        if (onePerLog || left <= 0) break;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
      failure = { code: error.code, message: error.message, hint: error.hint };
    }
    tested.push({ lines, failure });
  }
  return tested;
}
