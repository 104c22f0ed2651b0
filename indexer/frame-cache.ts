// Compressed frames of a slow store on this machine's disk: bounded, shared by all processes, worth nothing if it is lost.
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ObjectKey } from '../store/keys.ts';

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

/** Bound of the cache. chosen: some 17,000 frames of 15 KB, 4 GB of text. */
export const MAX_CACHE_BYTES = 256 * 1024 * 1024;
/** chosen: the folder is listed once in so many added frames, whichever processes added them. */
const FRAMES_BETWEEN_TRIMS = 64;

/** One file a frame. Any process may delete any of them at any time; a damaged one is found out by its own checksum. */
export class FrameCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  #added = 0;

  constructor(folder: string, maxBytes: number = MAX_CACHE_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
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

  remove(key: ObjectKey, n: number): void {
    rmSync(this.#file(key, n), { force: true });
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

  /** Counts what was added and, once that is enough, deletes the files that were not used for longest, down to the bound. */
  close(): void {
    if (this.#added === 0) return;
    // One byte a frame: appending is safe between processes, and the size is the count.
    const counter = path.join(this.#folder, 'added');
    try {
      appendFileSync(counter, '.'.repeat(this.#added), { mode: 0o600 });
      this.#added = 0;
      if (statSync(counter).size < FRAMES_BETWEEN_TRIMS) return;
      rmSync(counter, { force: true });
    } catch {
      return; // a cache that can't be written holds nothing new
    }
    this.#trim();
  }

  #trim(): void {
    const files = listFiles(this.#folder).sort((a, b) => b.usedMs - a.usedMs);
    let total = 0;
    for (const { file, sizeBytes } of files) {
      total += sizeBytes;
      if (total > this.#maxBytes) rmSync(file, { force: true });
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
