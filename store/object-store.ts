// The key-value space that a store is. Two implementations, fs-store.ts and s3-store.ts, one conformance suite.
import { AppError } from './errors.ts';
import type { ObjectKey } from './keys.ts';

/** Half-open `[start, end)`, in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface ObjectStat {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  /** The store's clock, epoch ms. */
  readonly modifiedAtMs: number;
}

/** Re-openable, so that a retry starts from the first byte and memory stays bounded. */
export interface ObjectBody {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface PutResult {
  /** `unchanged`: the same bytes were there already, by our own earlier put whose answer was lost. */
  readonly state: 'created' | 'unchanged';
  /** The store's clock at the answer, epoch ms. */
  readonly storedAtMs: number;
}

/** What reads ranges of objects. */
export type RangeReader = Pick<ObjectReader, 'get'>;

/** All that readers hold. Every method may throw STORE_UNAVAILABLE, STORE_MISSING or REFUSED. */
export interface ObjectReader {
  /** For messages: a folder path or `s3://bucket/prefix`, never credentials. */
  readonly url: string;
  /** Bytes of `key`, or of a range of it. NOT_FOUND if absent; a range past the end is STORE_DAMAGED, never a short read. */
  get(key: ObjectKey, range?: ByteRange): AsyncIterable<Uint8Array>;
  /** undefined only when absent; no permission and no network are errors. */
  stat(key: ObjectKey): Promise<ObjectStat | undefined>;
  /** Keys that start with `prefix`, strictly after `after`, ascending by UTF-8 bytes, each once. Temporary files are not keys. */
  list(prefix: string, after?: string): AsyncIterable<ObjectStat>;
}

export interface ObjectStore extends ObjectReader {
  /** Same bytes there: `unchanged`. Other bytes: STORE_DAMAGED. Never overwrites. */
  putOnce(key: ObjectKey, body: ObjectBody, signal?: AbortSignal): Promise<PutResult>;
  /** The store's own clock now, epoch ms: the `Date` of a cheap answer, or a new file's mtime. Leaves nothing behind. */
  clockMs(): Promise<number>;
  /** Ends connections; the store can't be used afterwards. */
  close(): Promise<void>;
}

/** An unfinished upload or temporary file, older writers' debris. `key` is the object it would have become, where known. */
export interface Leftover {
  readonly id: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** The rights that only `prune` and `forget` hold. */
export interface ObjectRemover {
  remove(key: ObjectKey): Promise<void>;
  listLeftovers(): AsyncIterable<Leftover>;
  removeLeftover(leftover: Leftover): Promise<void>;
}

/** The whole content of a small object. STORE_DAMAGED when it is over `limitBytes`. */
export async function readSmall(store: ObjectReader, key: ObjectKey, limitBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of store.get(key)) {
    total += part.byteLength;
    if (total > limitBytes)
      throw new AppError('STORE_DAMAGED', `${key} is larger than ${limitBytes} bytes`, {
        hint: 'run `firstred verify` to see what else is wrong',
      });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** A body from bytes in memory. */
export const bodyOf = (bytes: Uint8Array): ObjectBody => ({
  sizeBytes: bytes.byteLength,
  open: async function* () {
    yield bytes;
  },
});
