// `firstred rescan` on a store of its own: what newer rules find, and that it is gone everywhere afterwards.
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { makeHome, type TestHome } from '../support/command.ts';
import { expectWhole, listedLogs, runHere } from '../support/crash-checks.ts';
import { readKeptLogs } from '../support/kept-logs.ts';

const TOKEN = ['gl', 'pat-Zk3v9QwLm2Xr8TbYc4Nd'].join('');
const LOG = `start\nusing ${TOKEN} for the upload\nunusualword at the end\n`;
const IDENTITY = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'deploy', '--run', '7', '--attempt', '1'];

async function keep(home: TestHome, text: string, ...flags: readonly string[]): Promise<string> {
  const file = join(home.folder, 'in.log');
  await writeFile(file, text);
  const result = await runHere(home, ['archive', file, '--json', ...IDENTITY, ...flags]);
  const [row] = JSON.parse(result.stdout) as { logId: string }[];
  return row?.logId ?? '';
}

/** A store with a log from before there was a rule for what it holds. */
async function homeWithOldLog(): Promise<{ home: TestHome; old: string }> {
  const home = await makeHome();
  const old = await keep(home, LOG, '--no-mask', '--i-know', '--conclusion', 'failure');
  return { home, old };
}

async function rescan(home: TestHome, ...flags: readonly string[]) {
  const { code, stdout, stderr } = await runHere(home, ['rescan', '--json', ...flags]);
  return { code, stderr, report: SCHEMAS.rescan.parse(JSON.parse(stdout)) };
}

/** Every file below the home, but the input itself, that holds these bytes, packed or not. */
async function filesWith(home: TestHome, needle: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(home.folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && entry.name !== 'in.log' && (await readFile(path)).includes(needle)) found.push(path);
  }
  const texts = await readKeptLogs(home.store);
  return [...found, ...texts.filter(({ text }) => text.includes(needle)).map(({ manifest }) => manifest.logId)];
}

test('says what it found and changes nothing without --yes', async () => {
  const { home, old } = await homeWithOldLog();
  const { code, report } = await rescan(home);
  expect(code).toBe(0);
  expect(report).toMatchObject({ applied: false, looked: 1, logs: [{ logId: old, newLogId: null, masked: 1 }] });
  expect(report.logs[0]?.counts).toEqual({ gitlab: 1 });
  expect(await listedLogs(home)).toEqual([old]);
  const { stdout } = await runHere(home, ['rescan']);
  expect(stdout).toContain(`${old}  `);
  expect(stdout).toContain('gitlab 1');
  expect(stdout).toContain('nothing was changed');
  expect(stdout).not.toContain(TOKEN);
});

test('with --yes a masked copy takes its place, and the secret is in no file any more', async () => {
  const { home, old } = await homeWithOldLog();
  await runHere(home, ['show', old]); // fills the cache
  await runHere(home, ['search', TOKEN]);
  const { code, report } = await rescan(home, '--yes');
  expect([code, report.applied]).toEqual([0, true]);
  const copy = report.logs[0]?.newLogId ?? '';
  expect(copy).toMatch(/^L[0-9a-z]{16}$/);
  expect(copy).not.toBe(old);
  const { texts, audit } = await expectWhole(home);
  expect(texts).toEqual([LOG.replace(TOKEN, '***')]);
  expect([audit.leftovers, audit.missingFeed]).toEqual([[], []]);
  expect(await filesWith(home, TOKEN)).toEqual([]);
  expect(await filesWith(home, TOKEN.toLowerCase())).toEqual([]);
  expect((await runHere(home, ['search', TOKEN])).code).toBe(1);
  expect((await rescan(home)).code).toBe(1);
});

test('the old id leads to the copy, with its line', async () => {
  const { home, old } = await homeWithOldLog();
  const { report } = await rescan(home, '--yes');
  const copy = report.logs[0]?.newLogId ?? '';
  for (const ref of [old, old.slice(0, 8)]) {
    const { code, stdout } = await runHere(home, ['show', `${ref}:2`]);
    expect(code).toBe(0);
    expect(stdout).toContain('using *** for the upload');
  }
  const meta = await runHere(home, ['show', old, '--meta']);
  expect(JSON.parse(meta.stdout)).toMatchObject({
    logId: copy,
    capture: { how: 'rescan' },
    masking: { counts: { gitlab: 1 } },
  });
  const found = await runHere(home, ['search', 'unusualword', '--json']);
  expect(JSON.parse(found.stdout.split('\n')[0] ?? '')).toMatchObject({ logId: copy, line: 3 });
});

