// Whatever is wrong with the call, the log or the store: two lines, the right exit code, and nothing kept is touched.
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CommandResult, expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { readKeptLogs } from '../support/kept-logs.ts';
import { findFile, snapshotOf } from '../support/store-files.ts';
import { ODD_TEXTS } from '../support/texts.ts';

const IDENTITY = ['--repo', 'git.example.org/acme/app', '--sha', '4f2a91c', '--job', 'test', '--attempt', '1'];
const archive = (home: TestHome, ...more: string[]): Promise<CommandResult> =>
  runCommand(home, ['archive', ...more, ...IDENTITY, '--no-index']);

/** Two lines: what happened, with the object's name; then what to do. */
function expectTwoLines(result: CommandResult, ...words: readonly string[]): void {
  expect(result.stderr.trimEnd().split('\n'), result.stderr).toHaveLength(2);
  expect(result.stderr).toMatch(/^firstred: \S.*\n {2}\S/);
  for (const word of words) expect(result.stderr).toContain(word);
}

/** A home with one log kept in its store, and the state of that store. */
async function homeWithLog(index = false): Promise<TestHome & { readonly logId: string }> {
  const home = await makeHome();
  const flags = index ? [] : ['--no-index'];
  const result = await runCommand(home, ['archive', '-', ...IDENTITY, '--conclusion', 'red', ...flags], {
    input: 'kept before\n'.repeat(500),
  });
  const logId = expectCode(result, 0).stdout.toString().slice(0, 17);
  return { ...home, logId };
}

test('a missing file', async () => {
  const home = await homeWithLog();
  const before = snapshotOf(home.store);
  expectTwoLines(expectCode(await archive(home, 'nowhere.log'), 21), 'nowhere.log');
  expect(snapshotOf(home.store)).toEqual(before);
});

test('a folder in place of a file', async () => {
  const home = await makeHome();
  mkdirSync(join(home.folder, 'work/logs'));
  expectTwoLines(expectCode(await archive(home, 'logs'), 2), 'logs', 'folder');
});

test('a glob that matches nothing', async () => {
  expectTwoLines(expectCode(await archive(await makeHome(), 'none-*.log'), 21), 'none-*.log');
});

test('no log named at all', async () => {
  expectTwoLines(
    expectCode(await runCommand(await makeHome(), ['archive', '--batch', 'nowhere.jsonl']), 21),
    'nowhere.jsonl',
  );
});

test.each(Object.entries(ODD_TEXTS))('a log of %s is kept byte for byte', async (_name, text) => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/odd.log'), text);
  expectCode(await archive(home, 'odd.log'), 0);
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.manifest.text.sizeBytes).toBe(text.byteLength);
  expect(kept?.text).toBe(text.toString());
});

test('a file that is no gzip though its name says so', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/odd.log.gz'), 'plain text');
  expectTwoLines(expectCode(await archive(home, 'odd.log.gz'), 2), 'odd.log.gz');
  expect(await readKeptLogs(home.store).catch(() => [])).toEqual([]);
});

test('one missing file among others keeps the others and says so', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  expectTwoLines(expectCode(await archive(home, 'a.log', 'nowhere.log'), 20), 'nowhere.log');
  expect(await readKeptLogs(home.store)).toHaveLength(1);
});

test('a store that cannot be written: the log waits in the spool', async () => {
  const home = await makeHome();
  mkdirSync(home.store);
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  const isRoot = process.getuid?.() === 0; // rights do not bind root
  if (isRoot) for (const path of ['', 'work', 'work/a.log']) chownSync(join(home.folder, path), 65_534, 65_534);
  chmodSync(home.store, 0o555);
  const { spawnSync } = await import('node:child_process');
  const main = process.env['FIRSTRED_TEST_MAIN'] ?? join(import.meta.dirname, '../../dist/cli/main.js');
  const result = spawnSync(process.execPath, [main, 'archive', 'a.log', ...IDENTITY, '--no-index'], {
    cwd: join(home.folder, 'work'),
    env: home.env,
    encoding: 'utf8',
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  expect(result.status, result.stderr).toBe(24);
  expect(result.stderr).toContain(home.store);
  expect(result.stderr).toContain('firstred flush');
  expect(readdirSync(home.spool).filter((name) => name.endsWith('.json'))).toHaveLength(1);
  expect(readdirSync(home.store)).toEqual([]);
});

test('a spool that cannot be written costs nothing while the store is there', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'file'), '');
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  const env = { FIRSTRED_SPOOL: join(home.folder, 'file/spool') };
  expectCode(await runCommand(home, ['archive', 'a.log', ...IDENTITY, '--no-index'], { env }), 0);
  expect(await readKeptLogs(home.store)).toHaveLength(1);
});

test.each(['ftp://host/logs', 'http://host/logs', 's4://bucket'])('the unknown store scheme %s', async (store) => {
  const home = await makeHome({ FIRSTRED_STORE: store });
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  expectTwoLines(expectCode(await archive(home, 'a.log'), 2));
});

