// Reads frames of kept logs for a search: neighbours in one request, slow stores through a bounded cache on disk.
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { atOnce } from '../store/at-once.ts';
import { AppError } from '../store/errors.ts';
import { FRAME_BYTES, type FrameTable } from '../store/frame-table.ts';
import { decompressFrame, objectRange, readRange } from '../store/frames.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { FrameCache } from './frame-cache.ts';
import { asBuffer } from './line-text.ts';
import type { StoreId, StoreReaders } from './log-index.ts';
import { findMachine } from './search-machine.ts';
import { hasHidden } from './visible-line.ts';

/** A log as far as reading goes. */
export interface ReadableLog {
  readonly store: StoreId;
  readonly objectKey: ObjectKey;
  readonly table: FrameTable;
}

/** Compressed frames by number. */
export type CompressedFrames = ReadonlyMap<number, Uint8Array>;

/** chosen: 64 frames are about 1 MB of object and 16 MB of text: few requests, little memory. */
export const FRAMES_PER_READ = 64;
/** chosen: of one log; other logs are read ahead besides (log-queue.ts). */
const REQUESTS_AT_ONCE = 8;
/** chosen: some 10 ms of a folder, which answers at once: without a turn between, nothing could end a search of minutes. */
const FETCHES_PER_TURN = 16;
/** chosen: reading on over so few frames costs less than another request. */
const MAX_GAP = 2;

/** Reads and decompresses the frames of one search, and counts what that took. */
export class FrameReader {
  readonly #readers: StoreReaders;
  readonly #cache: FrameCache | undefined;
  /** Frames that were read and hide nothing, by object. */
  readonly #bare = new Map<ObjectKey, Set<number>>();
  /** False: nobody will ask for more of them. */
  notesBare = true;
  #fetches = 0;
  framesRead = 0;
  bytesRead = 0;
  /** Time of the requests, those side by side each for itself. */
  fetchMs = 0;
  unpackMs = 0;

  constructor(readers: StoreReaders, options: { readonly cacheDir: string | undefined }) {
    this.#readers = readers;
    this.#cache = options.cacheDir === undefined ? undefined : new FrameCache(path.join(options.cacheDir, 'frames'));
  }

  /** Fetches frames (ascending), compressed. */
  async fetch(log: ReadableLog, frames: readonly number[]): Promise<CompressedFrames> {
    if (++this.#fetches % FETCHES_PER_TURN === 0) await nextTurn(); // timers and signals
    const found = new Map<number, Uint8Array>();
    const missing = frames.filter((n) => {
      const cached = this.#cache?.find(log.objectKey, n);
      const isWhole = cached?.length === (log.table.objectEnd[n] ?? 0) - (log.table.objectStart[n] ?? 0);
      if (cached !== undefined && isWhole) found.set(n, cached);
      return !isWhole;
    });
    const reader = readerOf(this.#readers, log.store);
    const fetchRun = async ([from, to]: readonly [number, number]): Promise<void> => {
      const range = objectRange(log.table, from, to);
      const startMs = performance.now();
      const bytes = await readRange(reader, log.objectKey, range);
      this.fetchMs += performance.now() - startMs;
      this.bytesRead += bytes.length;
      for (let n = from; n < to; n++) {
        const frame = bytes.subarray(
          (log.table.objectStart[n] ?? 0) - range.start,
          (log.table.objectEnd[n] ?? 0) - range.start,
        );
        found.set(n, frame);
        this.#cache?.add(log.objectKey, n, frame);
      }
    };
    for await (const _done of atOnce(runsOf(missing), REQUESTS_AT_ONCE, fetchRun));
    return found;
  }

  /** The text of a fetched frame, in memory of its own or in `into`, where it fits and zstd has a use for that. */
  text(log: ReadableLog, frames: CompressedFrames, n: number, into?: Uint8Array): Buffer {
    this.framesRead++;
    const startMs = performance.now();
    try {
      const text = asBuffer(decompressFrame(frames.get(n) ?? new Uint8Array(0), log.table, n, into));
      if (this.notesBare && !hasHidden(text)) this.noteBare(log.objectKey, n);
      return text;
    } catch (error) {
      this.#cache?.remove(log.objectKey, n); // it may be the cache that is damaged: the next search asks the store
      throw error;
    } finally {
      this.unpackMs += performance.now() - startMs;
    }
  }

  /** Memory for frames: where it can be searched at once, or else what an earlier frame of this search was in. */
  readonly #spare: Uint8Array[] = [];

  /** Gives `use` room for a frame's text until it ends: new memory for each costs a scan a fifth of its time (measured). */
  *withRoom<T>(use: (room: Uint8Array) => Iterable<T>): Generator<T> {
    const machine = findMachine();
    const frame = machine?.takeFrame();
    const room = frame ?? this.#spare.pop() ?? new Uint8Array(FRAME_BYTES);
    try {
      yield* use(room);
    } finally {
      if (frame === undefined) this.#spare.push(room);
      else machine?.giveFrameBack();
    }
  }

  /** The frame was read, and all of its text is visible. */
  noteBare(objectKey: ObjectKey, n: number): void {
    const known = this.#bare.get(objectKey) ?? new Set();
    this.#bare.set(objectKey, known.add(n));
  }

  /** Whether the frame was read before, and all of its text is visible. */
  isBare(objectKey: ObjectKey, n: number): boolean {
    return this.#bare.get(objectKey)?.has(n) === true;
  }

  /** Bounds the cache; call it once at the end. */
  close(): void {
    this.#cache?.close();
  }
}

/** The reader of `store`. STORE_MISSING when it is not configured. */
export function readerOf(readers: StoreReaders, store: StoreId): ObjectReader {
  const reader = typeof readers === 'function' ? readers(store) : readers;
  if (reader !== undefined) return reader;
  throw new AppError('STORE_MISSING', `the store ${store} that a log lies in is not configured`, {
    hint: 'name it with --store or in the configuration',
  });
}

/** Numbers as half-open runs; small gaps are read too. */
function runsOf(numbers: readonly number[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && n - last[1] <= MAX_GAP && n - last[0] < FRAMES_PER_READ) last[1] = n + 1;
    else runs.push([n, n + 1]);
  }
  return runs;
}
