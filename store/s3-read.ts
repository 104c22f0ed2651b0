// Reads an object from S3, going on where a connection broke. The bytes are those of one object, or it is an error.
import { AppError } from './errors.ts';
import type { ByteRange } from './object-store.ts';
import type { S3Calls, S3Download } from './s3-calls.ts';
import { isPassing, S3Failure } from './s3-errors.ts';
import { retryS3, type Try } from './s3-retry.ts';

export interface S3Read {
  readonly calls: S3Calls;
  /** With the store's prefix. */
  readonly key: string;
  readonly range: ByteRange | undefined;
  readonly giveUpMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** chosen: connections that break again and again within one MiB are a server that is away. */
const FAILURES_PER_MIB = 12;
const MIB = 1_048_576;

/** Throws S3Failure, or STORE_DAMAGED when the object ends before the range does or changed while it was read. */
export async function* readS3(read: S3Read): AsyncIterable<Uint8Array> {
  const download = new ResumableDownload(read);
  try {
    for (;;) {
      let next = await download.nextOfOpen();
      if (next === 'broken')
        next = await retryS3(
          { doing: `reading ${read.key}`, giveUpMs: read.giveUpMs, signal: read.signal },
          (attempt) => download.next(attempt),
        );
      if (next === 'end') return;
      yield next;
    }
  } finally {
    download.close();
  }
}

interface OpenDownload {
  readonly chunks: AsyncIterator<Uint8Array>;
  destroy(): void;
}

class ResumableDownload {
  readonly #read: S3Read;
  #at: number;
  /** Known from the range or the first answer. */
  #end: number | undefined;
  #etag: string | undefined;
  #open: OpenDownload | undefined;
  #failures = 0;
  #failuresSince: number;

  constructor(read: S3Read) {
    this.#read = read;
    this.#at = read.range?.start ?? 0;
    this.#end = read.range?.end;
    this.#failuresSince = this.#at;
  }

  /** The next bytes of a download that is under way, without what a retry costs each time. */
  async nextOfOpen(): Promise<Uint8Array | 'end' | 'broken'> {
    const open = this.#open;
    if (open === undefined || this.#read.signal?.aborted === true) return 'broken';
    const idle = setTimeout(open.destroy, this.#read.giveUpMs / 2);
    try {
      if (this.#at === this.#end) return await this.#finish();
      const { value, done } = await open.chunks.next();
      return done === true ? this.#ended() : this.#took(value);
    } catch (error) {
      this.close();
      const failure = this.#countFailure(error);
      if (!isPassing(failure)) throw failure;
      return 'broken';
    } finally {
      clearTimeout(idle);
    }
  }

  /** Opens the download, again if need be. A try that was ended leaves nothing behind, however late it comes back. */
  async next({ signal }: Try): Promise<Uint8Array | 'end'> {
    let open = this.#open;
    if (this.#at === this.#end) return this.#finish();
    try {
      open ??= await this.#start(signal);
      this.#open = open;
      const { destroy } = open;
      signal.addEventListener('abort', destroy, { once: true });
      const { value, done } = await open.chunks.next();
      signal.throwIfAborted();
      signal.removeEventListener('abort', destroy);
      return done === true ? this.#ended() : this.#took(value);
    } catch (error) {
      open?.destroy();
      if (this.#open === open) this.#open = undefined;
      throw open === undefined ? error : this.#countFailure(error);
    }
  }

  close(): void {
    this.#open?.destroy();
    this.#open = undefined;
  }

  /** All bytes are there; only a connection whose answer was read to its end is used again. */
  async #finish(): Promise<'end'> {
    const open = this.#open;
    this.#open = undefined;
    await open?.chunks.next().catch(() => undefined);
    open?.destroy();
    return 'end';
  }

  async #start(signal: AbortSignal): Promise<OpenDownload> {
    const { calls, key, range } = this.#read;
    const isWhole = range === undefined && this.#at === 0;
    const answer = await calls.get(key, isWhole ? undefined : `bytes=${this.#at}-${lastByte(this.#end)}`, signal);
    try {
      signal.throwIfAborted();
      this.#check(answer, isWhole);
    } catch (error) {
      answer.destroy();
      throw error;
    }
    return { chunks: answer.body[Symbol.asyncIterator](), destroy: () => answer.destroy() };
  }

  /** An object never changes under its key: objects are compared by ETag, as not all servers know If-Match. */
  #check(answer: S3Download, isWhole: boolean): void {
    if (!isWhole && !answer.isRange) throw new S3Failure('RangeIgnored', { status: 501 });
    if (this.#etag !== undefined && answer.etag !== this.#etag) throw this.#damaged('changed while it was read');
    this.#etag = answer.etag;
    if (answer.sizeBytes === undefined) return;
    if (this.#end !== undefined && answer.sizeBytes < this.#end)
      throw this.#damaged(`has only ${answer.sizeBytes} bytes`);
    this.#end ??= answer.sizeBytes;
  }

  #took(chunk: Uint8Array): Uint8Array {
    this.#at += chunk.byteLength;
    if (this.#end !== undefined && this.#at > this.#end) throw this.#damaged('has more bytes than were announced');
    if (this.#at - this.#failuresSince >= MIB) {
      this.#failures = 0;
      this.#failuresSince = this.#at;
    }
    return chunk;
  }

  #ended(): 'end' {
    if (this.#end !== undefined && this.#at < this.#end) throw new S3Failure('IncompleteAnswer');
    this.#end = this.#at;
    return 'end';
  }

  /** Each chunk may be tried often; this bounds the whole. Only for downloads that had begun. */
  #countFailure(error: unknown): unknown {
    this.#failures++;
    const isTooMuch = this.#failures > FAILURES_PER_MIB && error instanceof S3Failure && error.status === undefined;
    return isTooMuch
      ? new AppError(
          'STORE_UNAVAILABLE',
          `the connection broke ${this.#failures} times while reading ${this.#read.key}`,
          {
            hint: 'check the network and the server, then run the command again',
            cause: error,
          },
        )
      : error;
  }

  #damaged(what: string): AppError {
    return new AppError('STORE_DAMAGED', `${this.#read.key} ${what}`, { hint: 'run `firstred verify --deep`' });
  }
}

const lastByte = (end: number | undefined): string => (end === undefined ? '' : String(end - 1));
