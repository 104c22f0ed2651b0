// Logs that wait: bounded, honest, delivered once, by any number of processes.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attemptFlags, expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { readKeptLogs } from '../support/kept-logs.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

/** Nothing listens there. */
const SILENT = {
  FIRSTRED_STORE: 's3://bucket/prefix',
  FIRSTRED_S3_ENDPOINT: 'http://127.0.0.1:9',
  FIRSTRED_STORE_TIMEOUT: '1s',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
};
const AWAY = { FIRSTRED_STORE: '/dev/null/away' };

/** A store that is away, as a file stands where its folder should be. */
async function blockStore(home: TestHome): Promise<() => Promise<void>> {
  await writeFile(home.store, 'not a folder');
  return () => rename(home.store, join(home.folder, 'was-in-the-way'));
}

const keep = (home: TestHome, text: string, attempt = 1, env = {}): ReturnType<typeof runCommand> =>
  runCommand(home, ['run', '--no-index', ...attemptFlags(attempt), '--', 'printf', text], { env });

test('what the store did not take is delivered by flush, once', async () => {
  const home = await makeHome();
  const unblock = await blockStore(home);
  for (const n of [1, 2, 3]) expectCode(await keep(home, `log ${n}\n`, n), 0);
  expect(expectCode(await runCommand(home, ['flush']), 24).stdout.toString()).toBe(
    '0 delivered, 3 waiting, 0 damaged\n',
  );
  await unblock();
  expect(expectCode(await runCommand(home, ['flush', '--json']), 0).stdout.toString()).toContain('"delivered":3');
  expect((await readKeptLogs(home.store)).map(({ text }) => text).sort()).toEqual(['log 1\n', 'log 2\n', 'log 3\n']);
  expect(await readdir(home.spool)).toEqual([]);
  expect(expectCode(await runCommand(home, ['flush']), 0).stdout.toString()).toContain('0 delivered');
});

test('many flushes at once deliver every log once', async () => {
  const home = await makeHome();
  const unblock = await blockStore(home);
  for (const n of [1, 2, 3, 4]) expectCode(await keep(home, `log ${n}\n`, n), 0);
  await unblock();
  const results = await Promise.all([1, 2, 3, 4].map(() => runCommand(home, ['flush', '--no-index'])));
  for (const result of results) expectCode(result, 0);
  const kept = await readKeptLogs(home.store);
  expect(kept.map(({ text }) => text).sort()).toEqual(['log 1\n', 'log 2\n', 'log 3\n', 'log 4\n']);
  expect(await readdir(home.spool)).toEqual([]);
});

test('archive and sync also deliver what earlier calls left behind', async () => {
  const home = await makeHome();
  const unblock = await blockStore(home);
  expectCode(await keep(home, 'first\n', 1), 0);
  await unblock();
  const past = new Date(Date.now() - 3_600_000);
  for (const name of await readdir(home.spool)) await utimes(join(home.spool, name), past, past);
  expectCode(await runCommand(home, ['sync']), 0);
  expect((await readKeptLogs(home.store)).map(({ text }) => text)).toEqual(['first\n']);
  const listed = expectCode(await runCommand(home, ['list', '--json']), 0).stdout.toString();
  expect(JSON.parse(listed)).toHaveLength(1);
});

test('a full spool is said, and the log is not counted as kept', async () => {
  const home = await makeHome({ FIRSTRED_SPOOL_MAX: '150' });
  const first = await keep(home, 'one\n', 1, AWAY);
  expect(first.stderr).toContain('`firstred flush` delivers it');
  const waiting = (await readdir(home.spool)).length;
  const second = expectCode(await keep(home, 'two\n', 2, AWAY), 0);
  expect(second.stderr).toContain('is full: it is not kept');
  expect(await readdir(home.spool)).toHaveLength(waiting);
  await writeFile(join(home.folder, 'three.log'), 'three\n');
  const args = ['archive', join(home.folder, 'three.log'), '--sha', '4f2a91c', '--attempt', '3'];
  const third = expectCode(await runCommand(home, args, { env: SILENT }), 2); // 24 would say that it waits
  expect(third.stderr).toContain('is full: it is not kept');
});

test.each([
  ['FIRSTRED_STORE_TIMEOUT', '2', 'no duration'],
  ['FIRSTRED_SPOOL_MAX', 'much', 'no size'],
])('a setting that cannot be read is named: %s=%s', async (setting, value, why) => {
  const refused = expectCode(await runCommand(await makeHome(), ['flush'], { env: { [setting]: value } }), 2);
  expect(refused.stderr).toContain(`${setting} cannot be used: '${value}' is ${why}`);
});

