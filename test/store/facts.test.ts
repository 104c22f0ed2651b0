import { expect, test } from 'vitest';
import { listFacts, readFact } from '../../store/fact-schema.ts';
import { type FactContent, writeFact } from '../../store/facts.ts';
import { findKeyTime } from '../../store/feed.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { factKey, type ObjectKey } from '../../store/keys.ts';
import type { LogId } from '../../store/log-id.ts';
import { bodyOf, type ObjectStore } from '../../store/object-store.ts';
import { collect } from '../support/collect.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const AT = Date.parse('2026-05-04T09:07:08.009Z');
const ID = '0123456789abcdef';
const LOG = 'L7kq2m9xw1c4d8fh3' as LogId;
const subject = { repo: 'git.example.org/acme/app', providerId: '4812' };

const CONTENTS: readonly FactContent[] = [
  { kind: 'conclusion', subject, conclusion: 'failure', finishedAt: '2026-05-04T09:05:30.250Z' },
  { kind: 'identity', subject, set: { job: 'test (20)', attempt: 2 } },
  {
    kind: 'mechanism',
    signature: 's1:0123',
    templates: ['connection to <host> refused'],
    scope: { repo: subject.repo, job: 'test (20)' },
    mechanism: 'shared-failure',
    issue: 'https://git.example.org/acme/app/issues/7',
    until: '2026-08-02T00:00:00.000Z',
    exemplar: { logId: LOG, line: 214, text: 'connection to 10.0.0.7 refused' },
  },
  { kind: 'unname', signature: 's1:0123', scope: {}, note: 'it was something else' },
  { kind: 'tombstone', logId: LOG, manifestKeys: ['logs/a/b.json' as ObjectKey], reason: 'a secret' },
  { kind: 'rename', from: 'git.example.org/acme/app', to: 'git.example.org/acme/application' },
];

const openStore = async (): Promise<ObjectStore> => openFsStore(await makeTempFolder());
async function readPut(json: unknown, key: ObjectKey = factKey(AT, ID)) {
  const store = await openStore();
  await store.putOnce(key, bodyOf(Buffer.from(typeof json === 'string' ? json : JSON.stringify(json))));
  return readFact(store, key);
}
const envelope = { format: 1, id: ID, by: 'kim' };

test.each(CONTENTS.map((content) => [content.kind, content] as const))(
  'a fact of kind %s is read back',
  async (_kind, content) => {
    const store = await openStore();
    const written = await writeFact(store, content, { by: 'kim', tool: 'firstred 0.0.0-test' });
    const [key] = await collect(listFacts(store, 0));
    expect(await readFact(store, key as ObjectKey)).toEqual(written);
    expect(written).toMatchObject({ ...content, by: 'kim', storedAtMs: findKeyTime(key ?? '') });
  },
);

test('the time of a fact is the store’s, not the writer’s', async () => {
  const store = await openStore();
  const future = { ...store, url: '', clockMs: async () => AT, putOnce: store.putOnce.bind(store) } as ObjectStore;
  const { storedAtMs } = await writeFact(future, CONTENTS[5]!, { by: 'kim', tool: 'x' });
  expect(storedAtMs).toBe(AT);
});

test('the same fact said twice is two facts', async () => {
  const store = await openStore();
  for (let n = 0; n < 2; n++) await writeFact(store, CONTENTS[0]!, { by: 'kim', tool: 'x' });
  expect(await collect(listFacts(store, 0))).toHaveLength(2);
});

test('a kind of a later version is passed over', async () => {
  expect(await readPut({ ...envelope, kind: 'horoscope', stars: 5 })).toBeUndefined();
});

test('a fact of a newer format is refused', async () => {
  await expect(readPut({ ...envelope, format: 2, kind: 'rename' })).rejects.toMatchObject({ code: 'FORMAT_TOO_NEW' });
});

test.each([
  ['nothing', ''],
  ['no id', { format: 1, by: 'kim', kind: 'rename', from: 'a', to: 'b' }],
  ['no author', { format: 1, id: ID, kind: 'rename', from: 'a', to: 'b' }],
  ['half its fields', { ...envelope, kind: 'rename', from: 'a' }],
  ['a conclusion that is none', { ...envelope, kind: 'conclusion', subject, conclusion: 'purple' }],
  ['a subject that is none', { ...envelope, kind: 'conclusion', subject: 'all', conclusion: 'success' }],
  ['a log id that is none', { ...envelope, kind: 'tombstone', logId: '*', manifestKeys: [], reason: 'x' }],
  [
    'a key outside the logs',
    { ...envelope, kind: 'tombstone', logId: LOG, manifestKeys: ['firstred.json'], reason: 'x' },
  ],
  [
    'a key that leaves the store',
    { ...envelope, kind: 'tombstone', logId: LOG, manifestKeys: ['logs/../../x'], reason: 'x' },
  ],
  ['a line 0', { ...envelope, ...CONTENTS[2]!, exemplar: { logId: LOG, line: 0, text: '' } }],
  ['more than a fact may have', `{"kind":"${'x'.repeat(300_000)}"}`],
])('a fact with %s is damage', async (_what, json) => {
  await expect(readPut(json)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});

test('keys without a time are no facts', async () => {
  const store = await openStore();
  await store.putOnce('facts/note.json' as ObjectKey, bodyOf(Buffer.from('{}')));
  expect(await collect(listFacts(store, 0))).toEqual([]);
});
