// Where a search looks: in the index, with the store for the lines themselves.

import type { Query, SearchOptions, SearchRun } from '../indexer/log-index.ts';
import { search } from '../indexer/search.ts';
import { requireIndex, type Session } from './session.ts';

/** Starts the search. NOT_FOUND when there is no index yet. */
export async function openSearch(query: Query, options: SearchOptions, session: Session): Promise<SearchRun> {
  return search(await requireIndex(session), await session.store(), query, options);
}
