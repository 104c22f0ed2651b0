// A worker thread that compresses frames: text in, frame out, one at a time.
import { parentPort } from 'node:worker_threads';
import { loadZstd } from './zstd.ts';

const zstd = loadZstd();
parentPort?.on('message', ({ text, level }: { readonly text: Uint8Array; readonly level: number }) => {
  const frame = zstd.compress(text, level);
  parentPort?.postMessage(frame);
});
