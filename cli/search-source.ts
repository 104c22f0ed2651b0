// Where a search looks: in the index, with the store for the lines themselves, or in the store alone.
import type { LogIndexReader, Query, SearchOptions, SearchRun } from '../indexer/log-index.ts';
import type { FindLines } from '../indexer/rule-trial.ts';
import { search } from '../indexer/search.ts';
import { requireIndex, type Session } from './session.ts';

/** A search that is about to run. */
export interface OpenedSearch {
  readonly run: SearchRun;
  /** undefined: the store alone is read, or the index is a team's, which has no marks. */
  readonly index: LogIndexReader | undefined;
  /** Manifests and facts that can't be read, in words; complete once the matches are there. */
  readonly damage: readonly string[];
}

/** What finds lines in the index, of this machine or of the team. NOT_FOUND when none has been made yet. */
export async function openFinder(session: Session): Promise<FindLines> {
  const team = await session.team();
  const store = await session.store();
  if (team === undefined) {
    const index = await requireIndex(session);
    return (query, options) => search(index, store, query, options);
  }
  await team.require();
  return (query, options) => team.search(store, query, options);
}

/** Starts the search. `options` is asked once it is known whether there is an index. */
export async function openSearch(
  query: Query,
  options: (index: LogIndexReader | undefined) => SearchOptions,
  place: { readonly session: Session; readonly useIndex: boolean; readonly onManifests: (count: number) => void },
): Promise<OpenedSearch> {
  const { session, useIndex } = place;
  const team = useIndex ? await session.team() : undefined;
  const store = await session.store();
  if (team !== undefined) {
    await team.require();
    return { run: team.search(store, query, options(undefined)), index: undefined, damage: [] };
  }
  const index = useIndex ? await session.findIndex() : undefined;
  if (index !== undefined) return { run: search(index, store, query, options(index)), index, damage: [] };
  const damage: string[] = [];
  const { scanStore } = await import('../indexer/search-scan.ts');
  const { allFacts, allManifests } = await import('./store-objects.ts');
  const id = await session.storeId();
  const note = (what: string): void => void damage.push(what);
  const manifests = async function* () {
    let count = 0;
    for await (const manifest of allManifests(store, note)) {
      place.onManifests(++count);
      yield { manifest, store: id };
    }
  };
  const facts = async function* () {
    for await (const fact of allFacts(store, note)) yield { fact, store: id };
  };
  const run = await scanStore({ manifests: manifests(), facts: facts() }, store, query, {
    ...options(undefined),
    noIndexReason: useIndex ? 'there is no index yet; `firstred sync` makes one' : '--no-index was given',
  });
  return { run, index: undefined, damage };
}
