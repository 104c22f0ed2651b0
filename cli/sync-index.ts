// Store → index: manifests by the feed (or by listing everything), then facts. Can be stopped and run again at any point.

import pLimit from 'p-limit';
import { applyFact } from '../indexer/facts.ts';
import { removeCachedFrames } from '../indexer/frame-reader.ts';
import type { LogIndex } from '../indexer/log-index.ts';
import { crashPoint } from '../store/crash-points.ts';
import { AppError } from '../store/errors.ts';
import { listFacts, readFact } from '../store/fact-schema.ts';
import type { Fact } from '../store/facts.ts';
import { findKeyTime, listFeed, readFeedEntry } from '../store/feed.ts';
import { type ObjectKey, objectKeyOf } from '../store/keys.ts';
import { keysOfManifest, MAX_MANIFEST_BYTES, type Manifest } from '../store/manifest.ts';
import { parseManifest } from '../store/manifest-schema.ts';
import { readSmall } from '../store/object-store.ts';
import type { OpenedStore, Session } from './session.ts';

export interface SyncCounts {
  added: number;
  unchanged: number;
  facts: number;
  /** Feed entries whose manifest is not there (yet). */
  pending: number;
  unreadable: number;
}

export interface SyncOptions {
  /** List `logs/` instead of the feed. */
  readonly full: boolean;
  readonly signal: AbortSignal;
  /** What could not be read, in words. */
  readonly onProblem: (what: string) => Promise<void>;
}

/** chosen: hides the store's latency; a manifest is small. */
const READS_AT_ONCE = 16;

/** Brings the index up to the store. */
export async function syncIndex(session: Session, options: SyncOptions): Promise<SyncCounts> {
  const store = await session.store();
  const index = await session.indexForWriting();
  const storeId = await session.storeId();
  const state = await import('../indexer/sync-state.ts');
  const counts: SyncCounts = { added: 0, unchanged: 0, facts: 0, pending: 0, unreadable: 0 };
  const feedFrom = Number(state.findCursor(index, storeId, 'feed') ?? 0);
  const context: Context = { session, store, index, storeId, options, counts, state };

  const waiting = state.listPending(index, storeId);
  let newest = feedFrom;
  if (options.full) {
    // What is put from now on is in the feed from now on; what was put before is in the listing.
    newest = Math.max(newest, await store.clockMs().catch(() => feedFrom)); // a reader may have no right to ask
    await takeManifests(context, listedManifests(store));
  } else {
    const entries = fedManifests(context, feedFrom, (timeMs) => (newest = Math.max(newest, timeMs)));
    await takeManifests(
      context,
      chain(
        waiting.map((w) => w.manifestKey),
        entries,
      ),
    );
  }
  crashPoint('sync:logs');
  await takeFacts(context);
  crashPoint('sync:facts');
  state.setCursor(index, storeId, 'feed', String(newest));
  counts.pending = state.listPending(index, storeId).length;
  await session.settle();
  return counts;
}

interface Context {
  readonly session: Session;
  readonly store: OpenedStore;
  readonly index: LogIndex;
  readonly storeId: string;
  readonly options: SyncOptions;
  readonly counts: SyncCounts;
  readonly state: typeof import('../indexer/sync-state.ts');
}

async function* chain(first: Iterable<ObjectKey>, then: AsyncIterable<ObjectKey>): AsyncGenerator<ObjectKey> {
  yield* first;
  yield* then;
}

async function* listedManifests(store: OpenedStore): AsyncGenerator<ObjectKey> {
  for await (const { key } of store.list('logs/')) if (key.endsWith('.json')) yield key;
}

/** Manifest keys of feed entries from the cursor on, read side by side, in order. */
async function* fedManifests(
  context: Context,
  sinceMs: number,
  onTime: (timeMs: number) => void,
): AsyncGenerator<ObjectKey> {
  const { store } = context;
  for await (const keys of batches(listFeed(store, sinceMs))) {
    const read = await atOnce(keys, (key) => readFeedEntry(store, key));
    for (const [n, result] of read.entries()) {
      onTime(findKeyTime(keys[n] ?? '') ?? sinceMs);
      if (result.status === 'fulfilled') yield result.value.manifestKey;
      else await passOver(context, result.reason);
    }
  }
}

