// Reads frames of kept logs for a search: neighbours in one request, slow stores through a bounded cache on disk.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../store/errors.ts';
import type { FrameTable } from '../store/frame-table.ts';
import { decompressFrame, objectRange, readRange } from '../store/frames.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { asBuffer } from './line-text.ts';
import type { StoreId, StoreReaders } from './log-index.ts';

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
/** chosen: reading on over so few frames costs less than another request. */
const MAX_GAP = 2;

/** Reads and decompresses the frames of one search, and counts what that took. */
export class FrameReader {
  readonly #readers: StoreReaders;
  readonly #cache: FrameCache | undefined;
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
    const found = new Map<number, Uint8Array>();
    const missing = frames.filter((n) => {
      const cached = this.#cache?.find(log.objectKey, n);
      if (cached !== undefined) found.set(n, cached);
      return cached === undefined;
    });
    const reader = readerOf(this.#readers, log.store);
    for (const [from, to] of runsOf(missing)) {
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
    }
    return found;
  }

  /** The text of a fetched frame. */
  text(log: ReadableLog, frames: CompressedFrames, n: number): Buffer {
    this.framesRead++;
    const startMs = performance.now();
    const text = asBuffer(decompressFrame(frames.get(n) ?? new Uint8Array(0), log.table, n));
    this.unpackMs += performance.now() - startMs;
    return text;
  }

  /** Bounds the cache; call it once at the end. */
  close(): void {
    this.#cache?.trim();
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

/** Takes every frame of these objects out of the cache: their logs are buried. */
export function removeCachedFrames(cacheDir: string, objectKeys: readonly ObjectKey[]): void {
  for (const key of objectKeys) {
    const name = cacheName(key);
    const folder = path.join(cacheDir, 'frames', name.slice(0, 2));
    for (const { file } of listFiles(folder))
      if (path.basename(file).startsWith(`${name}-`)) rmSync(file, { force: true });
  }
}

const cacheName = (key: ObjectKey): string => createHash('sha256').update(key).digest('hex').slice(0, 32);

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

/** Bound of the cache. chosen: some 17,000 frames of 15 KB, 4 GB of text. */
export const MAX_CACHE_BYTES = 256 * 1024 * 1024;
/** chosen: the folder is listed once in so many added frames. */
const FRAMES_BETWEEN_TRIMS = 64;

/** One file a frame. Any process may delete any of them at any time; a damaged one is found out by its own checksum. */
class FrameCache {
  readonly #folder: string;
  #added = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #file(key: ObjectKey, n: number): string {
    const name = cacheName(key);
    return path.join(this.#folder, name.slice(0, 2), `${name}-${n}`);
  }

  find(key: ObjectKey, n: number): Uint8Array | undefined {
    const file = this.#file(key, n);
    try {
      const bytes = readFileSync(file);
      const now = performance.timeOrigin / 1000 + performance.now() / 1000;
      utimesSync(file, now, now);
      return bytes;
    } catch {
      return undefined; // not there, or not readable: the store has it
    }
  }

  add(key: ObjectKey, n: number, frame: Uint8Array): void {
    const file = this.#file(key, n);
    try {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      const temporary = `${file}.${process.pid}`;
      writeFileSync(temporary, frame, { mode: 0o600 });
      renameSync(temporary, file);
      this.#added++;
    } catch {
      // A cache that can't be written costs time, nothing else.
    }
  }

  /** Deletes the files that were not used for longest, down to the bound. */
  trim(): void {
    if (this.#added < FRAMES_BETWEEN_TRIMS) return;
    const files = listFiles(this.#folder).sort((a, b) => b.usedMs - a.usedMs);
    let total = 0;
    for (const { file, sizeBytes } of files) {
      total += sizeBytes;
      if (total > MAX_CACHE_BYTES) rmSync(file, { force: true });
    }
  }
}

function listFiles(folder: string): { readonly file: string; readonly sizeBytes: number; readonly usedMs: number }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const stat = statSync(file);
        return { file, sizeBytes: stat.size, usedMs: stat.mtimeMs };
      });
  } catch {
    return []; // another process is trimming
  }
}
