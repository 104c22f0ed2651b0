// Store → index: manifests by the feed (or by listing everything), then facts. Can be stopped and run again at any point.

import { applyFact } from '../indexer/facts.ts';
import { removeCachedFrames } from '../indexer/frame-cache.ts';
import type { AttemptFilter, LogIndex } from '../indexer/log-index.ts';
import type { ManifestFilter } from '../indexer/manifest-filter.ts';
import { atOnce } from '../store/at-once.ts';
import { crashPoint } from '../store/crash-points.ts';
import { listFacts, readFact } from '../store/fact-schema.ts';
import type { Fact } from '../store/facts.ts';
import { listFeed, readFeedEntry } from '../store/feed.ts';
import { type ObjectKey, objectKeyOf } from '../store/keys.ts';
import type { Manifest } from '../store/manifest.ts';
import { readAhead } from '../store/read-ahead.ts';
import { readManifestAt } from '../store/read-manifest.ts';
import type { OpenedStore, Session } from './session.ts';
import { isDamage, isGone, listManifests, type ReadResult, readEach } from './store-objects.ts';
import { KEYS_AHEAD, leftOutText, noCounts, passOver, type SyncCounts, type SyncOptions } from './sync-counts.ts';
import type { SeenKeys } from './sync-seen.ts';

/**
 * chosen: every core has work while a batch is written, and while a log of this size is read by one of them. Of logs that
 * wait for one before them only the words are held, a tenth of it.
 */
const BYTES_AT_ONCE = 64 * 1024 * 1024;
/**
 * measured: what small logs count as at least, which bounds their number, and the requests to a store, by 256. Logs are a
 * quarter of a megabyte; with twice this, workers ran out of them while a batch was written.
 */
const LEAST_BYTES = BYTES_AT_ONCE / 256;
/** chosen: of so many logs the sizes are looked at before the first one is read; they tell whether more cores are worth it. */
const LOGS_FORESEEN = 128;

/** Brings the index up to the store. */
export async function syncIndex(session: Session, options: SyncOptions): Promise<SyncCounts> {
  const team = await session.team();
  if (team !== undefined) {
    const { syncTeam } = await import('./sync-team.ts');
    return syncTeam(session, team, options);
  }
  const store = await session.store();
  if (!options.full) {
    const { beginWithSnapshot } = await import('./index-snapshots.ts');
    const onBytes = (done: number, total: number): void => options.onDownload?.(done, total);
    const snapshot = await beginWithSnapshot(session, { ...options, onBytes });
    if (snapshot !== undefined) await options.onSnapshot?.(snapshot);
  }
  const index = await session.indexForWriting();
  const storeId = await session.storeId();
  const state = await import('../indexer/sync-state.ts');
  const counts = noCounts();
  const { SeenKeys } = await import('./sync-seen.ts');
  const feed = new SeenKeys(index, storeId, 'feed');
  const facts = new SeenKeys(index, storeId, 'facts');
  const context: Context = { session, store, index, storeId, options, counts, state, feed, entryOf: new Map() };

  const waiting = state.listPending(index, storeId);
  if (options.full) {
    // What is put from now on is in the feed from now on; what was put before is in the listing.
    feed.newestMs = Math.max(feed.newestMs, await store.clockMs().catch(() => 0)); // a reader may have no right to ask
    await takeManifests(context, listManifests(store));
  } else {
    const entries = fedManifests(context);
    await takeManifests(
      context,
      chain(
        waiting.map((w) => w.manifestKey),
        entries,
      ),
    );
  }
  crashPoint('sync:logs');
  await takeFacts(context, facts);
  crashPoint('sync:facts');
  // A log that was left out must be in the next listing.
  if (counts.leftOut === 0) feed.save();
  counts.pending = state.listPending(index, storeId).length;
  options.onSettle?.();
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
  readonly feed: SeenKeys;
  /** The feed entry that led to a manifest, until that is taken. */
  readonly entryOf: Map<ObjectKey, ObjectKey>;
}

async function* chain(first: Iterable<ObjectKey>, then: AsyncIterable<ObjectKey>): AsyncGenerator<ObjectKey> {
  yield* first;
  yield* then;
}

/** Manifest keys of feed entries from the cursor on, in order. */
async function* fedManifests(context: Context): AsyncGenerator<ObjectKey> {
  const { store, feed, entryOf } = context;
  const keys = feed.unseen(listFeed(store, feed.newestMs));
  for await (const entry of readEach(keys, (key) => readFeedEntry(store, key))) {
    if (entry.kind === 'failed') await passOver(context, entry.error);
    else {
      feed.add(entry.key);
      entryOf.set(entry.value.manifestKey, entry.key);
      yield entry.value.manifestKey;
    }
  }
}

