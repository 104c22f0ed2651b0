// Reads logs back: the frame table, one frame, the whole text. Writing is log-writer.ts.
import { AppError } from './errors.ts';
import { decodeFrameTable, type FrameTable } from './frame-table.ts';
import type { ObjectKey } from './keys.ts';
import { keysOfManifest, type Manifest } from './manifest.ts';
import type { ByteRange, ObjectReader, RangeReader } from './object-store.ts';
import { loadZstd } from './zstd.ts';

/** chosen: the tables of a 10 GB log are about 500 KB; a hostile manifest must not make us fetch gigabytes. */
const MAX_TABLE_BYTES = 64 * 1024 * 1024;

/** A byte range of an object, whole. */
export async function readRange(reader: RangeReader, key: ObjectKey, range: ByteRange): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of reader.get(key, range)) parts.push(part);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
  return Buffer.concat(parts);
}

/** What a reader needs of a log before it can read a frame: where its tables lie and what they must add up to. */
export type LogLayout = Pick<Manifest, 'object' | 'text'>;

/** The frame table of a kept log. STORE_DAMAGED when it does not hold together. */
export async function readFrameTable(
  reader: RangeReader,
  objectKey: ObjectKey,
  layout: LogLayout,
): Promise<FrameTable> {
  const { lineTable, seekTable, frames } = layout.object;
  const start = Math.min(lineTable.start, seekTable.start);
  const end = Math.max(lineTable.end, seekTable.end);
  if (end - start > MAX_TABLE_BYTES)
    throw new AppError('STORE_DAMAGED', `the frame table of ${objectKey} is said to be ${end - start} bytes long`, {
      hint: 'run `firstred verify` to find manifests that lie',
    });
  const both = await readRange(reader, objectKey, { start, end });
  return decodeFrameTable(
    both.subarray(lineTable.start - start, lineTable.end - start),
    both.subarray(seekTable.start - start, seekTable.end - start),
    { frames, textBytes: layout.text.sizeBytes, seekTableStart: seekTable.start },
  );
}

/** The object's bytes of frames `[from, to)`, which lie side by side. */
export const objectRange = (table: FrameTable, from: number, to: number): ByteRange => ({
  start: table.objectStart[from] ?? 0,
  end: table.objectEnd[to - 1] ?? 0,
});

/** The text of frame `n`, out of its compressed bytes. STORE_DAMAGED when it is not what the table says. */
export const decompressFrame = (frame: Uint8Array, table: FrameTable, n: number, into?: Uint8Array): Uint8Array =>
  loadZstd().decompress(frame, table.textBytes[n] ?? 0, into);

/** The text of frame `n` of a log. */
export async function readFrame(
  reader: ObjectReader,
  key: ObjectKey,
  table: FrameTable,
  n: number,
): Promise<Uint8Array> {
  return decompressFrame(await readRange(reader, key, objectRange(table, n, n + 1)), table, n);
}

/** chosen: 64 frames are 16 MiB of text, about 1 MB of object: few requests, little memory. */
const FRAMES_PER_READ = 64;

/** Frames `[from, to)` as they are stored, one by one; by default all. */
export async function* readStoredFrames(
  reader: RangeReader,
  key: ObjectKey,
  table: FrameTable,
  range: { readonly from?: number; readonly to?: number } = {},
): AsyncGenerator<Uint8Array> {
  const to = Math.min(range.to ?? table.count, table.count);
  for (let first = range.from ?? 0; first < to; first += FRAMES_PER_READ) {
    const last = Math.min(first + FRAMES_PER_READ, to);
    const bytes = await readRange(reader, key, objectRange(table, first, last));
    const base = table.objectStart[first] ?? 0;
    for (let n = first; n < last; n++)
      yield bytes.subarray((table.objectStart[n] ?? 0) - base, (table.objectEnd[n] ?? 0) - base);
  }
}

/** The text of frames `[from, to)`, frame by frame; by default all. */
export async function* readFrames(
  reader: ObjectReader,
  key: ObjectKey,
  table: FrameTable,
  range: { readonly from?: number; readonly to?: number } = {},
): AsyncGenerator<Uint8Array> {
  let n = range.from ?? 0;
  for await (const frame of readStoredFrames(reader, key, table, range)) yield decompressFrame(frame, table, n++);
}

/** The whole masked text of a kept log, frame by frame. */
export async function* readLog(reader: ObjectReader, manifest: Manifest): AsyncGenerator<Uint8Array> {
  const key = keysOfManifest(manifest).object;
  yield* readFrames(reader, key, await readFrameTable(reader, key, manifest));
}

/** The frame that holds `lineNumber`'s first byte; the last one for a line past the end. */
export function frameOfLine(table: FrameTable, lineNumber: number): number {
  let low = 0;
  let high = table.count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const first = table.firstLine[middle] ?? 0;
    const startsBefore = table.continues[middle] === 1 ? first < lineNumber : first <= lineNumber;
    if (startsBefore) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}
