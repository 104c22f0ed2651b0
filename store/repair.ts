// What `verify --repair` adds: feed entries that are missing, and manifests whose writer died after everything else was
// there. It never changes or removes a key.
import type { AuditLeftover, IsBuried } from './audit.ts';
import { checkLog } from './check-log.ts';
import { crashPoint } from './crash-points.ts';
import { feedEntry } from './deliver.ts';
import { AppError } from './errors.ts';
import { captureStemPrefix, feedKey, type ObjectKey, objectKeyOf } from './keys.ts';
import { keysOfManifest, type Manifest } from './manifest.ts';
import { manifestToJson } from './manifest-json.ts';
import { parseJsonObject, parseManifest } from './manifest-schema.ts';
import { bodyOf, type ObjectReader, type ObjectStore, readSmall } from './object-store.ts';
import { readManifestAt } from './read-manifest.ts';

/** chosen: a feed entry with its copy of the manifest is at most 34 KB. */
const MAX_ENTRY_BYTES = 65_536;

/** Names `manifestKey` in the feed, under the store's time now, so that the next sync of everybody sees it. */
export async function addFeedEntry(store: ObjectStore, manifestKey: ObjectKey): Promise<void> {
  const manifest = await readManifestAt(store, manifestKey);
  const key = feedKey(await store.clockMs(), manifest.capture.id);
  await store.putOnce(key, bodyOf(feedEntry(manifest, manifestKey, manifestToJson(manifest))));
  crashPoint('repair:feed');
}

type FeedLeftover = Extract<AuditLeftover, { readonly kind: 'feed' }>;

/**
 * Puts the manifest of a log that is whole but for it; false when there is nothing whole to make visible, a tombstone
 * wants it gone, or the same text is there in another capture.
 */
export async function adoptLog(
  store: ObjectStore,
  { key, manifestKey }: FeedLeftover,
  isBuried: IsBuried,
): Promise<boolean> {
  const copy = await findCopy(store, key);
  if (copy === undefined || keysOfManifest(copy.manifest).manifest !== manifestKey) return false;
  const { manifest, text } = copy;
  if (isBuried(manifestKey, manifest.logId) || (await hasTwin(store, manifest))) return false;
  const object = await store.stat(objectKeyOf(manifestKey));
  if (object === undefined) return false;
  try {
    await checkLog(store, manifest, { objectBytes: object.sizeBytes, depth: 'bytes' });
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_DAMAGED') return false;
    throw error;
  }
  await store.putOnce(manifestKey, bodyOf(Buffer.from(text)));
  return true;
}

/** The manifest that the writer was about to put, out of its feed entry; its text is that of the writer. */
async function findCopy(
  store: ObjectReader,
  key: ObjectKey,
): Promise<{ readonly manifest: Manifest; readonly text: string } | undefined> {
  try {
    const copy = parseJsonObject(await readSmall(store, key, MAX_ENTRY_BYTES))?.['copy'];
    if (copy === undefined) return undefined;
    const text = `${JSON.stringify(copy, null, 2)}\n`;
    return { manifest: parseManifest(Buffer.from(text), key), text };
  } catch (error) {
    if (error instanceof AppError && ['STORE_DAMAGED', 'FORMAT_TOO_NEW', 'NOT_FOUND'].includes(error.code))
      return undefined;
    throw error;
  }
}

async function hasTwin(store: ObjectReader, { attempt, logName, text }: Manifest): Promise<boolean> {
  for await (const { key } of store.list(captureStemPrefix(attempt, logName, text.sha256)))
    if (key.endsWith('.json')) return true;
  return false;
}
