// A queue of bytes between a command that prints fast and a keeper that masks and compresses slower: a little in memory,
// the rest in a file, so that the command need not wait.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ByteQueue } from './byte-queue.ts';
import { type OverflowFile, openOverflowFile } from './overflow-file.ts';

/** chosen: each of the two queues in memory; some sixty full reads of a pipe. */
const MEMORY_BYTES = 4 * 1024 * 1024;
/** chosen: what the reader is given at once: about what a pipe gives in one read. */
const TAKE_BYTES = 65_536;
/** chosen: a minute of the keeper's work; beyond, the command is slowed down to the keeper's speed. */
const MAX_FILE_BYTES = 4 * 1024 ** 3;

export interface BacklogOptions {
  /** Where the file may grow; it has no name once it is open. */
  readonly folder: string;
  readonly maxFileBytes?: number;
}

/** One writer, one reader. */
export class Backlog {
  readonly #options: BacklogOptions;
  #head = new ByteQueue();
  #tail = new ByteQueue();
  #file: OverflowFile | undefined;
  #fileBroken = false;
  #writing: Promise<void> | undefined;
  #ended = false;
  #dropped = false;
  #takenBytes = 0;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Bytes that the reader has taken: a keeper that is stuck shows by this standing still. */
  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Takes a copy of `chunk`. A promise when the caller should not push more before it is fulfilled. */
  push(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#ended || chunk.byteLength === 0) return undefined;
    const direct = this.#inMemoryOnly() && this.#head.sizeBytes + chunk.byteLength <= MEMORY_BYTES;
    (direct ? this.#head : this.#tail).push(chunk);
    this.#wakeReader?.();
    if (direct) return undefined;
    this.#startWriting();
    if (this.#tail.sizeBytes <= MEMORY_BYTES) return undefined;
    return new Promise((resolve) => this.#wakeWriters.push(resolve));
  }

  /** No more will come; what is there is still given to the reader. */
  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
  }

  /** Like `end`, but what waits is thrown away. Gives how many bytes that were. */
  drop(): number {
    const bytes = this.#head.clear() + this.#tail.clear() + (this.#file?.waitingBytes ?? 0);
    this.#dropped = true;
    this.end();
    this.#release();
    return bytes;
  }

  /**
   * The bytes in order; a piece holds until the next is asked for. Lets the event loop turn between two of them, so that
   * the command's output never waits.
   */
  async *read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        await nextTurn();
        const chunk = await this.#next();
        if (chunk === undefined) return;
        this.#takenBytes += chunk.byteLength;
        this.#release();
        yield chunk;
      }
    } finally {
      this.drop();
      await this.#writing;
      await this.#file?.close();
    }
  }

  async #next(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#dropped) return undefined;
      const first = this.#head.take(TAKE_BYTES) ?? (await this.#file?.read());
      if ((this.#file?.waitingBytes ?? 0) > 0) this.#startWriting(); // there is room again
      if (first !== undefined) return first;
      // The file is read up: what is being written to it comes next, then what waits behind that.
      if (this.#writing !== undefined) {
        await Promise.race([this.#writing, this.#wake()]);
        if ((this.#file?.waitingBytes ?? 0) > 0 || this.#writing !== undefined) continue;
      }
      const last = this.#tail.take(TAKE_BYTES);
      if (last !== undefined) return last;
      if (this.#ended && this.#writing === undefined) return undefined;
      await this.#wake();
    }
  }

  #inMemoryOnly(): boolean {
    return this.#writing === undefined && this.#tail.sizeBytes === 0 && (this.#file?.waitingBytes ?? 0) === 0;
  }

  #wake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = () => {
        this.#wakeReader = undefined;
        resolve();
      };
    });
  }

  #release(): void {
    if (this.#tail.sizeBytes > MEMORY_BYTES) return;
    for (const resolve of this.#wakeWriters.splice(0)) resolve();
  }

  #startWriting(): void {
    if (this.#writing !== undefined || this.#fileBroken || this.#tail.sizeBytes === 0) return;
    this.#writing = this.#writeTail().finally(() => {
      this.#writing = undefined;
      this.#wakeReader?.();
    });
  }

  /** Moves the tail into the file, until it is empty or the file takes no more. */
  async #writeTail(): Promise<void> {
    const limit = this.#options.maxFileBytes ?? MAX_FILE_BYTES;
    try {
      this.#file ??= await openOverflowFile(this.#options.folder, limit);
      while (this.#tail.sizeBytes > 0) {
        const bytes = this.#tail.peek(limit - this.#file.waitingBytes);
        if (bytes === undefined || bytes.byteLength === 0) break;
        await this.#file.write(bytes);
        this.#tail.drop(bytes.byteLength);
        this.#release();
      }
    } catch {
      // No room on the disk, or no folder: then the command waits for the keeper. Nothing is lost, so nothing is said.
      this.#fileBroken = true;
    }
  }
}
