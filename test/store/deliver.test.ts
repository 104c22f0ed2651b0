import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DeliverOptions, deliver } from '../../store/deliver.ts';
import { AppError } from '../../store/errors.ts';
import { readLog } from '../../store/frames.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { type ObjectKey, objectKeyOf } from '../../store/keys.ts';
import { keysOfManifest } from '../../store/manifest.ts';
import { parseManifest } from '../../store/manifest-schema.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { CAPTURED_AT_MS, keepText, makeCaptureTools, sealText } from '../support/captures.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const OPTIONS: DeliverOptions = { now: () => CAPTURED_AT_MS };

async function openStore(): Promise<{ folder: string; store: ObjectStore }> {
  const folder = join(await makeTempFolder(), 'store');
  return { folder, store: await openFsStore(folder) };
}

/** A store that passes on, with `over` in place of some of its methods. */
const over = (store: ObjectStore, methods: Partial<ObjectStore>): ObjectStore => ({
  url: store.url,
  get: store.get.bind(store),
  stat: store.stat.bind(store),
  list: store.list.bind(store),
  putOnce: store.putOnce.bind(store),
  clockMs: store.clockMs.bind(store),
  close: store.close.bind(store),
  ...methods,
});

const keysIn = async (store: ObjectStore): Promise<readonly string[]> =>
  (await collect(store.list(''))).map(({ key }) => key);
const kindOf = (key: string): string =>
  key.startsWith('feed/') ? 'feed' : key.endsWith('.zst') ? 'object' : 'manifest';

test('the object is put first, the feed entry then, the manifest last', async () => {
  const { store } = await openStore();
  const puts: string[] = [];
  const watched = over(store, {
    putOnce: (key, body, signal) => {
      puts.push(kindOf(key));
      return store.putOnce(key, body, signal);
    },
  });
  const { delivery } = await keepText(watched, await makeCaptureTools(), 'a line\n');
  expect(puts).toEqual(['object', 'feed', 'manifest']);
  expect(delivery).toMatchObject({ state: 'created', storedAtMs: expect.any(Number) });
});

test('what was delivered is read back by its manifest', async () => {
  const { store } = await openStore();
  const { delivery } = await keepText(store, await makeCaptureTools(), 'a line\n');
  const bytes = Buffer.concat(await collect(store.get(delivery.manifestKey)));
  const manifest = parseManifest(bytes, delivery.manifestKey);
  expect(Buffer.concat(await collect(readLog(store, manifest))).toString()).toBe('a line\n');
});

test('delivering again after a lost answer changes nothing and says created', async () => {
  const { store } = await openStore();
  const sealed = await sealText(await makeCaptureTools(), 'a line\n');
  await deliver(sealed, store, OPTIONS);
  const before = (await keysIn(store)).filter((key) => key.startsWith('logs/'));
  expect(await deliver(sealed, store, OPTIONS)).toMatchObject({ state: 'created' });
  expect((await keysIn(store)).filter((key) => key.startsWith('logs/'))).toEqual(before);
});

