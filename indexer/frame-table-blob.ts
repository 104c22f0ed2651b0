// A log's frame table as one small blob in the index: three varints a frame, about seven bytes.
import type { FrameTable } from '../store/frame-table.ts';
import { readVarint, writeVarint } from './varint.ts';

/** Compressed size, text size, and line ends since the frame before × 2 + whether it begins inside a line. */
export function packFrameTable(table: FrameTable): Uint8Array {
  const bytes: number[] = [];
  let lastLine = 1;
  for (let n = 0; n < table.count; n++) {
    const line = table.firstLine[n] as number;
    writeVarint(bytes, (table.objectEnd[n] as number) - (table.objectStart[n] as number));
    writeVarint(bytes, table.textBytes[n] as number);
    writeVarint(bytes, (line - lastLine) * 2 + (table.continues[n] as number));
    lastLine = line;
  }
  return Uint8Array.from(bytes);
}

/** The table that `packFrameTable` was given. */
export function unpackFrameTable(blob: Uint8Array): FrameTable {
  const sizes: number[] = [];
  const texts: number[] = [];
  const lines: number[] = [];
  for (let at = 0; at < blob.length; ) {
    for (const column of [sizes, texts, lines]) {
      const [value, next] = readVarint(blob, at);
      column.push(value);
      at = next;
    }
  }
  const ends = Float64Array.from(sizes);
  let objectAt = 0;
  for (let n = 0; n < ends.length; n++) ends[n] = objectAt += sizes[n] as number;
  let line = 1;
  return {
    count: sizes.length,
    objectStart: ends.map((end, n) => end - (sizes[n] as number)),
    objectEnd: ends,
    textBytes: Uint32Array.from(texts),
    firstLine: Float64Array.from(lines, (value) => (line += Math.floor(value / 2))),
    continues: Uint8Array.from(lines, (value) => value % 2),
  };
}
