// The feed: one small entry a capture, in the order of the store's own clock, so that sync lists only what is new.
import { z } from 'zod';
import { AppError } from './errors.ts';
import { feedCursor, findObjectKey, type ObjectKey } from './keys.ts';
import { firstProblem, parseJsonObject, refuseNewer } from './manifest-schema.ts';
import { type ObjectReader, readSmall } from './object-store.ts';

/** chosen: an entry is some 500 bytes. */
const MAX_ENTRY_BYTES = 65_536;
/** DESIGN: sync starts this much before its cursor, since entries are put a little after their time. */
export const FEED_OVERLAP_MS = 15 * 60_000;

export interface FeedEntry {
  readonly key: ObjectKey;
  readonly manifestKey: ObjectKey;
  /** The store's clock when the log object was there. */
  readonly storedAtMs: number;
}

const entrySchema = z.looseObject({ manifest: z.string().max(1024) });

/** Keys of entries from `sinceMs` on, less the overlap, ascending. */
export async function* listFeed(reader: ObjectReader, sinceMs: number): AsyncGenerator<ObjectKey> {
  const after = feedCursor(Math.max(0, sinceMs - FEED_OVERLAP_MS));
  for await (const { key } of reader.list('feed/', after)) if (key.endsWith('.json')) yield key;
}

/** The time in a feed or fact key, epoch ms; undefined for a key of another form. */
export function findKeyTime(key: string): number | undefined {
  const match = /\/(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d\.\d{3})Z-[0-9a-z]+\.json$/.exec(key);
  if (match === null) return undefined;
  const timeMs = Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** One entry. STORE_DAMAGED when it is none, or names a key that no capture has. */
export async function readFeedEntry(reader: ObjectReader, key: ObjectKey): Promise<FeedEntry> {
  const json = parseJsonObject(await readSmall(reader, key, MAX_ENTRY_BYTES));
  refuseNewer(json?.['format'], key);
  const parsed = entrySchema.safeParse(json);
  const manifestKey = parsed.success ? findObjectKey(parsed.data.manifest) : undefined;
  const storedAtMs = findKeyTime(key);
  if (manifestKey === undefined || storedAtMs === undefined || !/^logs\/.*\.json$/.test(manifestKey))
    throw new AppError(
      'STORE_DAMAGED',
      `${key} is no feed entry: ${parsed.success ? 'its key is none' : firstProblem(parsed.error)}`,
      {
        hint: 'it is left out; `firstred sync --full` finds logs without the feed',
      },
    );
  return { key, manifestKey, storedAtMs };
}