async function takeManifests(context: Context, keys: AsyncIterable<ObjectKey>): Promise<void> {
  const { index, storeId, state, options } = context;
  for await (const batch of batches(keys)) {
    const unknown = [...new Set(batch)].filter((key) => !state.isCaptureKnown(index, storeId, key));
    const read = await atOnce(unknown, (key) => readManifestAt(context.store, key));
    for (const [n, result] of read.entries()) {
      options.signal.throwIfAborted();
      await takeOne(context, unknown[n] as ObjectKey, result);
    }
  }
}

async function readManifestAt(store: OpenedStore, key: ObjectKey): Promise<Manifest> {
  const manifest = parseManifest(await readSmall(store, key, MAX_MANIFEST_BYTES), key);
  if (keysOfManifest(manifest).manifest !== key)
    throw new AppError('STORE_DAMAGED', `${key} holds the manifest of another key`, {
      hint: 'it is left out; `firstred verify` lists it',
    });
  return manifest;
}

async function takeOne(context: Context, key: ObjectKey, result: PromiseSettledResult<Manifest>): Promise<void> {
  const { index, storeId, state, counts, options, session } = context;
  try {
    if (result.status === 'rejected') throw result.reason;
    crashPoint('sync:manifest');
    const outcome = await session.ingest(index, result.value);
    crashPoint('sync:ingested');
    counts[outcome] += 1;
    state.removePending(index, storeId, key);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'NOT_FOUND' && result.status === 'rejected') {
      state.addPending(index, storeId, { manifestKey: key, storedAtMs: await context.store.clockMs() });
      return;
    }
    if (error.code !== 'STORE_DAMAGED' && error.code !== 'FORMAT_TOO_NEW' && error.code !== 'NOT_FOUND') throw error;
    counts.unreadable += 1;
    await options.onProblem(`${error.message}: left out`);
  }
}

async function takeFacts(context: Context): Promise<void> {
  const { store, index, storeId, state, counts, options } = context;
  let newest = Number(state.findCursor(index, storeId, 'facts') ?? 0);
  for await (const keys of batches(listFacts(store, options.full ? 0 : newest))) {
    const read = await atOnce(keys, (key) => readFact(store, key));
    for (const [n, result] of read.entries()) {
      if (result.status === 'fulfilled') {
        if (result.value !== undefined && applyFact(index, storeId, result.value) === 'applied') {
          counts.facts += 1;
          await uncache(context, result.value);
        }
        newest = Math.max(newest, findKeyTime(keys[n] ?? '') ?? 0);
      } else await passOver(context, result.reason);
    }
  }
  state.setCursor(index, storeId, 'facts', String(newest));
}

/** A buried log leaves the cache of frames as well. */
async function uncache({ session }: Context, fact: Fact): Promise<void> {
  if (fact.kind !== 'tombstone') return;
  removeCachedFrames(session.config.cache, fact.manifestKeys.map(objectKeyOf));
}

/**
 * Counts what can't be read because of what it is. Anything else (no network, no rights) ends the sync before its
 * cursors move: what was not read now must be read by the next one.
 */
async function passOver({ counts, options }: Context, reason: unknown): Promise<void> {
  if (!(reason instanceof AppError) || !['STORE_DAMAGED', 'FORMAT_TOO_NEW', 'NOT_FOUND'].includes(reason.code))
    throw reason;
  if (reason.code === 'NOT_FOUND') return; // pruned since it was listed
  counts.unreadable += 1;
  await options.onProblem(reason.message);
}

/** Pieces of up to `READS_AT_ONCE`. */
async function* batches<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const each of items) {
    batch.push(each);
    if (batch.length < READS_AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const atOnce = <T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<PromiseSettledResult<R>[]> => {
  const limit = pLimit(READS_AT_ONCE);
  return Promise.allSettled(items.map((item) => limit(() => read(item))));
};
