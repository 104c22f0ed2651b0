// Unpacks a foreign `.zst` file of any shape: many frames, skippable ones, no sizes in the headers. Without the native
// module a frame is unpacked as a whole, so those that do not fit into memory are refused.

import { type Duplex, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { findNative } from './zstd.ts';
import { cutFrames } from './zstd-cut.ts';
import { openWasmZstd } from './zstd-wasm.ts';

/** The content of a zstd stream. Errors of the decoder are thrown as they come. */
export function unpackZstd(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const native = findNative();
  if (native === undefined) return unpackFrames(input);
  const source = Readable.from(input);
  const decoder = new native.DecompressStream();
  source.on('error', (error) => decoder.destroy(error));
  return source.pipe(decoder);
}

/** chosen: text that so much can unpack to (a thousandfold at worst) fits into memory. */
const PIECE_BYTES = 16_384;

/** As `unpackZstd`, but of a file that is cut or damaged everything comes that stands before the damage, then the error. */
export function unpackZstdPrefix(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const native = findNative();
  return native === undefined ? unpackFrames(input) : unpackPrefix(input, new native.DecompressStream());
}

async function* unpackPrefix(input: AsyncIterable<Uint8Array>, decoder: Duplex): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  let failure: Error | undefined;
  // Always flowing: what waits inside a stream is thrown away with its error.
  decoder.on('data', (chunk: Uint8Array) => unpacked.push(chunk));
  decoder.on('error', (error) => (failure = error));
  const closed = new Promise<void>((resolve) => decoder.once('close', resolve));
  try {
    for await (const chunk of input) {
      for (let at = 0; at < chunk.byteLength && failure === undefined; at += PIECE_BYTES) {
        await new Promise<void>((resolve) => decoder.write(chunk.subarray(at, at + PIECE_BYTES), () => resolve()));
        await setImmediate();
        yield* unpacked.splice(0);
      }
      if (failure !== undefined) break;
    }
    decoder.end();
    await closed;
    yield* unpacked.splice(0);
    if (failure !== undefined) throw failure;
  } finally {
    decoder.destroy();
  }
}

/** Frame by frame, in WASM: what stands before a damage comes, but for the frame that it is in. */
export async function* unpackFrames(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const zstd = openWasmZstd();
  for await (const { bytes, contentLimitBytes } of cutFrames(input)) yield zstd.decompress(bytes, contentLimitBytes);
}
