// Where the frames of a log object lie and which lines they hold, and how the object carries that: a line table and a
// seek table in skippable frames after the text, so that standard zstd tools read the text and ignore the rest.
// Seek table: contrib/seekable_format/zstd_seekable_compression_format.md of facebook/zstd.
import { AppError } from './errors.ts';

/** Text bytes of a frame: at most this, at a line end where there is one (256 KiB measured best: docs/performance.md). */
export const FRAME_BYTES = 262_144;

/** Object bytes of a frame: zstd adds about 1 KiB to 256 KiB that do not shrink; a frame said to be longer is a lie. */
export const MAX_FRAME_OBJECT_BYTES = FRAME_BYTES + 16_384;

const SEEK_TABLE_MAGIC = 0x184d2a5e;
/** Our own skippable frames: any of 0x184D2A50–5F may be used; readers tell them apart by the four letters inside. */
const OWN_TABLE_MAGIC = 0x184d2a5b;
const SEEKABLE_MAGIC = 0x8f92eab1;
const SKIPPABLE_HEADER_BYTES = 8;
const SEEK_FOOTER_BYTES = 9;
const LINE_TABLE_NAME = 'FRLT';
const SIDE_TABLE_NAME = 'FRSD';

/** Columns of equal length, one row a frame, in text order. */
export interface FrameTable {
  readonly count: number;
  /** First byte of the compressed frame in the object; `objectEnd` of row n is `objectStart` of row n + 1. */
  readonly objectStart: Float64Array;
  readonly objectEnd: Float64Array;
  readonly textBytes: Uint32Array;
  /** 1-based number of the line that the frame's first byte belongs to. */
  readonly firstLine: Float64Array;
  /** 1 where the frame begins inside a line that the one before began. */
  readonly continues: Uint8Array;
}

export interface FrameRow {
  readonly objectBytes: number;
  readonly textBytes: number;
  /** Line ends in the frame. */
  readonly lineEnds: number;
  /** The frame ends inside a line. */
  readonly cutsLine: boolean;
}

/** Rows in text order → the table. */
export function frameTableOf(rows: readonly FrameRow[]): FrameTable {
  const table = emptyTable(rows.length);
  let objectAt = 0;
  let line = 1;
  let inside = false;
  rows.forEach((row, n) => {
    table.objectStart[n] = objectAt;
    objectAt += row.objectBytes;
    table.objectEnd[n] = objectAt;
    table.textBytes[n] = row.textBytes;
    table.firstLine[n] = line;
    table.continues[n] = inside ? 1 : 0;
    line += row.lineEnds;
    inside = row.cutsLine;
  });
  return table;
}

const emptyTable = (count: number): FrameTable => ({
  count,
  objectStart: new Float64Array(count),
  objectEnd: new Float64Array(count),
  textBytes: new Uint32Array(count),
  firstLine: new Float64Array(count),
  continues: new Uint8Array(count),
});

/** A skippable frame of ours: magic, size, four letters, a version byte, content. */
function ownTable(name: string, content: Uint8Array): Uint8Array {
  const out = Buffer.alloc(SKIPPABLE_HEADER_BYTES + 5 + content.byteLength);
  out.writeUInt32LE(OWN_TABLE_MAGIC, 0);
  out.writeUInt32LE(5 + content.byteLength, 4);
  out.write(name, 8, 'latin1');
  out.writeUInt8(1, 12);
  out.set(content, 13);
  return out;
}

/** The line table as a skippable frame: per frame one varint, (line ends before it in the last frame) × 2 + continues. */
export function encodeLineTable(table: FrameTable): Uint8Array {
  const bytes: number[] = [];
  let last = 1;
  for (let n = 0; n < table.count; n++) {
    const line = table.firstLine[n] ?? 1;
    pushVarint(bytes, (line - last) * 2 + (table.continues[n] ?? 0));
    last = line;
  }
  return ownTable(LINE_TABLE_NAME, Uint8Array.from(bytes));
}

/** Time stamps and streams of `run`, already compressed, as a skippable frame. */
export const encodeSideTable = (content: Uint8Array): Uint8Array => ownTable(SIDE_TABLE_NAME, content);

/** The content of a side table's skippable frame. */
export const decodeSideTable = (bytes: Uint8Array): Uint8Array => contentOf(SIDE_TABLE_NAME, bytes);

