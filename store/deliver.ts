// Puts a sealed log into a store: object, feed entry, manifest, in this order, so that readers see all or nothing.
import { crashPoint } from './crash-points.ts';
import { AppError } from './errors.ts';
import { captureStemPrefix, feedKey, type ObjectKey } from './keys.ts';
import { keysOfManifest, MAX_MANIFEST_BYTES, type Manifest, STORE_FORMAT } from './manifest.ts';
import { attemptToJson, isoTime } from './manifest-json.ts';
import { bodyOfFile } from './object-body.ts';
import { bodyOf, type ObjectStore, readSmall } from './object-store.ts';
import type { StagedLog } from './spool.ts';

export interface Delivery {
  /** `unchanged`: a whole capture of the same text was there, and nothing was written. */
  readonly state: 'created' | 'unchanged';
  readonly manifestKey: ObjectKey;
  /** The store's clock; undefined when nothing was written. */
  readonly storedAtMs: number | undefined;
}

/** DESIGN: a put that takes longer gets a new feed entry, or an incremental sync could pass it by. */
const FEED_TIME_LIMIT_MS = 10 * 60_000;
/** chosen: two puts that take so long three times in a row, or a clock that jumps each time, are nothing to wait for. */
const MAX_FEED_ENTRIES = 3;

export interface DeliverOptions {
  readonly signal?: AbortSignal;
  /** A clock that only measures how long a put took. */
  readonly now: () => number;
}

/** May be repeated after any failure: the same bytes go to the same keys. */
export async function deliver(log: StagedLog, store: ObjectStore, options: DeliverOptions): Promise<Delivery> {
  const { manifest } = log;
  const keys = keysOfManifest(manifest);
  const twin = await findWholeCapture(store, manifest);
  if (twin !== undefined) return { state: 'unchanged', manifestKey: twin, storedAtMs: undefined };

  const object = bodyOfFile(log.objectPath, manifest.object.sizeBytes);
  const put = await store.putOnce(keys.object, object, options.signal);
  crashPoint('deliver:object');
  let storedAtMs = put.storedAtMs;
  for (let left = MAX_FEED_ENTRIES; ; left--) {
    const startedMs = options.now();
    const entry = bodyOf(feedEntry(manifest, keys.manifest, log.manifestText));
    await store.putOnce(feedKey(storedAtMs, manifest.capture.id), entry, options.signal);
    crashPoint('deliver:feed');
    const last = await store.putOnce(keys.manifest, bodyOf(Buffer.from(log.manifestText)), options.signal);
    crashPoint('deliver:manifest');
    if (options.now() - startedMs <= FEED_TIME_LIMIT_MS || left === 1) break;
    storedAtMs = last.storedAtMs;
  }
  return { state: 'created', manifestKey: keys.manifest, storedAtMs };
}

/**
 * The manifest key of a whole capture of the same text of the same log of this attempt. A writer that may not list
 * goes without: then the text is there twice, which readers count as one log.
 */
async function findWholeCapture(store: ObjectStore, manifest: Manifest): Promise<ObjectKey | undefined> {
  const own = keysOfManifest(manifest).manifest;
  const prefix = captureStemPrefix(manifest.attempt, manifest.logName, manifest.text.sha256);
  const found = new Map<string, number>();
  try {
    for await (const { key, sizeBytes } of store.list(prefix)) found.set(key, sizeBytes);
  } catch (error) {
    // A folder that is not there yet has no twin; the put makes it, or says that a bucket does not exist.
    if (error instanceof AppError && (error.code === 'REFUSED' || error.code === 'STORE_MISSING')) return undefined;
    throw error;
  }
  for (const key of found.keys()) {
    const objectBytes = found.get(key.replace(/json$/, 'zst'));
    if (key === own || !key.endsWith('.json') || objectBytes === undefined) continue;
    if (await saysTheSame(store, { key: key as ObjectKey, objectBytes }, manifest)) return key as ObjectKey;
  }
  return undefined;
}

/**
 * Whether the manifest of `twin` knows of the attempt just what `manifest` does (a conclusion learned since is kept
 * too), and its object has the size that it says: only then may ours be left out.
 */
async function saysTheSame(
  store: ObjectStore,
  twin: { readonly key: ObjectKey; readonly objectBytes: number },
  manifest: Manifest,
): Promise<boolean> {
  try {
    const bytes = await readSmall(store, twin.key, MAX_MANIFEST_BYTES);
    const kept = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      readonly attempt?: unknown;
      readonly capture?: { readonly complete?: unknown };
      readonly object?: { readonly sizeBytes?: unknown };
    };
    return (
      kept.object?.sizeBytes === twin.objectBytes &&
      (kept.capture?.complete === true || !manifest.capture.complete) &&
      JSON.stringify(kept.attempt) === JSON.stringify(attemptToJson(manifest.attempt))
    );
  } catch (error) {
    return error instanceof AppError && error.code === 'REFUSED'; // a writer that may not read: the text is there
  }
}

/** chosen: a manifest is some 2 KB; one with thousands of steps does without the copy. Readers take 64 KiB at most. */
const MAX_COPY_BYTES = 32_768;
const MAX_ATTEMPT_BYTES = 16_384;

/**
 * The feed entry of a manifest. It holds a copy, so that a log whose writer died between feed entry and manifest is not
 * lost: `verify --repair` puts the manifest.
 */
export function feedEntry(manifest: Manifest, manifestKey: ObjectKey, manifestText: string): Buffer {
  const json = {
    format: STORE_FORMAT,
    manifest: manifestKey,
    logId: manifest.logId,
    capturedAt: isoTime(manifest.capture.startedAtMs),
    attempt: ifSmall(JSON.stringify(attemptToJson(manifest.attempt)), MAX_ATTEMPT_BYTES),
    copy: ifSmall(manifestText, MAX_COPY_BYTES),
  };
  return Buffer.from(`${JSON.stringify(json)}\n`);
}

const ifSmall = (json: string, limitBytes: number): unknown =>
  Buffer.byteLength(json) > limitBytes ? undefined : JSON.parse(json);
