// Answers a query from the index and the store. INTERFACE ONLY FOR NOW.
import type { LogIndexReader, Query, SearchOptions, SearchRun, StoreReaders } from './log-index.ts';

/** Finds the lines of `query`; exactly those that a full scan would find. */
export function search(
  _index: LogIndexReader,
  _readers: StoreReaders,
  _query: Query,
  _options: SearchOptions,
): SearchRun {
  throw new Error('not yet');
}
