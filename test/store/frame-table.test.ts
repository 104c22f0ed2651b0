import { expect, test } from 'vitest';
import {
  decodeFrameTable,
  decodeSideTable,
  encodeLineTable,
  encodeSeekTable,
  encodeSideTable,
  FRAME_BYTES,
  type FrameRow,
  frameTableOf,
} from '../../store/frame-table.ts';

const ROWS: readonly FrameRow[] = [
  { objectBytes: 900, textBytes: FRAME_BYTES, lineEnds: 4_000, cutsLine: false },
  { objectBytes: 20, textBytes: FRAME_BYTES, lineEnds: 0, cutsLine: true },
  { objectBytes: 21, textBytes: 5_000, lineEnds: 300, cutsLine: false },
  { objectBytes: 22, textBytes: 1, lineEnds: 0, cutsLine: true },
];
const EXPECTED = { frames: 4, textBytes: 2 * FRAME_BYTES + 5_001, seekTableStart: 1_000 };

const lineTable = (): Buffer => Buffer.from(encodeLineTable(frameTableOf(ROWS)));
const seekTable = (rows: readonly FrameRow[] = ROWS): Buffer => Buffer.from(encodeSeekTable(rows, [30]));
const damaged = expect.objectContaining({ code: 'STORE_DAMAGED' });
const decode = (over: { line?: Uint8Array; seek?: Uint8Array; expected?: Partial<typeof EXPECTED> }) =>
  decodeFrameTable(over.line ?? lineTable(), over.seek ?? seekTable(), { ...EXPECTED, ...over.expected });

/** A copy of `bytes` that `change` has been at. */
function changed(bytes: Buffer, change: (copy: Buffer) => unknown): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

/** A line table with these varint bytes. */
function lineTableOf(...content: number[]): Buffer {
  const head = changed(lineTable().subarray(0, 13), (b) => b.writeUInt32LE(5 + content.length, 4));
  return Buffer.concat([head, Buffer.from(content)]);
}

test('what was written is read back', () => {
  expect(decode({})).toEqual(frameTableOf(ROWS));
});

test('the first line of a frame is the line of its first byte, also inside a long line', () => {
  const table = frameTableOf(ROWS);
  expect([...table.firstLine]).toEqual([1, 4_001, 4_001, 4_301]);
  expect([...table.continues]).toEqual([0, 0, 1, 0]);
  expect([...table.objectStart]).toEqual([0, 900, 920, 941]);
});

test('a log without frames has tables too', () => {
  const nothing = decodeFrameTable(encodeLineTable(frameTableOf([])), encodeSeekTable([], [13]), {
    frames: 0,
    textBytes: 0,
    seekTableStart: 13,
  });
  expect(nothing.count).toBe(0);
});

test('a side table gives its content back', () => {
  const content = Buffer.from([1, 2, 3]);
  expect(Buffer.from(decodeSideTable(encodeSideTable(content)))).toEqual(content);
});

test('a side table is no line table', () => {
  expect(() => decode({ line: encodeSideTable(Buffer.from([0, 0, 0, 0])) })).toThrow(damaged);
});

test.each([
  ['no seek table', Buffer.alloc(0)],
  ['a cut seek table', seekTable().subarray(0, -1)],
  ['another magic number', changed(seekTable(), (b) => b.writeUInt32LE(0x184d2a5f, 0))],
  ['another seekable number', changed(seekTable(), (b) => b.writeUInt32LE(1, b.length - 4))],
  ['a count that its length denies', changed(seekTable(), (b) => b.writeUInt32LE(0xffff_ffff, b.length - 9))],
  ['a frame without text', seekTable([{ ...ROWS[0]!, textBytes: 0 }, ...ROWS.slice(1)])],
  ['a frame over 256 KiB', seekTable([{ ...ROWS[0]!, textBytes: FRAME_BYTES + 1 }, ...ROWS.slice(1)])],
  ['a frame of 4 GiB in the object', seekTable([{ ...ROWS[0]!, objectBytes: 0xffff_ffff }, ...ROWS.slice(1)])],
  ['frames that reach into the tables', seekTable([{ ...ROWS[0]!, objectBytes: 970 }, ...ROWS.slice(1)])],
])('%s is damage', (_what, seek) => {
  expect(() => decode({ seek })).toThrow(damaged);
});

test.each([
  ['no line table', Buffer.alloc(0)],
  ['a cut line table', lineTable().subarray(0, -1)],
  ['another name', changed(lineTable(), (b) => b.write('FRXX', 8))],
  ['a newer table version', changed(lineTable(), (b) => b.writeUInt8(2, 12))],
  ['a size that its length denies', changed(lineTable(), (b) => b.writeUInt32LE(0xffff_fff0, 4))],
  ['too few rows', lineTableOf(0, 0, 0)],
  ['too many rows', lineTableOf(0, 0, 0, 0, 0)],
  ['a number without end', lineTableOf(0, 0, 0, ...Array.from({ length: 12 }, () => 0xff))],
  ['a first line other than 1', lineTableOf(2, 0, 0, 0)],
  ['a first frame that continues a line', lineTableOf(1, 0, 0, 0)],
  ['more line ends than bytes', lineTableOf(0, 0xff, 0xff, 0xff, 0x01, 0, 0)],
])('%s is damage', (_what, line) => {
  expect(() => decode({ line })).toThrow(damaged);
});

test.each([
  ['another size of the text', { textBytes: 5 }],
  ['fewer frames', { frames: 3 }],
  ['more frames than the seek table has', { frames: 6 }],
  ['billions of frames', { frames: 0xffff_ffff }],
])('a manifest that says %s is damage', (_what, expected) => {
  expect(() => decode({ expected })).toThrow(damaged);
});
