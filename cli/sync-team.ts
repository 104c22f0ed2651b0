// Store → index of a team. Any number of workers may do this at once: they divide what is new (shared-work.ts), and each ends
// only when everything that it listed is done, by whomever.
import { randomUUID } from 'node:crypto';
import type { AnalyserPool } from '../indexer/analyser-pool.ts';
import type { SharedWork, TeamIndex, TeamIngest } from '../indexer/team-index.ts';
import { atOnce } from '../store/at-once.ts';
import { crashPoint } from '../store/crash-points.ts';
import { AppError } from '../store/errors.ts';
import { listFacts, readFact } from '../store/fact-schema.ts';
import type { Fact } from '../store/facts.ts';
import { findKeyTime, listFeed, readFeedEntry } from '../store/feed.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { Manifest } from '../store/manifest.ts';
import { readAhead } from '../store/read-ahead.ts';
import { readManifestAt } from '../store/read-manifest.ts';
import type { OpenedStore, Session } from './session.ts';
import { divideWork } from './shared-work.ts';
import { isDamage, isGone, listManifests, readEach } from './store-objects.ts';
import { KEYS_AHEAD, leftOutText, noCounts, passOver, type SyncCounts, type SyncOptions } from './sync-counts.ts';

/** chosen: what is listed before anything is read, and divided among the workers. */
const WINDOW = 4000;
/** chosen: claimed and, unless they are long, committed together: a commit costs the engine what ten logs of 0.3 MB cost. */
const BATCH = 250;
const FACTS_BATCH = 250;
/** chosen: hides the store's latency and keeps every core busy. */
const LOGS_AT_ONCE = 4;
/** DESIGN: a feed entry without a manifest is looked at again for a day. */
const PENDING_MS = 86_400_000;

interface Context {
  readonly team: TeamIndex;
  readonly store: OpenedStore;
  readonly storeId: string;
  readonly options: SyncOptions;
  readonly counts: SyncCounts;
  readonly pool: AnalyserPool;
  readonly work: SharedWork;
}

/** Keys in windows, and a count of those that are dealt with, by whomever. */
interface Listed {
  readonly windows: AsyncIterable<readonly ObjectKey[]>;
  onDone(more: number): void;
}

function listAhead(keys: AsyncIterable<ObjectKey>, onLogs: SyncOptions['onLogs']): Listed {
  const ahead = readAhead(keys, { most: KEYS_AHEAD, weigh: () => 1 });
  let done = 0;
  return {
    windows: inWindows(ahead.things),
    onDone(more) {
      done += more;
      onLogs?.(done, ahead.total());
    },
  };
}

/** Brings the index up to the store. */
export async function syncTeam(session: Session, team: TeamIndex, options: SyncOptions): Promise<SyncCounts> {
  if (options.filter !== undefined || options.limit !== undefined)
    throw new AppError('USAGE', 'the index of a team is for all logs: sync takes no filters with it', {
      hint: 'leave them out, or name a file with --index',
    });
  const store = await session.store();
  await team.make();
  const counts = noCounts();
  const { createAnalyserPool } = await import('../indexer/analyser-pool.ts');
  const storeId = await session.storeId();
  const pool = createAnalyserPool();
  const work = team.shareWork(storeId, randomUUID());
  try {
    await takeAll({ team, store, storeId, options, counts, pool, work });
  } finally {
    await pool.close();
    await work.close().catch(() => undefined); // others notice by themselves, a little later
  }
  return counts;
}

async function takeAll(context: Context): Promise<void> {
  const { team, store, options } = context;
  if (options.full) {
    // What is put from now on is in the feed from now on; what was put before is in the listing.
    const beganMs = await store.clockMs().catch(() => 0); // a reader may have no right to ask
    const listed = listAhead(listManifests(store), options.onLogs);
    for await (const window of listed.windows) await takeWindow(context, window, listed);
    await team.setCursorMs(context.storeId, 'feed', beganMs);
  } else await takeFeed(context);
  crashPoint('sync:logs');
  await takeFacts(context);
  crashPoint('sync:facts');
}

