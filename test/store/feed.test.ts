import { expect, test } from 'vitest';
import { FEED_OVERLAP_MS, findKeyTime, listFeed, readFeedEntry } from '../../store/feed.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { feedKey, type ObjectKey } from '../../store/keys.ts';
import { keysOfManifest } from '../../store/manifest.ts';
import { bodyOf, type ObjectStore } from '../../store/object-store.ts';
import { keepText, makeCaptureTools } from '../support/captures.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const AT = Date.parse('2026-05-04T09:07:08.009Z');
const openStore = async (): Promise<ObjectStore> => openFsStore(await makeTempFolder());
const put = (store: ObjectStore, key: string, json: unknown): Promise<unknown> =>
  store.putOnce(key as ObjectKey, bodyOf(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json))));

test('a delivered log has an entry that leads to its manifest and tells its identity', async () => {
  const store = await openStore();
  const { sealed, delivery } = await keepText(store, await makeCaptureTools(), 'a line\n');
  const [key] = await collect(listFeed(store, 0));
  const entry = await readFeedEntry(store, key as ObjectKey);
  expect(entry).toMatchObject({ manifestKey: keysOfManifest(sealed.manifest).manifest });
  expect(entry.storedAtMs).toBe(delivery.storedAtMs);
  const json = JSON.parse(Buffer.concat(await collect(store.get(entry.key))).toString());
  expect(json).toMatchObject({ format: 1, logId: sealed.manifest.logId, attempt: { job: 'test (20)', attempt: 1 } });
});

test('a listing starts a quarter of an hour before its cursor and is in order', async () => {
  const store = await openStore();
  const times = [AT - FEED_OVERLAP_MS - 1, AT - FEED_OVERLAP_MS, AT - 1, AT, AT + 3_600_000, AT + 40 * 86_400_000];
  for (const time of [...times].reverse()) await put(store, feedKey(time, '0123abcd'), {});
  expect((await collect(listFeed(store, AT))).map(findKeyTime)).toEqual(times.slice(1));
});

test('a key of another form has no time', () => {
  expect(findKeyTime('feed/2026/05/04/09/2026-05-04T090708.009Z-0123abcd.json')).toBe(AT);
  expect(findKeyTime('feed/2026/05/04/09/2026-13-44T090708.009Z-0123abcd.json')).toBeUndefined();
  expect(findKeyTime('feed/2026/05/04/09/2026-05-04T090708.009Z-0123abcd.txt')).toBeUndefined();
  expect(findKeyTime('feed/note.json')).toBeUndefined();
});

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['no key', { format: 1 }],
  ['a key outside the logs', { format: 1, manifest: 'facts/2026/x.json' }],
  ['a key that leaves the store', { format: 1, manifest: 'logs/../../etc/passwd.json' }],
  ['the key of an object', { format: 1, manifest: 'logs/a/b.zst' }],
  ['a key of 2,000 characters', { format: 1, manifest: `logs/${'a'.repeat(2_000)}.json` }],
])('an entry with %s is damage that names it', async (_what, json) => {
  const store = await openStore();
  const key = feedKey(AT, '0123abcd');
  await put(store, key, json);
  await expect(readFeedEntry(store, key)).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
    message: expect.stringContaining(key),
  });
});

test('an entry of a newer format is refused as such', async () => {
  const store = await openStore();
  const key = feedKey(AT, '0123abcd');
  await put(store, key, { format: 2, manifest: { of: 'another form' } });
  await expect(readFeedEntry(store, key)).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test('an entry larger than any is refused before it is whole in memory', async () => {
  const store = await openStore();
  const key = feedKey(AT, '0123abcd');
  await put(store, key, `{"manifest": "${'a'.repeat(200_000)}"}`);
  await expect(readFeedEntry(store, key)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});
