// Where a search looks: in the index, or, without one, through every log of the store.
import type { Query, SearchOptions, SearchRun } from '../indexer/log-index.ts';
import { requireIndex, type Session } from './session.ts';

export interface SearchSource {
  readonly session: Session;
  readonly noIndex: boolean;
  /** Name of a saved alert: only logs that came since its last search. */
  readonly sinceLast: string | undefined;
}

/** Starts the search. */
export async function openSearch(query: Query, options: SearchOptions, source: SearchSource): Promise<SearchRun> {
  const { session } = source;
  const { search } = await import('../indexer/search.ts');
  return search(await requireIndex(session), await session.store(), query, options);
}
