// Compresses frames on every core. Small logs stay on this thread: a worker costs more to start than they take.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { loadZstd } from './zstd.ts';

/** Measured: level 9 on 256 KiB frames packs logs ×21.7, level 3 ×18.1 (docs/performance.md). */
const LEVEL = 9;
/** chosen: 2 MiB take about as long to compress as two workers take to start. */
const FRAMES_BEFORE_WORKERS = 8;

export interface Compressor {
  compress(text: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Frames that may be under way before the caller should wait: more only costs memory. */
  readonly width: number;
  /** Ends the workers. */
  close(): Promise<void>;
}

interface Lane {
  readonly worker: Worker;
  readonly waiting: { resolve(frame: Uint8Array): void; reject(error: unknown): void }[];
}

/** One for a process: it may serve many logs, one after the other or side by side. */
export function createCompressor(): Compressor {
  const lanes: Lane[] = [];
  const threads = Math.min(availableParallelism(), 8);
  let seen = 0;
  let workersFail = threads < 2;
  const inline = (text: Uint8Array): Uint8Array => loadZstd().compress(text, LEVEL);

  return {
    width: threads * 4,
    async compress(text) {
      seen += 1;
      if (workersFail || seen <= FRAMES_BEFORE_WORKERS) return inline(text);
      if (lanes.length < threads) lanes.push(startLane());
      const lane = lanes.reduce((a, b) => (b.waiting.length < a.waiting.length ? b : a));
      try {
        // A copy goes over: should the worker die, the text is still here.
        return await new Promise<Uint8Array>((resolve, reject) => {
          lane.waiting.push({ resolve, reject });
          lane.worker.postMessage({ text, level: LEVEL });
        });
      } catch {
        workersFail = true;
        return inline(text);
      }
    },
    async close() {
      await Promise.all(lanes.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

/** The built worker stands beside the built caller; under a test runner that reads sources, in `dist/`. */
function workerFile(): URL {
  const here = new URL(import.meta.url);
  return here.pathname.endsWith('.ts') ? new URL('../dist/store/compress-worker.js', here) : findBuiltWorker(here);
}

/** Bundled chunks lie in `dist/chunks`, entry points in `dist/cli` and the like. */
const findBuiltWorker = (here: URL): URL => new URL('../store/compress-worker.js', here);

function startLane(): Lane {
  const worker = new Worker(workerFile());
  worker.unref();
  const lane: Lane = { worker, waiting: [] };
  worker.on('message', (frame: Uint8Array) => lane.waiting.shift()?.resolve(frame));
  worker.on('error', (error) => {
    for (const each of lane.waiting.splice(0)) each.reject(error);
  });
  worker.on('exit', () => {
    for (const each of lane.waiting.splice(0)) each.reject(new Error('the compression worker ended'));
  });
  return lane;
}
