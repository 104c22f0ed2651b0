// Compresses frames on every core. Small logs stay on this thread: a worker costs more to start than they take.
import { availableParallelism } from 'node:os';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { builtFile } from './built-file.ts';
import { findSlot, SLOT_BYTES, type Slot } from './frame-slots.ts';
import { FRAME_BYTES } from './frame-table.ts';
import { loadZstd } from './zstd.ts';

/** Measured: level 9 on 256 KiB frames packs logs ×21.7, level 3 ×18.1 (docs/performance.md). */
const LEVEL = 9;
/** chosen: 2 MiB take about as long to compress as two workers take to start. */
const FRAMES_BEFORE_WORKERS = 8;
/** chosen: below this, what a process takes is its start. */
const FRAMES_OF_SMALL_LOGS = 5;
/** chosen: the way to a worker and back costs about as much as packing this. */
const SMALL_BYTES = 16_384;
/** chosen: one frame in the making and enough behind it to last while this thread masks. */
const FRAMES_PER_THREAD = 4;

/** Turns the text of frames into frames. One for a process: it may serve many logs, in turn or side by side. */
export interface Compressor {
  /** The frame of `text`, of which a copy is taken before this returns: the caller may write over it at once. */
  compress(text: Uint8Array): Promise<Uint8Array>;
  /** Frames that may be under way before the caller should wait: more only costs memory. */
  readonly width: number;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** The newest V8 that is known to have the flag: another one would complain of it on stderr. */
const LAST_V8 = 13;

/**
 * From now on a function is compiled for speed once it has run fifteen times as much as V8 asks for by itself. Measured: half
 * of what masking 100 MB took was compiling, mostly of what hardly ran any more; a tenth of it is saved. Code that was kept
 * when the program was built (cli/start.ts) is refused from here on, so this waits until nearly all is loaded.
 */
function compileLater(): void {
  if (Number.parseInt(process.versions.v8, 10) <= LAST_V8) v8.setFlagsFromString('--interrupt-budget=1000000');
}

const compressHere = (text: Uint8Array): Uint8Array => loadZstd().compress(text, LEVEL);

/** Starts no worker yet. */
export function createCompressor(): Compressor {
  const threads = Math.min(availableParallelism(), 8);
  let seen = 0;
  let lanes: Lanes | undefined;
  return {
    width: threads * FRAMES_PER_THREAD,
    async compress(text) {
      seen += 1;
      if (seen === FRAMES_OF_SMALL_LOGS) compileLater();
      const { byteLength } = text;
      if (threads < 2 || byteLength <= SMALL_BYTES || byteLength > FRAME_BYTES) return compressHere(text);
      if (seen <= FRAMES_BEFORE_WORKERS) return compressHere(text);
      lanes ??= new Lanes(threads);
      return lanes.compress(text);
    },
    close: async () => lanes?.close(),
  };
}

interface Lane {
  readonly worker: Worker;
  readonly waiting: { resolve(frameBytes: number): void; reject(error: unknown): void }[];
}

/** Workers, and the memory that they share with this thread: texts go over without a copy for each. */
class Lanes {
  readonly #threads: number;
  readonly #shared: SharedArrayBuffer;
  readonly #lanes: Lane[] = [];
  readonly #free: Slot[];
  readonly #waiting: ((slot: Slot) => void)[] = [];
  #haveFailed = false;

  constructor(threads: number) {
    this.#threads = threads;
    const slots = threads * FRAMES_PER_THREAD;
    const shared = new SharedArrayBuffer(slots * SLOT_BYTES);
    this.#shared = shared;
    this.#free = Array.from({ length: slots }, (_, n) => findSlot(shared, n));
  }

  async compress(text: Uint8Array): Promise<Uint8Array> {
    if (this.#haveFailed) return compressHere(text);
    const slot = await this.#fill(text);
    try {
      const frameBytes = await this.#ask({ slot: slot.number, textBytes: text.byteLength, level: LEVEL });
      return slot.frame.slice(0, frameBytes);
    } catch {
      this.#haveFailed = true; // a worker that cannot start or has died costs time, never a log
      return compressHere(slot.text.subarray(0, text.byteLength));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(slot);
      else next(slot);
    }
  }

  /** Copies `text` into a slot before the first wait. */
  async #fill(text: Uint8Array): Promise<Slot> {
    const free = this.#free.pop();
    if (free !== undefined) {
      free.text.set(text);
      return free;
    }
    const copy = text.slice(); // several logs at once: each keeps as many under way as there are slots
    const slot = await new Promise<Slot>((resolve) => this.#waiting.push(resolve));
    slot.text.set(copy);
    return slot;
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.splice(0).map(({ worker }) => worker.terminate()));
  }

  #ask(order: CompressOrder): Promise<number> {
    if (this.#lanes.length < this.#threads) this.#lanes.push(startLane(this.#shared));
    const lane = this.#lanes.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
    return new Promise((resolve, reject) => {
      lane.waiting.push({ resolve, reject });
      lane.worker.postMessage(order);
    });
  }
}

/** What a worker is told; it answers with the frame's number of bytes, in the order of its orders. */
export interface CompressOrder {
  readonly slot: number;
  readonly textBytes: number;
  readonly level: number;
}

function startLane(shared: SharedArrayBuffer): Lane {
  const worker = new Worker(builtFile('store/compress-worker.js'), { workerData: shared });
  worker.unref();
  const lane: Lane = { worker, waiting: [] };
  worker.on('message', (frameBytes: number) => lane.waiting.shift()?.resolve(frameBytes));
  worker.on('error', (error) => {
    for (const each of lane.waiting.splice(0)) each.reject(error);
  });
  worker.on('exit', () => {
    for (const each of lane.waiting.splice(0)) each.reject(new Error('the compression worker ended'));
  });
  return lane;
}
