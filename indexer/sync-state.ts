// What sync remembers between calls: cursors, and feed entries whose manifest was not there yet.
import type { ObjectKey } from '../store/keys.ts';
import { findCapture } from './capture-key.ts';
import { isCapturePending } from './ingest-buffer.ts';
import type { LogIndex, LogIndexReader, StoreId } from './log-index.ts';
import { ADD_PENDING, FIND_CURSOR, LIST_PENDING, REMOVE_PENDING, SET_CURSOR } from './statements-facts.ts';

/** Which list a cursor is of; free words such as `since-last:NAME` are allowed. */
export type CursorName = string;

/** Where an earlier sync of `store` stopped. */
export const findCursor = (index: LogIndexReader, store: StoreId, name: CursorName): string | undefined =>
  index.db.get(FIND_CURSOR, { store, name })?.value;

/** Remembers a place; what was ingested before is written first, so that a crash never skips it. */
export function setCursor(index: LogIndex, store: StoreId, name: CursorName, value: string): void {
  index.flush();
  index.db.run(SET_CURSOR, { store, name, value });
}

/** A feed entry whose manifest was not there when sync looked. */
export interface PendingManifest {
  readonly manifestKey: ObjectKey;
  /** Store time of the feed entry. */
  readonly storedAtMs: number;
}

/** Oldest first. */
export function listPending(index: LogIndexReader, store: StoreId): PendingManifest[] {
  if ('flush' in index) (index as LogIndex).flush();
  return index.db
    .all(LIST_PENDING, { store })
    .map((row) => ({ manifestKey: row.manifest_key as ObjectKey, storedAtMs: row.stored_ms }));
}

/** Keeps the first time when it is there already. */
export function addPending(index: LogIndex, store: StoreId, pending: PendingManifest): void {
  index.db.run(ADD_PENDING, { store, manifestKey: pending.manifestKey, storedMs: pending.storedAtMs });
}

/** Takes effect together with what ingest holds back. */
export function removePending(index: LogIndex, store: StoreId, manifestKey: ObjectKey): void {
  index.buffer.afterFlush(() => index.db.run(REMOVE_PENDING, { store, manifestKey }));
}

/** Whether this very capture is in the index, so that its manifest need not be read. */
export const isCaptureKnown = (index: LogIndexReader, store: StoreId, manifestKey: ObjectKey): boolean =>
  isCapturePending(index, manifestKey) || findCapture(index.db, store, manifestKey) !== undefined;
