// A worker thread that compresses frames, one at a time: text and frame lie in memory that it shares with its caller.
import { parentPort, workerData } from 'node:worker_threads';
import type { CompressOrder } from './compressor.ts';
import { findSlot } from './frame-slots.ts';
import { loadZstd } from './zstd.ts';

const zstd = loadZstd();
parentPort?.on('message', ({ slot: number, textBytes, level }: CompressOrder) => {
  const slot = findSlot(workerData as SharedArrayBuffer, number);
  parentPort?.postMessage(zstd.compressInto(slot.frame, slot.text.subarray(0, textBytes), level));
});
