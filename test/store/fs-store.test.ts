import { chmod, link, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFsStore } from '../../store/fs-store.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf, type ObjectReader, type ObjectStat, readSmall } from '../../store/object-store.ts';
import { collect, makeSignal } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string) => bodyOf(Buffer.from(content));
const readText = async (store: ObjectReader, name: string): Promise<string> =>
  Buffer.from(await readSmall(store, key(name), 1_000_000)).toString();

const keysOf = async (list: AsyncIterable<ObjectStat>) => (await collect(list)).map((o) => o.key);

const withoutLinks = (): void => {
  throw Object.assign(new Error('no links here'), { code: 'EPERM' });
};

test('the first put makes the folder, for the owner alone', async () => {
  const folder = join(await makeTempFolder(), 'deep', 'store');
  const store = await openFsStore(folder);
  await store.putOnce(key('logs/a/b.json'), text('x'));
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'logs/a'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'logs/a/b.json'))).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, 'logs/a'))).toEqual(['b.json']);
});

test('a store path that is a file is a mistake of the call', async () => {
  const file = join(await makeTempFolder(), 'file');
  await writeFile(file, '');
  await expect(openFsStore(file)).rejects.toMatchObject({ code: 'USAGE' });
  await expect(openFsStore(join(file, 'below'))).rejects.toMatchObject({ code: 'USAGE' });
});

test('reading a folder that is not there says so', async () => {
  const store = await openFsStore(join(await makeTempFolder(), 'none'));
  await expect(readText(store, 'a')).rejects.toMatchObject({ code: 'STORE_MISSING' });
  await expect(store.stat(key('a'))).rejects.toMatchObject({ code: 'STORE_MISSING' });
  await expect(collect(store.list(''))).rejects.toMatchObject({ code: 'STORE_MISSING' });
});

test('an unwritable store refuses and says which folder', async () => {
  const folder = await makeTempFolder();
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'logs'), { mode: 0o555 });
  const store = await openFsStore(folder);
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) process.seteuid?.(65534); // rights do not bind root
  try {
    await expect(store.putOnce(key('logs/a'), text('x'))).rejects.toMatchObject({ code: 'REFUSED' });
  } finally {
    if (asRoot) process.seteuid?.(0);
  }
});

test('no symbolic link leads out of the store', async () => {
  const folder = await makeTempFolder();
  const outside = await makeTempFolder();
  await writeFile(join(outside, 'secret'), 'secret');
  await symlink(outside, join(folder, 'logs'));
  await symlink(join(outside, 'secret'), join(folder, 'linked'));
  const store = await openFsStore(folder);
  await expect(readText(store, 'logs/secret')).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(store.stat(key('logs/secret'))).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(readText(store, 'linked')).rejects.toMatchObject({ code: 'REFUSED' });
  expect(await store.stat(key('linked'))).toBeUndefined();
  await expect(store.putOnce(key('logs/new'), text('x'))).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(store.putOnce(key('logs/deep/new'), text('x'))).rejects.toMatchObject({ code: 'REFUSED' });
  await expect(store.remove(key('logs/secret'))).rejects.toMatchObject({ code: 'REFUSED' });
  expect(await collect(store.list(''))).toEqual([]);
  expect(await readdir(outside)).toEqual(['secret']);
});

test('a store may itself be behind a symbolic link', async () => {
  const folder = await makeTempFolder();
  await mkdir(join(folder, 'real'));
  await symlink(join(folder, 'real'), join(folder, 'store'));
  const store = await openFsStore(join(folder, 'store'));
  await store.putOnce(key('a/b'), text('x'));
  expect(await readFile(join(folder, 'real/a/b'), 'utf8')).toBe('x');
});

test('a crashed put leaves a leftover that is named with its key and no object', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  const crash = { sizeBytes: 10, open: () => neverEnding() };
  const started = makeSignal();
  async function* neverEnding() {
    yield Buffer.from('half');
    started.reach();
    await new Promise(() => undefined);
  }
  void store.putOnce(key('logs/a.zst'), crash);
  await started.reached;
  expect(await collect(store.list(''))).toEqual([]);
  const leftovers = await collect(store.listLeftovers());
  expect(leftovers).toMatchObject([{ key: 'logs/a.zst', sizeBytes: 4 }]);
  for (const leftover of leftovers) await store.removeLeftover(leftover);
  expect(await collect(store.listLeftovers())).toEqual([]);
});

test('removeLeftover refuses what is no leftover', async () => {
  const store = await openFsStore(await makeTempFolder());
  await store.putOnce(key('logs/a'), text('x'));
  const forged = (id: string) => ({ id, key: '', sizeBytes: 0, modifiedAtMs: 0 });
  await expect(store.removeLeftover(forged('logs/a'))).rejects.toMatchObject({ code: 'USAGE' });
  await expect(store.removeLeftover(forged('../~x'))).rejects.toMatchObject({ code: 'USAGE' });
  expect(await readText(store, 'logs/a')).toBe('x');
});

