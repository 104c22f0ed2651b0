// A store in a bucket, over single requests. How a put stays safe is s3-put.ts, how a read goes on s3-read.ts.
import { AppError } from './errors.ts';
import { findObjectKey, type ObjectKey, STORE_FORMAT_KEY } from './keys.ts';
import { endsBeforeRange, notFound } from './object-errors.ts';
import type {
  ByteRange,
  Leftover,
  ObjectBody,
  ObjectRemover,
  ObjectStat,
  ObjectStore,
  PutResult,
} from './object-store.ts';
import type { S3Calls, S3UploadCursor, S3UploadRef } from './s3-calls.ts';
import { isMissing, isPassing, S3Failure, type S3Names, s3Error } from './s3-errors.ts';
import { putS3, type S3Abilities } from './s3-put.ts';
import { readS3 } from './s3-read.ts';
import { retryS3 } from './s3-retry.ts';

export interface S3BackendOptions {
  readonly calls: S3Calls;
  readonly names: S3Names;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  readonly giveUpMs: number;
  readonly multipartAboveBytes: number;
}

/** What `openS3Store` gives. */
export class S3Backend implements ObjectStore, ObjectRemover {
  readonly url: string;
  readonly #options: S3BackendOptions;
  readonly #abilities: S3Abilities = { conditionalPuts: true, reading: true };
  #isBucketThere = false;

  constructor(options: S3BackendOptions) {
    this.url = options.names.url;
    this.#options = options;
  }

  async *get(key: ObjectKey, range?: ByteRange): AsyncIterable<Uint8Array> {
    if (range !== undefined && (range.start >= range.end || range.start < 0))
      return this.#requireEmptyRange(key, range);
    const { calls, giveUpMs } = this.#options;
    try {
      yield* readS3({ calls, key: this.#full(key), range, giveUpMs });
    } catch (error) {
      throw isMissing(error) ? notFound(key) : this.#error(error, `reading ${key}`);
    }
  }

  async stat(key: ObjectKey): Promise<ObjectStat | undefined> {
    try {
      const found = await this.#retried(`looking for ${key}`, (signal) =>
        this.#options.calls.head(this.#full(key), signal),
      );
      this.#isBucketThere = true;
      return { key, sizeBytes: found.sizeBytes, modifiedAtMs: found.modifiedAtMs };
    } catch (error) {
      if (!isMissing(error)) throw this.#error(error, `looking for ${key}`);
      await this.#requireBucket();
      return undefined;
    }
  }

  async *list(prefix: string, after = ''): AsyncIterable<ObjectStat> {
    const own = this.#options.prefix;
    for (let last = after === '' ? '' : own + after; ; ) {
      const page = await this.#listPage(own + prefix, last);
      for (const found of page.objects) {
        last = this.#inOrder(last, found.key);
        const key = findObjectKey(found.key.slice(own.length));
        if (key !== undefined) yield { key, sizeBytes: found.sizeBytes, modifiedAtMs: found.modifiedAtMs };
      }
      if (page.isLast || page.objects.length === 0) return;
    }
  }

  async putOnce(key: ObjectKey, body: ObjectBody, signal?: AbortSignal): Promise<PutResult> {
    const { calls, giveUpMs, multipartAboveBytes } = this.#options;
    const abilities = this.#abilities;
    try {
      return await putS3({
        calls,
        key,
        fullKey: this.#full(key),
        body,
        giveUpMs,
        signal,
        multipartAboveBytes,
        abilities,
      });
    } catch (error) {
      throw this.#error(error, `storing ${key}`);
    }
  }

  async clockMs(): Promise<number> {
    const doing = 'asking for its time';
    try {
      const { dateMs } = await this.#retried(doing, (signal) =>
        this.#options.calls.head(this.#full(STORE_FORMAT_KEY), signal),
      );
      if (dateMs !== undefined) return dateMs;
    } catch (error) {
      // a refusal tells the time as well, and who may put only is always refused
      if (error instanceof S3Failure && !isPassing(error) && error.dateMs !== undefined) return error.dateMs;
      throw this.#error(error, doing);
    }
    throw this.#error(new S3Failure('NoDateHeader'), doing);
  }

