// Long lists in pieces: a statement of ClickHouse may have 256 KiB.

/** chosen: of the longest keys, some 500 bytes, such a piece is half of that. */
const CHUNK = 250;

/** `values` in pieces that fit into a statement. */
export function* inChunks<T>(values: Iterable<T>, size = CHUNK): Generator<T[]> {
  let chunk: T[] = [];
  for (const value of values) {
    chunk.push(value);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
