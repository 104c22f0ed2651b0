// What sync remembers between calls: cursors, and feed entries whose manifest was not there yet. INTERFACE ONLY FOR NOW.
import type { ObjectKey } from '../store/keys.ts';
import type { LogIndex, LogIndexReader, StoreId } from './log-index.ts';

/** Which list a cursor is of; free words such as `since-last:NAME` are allowed. */
export type CursorName = string;

/** Where an earlier sync of `store` stopped. */
export function findCursor(_index: LogIndexReader, _store: StoreId, _name: CursorName): string | undefined {
  throw new Error('not yet');
}

export function setCursor(_index: LogIndex, _store: StoreId, _name: CursorName, _value: string): void {
  throw new Error('not yet');
}

/** A feed entry whose manifest was not there when sync looked. */
export interface PendingManifest {
  readonly manifestKey: ObjectKey;
  /** Store time of the feed entry. */
  readonly storedAtMs: number;
}

export function listPending(_index: LogIndexReader, _store: StoreId): PendingManifest[] {
  throw new Error('not yet');
}

export function addPending(_index: LogIndex, _store: StoreId, _pending: PendingManifest): void {
  throw new Error('not yet');
}

export function removePending(_index: LogIndex, _store: StoreId, _manifestKey: ObjectKey): void {
  throw new Error('not yet');
}

/** Whether this very capture is in the index (or buried by a tombstone), so that its manifest need not be read. */
export function isCaptureKnown(_index: LogIndexReader, _store: StoreId, _manifestKey: ObjectKey): boolean {
  throw new Error('not yet');
}