test.each([1, 2, 3])('an answer lost after put %i, then a second try, ends as one whole log', async (lost) => {
  const { store } = await openStore();
  const sealed = await sealText(await makeCaptureTools(), 'a line\n');
  let puts = 0;
  const losing = over(store, {
    putOnce: async (key, body, signal) => {
      const result = await store.putOnce(key, body, signal);
      puts += 1;
      if (puts === lost) throw new AppError('STORE_UNAVAILABLE', 'the answer was lost', { hint: 'try again' });
      return result;
    },
  });
  await expect(deliver(sealed, losing, OPTIONS)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await deliver(sealed, store, OPTIONS);
  const logs = (await keysIn(store)).filter((key) => key.startsWith('logs/'));
  expect(logs.sort()).toEqual(Object.values(keysOfManifest(sealed.manifest)).sort());
});

test.each([0, 1, 2])('a delivery that ends after %i puts shows no log', async (puts) => {
  const { store, folder } = await openStore();
  const sealed = await sealText(await makeCaptureTools(), 'a line\n');
  let left = puts;
  const dying = over(store, {
    putOnce: async (key, body, signal) => {
      if (left-- === 0) throw new AppError('STORE_UNAVAILABLE', 'gone', { hint: 'try again' });
      return store.putOnce(key, body, signal);
    },
  });
  await mkdir(folder);
  await expect(deliver(sealed, dying, OPTIONS)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect((await keysIn(store)).filter((key) => kindOf(key) === 'manifest')).toEqual([]);
});

test('a second capture of the same text writes nothing and names the first', async () => {
  const { store } = await openStore();
  const tools = await makeCaptureTools();
  const first = await keepText(store, tools, 'a line\n');
  const before = await keysIn(store);
  const second = await keepText(store, tools, 'a line\n');
  expect(second.delivery).toEqual({
    state: 'unchanged',
    manifestKey: first.delivery.manifestKey,
    storedAtMs: undefined,
  });
  expect(second.sealed.manifest.logId).toBe(first.sealed.manifest.logId);
  expect(await keysIn(store)).toEqual(before);
});

test('other text of the same attempt is kept beside the first, which stays as it is', async () => {
  const { store, folder } = await openStore();
  const tools = await makeCaptureTools();
  const first = await keepText(store, tools, 'red\n');
  const objectPath = join(folder, objectKeyOf(first.delivery.manifestKey));
  const before = await readFile(objectPath);
  const second = await keepText(store, tools, 'green\n');
  expect(second.delivery.state).toBe('created');
  expect(second.sealed.manifest.logId).not.toBe(first.sealed.manifest.logId);
  expect((await readFile(objectPath)).equals(before)).toBe(true);
  expect((await keysIn(store)).filter((key) => kindOf(key) === 'manifest')).toHaveLength(2);
});

test('the same text with a conclusion learned since is kept beside, under the same log id', async () => {
  const { store } = await openStore();
  const tools = await makeCaptureTools();
  const first = await keepText(store, tools, 'a line\n', { attempt: { conclusion: 'unknown' } });
  const second = await keepText(store, tools, 'a line\n', { attempt: { conclusion: 'failure' } });
  expect(second.delivery.state).toBe('created');
  expect(second.sealed.manifest.logId).toBe(first.sealed.manifest.logId);
});

test('the same text from other jobs is another log', async () => {
  const { store } = await openStore();
  const tools = await makeCaptureTools();
  await keepText(store, tools, 'a line\n', { attempt: { job: 'a' } });
  const second = await keepText(store, tools, 'a line\n', { attempt: { job: 'b' } });
  expect(second.delivery.state).toBe('created');
});

test.each([
  ['has no object', (object: string) => rm(object)],
  ['has a cut object', (object: string) => truncate(object, 10)],
  ['has a manifest that is none', (object: string) => writeFile(object.replace(/zst$/, 'json'), 'null')],
  ['is half a manifest', (object: string) => truncate(object.replace(/zst$/, 'json'), 40)],
])('a capture that %s does not stand for a second one of the same text', async (_how, spoil) => {
  const { store, folder } = await openStore();
  const tools = await makeCaptureTools();
  const first = await keepText(store, tools, 'a line\n');
  await spoil(join(folder, objectKeyOf(first.delivery.manifestKey)));
  expect((await keepText(store, tools, 'a line\n')).delivery.state).toBe('created');
});

test('a capture that is said to be cut does not stand for a whole one', async () => {
  const { store } = await openStore();
  const tools = await makeCaptureTools();
  await keepText(store, tools, 'a line\n', { cutReason: 'cancelled' });
  expect((await keepText(store, tools, 'a line\n')).delivery.state).toBe('created');
  expect((await keepText(store, tools, 'a line\n', { cutReason: 'cancelled' })).delivery.state).toBe('unchanged');
});

test('a writer that may only put keeps its log all the same', async () => {
  const { store } = await openStore();
  const refused = (): never => {
    throw new AppError('REFUSED', 'not permitted', { hint: 'ask for the right' });
  };
  const putOnly = over(store, { list: refused, get: refused, stat: refused });
  const tools = await makeCaptureTools();
  expect((await keepText(putOnly, tools, 'a line\n')).delivery.state).toBe('created');
  expect((await keepText(putOnly, tools, 'a line\n')).delivery.state).toBe('created');
});

test('a store that is away is an error, not a reason to write a second copy', async () => {
  const { store } = await openStore();
  const away = over(store, {
    list: () => {
      throw new AppError('STORE_UNAVAILABLE', 'no answer', { hint: 'try again' });
    },
  });
  await expect(keepText(away, await makeCaptureTools(), 'x')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});

test('a put that took over ten minutes gets a feed entry of a new time', async () => {
  const { store } = await openStore();
  const sealed = await sealText(await makeCaptureTools(), 'a line\n');
  let clockMs = CAPTURED_AT_MS;
  let storeMs = CAPTURED_AT_MS;
  const slow = over(store, {
    putOnce: async (key, body, signal) => {
      const { state } = await store.putOnce(key, body, signal);
      if (kindOf(key) === 'manifest' && state === 'created') {
        clockMs += 11 * 60_000;
        storeMs += 11 * 60_000;
      }
      return { state, storedAtMs: storeMs };
    },
  });
  const { storedAtMs } = await deliver(sealed, slow, { now: () => clockMs });
  const feed = (await keysIn(store)).filter((key) => kindOf(key) === 'feed');
  expect(feed).toHaveLength(2);
  expect(storedAtMs).toBe(CAPTURED_AT_MS + 11 * 60_000);
});

test('the object of a sealed log that vanished is missing input, not a damaged store', async () => {
  const { store } = await openStore();
  const sealed = await sealText(await makeCaptureTools(), 'a line\n');
  await rm(sealed.objectPath);
  await expect(deliver(sealed, store, OPTIONS)).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  expect(await keysIn(store)).toEqual([]);
});

test('other bytes at a key of ours are damage and stay', async () => {
  const { store } = await openStore();
  const sealed = await sealText(await makeCaptureTools(), 'a line\n');
  const key: ObjectKey = keysOfManifest(sealed.manifest).manifest;
  await store.putOnce(key, { sizeBytes: 2, open: () => [Buffer.from('{}')] as never });
  await expect(deliver(sealed, store, OPTIONS)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  expect(Buffer.concat(await collect(store.get(key))).toString()).toBe('{}');
});