test('a log that was damaged while it waited is left alone and named', async () => {
  const home = await makeHome();
  const unblock = await blockStore(home);
  expectCode(await keep(home, 'good\n', 1), 0);
  expectCode(await keep(home, 'bad\n', 2), 0);
  await unblock();
  const names = (await readdir(home.spool)).filter((name) => name.endsWith('.zst'));
  for (const name of names) {
    const path = join(home.spool, name);
    const note = await readFile(path.replace(/zst$/, 'json'), 'utf8');
    if (note.includes('"attempt":2')) await writeFile(path, (await readFile(path)).fill(7, 3, 9));
  }
  const result = expectCode(await runCommand(home, ['flush']), 25);
  expect(result.stdout.toString()).toBe('1 delivered, 0 waiting, 1 damaged\n');
  expect(result.stderr).toContain('its bytes are not those that were sealed');
  expect((await readKeptLogs(home.store)).map(({ text }) => text)).toEqual(['good\n']);
});

test('a log that waited for long is delivered as a new capture', async () => {
  const home = await makeHome();
  const unblock = await blockStore(home);
  expectCode(await keep(home, 'old\n'), 0);
  await unblock();
  const past = new Date(Date.now() - 30 * 3_600_000);
  const before = await readdir(home.spool);
  for (const name of before) await utimes(join(home.spool, name), past, past);
  expectCode(await runCommand(home, ['flush']), 0);
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text).toBe('old\n');
  expect(before).not.toContain(`${kept?.manifest.capture.id}.json`);
  expect(await readdir(home.spool)).toEqual([]);
});

test('where the spool cannot be written the log goes to the store all the same', async () => {
  const home = await makeHome({ FIRSTRED_SPOOL: '/dev/null/spool' });
  expectCode(await keep(home, 'text\n'), 0);
  expect((await readKeptLogs(home.store)).map(({ text }) => text)).toEqual(['text\n']);
  const away = await keep(home, 'text\n', 2, AWAY);
  expect(away.stderr).toContain('NOT KEPT beyond this job');
});

test('a spool on a disk that fills up keeps head and tail of the log', async () => {
  const disk = await mountSmallDisk(1_500_000);
  if (disk === undefined) return;
  const home = await makeHome({ FIRSTRED_SPOOL: join(disk, 'spool') });
  const script = `const c = require('crypto'); console.log('HEAD'); for (let n = 0; n < 40000; n++) console.log(n, c.randomBytes(60).toString('base64')); console.log('TAIL'); process.exitCode = 3;`;
  const file = join(home.folder, 'script.cjs');
  await writeFile(file, script);
  const result = expectCode(await runCommand(home, ['run', '--no-index', '--', process.execPath, file]), 3);
  expect(result.stderr).toContain('the kept log is cut: the disk was full');
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.manifest.capture).toMatchObject({ complete: false });
  expect(kept?.text.startsWith('HEAD\n')).toBe(true);
  expect(kept?.text.endsWith('TAIL\n')).toBe(true);
  expect(kept?.text).toMatch(/\n\[firstred: \d+ bytes with \d+ line ends are missing here: the disk was full\]\n/);
  await writeFile(join(home.folder, 'long.log'), `${randomBytes(1_600_000).toString('base64')}\n`);
  const args = ['archive', join(home.folder, 'long.log'), '--sha', '4f2a91c', '--attempt', '2', '--no-index'];
  const inPart = expectCode(await runCommand(home, args), 20);
  expect(inPart.stderr).toMatch(
    /long\.log is kept in part: the disk was full: \d+ bytes in the middle are missing\n {2}free/,
  );
});

test('a store on a full disk spools, and the index on one does not cost the log', async () => {
  const disk = await mountSmallDisk(400_000);
  if (disk === undefined) return;
  await mkdir(join(disk, 'store'));
  await writeFile(join(disk, 'ballast'), Buffer.alloc(300_000));
  const home = await makeHome();
  const noise = `require('crypto').randomBytes(400000).toString('base64').match(/.{1,80}/g).join('\\n')`;
  const command = ['--', process.execPath, '-e', `console.log(${noise})`];
  const spooled = await runCommand(home, ['run', '--no-index', ...command], {
    env: { FIRSTRED_STORE: join(disk, 'store') },
  });
  expectCode(spooled, 0);
  expect(spooled.stderr).toContain('`firstred flush` delivers it');
  const indexed = await runCommand(home, ['run', ...command], { env: { FIRSTRED_INDEX: join(disk, 'index.db') } });
  expectCode(indexed, 0);
  expect(await readKeptLogs(home.store)).toHaveLength(1);
});
