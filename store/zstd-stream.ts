// Unpacks a foreign `.zst` file of any shape: many frames, skippable ones, no sizes in the headers.

import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type * as NativeZstd from 'zstd-napi';

const require = createRequire(import.meta.url);

/** The content of a zstd stream. Errors of the decoder are thrown as they come. */
export function unpackZstd(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { DecompressStream } = require('zstd-napi') as typeof NativeZstd;
  const source = Readable.from(input);
  const decoder = new DecompressStream();
  source.on('error', (error) => decoder.destroy(error));
  return source.pipe(decoder);
}
