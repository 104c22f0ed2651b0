// index publish and the sync of a machine that begins with what was published.
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { INDEX_VERSION } from '../../indexer/database.ts';
import { makeHome, type TestHome } from '../support/command.ts';
import { runHere } from '../support/crash-checks.ts';

async function keep(home: TestHome, text: string, attempt: number): Promise<void> {
  const file = join(home.folder, `${attempt}.log`);
  await writeFile(file, text);
  const identity = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'j', '--run', '1', '--attempt', `${attempt}`];
  expect((await runHere(home, ['archive', file, ...identity])).code).toBe(0);
}

/** Another machine with the same store. */
const newcomer = (home: TestHome): Promise<TestHome> => makeHome({ FIRSTRED_STORE: home.store });

async function publish(home: TestHome): Promise<{ readonly key: string; readonly removed: readonly string[] }> {
  const { code, stdout } = await runHere(home, ['index', 'publish', '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

async function sync(home: TestHome) {
  const { code, stdout, stderr } = await runHere(home, ['sync', '--json']);
  return { code, stderr, ...(JSON.parse(stdout) as { added: number; unreadable: number }) };
}

const found = async (home: TestHome, text: string): Promise<readonly string[]> =>
  (await runHere(home, ['search', text, '--files'])).stdout.split('\n').filter((line) => line !== '');

const snapshotFiles = async (home: TestHome): Promise<readonly string[]> =>
  (await readdir(home.store, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.parentPath.startsWith(join(home.store, 'index')))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

async function change(file: string, edit: (bytes: Buffer) => Buffer | string): Promise<void> {
  await chmod(file, 0o600);
  await writeFile(file, edit(await readFile(file)));
}

async function publishedTwo(): Promise<TestHome> {
  const home = await makeHome();
  await keep(home, 'boom one\n', 1);
  await keep(home, 'boom two\n', 2);
  await publish(home);
  return home;
}

test('a machine without an index begins with the newest snapshot and reads only what came after it', async () => {
  const home = await publishedTwo();
  await keep(home, 'boom three\n', 3);
  const other = await newcomer(home);
  const first = await sync(other);
  expect(first).toMatchObject({ code: 0, added: 1, unreadable: 0 });
  expect(first.stderr).toContain('begins with the snapshot');
  expect(await found(other, 'boom')).toEqual(await found(home, 'boom'));
  expect(await found(other, 'boom')).toHaveLength(3);
  expect(await sync(other)).toMatchObject({ added: 0, stderr: '' });
});

test('a tombstone that is written after the snapshot is obeyed, and forget takes the snapshots away', async () => {
  const home = await publishedTwo();
  const kept = new Map<string, Buffer>();
  for (const file of await snapshotFiles(home)) kept.set(file, await readFile(file));
  const [one = ''] = await found(home, 'boom one');
  expect((await runHere(home, ['forget', one, '--reason', 'test', '--yes'])).code).toBe(0);
  expect(await snapshotFiles(home)).toEqual([]);
  // As where the snapshot was being downloaded, or its removal was refused.
  for (const [file, bytes] of kept) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  const other = await newcomer(home);
  expect(await sync(other)).toMatchObject({ code: 0, added: 0 });
  expect(await found(other, 'boom one')).toEqual([]);
  expect(await found(other, 'boom two')).toHaveLength(1);
  expect((await readFile(other.index)).includes('boom one')).toBe(false);
});

test.each([
  ['a cut object', /\.db\.zst$/, (bytes: Buffer) => bytes.subarray(0, bytes.length - 7)],
  ['a changed byte', /\.db\.zst$/, (bytes: Buffer) => Buffer.from(bytes.map((b, n) => (n === 4000 ? b ^ 1 : b)))],
  ['a newer index', /\.json$/, (bytes: Buffer) => bytes.toString().replace(/("indexVersion": )\d+/, '$1999')],
  ['a newer description', /\.json$/, (bytes: Buffer) => bytes.toString().replace(/("format": )\d+/, '$1999')],
  ['another store', /\.json$/, (bytes: Buffer) => bytes.toString().replace(/("storeId": ")\w+/, '$1Sother')],
  ['no description', /\.json$/, () => 'not json'],
] as const)('%s: the snapshot is refused, and the index is built from the logs', async (_what, name, edit) => {
  const home = await publishedTwo();
  for (const file of await snapshotFiles(home)) if (name.test(file)) await change(file, edit);
  const other = await newcomer(home);
  const synced = await sync(other);
  expect(synced).toMatchObject({ code: 0, added: 2 });
  expect(synced.stderr).toContain('the index is not begun with it');
  expect(await found(other, 'boom')).toHaveLength(2);
  expect((await readdir(other.folder)).filter((file) => file.includes('.new-'))).toEqual([]);
});

test('a damaged newest snapshot leaves the one before it', async () => {
  const home = await publishedTwo();
  await publish(home);
  const objects = (await snapshotFiles(home)).filter((file) => file.endsWith('.zst'));
  await change(objects.at(-1) ?? '', () => 'x');
  const other = await newcomer(home);
  expect(await sync(other)).toMatchObject({ added: 0 });
  expect(await found(other, 'boom')).toHaveLength(2);
});

test('an index with a trigger of its own is refused', async () => {
  const { checkForeignIndex } = await import('../../indexer/database.ts');
  const home = await publishedTwo();
  expect(() => checkForeignIndex(home.index)).not.toThrow();
  const database = new Database(home.index);
  database.exec('CREATE TRIGGER sly AFTER INSERT ON names BEGIN DELETE FROM logs; END');
  database.close();
  expect(() => checkForeignIndex(home.index)).toThrow(`not an index of this version`);
  expect(INDEX_VERSION).toBeGreaterThan(0);
});

test('only the newest two stay', async () => {
  const home = await publishedTwo();
  const second = await publish(home);
  const third = await publish(home);
  expect(second.removed).toHaveLength(0);
  expect(third.removed).toHaveLength(1);
  const names = (await snapshotFiles(home)).map((file) => file.replace(`${home.store}/`, ''));
  expect(names.filter((name) => name.endsWith('.json'))).toEqual([second.key, third.key]);
  expect((await runHere(home, ['verify', '--json'])).code).toBe(0);
});

test('an index that follows another store as well is not published', async () => {
  const home = await publishedTwo();
  const elsewhere = await makeHome({ FIRSTRED_INDEX: home.index });
  await keep(elsewhere, 'private\n', 9);
  await expect(runHere(home, ['index', 'publish'])).rejects.toMatchObject({ code: 'USAGE' });
});
