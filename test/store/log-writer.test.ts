import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { type Compressor, createCompressor } from '../../store/compressor.ts';
import { isDiskFull } from '../../store/disk-room.ts';
import { startLogWriter, type WrittenLog } from '../../store/log-writer.ts';
import { maskedBytes } from '../support/captures.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { cutInto, ODD_TEXTS } from '../support/texts.ts';

const run = promisify(execFile);

async function write(text: Uint8Array, sideTable?: Uint8Array): Promise<{ path: string; written: WrittenLog }> {
  const path = join(await makeTempFolder(), 'log.zst');
  const compressor = createCompressor();
  onTestFinished(() => compressor.close());
  const writer = await startLogWriter(path, compressor);
  for (const piece of cutInto(text, [100_000])) await writer.push(maskedBytes(piece));
  return { path, written: await writer.end(() => sideTable) };
}

/** What the standard tool makes of an object. */
async function unpack(path: string): Promise<Buffer> {
  const { stdout } = await run('zstd', ['-dc', path], { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

test.each(Object.entries(ODD_TEXTS))('zstd -dc of an object of %s gives the text', async (_name, text) => {
  const { path } = await write(text);
  expect((await unpack(path)).equals(text)).toBe(true);
});

test('zstd tests an object as whole, side table and all', async () => {
  const { path } = await write(ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0), Buffer.from('side'));
  await run('zstd', ['-t', path]);
});

test('size, digest and tables are those of the file', async () => {
  const { path, written } = await write(ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0), Buffer.from('side'));
  const bytes = await readFile(path);
  const { object } = written;
  expect(object.sizeBytes).toBe(bytes.byteLength);
  expect(object.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  const nameAt = (start: number): string => bytes.toString('latin1', start + 8, start + 12);
  expect(nameAt(object.lineTable.start)).toBe('FRLT');
  expect(nameAt(object.sideTable?.start ?? 0)).toBe('FRSD');
  expect(object.lineTable.start).toBe(object.sideTable?.end);
  expect(object.seekTable).toEqual({ start: object.lineTable.end, end: bytes.byteLength });
});

test('workers and the main thread give the same object', async () => {
  const path = join(await makeTempFolder(), 'log.zst');
  const { loadZstd } = await import('../../store/zstd.ts');
  const alone: Compressor = {
    width: 1,
    compress: async (text) => loadZstd().compress(text, 9),
    close: async () => undefined,
  };
  const text = Buffer.concat(Array.from({ length: 4 }, () => ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0)));
  const writer = await startLogWriter(path, alone);
  for (const piece of cutInto(text, [77_777])) await writer.push(maskedBytes(piece));
  expect((await writer.end()).object.sha256).toBe((await write(text)).written.object.sha256);
});

test('frames are written in order though they are compressed out of order', async () => {
  const path = join(await makeTempFolder(), 'log.zst');
  const { loadZstd } = await import('../../store/zstd.ts');
  const waiting: (() => void)[] = [];
  const backwards: Compressor = {
    width: 4,
    compress: (text) => {
      const frame = loadZstd().compress(text, 1);
      const done = new Promise<Uint8Array>((resolve) => waiting.push(() => resolve(frame)));
      if (waiting.length === 4) for (const finish of waiting.splice(0).reverse()) finish();
      return done;
    },
    close: async () => undefined,
  };
  const text = (ODD_TEXTS['lines over many frames'] ?? Buffer.alloc(0)).subarray(0, 4 * 250_000);
  const writer = await startLogWriter(path, backwards);
  for (const piece of cutInto(text, [64_000])) await writer.push(maskedBytes(piece));
  await writer.end();
  expect((await unpack(path)).equals(text)).toBe(true);
});

test('a file that is there is not written over', async () => {
  const path = join(await makeTempFolder(), 'log.zst');
  await writeFile(path, 'kept');
  const compressor = createCompressor();
  await expect(startLogWriter(path, compressor)).rejects.toThrow('EEXIST');
  await access(path);
  expect(await readFile(path, 'utf8')).toBe('kept');
});

test('a compressor that fails stops the log, and giving up closes its file', async () => {
  const path = join(await makeTempFolder(), 'log.zst');
  const failing: Compressor = {
    width: 2,
    compress: async () => {
      throw new Error('out of memory');
    },
    close: async () => undefined,
  };
  const writer = await startLogWriter(path, failing);
  await writer.push(maskedBytes('a line\n'));
  await expect(writer.end()).rejects.toThrow('out of memory');
  await writer.abandon();
});

test('a full disk and a used-up quota are told from other errors', () => {
  const withCode = (code: string): Error => Object.assign(new Error(code), { code });
  expect(['ENOSPC', 'EDQUOT', 'EIO'].map((code) => isDiskFull(withCode(code)))).toEqual([true, true, false]);
  expect(isDiskFull('ENOSPC')).toBe(false);
});
