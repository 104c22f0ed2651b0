// kill -9 at every named step of every command that writes: all or nothing is visible, the next call goes on, what is
// left is named and can be cleared.
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRASH_POINTS } from '../../store/crash-points.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { expectCleared, expectWhole, listedLogs, runHere } from '../support/crash-checks.ts';

const reached = new Set<string>();

/** Runs the command until it kills itself at `point`. */
async function killAt(home: TestHome, point: string, args: readonly string[], env = {}): Promise<void> {
  const result = await runCommand(home, args, { env: { FIRSTRED_TEST_KILL_AT: point, ...env } });
  expect([result.code, result.signal], `${point} was not reached: ${result.stderr}`).toEqual([null, 'SIGKILL']);
  reached.add(point.replace(/#.*/, ''));
}

const TEXT = `start\n${'a line of the log that is long enough to be worth packing\n'.repeat(12_000)}end\n`;
const IDENTITY = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'j', '--run', '1'];

async function logFile(home: TestHome, name = 'job.log', text = TEXT): Promise<string> {
  const path = join(home.folder, name);
  await writeFile(path, text);
  return path;
}

/** Puts of a first archive: firstred.json, object, feed entry, manifest. */
const PUTS = ['put:temporary', 'put:linked'].flatMap((point) => [1, 2, 3, 4].map((n) => `${point}#${n}`));
const ARCHIVE_POINTS = [
  'capture:staged',
  'capture:framed',
  'capture:framed#2',
  'capture:written',
  'seal:named',
  'seal:noted',
  ...PUTS,
  'deliver:object',
  'deliver:feed',
  'deliver:manifest',
  'spool:note-removed',
  'spool:removed',
  'archive:indexed',
];

describe('archive', () => {
  test.each(ARCHIVE_POINTS)(
    'killed at %s, the log is whole or not there, and the next call keeps it',
    async (point) => {
      const home = await makeHome();
      const args = ['archive', await logFile(home), ...IDENTITY, '--attempt', '1'];
      await killAt(home, point, args);
      const made = await readdir(home.store).catch(() => []);
      if (made.length > 0) for (const text of (await expectWhole(home)).texts) expect(text).toBe(TEXT);
      expectCode(await runCommand(home, args), 0);
      expect((await runHere(home, ['flush'])).code).toBe(0);
      expect((await expectWhole(home)).texts).toContain(TEXT);
      expect(await listedLogs(home)).toHaveLength(1);
      await expectCleared(home);
      expect((await readdir(home.spool)).filter((name) => !name.endsWith('.json'))).toEqual([]);
    },
  );

  test.each(['seal:noted', 'put:linked#2', 'deliver:object', 'deliver:feed', 'deliver:manifest'])(
    'killed at %s, flush alone delivers what was sealed',
    async (point) => {
      const home = await makeHome();
      await killAt(home, point, ['archive', await logFile(home), ...IDENTITY]);
      expect((await runHere(home, ['flush'])).code).toBe(0);
      expect((await expectWhole(home)).texts).toEqual([TEXT]);
      expect(await listedLogs(home)).toHaveLength(1);
    },
  );

  test('killed between feed entry and manifest, with its machine lost, the log is there after verify --repair', async () => {
    const home = await makeHome();
    await killAt(home, 'deliver:feed', ['archive', await logFile(home), ...IDENTITY]);
    const elsewhere = { ...home, env: { ...home.env, FIRSTRED_SPOOL: join(home.folder, 'other-spool') } };
    const { stdout } = await runHere(elsewhere, ['verify', '--repair', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      damaged: [],
      leftovers: [],
      repaired: [expect.stringMatching(/^logs\//)],
    });
    expect((await expectWhole(home)).texts).toEqual([TEXT]);
    expect(await listedLogs(elsewhere)).toHaveLength(1);
    // The machine comes back after all: its own delivery changes nothing.
    expect((await runHere(home, ['flush'])).code).toBe(0);
    expect((await expectWhole(home)).texts).toEqual([TEXT]);
    expect(await listedLogs(home)).toHaveLength(1);
  });
});

describe('run', () => {
  test.each(['capture:framed', 'capture:written', 'seal:noted', 'deliver:object', 'deliver:feed', 'deliver:manifest'])(
    'killed at %s, nothing half is visible and the next run goes on',
    async (point) => {
      const home = await makeHome();
      const args = ['run', '--no-index', ...IDENTITY, '--', 'cat', await logFile(home)];
      await killAt(home, point, args);
      const made = await readdir(home.store).catch(() => []);
      if (made.length > 0) for (const text of (await expectWhole(home)).texts) expect(text).toBe(TEXT);
      expectCode(await runCommand(home, args), 0);
      expect((await runHere(home, ['flush'])).code).toBe(0);
      expect(new Set((await expectWhole(home)).texts)).toEqual(new Set([TEXT]));
      await expectCleared(home);
    },
  );
});

describe('flush', () => {
  test.each([
    'deliver:object',
    'deliver:feed',
    'deliver:manifest',
    'spool:note-removed',
    'spool:removed',
    'flush:rekeyed',
  ])('killed at %s, the next flush delivers the rest', async (point) => {
    const home = await makeHome();
    await writeFile(home.store, 'in the way');
    for (const n of ['1', '2']) {
      const file = await logFile(home, `${n}.log`, `text ${n}\n`);
      const kept = await runCommand(home, ['run', '--no-index', ...IDENTITY, '--attempt', n, '--', 'cat', file]);
      expectCode(kept, 0);
    }
    await rm(home.store);
    if (point === 'flush:rekeyed') {
      const past = new Date(Date.now() - 20 * 3_600_000);
      for (const name of await readdir(home.spool)) await utimes(join(home.spool, name), past, past);
    }
    await killAt(home, point, ['flush', '--no-index']);
    expect((await runHere(home, ['flush'])).code).toBe(0);
    expect(new Set((await expectWhole(home)).texts)).toEqual(new Set(['text 1\n', 'text 2\n']));
    expect(await listedLogs(home)).toHaveLength(2);
    await expectCleared(home);
  });
});

/** Three kept logs of three attempts, in a store that this machine has not synced. */
async function storeOfThree(home: TestHome, conclusion = 'success'): Promise<void> {
  const rows = await Promise.all(
    [1, 2, 3].map(async (attempt) => ({
      file: await logFile(home, `${attempt}.log`, `log number ${attempt}\n`),
      repo: 'h/o/n',
      sha: 'abcdef0123',
      job: 'j',
      run: '1',
      attempt,
      conclusion,
    })),
  );
  const batch = await logFile(home, 'batch.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  const kept = await runHere(home, ['archive', '--batch', batch, '--no-index']);
  expect(kept.code, kept.stderr).toBe(0);
}

describe('sync', () => {
  test.each(['sync:manifest', 'sync:manifest#2', 'sync:ingested', 'sync:ingested#3', 'sync:logs', 'sync:facts'])(
    'killed at %s, the next sync has everything once',
    async (point) => {
      const home = await makeHome();
      await storeOfThree(home);
      await killAt(home, point, ['sync']);
      expect(await listedLogs(home)).toHaveLength(3);
      const { stdout } = await runHere(home, ['search', 'log number', '--files', '--json']);
      expect(stdout.trim().split('\n')).toHaveLength(4); // three logs and the summary
    },
  );
});

describe('prune', () => {
  const BURY = ['prune', '--keep-green', '0s', '--apply'];
  const REMOVE = ['prune', '--grace', '0s', '--apply'];

  test.each(['prune:tombstone', 'prune:tombstone#2'])('killed at %s, the next prune buries the rest', async (point) => {
    const home = await makeHome();
    await storeOfThree(home);
    await killAt(home, point, BURY);
    await expectWhole(home);
    expect((await runHere(home, BURY)).code).toBe(0);
    expect(await listedLogs(home)).toEqual([]);
    expect((await runHere(home, REMOVE)).code).toBe(0);
    const { texts, audit } = await expectWhole(home);
    expect([texts, audit.leftovers]).toEqual([[], []]);
  });

  test.each(['prune:manifest', 'prune:object', 'prune:object#2', 'prune:feed'])(
    'killed at %s while it removes, the rest is cleared later and nothing comes back',
    async (point) => {
      const home = await makeHome();
      await storeOfThree(home);
      expect((await runHere(home, BURY)).code).toBe(0);
      await killAt(home, point, REMOVE);
      await expectWhole(home);
      const repaired = await runHere(home, ['verify', '--repair', '--json']);
      expect(JSON.parse(repaired.stdout)).toMatchObject({ repaired: [] });
      expect((await runHere(home, [...REMOVE, '--leftovers', '--older-than', '0s'])).code).toBe(0);
      const { texts, audit } = await expectWhole(home);
      expect([texts, audit.leftovers]).toEqual([[], []]);
      expect(await listedLogs(home)).toEqual([]);
    },
  );

  test('killed while it clears leftovers, the next call clears the rest', async () => {
    const home = await makeHome();
    for (const n of ['1', '2']) {
      const file = await logFile(home, `${n}.log`, `text ${n}\n`);
      await killAt(home, 'deliver:object', ['archive', file, ...IDENTITY, '--attempt', n, '--no-index']);
    }
    await killAt(home, 'prune:leftover', ['prune', '--leftovers', '--older-than', '0s', '--apply']);
    await expectWhole(home);
    await expectCleared(home);
  });

  test('killed while it forgets a log, the log is gone for readers and the next prune removes the rest', async () => {
    const home = await makeHome();
    await storeOfThree(home);
    const [first] = await listedLogs(home);
    await killAt(home, 'prune:tombstone', ['forget', first ?? '', '--reason', 'a test', '--yes']);
    expect(await listedLogs(home)).toHaveLength(2);
    expect((await runHere(home, ['prune', '--apply'])).code).toBe(0); // no grace for what is forgotten
    expect((await expectWhole(home)).texts).toHaveLength(2);
  });
});

describe('verify --repair', () => {
  test('killed after it added to the feed, the next one finds nothing to do', async () => {
    const home = await makeHome();
    await storeOfThree(home);
    const store = await openFsStore(home.store);
    for await (const { key } of store.list('feed/')) await store.remove(key);
    await killAt(home, 'repair:feed#2', ['verify', '--repair']);
    const { stdout } = await runHere(home, ['verify', '--repair', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ damaged: [], missingFeed: [], repaired: [expect.anything()] });
    expect(await listedLogs(home)).toHaveLength(3);
  });
});

describe('reindex', () => {
  test.each(['sync:ingested#2', 'reindex:built', 'reindex:replaced'])(
    'killed at %s, the index answers as before and the next one replaces it',
    async (point) => {
      const home = await makeHome();
      await storeOfThree(home);
      const before = await listedLogs(home);
      await killAt(home, point, ['reindex']);
      expect(await listedLogs(home)).toEqual(before);
      expectCode(await runCommand(home, ['reindex']), 0);
      expect(await listedLogs(home)).toEqual(before);
    },
  );
});

test('no named place was left out', () => {
  expect(CRASH_POINTS.filter((point) => !reached.has(point))).toEqual([]);
});
