import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  decompressFrame,
  frameOfLine,
  objectRange,
  readFrame,
  readFrames,
  readFrameTable,
  readLog,
  readRange,
} from '../../store/frames.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { keysOfManifest, type Manifest } from '../../store/manifest.ts';
import { keepText, makeCaptureTools } from '../support/captures.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { ODD_TEXTS } from '../support/texts.ts';

async function keep(text: Uint8Array | string) {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  const { sealed } = await keepText(store, await makeCaptureTools(), text);
  const key = keysOfManifest(sealed.manifest).object;
  return { folder, store, manifest: sealed.manifest, key, path: join(folder, key) };
}

const damaged = expect.objectContaining({ code: 'STORE_DAMAGED' });
const longLines = ODD_TEXTS['a line longer than two frames'] ?? Buffer.alloc(0);
const manyLines = ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0);

/** The number of the line that byte `offset` of `text` belongs to, by counting. */
const lineAt = (text: Uint8Array, offset: number): number =>
  text.subarray(0, offset).reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 1);

test.each(Object.entries(ODD_TEXTS))('a log of %s is read back byte for byte', async (_name, text) => {
  const { store, manifest } = await keep(text);
  expect(Buffer.concat(await collect(readLog(store, manifest))).equals(text)).toBe(true);
});

test('one frame is read alone, by range', async () => {
  const { store, manifest, key } = await keep(manyLines);
  const table = await readFrameTable(store, key, manifest);
  const frames = await collect(readLog(store, manifest));
  for (const n of [0, 1, table.count - 1])
    expect(Buffer.from(await readFrame(store, key, table, n)).equals(Buffer.from(frames[n] ?? []))).toBe(true);
  expect((await collect(readFrames(store, key, table, { from: 1, to: 3 }))).length).toBe(2);
});

test.each([
  ['short lines', manyLines],
  ['lines longer than a frame', longLines],
])('the frame of a line is where its first byte is: %s', async (_name, text) => {
  const { store, manifest, key } = await keep(text);
  const table = await readFrameTable(store, key, manifest);
  let at = 0;
  for (let n = 0; n < table.count; n++) {
    const firstOfFrame = lineAt(text, at);
    expect(table.firstLine[n]).toBe(firstOfFrame);
    if (table.continues[n] === 0) expect(frameOfLine(table, firstOfFrame)).toBe(n);
    else expect(frameOfLine(table, firstOfFrame)).toBeLessThan(n);
    at += table.textBytes[n] ?? 0;
  }
  expect(frameOfLine(table, 1)).toBe(0);
  expect(frameOfLine(table, 10 ** 9)).toBe(table.count - 1);
});

test('a cut object is damage, at its tables and inside a frame', async () => {
  const { store, manifest, path } = await keep(manyLines);
  await truncate(path, manifest.object.sizeBytes - 1);
  await expect(collect(readLog(store, manifest))).rejects.toThrow(damaged);
});

test('a frame whose bytes changed is damage', async () => {
  const { store, manifest, key } = await keep(manyLines);
  const table = await readFrameTable(store, key, manifest);
  const bytes = await readRange(store, key, objectRange(table, 0, 1));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0x55;
  expect(() => decompressFrame(bytes, table, 0)).toThrow(damaged);
});

test('a frame that claims another size than the table is refused before it is unpacked', async () => {
  const { store, manifest, key } = await keep(manyLines);
  const table = await readFrameTable(store, key, manifest);
  const bytes = await readRange(store, key, objectRange(table, 0, 1));
  // magic, descriptor, then the content size: 4 bytes for a frame of 64 KiB and more
  bytes.writeUInt32LE(0x7fff_ffff, 5);
  const before = process.memoryUsage().rss;
  expect(() => decompressFrame(bytes, table, 0)).toThrow(damaged);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});

test('a skippable frame or nothing in place of a frame is damage', async () => {
  const { store, manifest, key } = await keep('one line\n');
  const table = await readFrameTable(store, key, manifest);
  const { lineTable } = manifest.object;
  const skippable = await readRange(store, key, lineTable);
  expect(() => decompressFrame(skippable, table, 0)).toThrow(damaged);
  expect(() => decompressFrame(new Uint8Array(0), table, 0)).toThrow(damaged);
});

test.each([
  ['tables of a terabyte', { seekTable: { start: 0, end: 2 ** 40 } }],
  ['tables that lie terabytes apart', { lineTable: { start: 2 ** 42, end: 2 ** 42 + 20 } }],
  ['a seek table past the end', { seekTable: { start: 10_000_000, end: 10_000_100 } }],
  ['a line table where the text is', { lineTable: { start: 0, end: 20 } }],
  ['a seek table where the text is', { seekTable: { start: 0, end: 100 } }],
  ['four billion frames', { frames: 0xffff_ffff }],
  ['no frames', { frames: 0 }],
])('a manifest that promises %s is damage, without a large allocation', async (_what, over) => {
  const { store, manifest, key } = await keep(manyLines);
  const poisoned: Pick<Manifest, 'object' | 'text'> = { text: manifest.text, object: { ...manifest.object, ...over } };
  const before = process.memoryUsage().rss;
  await expect(readFrameTable(store, key, poisoned)).rejects.toThrow(damaged);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});
