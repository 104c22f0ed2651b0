import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backlog } from '../../store/backlog.ts';
import { openOverflowFile } from '../../store/overflow-file.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const chunksOf = (count: number): Uint8Array[] => Array.from({ length: count }, () => randomBytes(65_536));

async function pushAll(backlog: Backlog, chunks: readonly Uint8Array[]): Promise<void> {
  for (const chunk of chunks) await backlog.push(chunk);
  backlog.end();
}

/** Copies: a piece holds until the next is asked for. */
async function readAll(backlog: Backlog): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of backlog.read()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

test('a backlog gives back every byte in order, however far it overflows', async () => {
  const folder = await makeTempFolder();
  const chunks = chunksOf(900).map((chunk, n) => chunk.subarray(n % 7));
  const backlog = new Backlog({ folder, maxFileBytes: 5_000_000 });
  const pushing = pushAll(backlog, chunks); // 59 MB: past the memory and many times round the file
  const read = await readAll(backlog);
  await pushing;
  expect(read.equals(Buffer.concat(chunks))).toBe(true);
  expect(await readdir(folder)).toEqual([]);
});

test('a writer that is faster than its reader does not wait while there is room in the file', async () => {
  const folder = await makeTempFolder();
  const backlog = new Backlog({ folder });
  const chunks = chunksOf(700);
  await pushAll(backlog, chunks); // nobody reads yet
  expect(backlog.takenBytes).toBe(0);
  const read = await readAll(backlog);
  expect(read.equals(Buffer.concat(chunks))).toBe(true);
});

test('without a folder for the file the writer waits and nothing is lost', async () => {
  const folder = join(await makeTempFolder(), 'gone');
  await mkdir(folder);
  await rm(folder, { recursive: true });
  const chunks = chunksOf(600);
  const backlog = new Backlog({ folder });
  const pushing = pushAll(backlog, chunks);
  const read = await readAll(backlog);
  await pushing;
  expect(read.equals(Buffer.concat(chunks))).toBe(true);
});

test('drop ends the reader and lets a waiting writer go on', async () => {
  const backlog = new Backlog({ folder: join(await makeTempFolder(), 'none') });
  const chunks = Array.from({ length: 600 }, () => new Uint8Array(65_536));
  const pushing = pushAll(backlog, chunks);
  const reader = backlog.read();
  await reader.next();
  expect(backlog.drop()).toBeGreaterThan(0);
  expect((await reader.next()).done).toBe(true);
  await pushing;
});

test('the overflow file never holds the bytes themselves', async () => {
  const folder = await makeTempFolder();
  const file = await openOverflowFile(folder, 1000);
  await file.write(new Uint8Array(600));
  expect(await readdir(folder)).toEqual([]);
  expect(Buffer.from((await file.read()) ?? []).equals(Buffer.alloc(600))).toBe(true);
  await file.close();
});

test('pieces of any size come back in order', async () => {
  const folder = await makeTempFolder();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 20_000 }),
      async (chunks, maxFileBytes) => {
        const backlog = new Backlog({ folder, maxFileBytes });
        const pushing = pushAll(backlog, chunks);
        const read = await readAll(backlog);
        await pushing;
        return read.equals(Buffer.concat(chunks));
      },
    ),
    { numRuns: 50 },
  );
});
