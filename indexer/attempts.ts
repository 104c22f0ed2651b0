// Attempts and logs by metadata alone: lists, REFs, totals. INTERFACE ONLY FOR NOW.

import type { LogId } from '../store/log-id.ts';
import type { AttemptFilter, LogIndexReader, LogRef, LogRow, OutcomeCounts } from './log-index.ts';

/** Attempts that the filter lets through with their primary log, newest first. */
export function listAttempts(
  _index: LogIndexReader,
  _filter: AttemptFilter,
  _options: { readonly limit: number | undefined; readonly sort?: 'new' | 'old' },
): LogRow[] {
  throw new Error('not yet');
}

/** Every log (all captures and names) of the attempts that the filter lets through, newest attempt first. */
export function listLogs(
  _index: LogIndexReader,
  _filter: AttemptFilter,
  _options: { readonly limit: number | undefined; readonly sort?: 'new' | 'old' },
): LogRow[] {
  throw new Error('not yet');
}

/** Logs that a REF names, newest attempt first, an attempt's primary before its others. Empty when there is none. */
export function findLogs(_index: LogIndexReader, _ref: LogRef, _filter: AttemptFilter): LogRow[] {
  throw new Error('not yet');
}

/** One log by its whole id. */
export function findLog(_index: LogIndexReader, _logId: LogId): LogRow | undefined {
  throw new Error('not yet');
}

/** Attempts, red and green ones, that the filter lets through. */
export function countAttempts(_index: LogIndexReader, _filter: AttemptFilter): OutcomeCounts {
  throw new Error('not yet');
}

/** Log ids with this start, up to `limit`. */
export function findLogIds(_index: LogIndexReader, _prefix: string, _limit: number): LogId[] {
  throw new Error('not yet');
}