/** The seek table: text frames first, then the skippable frames before it, which count as size 0. */
export function encodeSeekTable(rows: readonly FrameRow[], skippableBytes: readonly number[]): Uint8Array {
  const entries = [
    ...rows.map((r) => [r.objectBytes, r.textBytes] as const),
    ...skippableBytes.map((b) => [b, 0] as const),
  ];
  const contentBytes = entries.length * 8 + SEEK_FOOTER_BYTES;
  const out = Buffer.alloc(SKIPPABLE_HEADER_BYTES + contentBytes);
  out.writeUInt32LE(SEEK_TABLE_MAGIC, 0);
  out.writeUInt32LE(contentBytes, 4);
  entries.forEach(([objectBytes, textBytes], n) => {
    out.writeUInt32LE(objectBytes, 8 + n * 8);
    out.writeUInt32LE(textBytes, 12 + n * 8);
  });
  const footer = 8 + entries.length * 8;
  out.writeUInt32LE(entries.length, footer);
  out.writeUInt8(0, footer + 4);
  out.writeUInt32LE(SEEKABLE_MAGIC, footer + 5);
  return out;
}

/**
 * Line table and seek table, as read from an object of `seekTableStart` bytes before its seek table, back to a table.
 * Everything is checked before it is believed: STORE_DAMAGED when the parts disagree.
 */
export function decodeFrameTable(
  lineTable: Uint8Array,
  seekTable: Uint8Array,
  expected: { readonly frames: number; readonly textBytes: number; readonly seekTableStart: number },
): FrameTable {
  const entries = seekEntries(seekTable, expected.frames);
  const lines = readVarints(contentOf(LINE_TABLE_NAME, lineTable), expected.frames);
  const table = emptyTable(expected.frames);
  let objectAt = 0;
  let textTotal = 0;
  let line = 1;
  for (let n = 0; n < expected.frames; n++) {
    const [objectBytes, textBytes] = entries(n);
    const value = lines[n] ?? 0;
    const lineEndsBefore = Math.floor(value / 2);
    if (textBytes > FRAME_BYTES || textBytes === 0 || objectBytes > MAX_FRAME_OBJECT_BYTES)
      throw damaged('a frame has an impossible size');
    if (n === 0 ? value !== 0 : lineEndsBefore > (table.textBytes[n - 1] ?? 0))
      throw damaged('a frame begins at an impossible line');
    table.objectStart[n] = objectAt;
    objectAt += objectBytes;
    table.objectEnd[n] = objectAt;
    table.textBytes[n] = textBytes;
    textTotal += textBytes;
    line += lineEndsBefore;
    table.firstLine[n] = line;
    table.continues[n] = value % 2;
  }
  if (textTotal !== expected.textBytes) throw damaged('its frames do not add up to its text');
  if (objectAt > expected.seekTableStart) throw damaged('its frames reach into its tables');
  return table;
}

function seekEntries(bytes: Uint8Array, frames: number): (n: number) => readonly [number, number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < SKIPPABLE_HEADER_BYTES + SEEK_FOOTER_BYTES) throw damaged('it is too short');
  const count = view.getUint32(bytes.byteLength - SEEK_FOOTER_BYTES, true);
  const fits =
    view.getUint32(0, true) === SEEK_TABLE_MAGIC &&
    view.getUint32(bytes.byteLength - 4, true) === SEEKABLE_MAGIC &&
    count >= frames &&
    bytes.byteLength === SKIPPABLE_HEADER_BYTES + count * 8 + SEEK_FOOTER_BYTES;
  if (!fits) throw damaged('it does not have the seekable format');
  return (n) => [view.getUint32(8 + n * 8, true), view.getUint32(12 + n * 8, true)];
}

function contentOf(name: string, frame: Uint8Array): Uint8Array {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const fits =
    bytes.length >= SKIPPABLE_HEADER_BYTES + 5 &&
    bytes.readUInt32LE(0) === OWN_TABLE_MAGIC &&
    bytes.readUInt32LE(4) === bytes.length - SKIPPABLE_HEADER_BYTES &&
    bytes.toString('latin1', 8, 12) === name &&
    bytes[12] === 1;
  if (!fits) throw damaged(`it is no ${name} table`);
  return bytes.subarray(SKIPPABLE_HEADER_BYTES + 5);
}

const damaged = (what: string): AppError =>
  new AppError('STORE_DAMAGED', `the frame table of a log is damaged: ${what}`, {
    hint: 'run `firstred verify --deep`; `zstd -dc` may still read the text',
  });

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Exactly `count` varints, which must fill `bytes`. */
function readVarints(bytes: Uint8Array, count: number): Float64Array {
  const values = new Float64Array(count);
  let at = 0;
  for (let n = 0; n < count; n++) {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined || scale > 2 ** 49) throw damaged('the line table is cut');
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    values[n] = value;
  }
  if (at !== bytes.byteLength) throw damaged('the line table is too long');
  return values;
}
