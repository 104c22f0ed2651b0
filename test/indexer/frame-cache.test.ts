// The cache of compressed frames: bounded whoever adds to it, and never a reason for another answer.
import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FrameCache, removeCachedFrames } from '../../indexer/frame-cache.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const key = (n: number): ObjectKey => `logs/some/key-${n}.zst` as ObjectKey;

/** Files that hold frames; the count of what was added is none. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'added')
    .map((entry) => join(entry.parentPath, entry.name));

const sizeOf = (folder: string): number => filesIn(folder).reduce((sum, file) => sum + statSync(file).size, 0);

test('many short processes stay within the bound together', async () => {
  const folder = await makeTempFolder();
  for (let n = 0; n < 200; n++) {
    const cache = new FrameCache(folder, 50_000);
    for (let k = 0; k < 3; k++) cache.add(key(n), k, Buffer.alloc(1000, n));
    cache.close();
    // At most the frames between two looks are over.
    expect(sizeOf(folder)).toBeLessThan(50_000 + 70 * 1000);
  }
  expect(filesIn(folder).length).toBeGreaterThan(0);
});

test('what was not used for longest goes first', async () => {
  const folder = await makeTempFolder();
  const old = new FrameCache(folder, 20_000);
  for (let n = 0; n < 20; n++) old.add(key(n), 0, Buffer.alloc(1000));
  for (const file of filesIn(folder)) utimesSync(file, 1, 1);
  expect(old.find(key(3), 0)).toBeDefined(); // used now
  for (let n = 20; n < 39; n++) old.add(key(n), 0, Buffer.alloc(1000));
  for (let n = 0; n < 30; n++) old.add(key(38), 0, Buffer.alloc(1000));
  old.close();
  expect(old.find(key(3), 0)).toBeDefined();
  expect(old.find(key(4), 0)).toBeUndefined();
  expect(old.find(key(38), 0)).toBeDefined();
});

test('a search through the cache reads the store once, and a folder that cannot be written costs only time', async () => {
  const logs = await IndexedLogs.open();
  await logs.addAll([{ text: 'a needle in here\n' }]);
  const frameCacheDir = await makeTempFolder();
  const first = await logs.find('needle', {}, { frameCacheDir });
  const second = await logs.find('needle', {}, { frameCacheDir });
  expect(first.summary.plan.bytesRead).toBeGreaterThan(0);
  expect(second.summary.plan.bytesRead).toBe(0);
  expect(second.matches).toEqual(first.matches);
  const file = join(await makeTempFolder(), 'file');
  writeFileSync(file, '');
  expect((await logs.find('needle', {}, { frameCacheDir: file })).matches).toEqual(first.matches);
});

test('a damaged frame in the cache is read from the store: at once when it is short, else by the next search', async () => {
  const logs = await IndexedLogs.open();
  await logs.addAll([{ text: 'a needle in here\n' }]);
  const frameCacheDir = await makeTempFolder();
  const { matches } = await logs.find('needle', {}, { frameCacheDir });
  const [file = ''] = filesIn(join(frameCacheDir, 'frames')).filter((each) => !each.endsWith('added'));
  const size = statSync(file).size;
  writeFileSync(file, '');
  expect((await logs.find('needle', {}, { frameCacheDir })).matches).toEqual(matches);
  writeFileSync(file, Buffer.alloc(size, 7));
  expect((await logs.find('needle', {}, { frameCacheDir })).summary.unreadable).toHaveLength(1);
  expect((await logs.find('needle', {}, { frameCacheDir })).matches).toEqual(matches);
});

test('the frames of a buried log leave the cache, others stay', async () => {
  const folder = await makeTempFolder();
  mkdirSync(join(folder, 'frames'));
  const cache = new FrameCache(join(folder, 'frames'));
  for (const n of [1, 2]) cache.add(key(n), 7, Buffer.from('x'));
  removeCachedFrames(folder, [key(1)]);
  expect([cache.find(key(1), 7), cache.find(key(2), 7)?.toString()]).toEqual([undefined, 'x']);
});
