// Starts the worker threads of the indexer.
import { Worker } from 'node:worker_threads';
import { builtFile } from '../store/built-file.ts';

/** chosen: what a worker makes is small and soon gone, but for frames, which lie elsewhere. V8 takes 48 MB by itself. */
const YOUNG_SPACE = { maxYoungGenerationSizeMb: 12 };

/** A thread that runs a file of the build. */
export const startWorker = (file: 'indexer/analyse-worker.js' | 'indexer/verify-worker.js'): Worker =>
  new Worker(builtFile(file), { resourceLimits: YOUNG_SPACE });