  async close(): Promise<void> {
    this.#options.calls.close();
  }

  async remove(key: ObjectKey): Promise<void> {
    try {
      await this.#retried(`removing ${key}`, (signal) => this.#options.calls.remove(this.#full(key), signal));
    } catch (error) {
      if (!isMissing(error)) throw this.#error(error, `removing ${key}`);
    }
  }

  async *listLeftovers(): AsyncIterable<Leftover> {
    const doing = 'listing unfinished uploads';
    try {
      let cursor: S3UploadCursor | undefined;
      do {
        const from = cursor;
        const page = await this.#retried(doing, (signal) =>
          this.#options.calls.listUploads(this.#options.prefix, from, signal),
        );
        for (const upload of page.uploads) {
          const sizeBytes = await this.#findUploadSize(upload, doing);
          const key = upload.key.slice(this.#options.prefix.length);
          if (sizeBytes !== undefined) yield { id: upload.uploadId, key, sizeBytes, modifiedAtMs: upload.startedAtMs };
        }
        cursor = page.next;
      } while (cursor !== undefined);
    } catch (error) {
      throw this.#error(error, doing);
    }
  }

  async removeLeftover(leftover: Leftover): Promise<void> {
    const upload = { key: this.#options.prefix + leftover.key, uploadId: leftover.id };
    const doing = `dropping an unfinished upload of ${leftover.key}`;
    try {
      await this.#retried(doing, (signal) => this.#options.calls.dropUpload(upload, signal));
    } catch (error) {
      if (!isMissing(error)) throw this.#error(error, doing);
    }
  }

  #full(key: ObjectKey): string {
    return this.#options.prefix + key;
  }

  #retried<T>(doing: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return retryS3({ doing, giveUpMs: this.#options.giveUpMs }, ({ signal }) => run(signal));
  }

  #error(error: unknown, doing: string): AppError {
    return s3Error(error, this.#options.names, doing);
  }

  async #listPage(prefix: string, after: string): ReturnType<S3Calls['list']> {
    try {
      const page = await this.#retried('listing', (signal) => this.#options.calls.list(prefix, after, signal));
      this.#isBucketThere = true;
      return page;
    } catch (error) {
      throw this.#error(error, 'listing');
    }
  }

  /** undefined when it has become an object, or was dropped, since it was listed. */
  async #findUploadSize(upload: S3UploadRef, doing: string): Promise<number | undefined> {
    try {
      return await this.#retried(doing, (signal) => this.#options.calls.uploadSize(upload, signal));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** Pages continue after the last key, so a server with another order would lose some. */
  #inOrder(last: string, key: string): string {
    if (last === '' || Buffer.compare(Buffer.from(key), Buffer.from(last)) > 0) return key;
    throw new AppError('STORE_DAMAGED', `${this.url}: the server does not list keys in the order of their bytes`, {
      hint: 'use another kind of bucket (directory buckets do not sort) or another server',
    });
  }

  /** A HEAD that answers 404 does not say whether the bucket is there. */
  async #requireBucket(): Promise<void> {
    if (this.#isBucketThere) return;
    try {
      await this.#retried('looking for the bucket', (signal) => this.#options.calls.headBucket(signal));
    } catch (error) {
      const isAbsent = error instanceof S3Failure && error.status === 404;
      if (isAbsent) throw this.#error(new S3Failure('NoSuchBucket', { status: 404 }), 'looking for the bucket');
      if (!(error instanceof S3Failure) || error.status === undefined)
        throw this.#error(error, 'looking for the bucket');
    }
    this.#isBucketThere = true;
  }

  /** S3 knows no empty ranges, and takes negative ones as counted from the end. */
  async #requireEmptyRange(key: ObjectKey, range: ByteRange): Promise<void> {
    const found = await this.stat(key);
    if (found === undefined) throw notFound(key);
    if (range.start > range.end || range.start < 0 || range.end > found.sizeBytes)
      throw endsBeforeRange(key, found.sizeBytes);
  }
}
