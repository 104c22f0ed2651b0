// A disk that fills up while a log is staged: head and tail are kept, and the manifest says so.
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createCompressor } from '../../store/compressor.ts';
import { readFrames, readFrameTable } from '../../store/frames.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { startLogWriter, type WrittenLog } from '../../store/log-writer.ts';
import { maskedBytes } from '../support/captures.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** A file that takes no byte at or after `room.bytes`, like a full disk. */
async function openLimited(path: string, room: { bytes: number }): Promise<FileHandle> {
  const file = await open(path, 'wx+');
  return new Proxy(file, {
    get(target, name) {
      if (name === 'write')
        return async (bytes: Uint8Array, offset: number, length: number, position: number) => {
          const fits = Math.min(length, room.bytes - position);
          if (fits <= 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
          return target.write(bytes, offset, fits, position);
        };
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Lines that do not compress well, so that few frames fill the disk. */
const lines = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(7, '0')} ${randomBytes(80).toString('base64')}\n`);

interface Written {
  readonly log: WrittenLog;
  readonly text: string;
}

async function writeLimited(all: readonly string[], room: { bytes: number }): Promise<Written> {
  const compressor = createCompressor();
  onTestFinished(() => compressor.close());
  const path = join(await makeTempFolder(), 'x.part');
  const writer = await startLogWriter(path, compressor, { openFile: (name) => openLimited(name, room) });
  for (let at = 0; at < all.length; at += 500) await writer.push(maskedBytes(all.slice(at, at + 500).join('')));
  const log = await writer.end((count) => Buffer.from(`times of ${count} lines`));
  const bytes = await readFile(path);
  expect(bytes.byteLength).toBe(log.object.sizeBytes);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(log.object.sha256);
  const reader = {
    url: path,
    get: async function* (_: ObjectKey, range?: { start: number; end: number }) {
      yield bytes.subarray(range?.start, range?.end);
    },
    stat: async () => undefined,
    list: async function* () {},
  };
  const table = await readFrameTable(reader, 'x' as ObjectKey, log);
  const text = Buffer.concat(await collect(readFrames(reader, 'x' as ObjectKey, table)));
  expect(text.byteLength).toBe(log.text.sizeBytes);
  expect(createHash('sha256').update(text).digest('hex')).toBe(log.text.sha256);
  return { log, text: text.toString() };
}

test.each([300_000, 1_000_000, 3_000_000])('with room for %i bytes, head and tail are kept', async (bytes) => {
  const all = lines(60_000); // 7 MB, some 5.5 MB compressed
  const { log, text } = await writeLimited(all, { bytes });
  expect(log.cutReason).toMatch(/^the disk was full: \d+ bytes in the middle are missing$/);
  expect(log.object.sizeBytes).toBeLessThanOrEqual(bytes);
  const kept = text.split(/(?<=\n)/);
  const gap = kept.findIndex((line) => line.startsWith('[firstred: '));
  expect(kept.slice(0, gap).every((line, n) => line === all[n])).toBe(true);
  const tail = kept.slice(gap + 1);
  if (bytes >= 1_000_000) {
    expect(gap).toBeGreaterThan(1000);
    expect(tail.length).toBeGreaterThan(1000);
  }
  expect(tail).toEqual(all.slice(all.length - tail.length));
  const missing = all.slice(gap, all.length - tail.length);
  expect(kept[gap]).toContain(`${missing.join('').length} bytes with ${missing.length} line ends are missing`);
  expect(log.object.sideTable).toBeUndefined();
});

test('when only the tables do not fit, hardly more than a frame is missing', async () => {
  const all = lines(20_000);
  const whole = await writeLimited(all, { bytes: Number.POSITIVE_INFINITY });
  expect(whole.log.cutReason).toBeUndefined();
  expect(whole.log.object.sideTable).toBeDefined();
  const { log, text } = await writeLimited(all, { bytes: whole.log.object.sizeBytes - 10 });
  expect(log.cutReason).toBeDefined();
  expect(text.length).toBeGreaterThan(all.join('').length * 0.7);
  expect(text.endsWith(all.at(-1)!)).toBe(true);
});

test('a log of lines longer than frames is cut as well, and the note stands on a line of its own', async () => {
  const all = Array.from({ length: 8 }, () => `${randomBytes(600_000).toString('base64')}\n`);
  const { text } = await writeLimited(all, { bytes: 2_000_000 });
  expect(text).toMatch(/\n\[firstred: \d+ bytes with \d line ends are missing here: the disk was full\]\n/);
});

test('without any room the error says what to do', async () => {
  await expect(writeLimited(lines(60_000), { bytes: 100 })).rejects.toMatchObject({ code: 'STORE_FULL' });
});