test('removing the last object of a folder removes the folder, not the store', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  await store.putOnce(key('logs/a/b/c'), text('x'));
  await store.putOnce(key('logs/d'), text('x'));
  await store.remove(key('logs/a/b/c'));
  expect(await readdir(join(folder, 'logs'))).toEqual(['d']);
  await store.remove(key('logs/d'));
  expect(await readdir(folder)).toEqual([]);
});

test('without hard links a put is exclusive all the same', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder, { linkFile: withoutLinks });
  expect(await store.putOnce(key('a/b'), text('bytes'))).toMatchObject({ state: 'created' });
  expect(await store.putOnce(key('a/b'), text('bytes'))).toMatchObject({ state: 'unchanged' });
  await expect(store.putOnce(key('a/b'), text('other'))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  expect(await readText(store, 'a/b')).toBe('bytes');
  expect(await readdir(join(folder, 'a'))).toEqual(['b']);
});

test('without hard links a put completes what a crash left, and only that', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder, { linkFile: withoutLinks });
  await mkdir(join(folder, 'a'));
  await writeFile(join(folder, 'a/b'), 'byt');
  await writeFile(join(folder, 'a/~0123456789abcdef~b'), 'bytes');
  await writeFile(join(folder, 'a/c'), 'bxt');
  await writeFile(join(folder, 'a/~0123456789abcdef~c'), 'bytes');
  await writeFile(join(folder, 'a/d'), 'byt'); // nothing says that it is not whole
  expect(await store.putOnce(key('a/b'), text('bytes'))).toMatchObject({ state: 'created' });
  await expect(store.putOnce(key('a/c'), text('bytes'))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  await expect(store.putOnce(key('a/d'), text('bytes'))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  expect(await readText(store, 'a/b')).toBe('bytes');
  expect(await readText(store, 'a/c')).toBe('bxt');
});

test.each(['ENOSPC', 'EDQUOT'])('%s is a full store and leaves nothing behind', async (code) => {
  const folder = await makeTempFolder();
  const full = (): void => {
    throw Object.assign(new Error('full'), { code });
  };
  const store = await openFsStore(folder, { linkFile: full });
  await expect(store.putOnce(key('a'), text('x'))).rejects.toMatchObject({ code: 'STORE_FULL' });
  expect(await readdir(folder)).toEqual([]);
});

test('a body that fails is not taken for a failure of the store', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  const broken = {
    sizeBytes: 1,
    // biome-ignore lint/correctness/useYield: it fails before its first byte
    open: async function* (): AsyncIterable<Uint8Array> {
      throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    },
  };
  await expect(store.putOnce(key('a'), broken)).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  const short = { ...text('x'), sizeBytes: 2 };
  await expect(store.putOnce(key('a'), short)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  expect(await readdir(folder)).toEqual([]);
});

test('a listing after a cursor reads only the folders that can hold newer keys', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  for (const hour of ['2026/05/04/09', '2026/05/04/10', '2026/05/05/00'])
    await store.putOnce(key(`feed/${hour}/x.json`), text('x'));
  // read rights are taken away from what must not be read; where rights do not bind, the listing itself is checked
  await chmod(join(folder, 'feed/2026/05/04/09'), 0o000);
  const asRoot = process.geteuid?.() === 0;
  if (asRoot) {
    await chmod(folder, 0o755);
    for (const part of ['feed', 'feed/2026', 'feed/2026/05', 'feed/2026/05/04', 'feed/2026/05/04/10'])
      await chmod(join(folder, part), 0o755);
    for (const part of ['feed/2026/05/05', 'feed/2026/05/05/00']) await chmod(join(folder, part), 0o755);
    process.seteuid?.(65534);
  }
  try {
    const keys = await keysOf(store.list('feed/', 'feed/2026/05/04/10/'));
    expect(keys).toEqual(['feed/2026/05/04/10/x.json', 'feed/2026/05/05/00/x.json']);
  } finally {
    if (asRoot) process.seteuid?.(0);
    await chmod(join(folder, 'feed/2026/05/04/09'), 0o700);
  }
});

test('the time of a put is that of the new file, not of an older one with the same bytes', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  await store.putOnce(key('a'), text('x'));
  await utimes(join(folder, 'a'), 1, 1);
  const { state, storedAtMs } = await store.putOnce(key('a'), text('x'));
  expect(state).toBe('unchanged');
  expect(storedAtMs).toBeGreaterThan(1_000_000_000_000);
  expect((await store.stat(key('a')))?.modifiedAtMs).toBe(1000);
});

test('names that are no keys are not listed', async () => {
  const folder = await makeTempFolder();
  const store = await openFsStore(folder);
  await store.putOnce(key('a'), text('x'));
  for (const name of ['.DS_Store ', 'with space', 'naïve', '~backup']) await writeFile(join(folder, name), '');
  await link(join(folder, 'a'), join(folder, 'b'));
  expect(await keysOf(store.list(''))).toEqual(['a', 'b']);
});
