// What an index file may be that is none, or not ours to open, and what people are told then.
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkForeignIndex, INDEX_VERSION } from '../../indexer/database.ts';
import { openIndex, openIndexReader } from '../../indexer/open-index.ts';
import { sqlite } from '../../indexer/sqlite-module.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const newFile = async (): Promise<string> => path.join(await makeTempFolder(), 'index.db');

/** An index of ours, changed by `statements`. */
async function changed(...statements: readonly string[]): Promise<string> {
  const file = await newFile();
  openIndex(file).close();
  const database = new (sqlite())(file);
  for (const statement of statements) database.exec(statement);
  database.close();
  return file;
}

test('a folder, and a file that everybody may write, are not opened', async () => {
  const folder = await newFile();
  mkdirSync(folder);
  expect(() => openIndex(folder)).toThrow(expect.objectContaining({ code: 'INPUT_UNREADABLE' }));
  const open = await changed();
  chmodSync(open, 0o666);
  for (const opening of [openIndex, openIndexReader])
    expect(() => opening(open)).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringContaining('every user of this machine') }),
    );
});

test('a database of something else is left as it is', async () => {
  const file = await newFile();
  const other = new (sqlite())(file);
  other.exec('CREATE TABLE recipe (name)');
  other.close();
  const before = readFileSync(file);
  for (const opening of [openIndex, openIndexReader])
    expect(() => opening(file)).toThrow(
      expect.objectContaining({ code: 'INPUT_UNREADABLE', message: expect.stringContaining('something else') }),
    );
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('an index of a newer firstred is refused by both sides', async () => {
  const file = await changed(`PRAGMA user_version=${INDEX_VERSION + 1}`);
  for (const opening of [openIndex, openIndexReader])
    expect(() => opening(file)).toThrow(
      expect.objectContaining({ code: 'INDEX_TOO_NEW', hint: expect.stringContaining('newer firstred') }),
    );
});

test('what is no database at all, or a torn one, is damaged: the store makes it anew', async () => {
  const text = await newFile();
  writeFileSync(text, 'this is a shopping list, and a long one\n'.repeat(500), { mode: 0o600 });
  expect(() => openIndex(text)).toThrow(
    expect.objectContaining({ code: 'INDEX_DAMAGED', hint: expect.stringContaining('firstred reindex') }),
  );
  const torn = await changed();
  const bytes = readFileSync(torn);
  bytes.fill(0xff, 8192 * 2);
  writeFileSync(torn, bytes);
  expect(() => checkForeignIndex(torn)).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
});

test('a copy from elsewhere with a table, view or trigger of its own is no index', async () => {
  for (const extra of ['CREATE TABLE extra (a)', 'CREATE VIEW extra AS SELECT 1']) {
    const file = await changed(extra);
    expect(() => checkForeignIndex(file)).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
  }
  checkForeignIndex(await changed());
});

test('a new index and its folder are their owner’s alone, and closing twice is no error', async () => {
  const file = path.join(await makeTempFolder(), 'new/index.db');
  const index = openIndex(file);
  index.close();
  index.close();
  expect(existsSync(file)).toBe(true);
  expect([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
});
