import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AppError } from '../../store/errors.ts';
import { openFsStore } from '../../store/fs-store.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf, type ObjectStore } from '../../store/object-store.ts';
import { ensureStoreFormat, openStore } from '../../store/open-store.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string) => bodyOf(Buffer.from(content));
const said = async (folder: string): Promise<unknown> =>
  JSON.parse(await readFile(join(folder, 'firstred.json'), 'utf8'));

test('the first write says which format the store has, later ones leave it', async () => {
  const folder = join(await makeTempFolder(), 'store');
  const store = await openStore(folder);
  await store.putOnce(key('logs/a'), text('x'));
  const first = await said(folder);
  expect(first).toEqual({ format: 1, storeId: expect.stringMatching(/^S[0-9a-z]{16}$/) });
  await (await openStore(folder)).putOnce(key('logs/b'), text('x'));
  expect(await said(folder)).toEqual(first);
  expect(await ensureStoreFormat(await openStore(folder))).toBe((first as { storeId: string }).storeId);
});

test('reading makes nothing', async () => {
  const folder = await makeTempFolder();
  const store = await openStore(folder);
  expect(await store.stat(key('logs/a'))).toBeUndefined();
  expect(await collect(store.list(''))).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test('twenty first writers agree on one store id', async () => {
  const folder = join(await makeTempFolder(), 'store');
  const ids = await Promise.all(Array.from({ length: 20 }, async () => ensureStoreFormat(await openStore(folder))));
  expect(new Set(ids).size).toBe(1);
});

test('a store of a newer format is neither read, written nor cleaned', async () => {
  const folder = await makeTempFolder();
  await writeFile(join(folder, 'firstred.json'), '{"format":2,"storeId":"Sx"}');
  const store = await openStore(folder);
  const tooNew = { code: 'FORMAT_TOO_NEW', hint: expect.stringContaining('newer') };
  await expect(store.putOnce(key('logs/a'), text('x'))).rejects.toMatchObject(tooNew);
  await expect(store.stat(key('logs/a'))).rejects.toMatchObject(tooNew);
  await expect(collect(store.get(key('logs/a')))).rejects.toMatchObject(tooNew);
  await expect(collect(store.list(''))).rejects.toMatchObject(tooNew);
  await expect(store.remove(key('logs/a'))).rejects.toMatchObject(tooNew);
  await expect(collect(store.listLeftovers())).rejects.toMatchObject(tooNew);
});

test.each(['', '[]', '{"format":"1"}', '{"format":1}', '{"format":0,"storeId":"Sx"}', 'x'.repeat(70_000)])(
  'a firstred.json that is none is damage: %.20s',
  async (content) => {
    const folder = await makeTempFolder();
    await writeFile(join(folder, 'firstred.json'), content);
    const store = await openStore(folder);
    await expect(store.putOnce(key('a'), text('x'))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  },
);

test('a writer who may neither read nor write the format goes on', async () => {
  const inner = await openFsStore(await makeTempFolder());
  const refuse = (): never => {
    throw new AppError('REFUSED', 'no', { hint: 'no' });
  };
  const putOnly: ObjectStore = {
    url: 's3://bucket/prefix',
    stat: refuse,
    list: refuse,
    get: async function* () {
      yield refuse();
    },
    putOnce: async (k, body) => (k.startsWith('logs/') ? inner.putOnce(k, body) : refuse()),
    clockMs: () => inner.clockMs(),
    close: () => inner.close(),
  };
  const id = await ensureStoreFormat(putOnly);
  expect(id).toMatch(/^P[0-9a-z]{16}$/);
  expect(await ensureStoreFormat(putOnly)).toBe(id);
});

test.each([
  ['ftp://host/x'],
  ['http://host/bucket'],
  [''],
  ['~/logs'],
  ['s3:/bucket'],
  ['s3://'],
  ['s3://b'],
  ['s3://AKIAEXAMPLE:hunter2secret@bucket/prefix'],
  ['s3://bucket/a//b'],
  ['s3://bucket/../b'],
  [`s3://bucket/${'long/'.repeat(60)}`],
])('%s is a mistake of the call', async (location) => {
  const error = await openStore(location).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'USAGE' });
  expect(JSON.stringify([(error as AppError).message, (error as AppError).hint])).not.toContain('hunter2secret');
});

test('a folder that looks a little like a URL is a folder', async () => {
  const folder = join(await makeTempFolder(), 'a:b');
  await mkdir(folder);
  await (await openStore(folder)).putOnce(key('x'), text('x'));
  expect((await readdir(folder)).sort()).toEqual(['firstred.json', 'x']);
});