test('a store path that is a file', async () => {
  const home = await makeHome();
  writeFileSync(home.store, 'precious');
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  expectTwoLines(expectCode(await archive(home, 'a.log'), 2), home.store);
  expect(readFileSync(home.store, 'utf8')).toBe('precious');
});

test('a server that is not there: the log waits in the spool', async () => {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const address = listener.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await new Promise((resolve) => listener.close(resolve)); // so the port is a closed one
  const home = await makeHome({
    FIRSTRED_STORE: 's3://logs/x',
    FIRSTRED_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    FIRSTRED_STORE_TIMEOUT: '2s',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test-test-test',
  });
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  const result = expectCode(await archive(home, 'a.log'), 24);
  expect(result.stderr).toContain('s3://logs/x');
  expect(result.stderr).toContain('flush');
  expect(result.stderr).not.toContain('test-test-test');
});

test('a store of a newer format', async () => {
  const home = await homeWithLog();
  writeFileSync(join(home.store, 'firstred.json'), '{"format": 2, "storeId": "S0000000000000000"}\n');
  const before = snapshotOf(home.store);
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  expectTwoLines(expectCode(await archive(home, 'a.log'), 24), 'format 2', 'flush'); // not lost: it waits here
  expectTwoLines(expectCode(await runCommand(home, ['sync']), 2), 'newer');
  expect(snapshotOf(home.store)).toEqual(before);
});

test('a manifest of a newer format is left out, and that is said', async () => {
  const home = await homeWithLog();
  const path = findFile(join(home.store, 'logs'), '.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"format": 1', '"format": 2'));
  const result = expectCode(await runCommand(home, ['sync']), 20);
  expect(result.stderr).toContain('format 2');
});

test('a manifest that is none is left out, and that is said', async () => {
  const home = await homeWithLog();
  const path = findFile(join(home.store, 'logs'), '.json');
  truncateSync(path, 100);
  const result = expectCode(await runCommand(home, ['sync']), 20);
  expect(result.stderr).toContain(path.split('/').at(-1));
});

test('a damaged frame is left out of the index, and its log is named', async () => {
  const home = await homeWithLog();
  const path = findFile(home.store, '.zst');
  const bytes = readFileSync(path);
  bytes[20] = (bytes[20] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
  const result = expectCode(await runCommand(home, ['sync']), 20);
  expect(result.stderr).toContain(path.split('/').at(-1)?.replace('.zst', '.json'));
});

test('a damaged object', async () => {
  const home = await homeWithLog(true);
  const path = findFile(home.store, '.zst');
  const bytes = readFileSync(path);
  bytes[20] = (bytes[20] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
  expectTwoLines(expectCode(await runCommand(home, ['show', home.logId]), 25));
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('an object that is gone', async () => {
  const home = await homeWithLog(true);
  const path = findFile(home.store, '.zst');
  truncateSync(path, 5);
  expectTwoLines(expectCode(await runCommand(home, ['show', home.logId, '--raw']), 25));
});

test('an index of a newer version', async () => {
  const home = await homeWithLog(true);
  const Database = (await import('better-sqlite3')).default;
  const index = new Database(home.index);
  index.pragma('user_version = 1000');
  index.close();
  const before = snapshotOf(home.store);
  expectTwoLines(expectCode(await runCommand(home, ['list']), 2), home.index);
  expect(snapshotOf(home.store)).toEqual(before);
});

test('an index that is none', async () => {
  const home = await homeWithLog();
  writeFileSync(home.index, 'this is no database, but long enough to look like one '.repeat(100));
  const result = await runCommand(home, ['list']);
  expectTwoLines(expectCode(result, 25), home.index);
});

test('a REF that names nothing', async () => {
  const home = await homeWithLog(true);
  expectTwoLines(expectCode(await runCommand(home, ['show', 'Lzzzzzzzz']), 21), 'Lzzzzzzzz');
  expectTwoLines(expectCode(await runCommand(home, ['show', 'what is this?']), 2), 'what is this?');
});

test('a configuration file that is no JSON', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/.firstred.json'), '{');
  expectTwoLines(expectCode(await runCommand(home, ['config']), 2), '.firstred.json');
});

test('a repository that would set the store', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/.firstred.json'), '{"store": "/somewhere/else"}');
  expectTwoLines(expectCode(await runCommand(home, ['config']), 2), '.firstred.json', 'store');
});

test.each([
  ['--attempt', '0'],
  ['--attempt', 'first'],
  ['--sha', 'main'],
  ['--conclusion', 'purple'],
  ['--label', 'novalue'],
])('the flag %s %s', async (flag, value) => {
  const home = await makeHome();
  const result = await runCommand(home, ['archive', '-', flag, value, '--no-index'], { input: 'x\n' });
  expectTwoLines(expectCode(result, 2), value);
  expect(readdirSync(home.folder)).not.toContain('store');
});