async function takeManifests(context: Context, keys: AsyncIterable<ObjectKey>): Promise<void> {
  const { index, session, storeId, state, options, store } = context;
  const seen = new Set<ObjectKey>();
  const unknown = async function* (): AsyncGenerator<ObjectKey> {
    for await (const key of keys) {
      if (seen.has(key) || state.isCaptureKnown(index, storeId, key)) continue;
      seen.add(key);
      yield key;
    }
  };
  const listed = readAhead(unknown(), { most: KEYS_AHEAD, weigh: () => 1 });
  const manifests = foreseen(
    session,
    wanted(
      context,
      readEach(listed.things, (key) => readManifestAt(store, key)),
    ),
  );
  // How many of them a filter lets through, nobody knows before they are read.
  const isEach = options.filter === undefined && options.limit === undefined;
  let done = 0;
  for await (const prepared of atOnce(manifests, { most: BYTES_AT_ONCE, weigh }, (result) =>
    prepareOne(context, result),
  )) {
    options.signal.throwIfAborted();
    await takeOne(context, prepared);
    done += 1;
    options.onLogs?.(done, isEach ? listed.total() : undefined);
  }
}

const textBytesOf = (result: ReadResult<Manifest>): number =>
  result.kind === 'read' ? result.value.text.sizeBytes : 0;
const weigh = (result: ReadResult<Manifest>): number => Math.max(LEAST_BYTES, textBytesOf(result));

/** All of `results`; how much text is about to come is told before the first of them. */
async function* foreseen(
  session: Session,
  results: AsyncIterable<ReadResult<Manifest>>,
): AsyncGenerator<ReadResult<Manifest>> {
  let first: ReadResult<Manifest>[] | undefined = [];
  const foresee = async (some: readonly ReadResult<Manifest>[]): Promise<void> =>
    session.foresee(some.reduce((sum, result) => sum + textBytesOf(result), 0));
  for await (const result of results) {
    if (first === undefined) {
      yield result;
      continue;
    }
    first.push(result);
    if (first.length < LOGS_FORESEEN) continue;
    await foresee(first);
    yield* first;
    first = undefined;
  }
  if (first === undefined || first.length === 0) return;
  await foresee(first);
  yield* first;
}

/** Those that filter and limit let through. */
async function* wanted(
  { options: { filter, limit = Number.POSITIVE_INFINITY, signal }, counts, feed, entryOf }: Context,
  results: AsyncIterable<ReadResult<Manifest>>,
): AsyncGenerator<ReadResult<Manifest>> {
  const test = filter === undefined ? undefined : await openFilter(filter);
  let taken = 0;
  for await (const result of results) {
    signal.throwIfAborted();
    if (result.kind === 'failed') yield result;
    else if (taken < limit && test?.fits(result.value) !== false) {
      taken += 1;
      yield result;
    } else {
      counts.leftOut += 1;
      feed.remove(entryOf.get(result.key));
    }
  }
  test?.close();
}

const openFilter = async (filter: AttemptFilter): Promise<ManifestFilter> =>
  new (await import('../indexer/manifest-filter.ts')).ManifestFilter(filter);

/** A manifest that was read (or not) and its log, ready to be taken into the index (or not). */
interface PreparedOne {
  readonly result: ReadResult<Manifest>;
  readonly take: () => 'added' | 'unchanged';
}

/** Never rejects: what went wrong is thrown by `take`, in its turn. */
async function prepareOne({ index, session, options }: Context, result: ReadResult<Manifest>): Promise<PreparedOne> {
  const failed = (error: unknown): PreparedOne => ({
    result,
    take: () => {
      throw error;
    },
  });
  if (result.kind === 'failed') return failed(result.error);
  const onProgress = (textBytes: number): void => options.onText?.(textBytes);
  try {
    return { result, take: await session.prepare(index, result.value, { signal: options.signal, onProgress }) };
  } catch (error) {
    return failed(error);
  }
}

async function takeOne(context: Context, { result, take }: PreparedOne): Promise<void> {
  const { index, storeId, state, counts, options } = context;
  const { key } = result;
  try {
    crashPoint('sync:manifest');
    const outcome = take();
    crashPoint('sync:ingested');
    counts[outcome] += 1;
    state.removePending(index, storeId, key);
  } catch (error) {
    if (isGone(error) && result.kind === 'failed') {
      state.addPending(index, storeId, { manifestKey: key, storedAtMs: await context.store.clockMs() });
      return;
    }
    if (!isDamage(error) && !isGone(error)) throw error;
    context.feed.remove(context.entryOf.get(key));
    counts.unreadable += 1;
    await options.onProblem(leftOutText(key, error));
  } finally {
    context.entryOf.delete(key); // of all logs of a store these would be as much as all else that is held
  }
}

async function takeFacts(context: Context, facts: SeenKeys): Promise<void> {
  const { store, index, storeId, counts, options } = context;
  const listed = listFacts(store, options.full ? 0 : facts.newestMs);
  const ahead = readAhead(facts.unseen(listed), { most: KEYS_AHEAD, weigh: () => 1 });
  let done = 0;
  for await (const fact of readEach(ahead.things, (key) => readFact(store, key))) {
    options.onFacts?.(done, ahead.total());
    done += 1;
    if (fact.kind === 'failed') {
      await passOver(context, fact.error);
      continue;
    }
    if (fact.value !== undefined && applyFact(index, storeId, fact.value) === 'applied') {
      counts.facts += 1;
      await uncache(context, fact.value);
    }
    facts.add(fact.key);
  }
  facts.save();
}

/** A buried log leaves the cache of frames as well. */
async function uncache({ session }: Context, fact: Fact): Promise<void> {
  if (fact.kind !== 'tombstone') return;
  removeCachedFrames(session.config.cache, fact.manifestKeys.map(objectKeyOf));
}
