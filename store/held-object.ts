// A small object read once and held, for who needs several ranges of it: its tables and its frames are one request, not two.
import { readRange } from './frames.ts';
import type { ObjectKey } from './keys.ts';
import { endsBeforeRange } from './object-errors.ts';
import type { ByteRange, ObjectReader, RangeReader } from './object-store.ts';

/** chosen: nine of ten logs; a quarter of a second's worth of a slow line, and what a folder gives in one read. */
const MAX_HELD_BYTES = 262_144;

/** Reads the object `key` of `sizeBytes` if it is small; else gives `reader`. STORE_DAMAGED when it is shorter than that. */
export async function holdSmall(reader: ObjectReader, key: ObjectKey, sizeBytes: number): Promise<RangeReader> {
  if (sizeBytes > MAX_HELD_BYTES) return reader;
  const bytes = await readRange(reader, key, { start: 0, end: sizeBytes });
  return { get: (_key, range) => sliceOf(bytes, key, range) };
}

async function* sliceOf(bytes: Uint8Array, key: ObjectKey, range: ByteRange | undefined): AsyncIterable<Uint8Array> {
  const { start, end } = range ?? { start: 0, end: bytes.length };
  if (start < 0 || start > end || end > bytes.length) throw endsBeforeRange(key, bytes.length);
  yield bytes.subarray(start, end);
}
