// Opens the store that a location names, and sees to it that nobody reads or writes a format that this version does
// not know. The AWS SDK is loaded only for a bucket.
import { sha256 } from './digest.ts';
import { AppError } from './errors.ts';
import { openFsStore } from './fs-store.ts';
import { type ObjectKey, STORE_FORMAT_KEY } from './keys.ts';
import { crockford32 } from './log-id.ts';
import type {
  ByteRange,
  Leftover,
  ObjectBody,
  ObjectRemover,
  ObjectStat,
  ObjectStore,
  PutResult,
} from './object-store.ts';
import { parseS3Location } from './s3-location.ts';
import { findStoreFormat, type StoreFormat, writeStoreFormat } from './store-format.ts';

/** For buckets; a folder needs none. */
export interface StoreOptions {
  /** Another server than AWS: `https://host:port`; http only on this machine, or with `allowHttp`. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** `https://host/bucket/key`. Default: yes with an endpoint. */
  readonly pathStyle?: boolean | undefined;
  readonly allowHttp?: boolean | undefined;
  /** Without any progress for so long a call ends with STORE_UNAVAILABLE. Default 15 s. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The store at `location`: a folder, or `s3://bucket/prefix`. USAGE when it is neither. The first use checks
 * `firstred.json` (FORMAT_TOO_NEW), the first write makes it.
 */
export async function openStore(location: string, options: StoreOptions = {}): Promise<ObjectStore & ObjectRemover> {
  if (/^s3:/i.test(location)) {
    const { bucket, prefix } = parseS3Location(location);
    const { openS3Store } = await import('./s3-store.ts');
    const { timeoutMs: giveUpMs, ...rest } = options;
    return new CheckedStore(await openS3Store({ ...rest, bucket, prefix, giveUpMs }));
  }
  requireFolderPath(location);
  return new CheckedStore(await openFsStore(location));
}

/**
 * The id of the store, which it gets now if it has none. Who may neither read nor write firstred.json (a put-only
 * writer, a reader of a store that only such writers know) gets one made from its place, `P` and 16 characters.
 */
export async function ensureStoreFormat(store: ObjectStore): Promise<string> {
  const format = await writeStoreFormat(store);
  return format?.storeId ?? `P${crockford32(Buffer.from(sha256(store.url), 'hex').subarray(0, 10))}`;
}

function requireFolderPath(location: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1];
  if (scheme !== undefined)
    throw new AppError('USAGE', `a store cannot be at ${scheme}://…`, {
      hint: 'name a folder, or s3://bucket/prefix',
    });
  if (location === '' || location.includes('\0'))
    throw new AppError('USAGE', 'the store has no path', { hint: 'name a folder, or s3://bucket/prefix' });
  if (/^~[/\\]?/.test(location))
    throw new AppError('USAGE', `the store ${location} is not a whole path: only a shell knows what ~ means`, {
      hint: 'write the home folder out, or ./~ for a folder of that name',
    });
}

/** Passes calls on once the format was looked at. A failed look is repeated by the next call. */
class CheckedStore implements ObjectStore, ObjectRemover {
  readonly url: string;
  readonly #inner: ObjectStore & ObjectRemover;
  #read: Promise<StoreFormat | undefined> | undefined;
  #written: Promise<StoreFormat | undefined> | undefined;

  constructor(inner: ObjectStore & ObjectRemover) {
    this.url = inner.url;
    this.#inner = inner;
  }

  async *get(key: ObjectKey, range?: ByteRange): AsyncIterable<Uint8Array> {
    if (key !== STORE_FORMAT_KEY) await this.#checkRead();
    yield* this.#inner.get(key, range);
  }

  async stat(key: ObjectKey): Promise<ObjectStat | undefined> {
    await this.#checkRead();
    return this.#inner.stat(key);
  }

  async *list(prefix: string, after?: string): AsyncIterable<ObjectStat> {
    await this.#checkRead();
    yield* this.#inner.list(prefix, after);
  }

  async putOnce(key: ObjectKey, body: ObjectBody, signal?: AbortSignal): Promise<PutResult> {
    if (key !== STORE_FORMAT_KEY) await this.#checkWritten();
    return this.#inner.putOnce(key, body, signal);
  }

  clockMs(): Promise<number> {
    return this.#inner.clockMs();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async remove(key: ObjectKey): Promise<void> {
    await this.#checkRead();
    await this.#inner.remove(key);
  }

  async *listLeftovers(): AsyncIterable<Leftover> {
    await this.#checkRead();
    yield* this.#inner.listLeftovers();
  }

  async removeLeftover(leftover: Leftover): Promise<void> {
    await this.#checkRead();
    await this.#inner.removeLeftover(leftover);
  }

  async #checkRead(): Promise<StoreFormat | undefined> {
    this.#read ??= findStoreFormat(this.#inner);
    try {
      return await this.#read;
    } catch (error) {
      this.#read = undefined;
      throw error;
    }
  }

  async #checkWritten(): Promise<void> {
    this.#written ??= this.#checkRead().then((found) => found ?? writeStoreFormat(this.#inner));
    try {
      await this.#written;
      this.#read = this.#written;
    } catch (error) {
      this.#written = undefined;
      throw error;
    }
  }
}
