// Brings one kept log into the index. INTERFACE ONLY FOR NOW.
import type { Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { LogDigester, LogIndex, StoreId } from './log-index.ts';

export interface IngestOptions {
  readonly store: StoreId;
  /** Makes the analyser of one log; none: text only. */
  readonly digester?: () => LogDigester;
  readonly signal?: AbortSignal;
  /** Bytes of text taken since the last call. */
  readonly onProgress?: (textBytes: number) => void;
}

/**
 * Indexes the log of `manifest`, read from `reader`: visible to searches all at once, at the end. `unchanged`: this
 * capture was there already. A buried log (tombstone) is `unchanged` too.
 */
export function ingestLog(
  _index: LogIndex,
  _reader: ObjectReader,
  _manifest: Manifest,
  _options: IngestOptions,
): Promise<'added' | 'unchanged'> {
  throw new Error('not yet');
}

/** Merges what many small ingests left behind; call it once after the last one. Cheap when there is little to do. */
export function settleIndex(_index: LogIndex): void {
  throw new Error('not yet');
}
