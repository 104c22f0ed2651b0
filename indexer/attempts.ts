// Attempts and logs by metadata alone: lists, REFs, totals. No text is touched.
import { AppError } from '../store/errors.ts';
import type { FrameTable } from '../store/frame-table.ts';
import { type ObjectKey, objectKeyOf } from '../store/keys.ts';
import type { LogId } from '../store/log-id.ts';
import type { CaptureSource } from '../store/manifest.ts';
import { attemptOf } from './attempt-columns.ts';
import { unpackFrameTable } from './frame-table-blob.ts';
import { readKey } from './key-bytes.ts';
import type { AttemptFilter, LogIndexReader, LogRef, LogRow, OutcomeCounts } from './log-index.ts';
import { followRedirect } from './redirects.ts';
import { FRAMES_OF_LOG } from './statements.ts';
import { type LogRowColumns, selectLogsOf, selectLogsOfRef, type WhichLogs } from './statements-filter.ts';
import { selectAttempts, selectCounts } from './statements-order.ts';

/** How a list is cut and ordered: by start time, newest first unless told otherwise. */
export interface ListOptions {
  readonly limit: number | undefined;
  readonly sort?: 'new' | 'old';
}

/** Attempts that the filter lets through, one row each: the primary of the attempt's own log. */
export const listAttempts = (index: LogIndexReader, filter: AttemptFilter, options: ListOptions): LogRow[] =>
  listRows(index, filter, options, 'one');

/** Every log (all texts and names) of the attempts that the filter lets through. */
export const listLogs = (index: LogIndexReader, filter: AttemptFilter, options: ListOptions): LogRow[] =>
  listRows(index, filter, options, 'all').slice(0, options.limit);

/** chosen: the rows of so many attempts are fetched by one statement. */
const ATTEMPTS_PER_STATEMENT = 10_000;

function listRows(index: LogIndexReader, filter: AttemptFilter, options: ListOptions, which: WhichLogs): LogRow[] {
  const sort = options.sort ?? 'new';
  index.parts?.require({ kind: 'attempts', filter, sort, limit: options.limit });
  return index.db.snapshot(() => {
    const keys = selectAttempts(index.db, filter, { sort, limit: options.limit }).map((place) => place.attemptKey);
    const rows: LogRow[] = [];
    for (let at = 0; at < keys.length; at += ATTEMPTS_PER_STATEMENT)
      for (const row of selectLogsOf(index.db, keys.slice(at, at + ATTEMPTS_PER_STATEMENT), { which, sort }))
        rows.push(logRowOf(row));
    return rows;
  });
}

/**
 * Logs that a REF names, newest attempt first, an attempt's own primary before its others. Empty when there is none. An
 * id of a log whose masked copy took its place names the copy.
 */
export function findLogs(index: LogIndexReader, ref: LogRef, filter: AttemptFilter): LogRow[] {
  const found = findPresent(index, ref, filter);
  const copy = found.length > 0 || ref.logIdPrefix === undefined ? undefined : followRedirect(index, ref.logIdPrefix);
  return copy === undefined ? found : findPresent(index, { ...ref, logIdPrefix: copy }, filter);
}

function findPresent(index: LogIndexReader, ref: LogRef, filter: AttemptFilter): LogRow[] {
  index.parts?.require({ kind: 'ref', ref, filter });
  const { sha, run, attempt, providerId } = ref;
  const parts = Object.fromEntries(
    Object.entries({ sha, run, attempt, providerId }).filter(([, v]) => v !== undefined),
  );
  return selectLogsOfRef(
    index.db,
    { ...filter, ...parts },
    {
      ...(ref.logIdPrefix === undefined ? {} : { prefix: ref.logIdPrefix }),
      ...(ref.job === undefined ? {} : { job: ref.job }),
      ...(ref.url === undefined ? {} : { url: ref.url }),
    },
  ).map(logRowOf);
}

/** One log by its whole id, or the masked copy that took its place. */
export const findLog = (index: LogIndexReader, logId: LogId): LogRow | undefined => {
  const [first] = findLogs(index, { logIdPrefix: logId }, {});
  return first;
};

/** Attempts, red and green ones, that the filter lets through. */
export function countAttempts(index: LogIndexReader, filter: AttemptFilter): OutcomeCounts {
  if (index.parts !== undefined) return index.parts.told({ kind: 'counts', filter });
  const byOutcome = new Map(selectCounts(index.db, filter).map((row) => [row.outcome, row.attempts]));
  const red = byOutcome.get(1) ?? 0;
  const green = byOutcome.get(2) ?? 0;
  return { attempts: red + green + (byOutcome.get(0) ?? 0), red, green };
}

/** Where the frames of a log lie in its object. */
export function getFrameTable(index: LogIndexReader, logKey: number): FrameTable {
  const row = index.db.get(FRAMES_OF_LOG, { key: logKey });
  if (row === undefined)
    throw new AppError('NOT_FOUND', 'the log has left the index meanwhile', {
      hint: 'look for it again with `firstred list`',
    });
  return unpackFrameTable(row.frames);
}

/** Where the log of a row lies in its store. */
export const objectKeyOfRow = (row: Pick<LogRowColumns, 'manifest_key'>): ObjectKey =>
  objectKeyOf(readKey(row.manifest_key));

/** A row of the database as the rest of the program knows it. */
export function logRowOf(row: LogRowColumns): LogRow {
  const manifestKey = readKey(row.manifest_key);
  return {
    logKey: row.log,
    logId: row.log_id as LogId,
    logName: row.log_name,
    primary: row.is_primary === 1,
    store: row.store,
    manifestKey,
    objectKey: objectKeyOf(manifestKey),
    how: row.how as CaptureSource,
    complete: row.complete === 1,
    capturedAtMs: row.captured_ms,
    rawBytes: row.raw_bytes,
    objectBytes: row.object_bytes,
    lines: row.lines,
    headline: row.headline ?? undefined,
    attempt: {
      ...attemptOf(row),
      attemptKey: row.attempt_key,
      number: row.number ?? undefined,
      timeMs: row.time_ms,
    },
  };
}
