// Takes captures and leftovers out of a store, in an order that leaves at every moment either a whole log or none that a
// reader sees. Only `prune` and `forget` hold the right to remove.
import type { AuditLeftover } from './audit.ts';
import { crashPoint } from './crash-points.ts';
import { feedEntry } from './deliver.ts';
import { AppError } from './errors.ts';
import { type FactTools, writeFact } from './facts.ts';
import { readFeedEntry } from './feed.ts';
import { captureIdOf, feedKey, type ObjectKey, objectKeyOf, stemOf } from './keys.ts';
import type { LogId } from './log-id.ts';
import { keysOfManifest } from './manifest.ts';
import { manifestToJson } from './manifest-json.ts';
import { bodyOf, type ObjectReader, type ObjectRemover, type ObjectStore } from './object-store.ts';
import { readManifestAt } from './read-manifest.ts';

/** DESIGN: between tombstone and deletion, so that a mistake can be seen and taken back. */
export const PRUNE_GRACE_MS = 24 * 3_600_000;

type PrunedStore = ObjectStore & ObjectRemover;

/** The manifests of every capture that has the same text as this one. */
export async function listCaptures(store: ObjectReader, manifestKey: ObjectKey): Promise<readonly ObjectKey[]> {
  const found: ObjectKey[] = [];
  for await (const { key } of store.list(stemOf(manifestKey))) if (key.endsWith('.json')) found.push(key);
  return found;
}

/** Hides one capture from every reader at their next sync. It is removed once the grace is over. */
export async function buryCapture(
  store: ObjectStore,
  capture: { readonly logId: LogId; readonly manifestKey: ObjectKey; readonly reason: string },
  tools: FactTools,
): Promise<void> {
  const { logId, manifestKey, reason } = capture;
  const content = {
    kind: 'tombstone',
    logId,
    captureId: captureIdOf(manifestKey),
    manifestKeys: [manifestKey],
    reason,
  } as const;
  await writeFact(store, content, tools);
  crashPoint('prune:tombstone');
}

/** Hides every capture of a log, those to come too. */
export async function buryLog(
  store: ObjectStore,
  log: {
    readonly logId: LogId;
    readonly manifestKeys: readonly ObjectKey[];
    readonly reason: string;
    /** The masked copy that took its place. */
    readonly redirectTo?: LogId;
  },
  tools: FactTools,
): Promise<void> {
  await writeFact(store, { kind: 'tombstone', ...log }, tools);
  crashPoint('prune:tombstone');
}

/** Removes a buried capture: manifest, object, feed entries. May be repeated after any failure. */
export async function removeCapture(
  store: PrunedStore,
  manifestKey: ObjectKey,
  feedKeys: readonly ObjectKey[],
): Promise<readonly ObjectKey[]> {
  const objectKey = objectKeyOf(manifestKey);
  await store.remove(manifestKey);
  crashPoint('prune:manifest');
  await store.remove(objectKey);
  crashPoint('prune:object');
  for (const key of feedKeys) await store.remove(key);
  crashPoint('prune:feed');
  return [manifestKey, objectKey, ...feedKeys];
}

/** The feed entries of these manifests. One listing of the feed, and a read of each entry that may be theirs. */
export async function findFeedKeys(
  store: ObjectReader,
  manifestKeys: ReadonlySet<ObjectKey>,
): Promise<ReadonlyMap<ObjectKey, readonly ObjectKey[]>> {
  const captures = new Set([...manifestKeys].map(captureIdOf));
  const found = new Map<ObjectKey, ObjectKey[]>();
  if (captures.size === 0) return found;
  for await (const { key } of store.list('feed/')) {
    if (!captures.has(captureIdOf(key))) continue;
    const manifestKey = await manifestKeyOf(store, key);
    if (manifestKey === undefined || !manifestKeys.has(manifestKey)) continue;
    found.set(manifestKey, [...(found.get(manifestKey) ?? []), key]);
  }
  return found;
}

async function manifestKeyOf(store: ObjectReader, feed: ObjectKey): Promise<ObjectKey | undefined> {
  try {
    return (await readFeedEntry(store, feed)).manifestKey;
  } catch (error) {
    if (error instanceof AppError && ['NOT_FOUND', 'STORE_DAMAGED', 'FORMAT_TOO_NEW'].includes(error.code))
      return undefined;
    throw error;
  }
}

/** Takes a burial back: the log comes again as another capture, which the tombstone does not name. */
export async function reviveCapture(store: ObjectStore, manifestKey: ObjectKey, captureId: string): Promise<ObjectKey> {
  const old = await readManifestAt(store, manifestKey);
  const manifest = { ...old, capture: { ...old.capture, id: captureId } };
  const keys = keysOfManifest(manifest);
  const text = manifestToJson(manifest);
  const body = { sizeBytes: manifest.object.sizeBytes, open: () => store.get(objectKeyOf(manifestKey)) };
  const { storedAtMs } = await store.putOnce(keys.object, body);
  await store.putOnce(feedKey(storedAtMs, captureId), bodyOf(feedEntry(manifest, keys.manifest, text)));
  await store.putOnce(keys.manifest, bodyOf(Buffer.from(text)));
  return keys.manifest;
}

/** Removes a leftover that an audit named; false for what is not ours, or has become part of a log meanwhile. */
export async function removeLeftover(store: PrunedStore, leftover: AuditLeftover): Promise<boolean> {
  switch (leftover.kind) {
    case 'unfinished':
      await store.removeLeftover(leftover.leftover);
      break;
    case 'object':
      // Its manifest may have come since the audit: that was the commit point.
      if ((await store.stat(manifestKeyOfObject(leftover.key))) !== undefined) return false;
      await store.remove(leftover.key);
      break;
    case 'feed':
      if ((await store.stat(leftover.manifestKey)) !== undefined) return false;
      await store.remove(leftover.key);
      break;
    case 'buried':
    case 'foreign':
      return false;
    default:
      return leftover satisfies never;
  }
  crashPoint('prune:leftover');
  return true;
}

const manifestKeyOfObject = (object: ObjectKey): ObjectKey => object.replace(/\.zst$/, '.json') as ObjectKey;