test('another machine follows at its next sync, its index and cache too', async () => {
  const { home, old } = await homeWithOldLog();
  const other: TestHome = {
    ...home,
    index: join(home.folder, 'other.db'),
    env: {
      ...home.env,
      FIRSTRED_INDEX: join(home.folder, 'other.db'),
      XDG_CACHE_HOME: join(home.folder, 'other-cache'),
    },
  };
  expect(await listedLogs(other)).toEqual([old]);
  await runHere(other, ['search', TOKEN]);
  const { report } = await rescan(home, '--yes');
  expect(await listedLogs(other)).toEqual([report.logs[0]?.newLogId]);
  expect((await runHere(other, ['show', `${old}:2`])).stdout).toContain('***');
  expect(await filesWith(home, TOKEN)).toEqual([]);
});

test('a second delivery of the old text stays hidden, and the next rescan removes it', async () => {
  const { home } = await homeWithOldLog();
  const before = join(home.folder, 'before');
  await mkdir(before);
  await cp(home.store, before, { recursive: true });
  const { report } = await rescan(home, '--yes');
  await cp(join(before, 'logs'), join(home.store, 'logs'), { recursive: true, force: false });
  await cp(join(before, 'feed'), join(home.store, 'feed'), { recursive: true, force: false });
  const copy = report.logs[0]?.newLogId ?? '';
  expect(await listedLogs(home)).toEqual([copy]);
  expect((await runHere(home, ['sync', '--full'])).code).toBe(0);
  expect((await runHere(home, ['search', TOKEN])).code).toBe(1);
  expect((await rescan(home, '--yes')).report.returned).toHaveLength(1);
  const kept = await readKeptLogs(home.store);
  expect(kept.map(({ manifest }) => manifest.logId)).toEqual([copy]);
});

test('what waits in the spool is masked there, before it is delivered', async () => {
  const home = await makeHome();
  const away: TestHome = {
    ...home,
    env: {
      ...home.env,
      FIRSTRED_STORE: 's3://nowhere/x',
      FIRSTRED_STORE_TIMEOUT: '1s',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'y',
      FIRSTRED_S3_ENDPOINT: 'http://127.0.0.1:9',
    },
  };
  await keep(home, 'a first log makes the store\n');
  await keep(away, LOG, '--no-mask', '--i-know');
  const notes = (await readdir(home.spool)).filter((name) => name.endsWith('.json'));
  expect(notes).toHaveLength(1);
  // The store it was for is this one.
  const note = join(home.spool, notes[0] ?? '');
  await writeFile(note, (await readFile(note, 'utf8')).replace('s3://nowhere/x', home.store));
  const dry = await rescan(home);
  expect(dry.report.logs).toMatchObject([{ where: 'spool', masked: 1, newLogId: null }]);
  await rescan(home, '--yes');
  expect((await readdir(home.spool)).filter((name) => /\.(?:json|zst)$/.test(name))).toEqual([]);
  expect((await runHere(home, ['flush'])).code).toBe(0);
  const texts = (await readKeptLogs(home.store)).map(({ text }) => text);
  expect(texts.sort()).toEqual(['a first log makes the store\n', LOG.replace(TOKEN, '***')]);
});

test('a value that leaked later is taken out by --mask-file, of logs that newer rules would pass', async () => {
  const home = await makeHome();
  await keep(home, 'we printed plain-looking-word here\n');
  expect((await rescan(home)).report).toMatchObject({ looked: 0, passed: 1, logs: [] });
  const list = join(home.folder, 'leaked.txt');
  await writeFile(list, 'plain-looking-word\n');
  expect((await rescan(home, '--mask-file', list, '--yes')).report.logs).toMatchObject([{ counts: { told: 1 } }]);
  expect((await readKeptLogs(home.store)).map(({ text }) => text)).toEqual(['we printed *** here\n']);
});

test('times of the lines of run hold for the copy', async () => {
  const home = await makeHome();
  const script = `console.log('start'); console.log('using ${TOKEN}')`;
  await runHere(home, ['run', '--no-mask', '--i-know', ...IDENTITY, '--', process.execPath, '-e', script]);
  await rescan(home, '--yes');
  const [kept] = await readKeptLogs(home.store);
  expect(kept?.text).toBe('start\nusing ***\n');
  expect(kept?.manifest.object.sideTable).toBeDefined();
  const { code } = await runHere(home, ['show', kept?.manifest.logId ?? '', '--times']);
  expect(code).toBe(0);
});