/** Manifests of feed entries from the cursor on. The cursor moves to where everything before is in. */
async function takeFeed(context: Context): Promise<void> {
  const { team, store, storeId, counts, options } = context;
  let newestMs = await team.findCursorMs(storeId, 'feed');
  let oldestPendingMs = Number.POSITIVE_INFINITY;
  const nowMs = await store.clockMs().catch(() => Date.now()); // a reader may have no right to ask
  const listed = listAhead(listFeed(store, newestMs), options.onLogs);
  for await (const window of listed.windows) {
    const timeOf = new Map<ObjectKey, number>();
    for await (const entry of readEach(window, (key) => readFeedEntry(store, key))) {
      // Never ahead of the clock: an entry that someone dated into the future would hide all that comes after it.
      newestMs = Math.max(newestMs, Math.min(findKeyTime(entry.key) ?? 0, nowMs));
      if (entry.kind === 'failed') await passOver(context, entry.error);
      else timeOf.set(entry.value.manifestKey, entry.value.storedAtMs);
    }
    listed.onDone(window.length - timeOf.size);
    for (const key of await takeWindow(context, [...timeOf.keys()], listed)) {
      const storedAtMs = timeOf.get(key) ?? 0;
      if (storedAtMs < nowMs - PENDING_MS) continue;
      counts.pending += 1;
      oldestPendingMs = Math.min(oldestPendingMs, storedAtMs);
    }
  }
  // A listing begins a little before the cursor, so what is pending is in the next one too.
  await team.setCursorMs(storeId, 'feed', Math.min(newestMs, oldestPendingMs));
}

/** Gives the manifests that are not there. */
async function takeWindow(context: Context, keys: readonly ObjectKey[], listed: Listed): Promise<readonly ObjectKey[]> {
  const { team, work, options } = context;
  const ingest = team.openIngest();
  const absent: ObjectKey[] = [];
  await divideWork({
    work,
    keys,
    batch: BATCH,
    signal: options.signal,
    onDone: (count) => listed.onDone(count),
    async take(batch) {
      const left: ObjectKey[] = [];
      for await (const [key, outcome] of atOnce(
        batch,
        LOGS_AT_ONCE,
        async (each) => [each, await takeOne(context, ingest, each)] as const,
      )) {
        listed.onDone(1);
        if (outcome !== 'taken') left.push(key);
        if (outcome === 'absent') absent.push(key);
        if (ingest.isFull) await ingest.commit();
      }
      await ingest.commit();
      return left;
    },
  });
  return absent;
}

/** `absent`: there is no manifest (yet). */
type Outcome = 'taken' | 'absent' | 'unreadable';

async function takeOne(context: Context, ingest: TeamIngest, key: ObjectKey): Promise<Outcome> {
  const { counts, options, store, storeId, pool } = context;
  options.signal.throwIfAborted();
  let manifest: Manifest;
  try {
    manifest = await readManifestAt(store, key);
  } catch (error) {
    if (isGone(error)) return 'absent';
    return passLog(context, key, error);
  }
  try {
    crashPoint('sync:manifest');
    const onProgress = (textBytes: number): void => options.onText?.(textBytes);
    await ingest.add(store, manifest, { store: storeId, pool, signal: options.signal, onProgress });
    counts.added += 1;
    crashPoint('sync:ingested');
    return 'taken';
  } catch (error) {
    return passLog(context, key, error);
  }
}

/** A log that can't be read because of what it is, or is gone, is told and left out. */
async function passLog({ counts, options }: Context, key: ObjectKey, error: unknown): Promise<'unreadable'> {
  if (!isDamage(error) && !isGone(error)) throw error;
  counts.unreadable += 1;
  await options.onProblem(leftOutText(key, error));
  return 'unreadable';
}

async function takeFacts(context: Context): Promise<void> {
  const { team, store, storeId, work, options } = context;
  let newestMs = await team.findCursorMs(storeId, 'facts');
  const nowMs = await store.clockMs().catch(() => Date.now());
  for await (const window of inWindows(listFacts(store, options.full ? 0 : newestMs))) {
    await divideWork({
      work,
      keys: window,
      batch: FACTS_BATCH,
      signal: options.signal,
      take: (batch) => takeFactBatch(context, batch),
    });
    for (const key of window) newestMs = Math.max(newestMs, Math.min(findKeyTime(key) ?? 0, nowMs));
  }
  await team.setCursorMs(storeId, 'facts', newestMs);
}

/** Gives those that are no facts: they are never done. */
async function takeFactBatch(context: Context, keys: readonly ObjectKey[]): Promise<readonly ObjectKey[]> {
  const { team, store, storeId, counts, options } = context;
  const found: { key: ObjectKey; fact: Fact }[] = [];
  const left = new Set(keys);
  for await (const result of readEach(keys, (key) => readFact(store, key))) {
    options.signal.throwIfAborted();
    if (result.kind === 'failed') await passOver(context, result.error);
    else if (result.value !== undefined) {
      found.push({ key: result.key, fact: result.value });
      left.delete(result.key);
    }
  }
  await team.addFacts(storeId, found);
  counts.facts += found.length;
  return [...left];
}

async function* inWindows(keys: AsyncIterable<ObjectKey>): AsyncGenerator<readonly ObjectKey[]> {
  let window: ObjectKey[] = [];
  for await (const key of keys) {
    window.push(key);
    if (window.length < WINDOW) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}
