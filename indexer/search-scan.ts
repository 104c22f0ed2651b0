// Search without an index: the manifests go into a passing one in memory, so that attempts, primaries, filters and base
// rates are the same, and the text of every log that the filters let through is read.

import type { Fact } from '../store/facts.ts';
import { readFrameTable } from '../store/frames.ts';
import { keysOfManifest, type Manifest } from '../store/manifest.ts';
import { logRowOf } from './attempts.ts';
import { applyFact } from './facts.ts';
import { readerOf } from './frame-reader.ts';
import { writeManifest } from './ingest-write.ts';
import type { Query, SearchOptions, SearchRun, StoreId, StoreReaders } from './log-index.ts';
import { openPassingIndex } from './open-index.ts';
import { runSearch } from './search.ts';

/** A kept log of a store. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly store: StoreId;
}

/** A fact of a store. */
export interface StoredFact {
  readonly fact: Fact;
  readonly store: StoreId;
}

/** chosen: a transaction of so many small rows. */
const BATCH = 500;

/**
 * Finds the lines of `query` in the logs of `manifests`, which may come in any order, as facts may. All manifests are read
 * before the first line is given, as the newest attempts come first.
 */
export async function scanStore(
  kept: { readonly manifests: AsyncIterable<StoredManifest>; readonly facts?: AsyncIterable<StoredFact> },
  readers: StoreReaders,
  query: Query,
  options: SearchOptions & { readonly noIndexReason: string },
): Promise<SearchRun> {
  const index = openPassingIndex();
  for await (const { store, fact } of kept.facts ?? []) applyFact(index, store, fact);
  const layouts = new Map<string, Pick<Manifest, 'object' | 'text'>>();
  let batch: StoredManifest[] = [];
  const write = (): void => {
    index.db.transaction(() => {
      for (const { manifest, store } of batch) writeManifest(index.db, store, manifest);
    });
    batch = [];
  };
  for await (const each of kept.manifests) {
    options.signal?.throwIfAborted();
    const { object, text } = each.manifest;
    layouts.set(keysOfManifest(each.manifest).manifest, { object, text });
    batch.push(each);
    if (batch.length === BATCH) write();
  }
  write();
  const run = runSearch({
    index,
    readers,
    query,
    options,
    noIndex: options.noIndexReason,
    openLog: async ({ row }) => {
      const { store, objectKey, manifestKey } = logRowOf(row);
      const layout = layouts.get(manifestKey);
      if (layout === undefined) throw new Error(`no layout of ${manifestKey}`);
      return { store, objectKey, table: await readFrameTable(readerOf(readers, store), objectKey, layout) };
    },
  });
  return {
    matches: run.matches,
    summary: async () => {
      const summary = await run.summary();
      index.close();
      return summary;
    },
  };
}
