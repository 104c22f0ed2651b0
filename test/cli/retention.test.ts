// prune, forget, rename-repo, export and du on a store of its own, in this process.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { attemptFlags, makeHome, type TestHome } from '../support/command.ts';
import { expectWhole, type InProcessResult, listedLogs, runHere } from '../support/crash-checks.ts';
import { readKeptLogs } from '../support/kept-logs.ts';

interface LogLine {
  readonly job?: string;
  readonly attempt: number;
  readonly conclusion: string;
  readonly text?: string;
  readonly name?: string;
}

const RED_TEXT = 'step one\nError: cannot open the widget store at line 7\nstep two\n';

/** Keeps these logs and indexes them. */
async function storeOf(home: TestHome, lines: readonly LogLine[]): Promise<void> {
  const rows = await Promise.all(
    lines.map(async (line, n) => {
      const file = join(home.folder, `${n}.log`);
      await writeFile(file, line.text ?? `${line.conclusion} ${n}\n`);
      const { job = 'j', attempt, conclusion, name } = line;
      const startedAt = new Date(Date.now() - 86_400_000 + n * 60_000).toISOString();
      return {
        startedAt,
        file,
        repo: 'h/o/n',
        sha: 'abcdef0123',
        job,
        run: '1',
        attempt,
        conclusion,
        ...(name && { name }),
      };
    }),
  );
  const batch = join(home.folder, 'batch.jsonl');
  await writeFile(batch, rows.map((row) => JSON.stringify(row)).join('\n'));
  await expectDone(home, ['archive', '--batch', batch]);
}

async function expectDone(home: TestHome, argv: readonly string[]): Promise<InProcessResult> {
  const result = await runHere(home, argv);
  expect([result.code, result.stderr]).toEqual([0, '']);
  return result;
}

interface PruneJson {
  readonly buried: readonly { readonly logId: string }[];
  readonly protected: readonly { readonly logId: string }[];
  readonly kept: number;
  readonly removed: readonly string[];
  readonly revived: readonly string[];
  readonly waiting: number;
}

async function prune(home: TestHome, ...flags: readonly string[]): Promise<PruneJson> {
  const { stdout } = await expectDone(home, ['prune', '--json', ...flags]);
  return SCHEMAS.prune.parse(JSON.parse(stdout)) as PruneJson;
}

async function idOf(home: TestHome, text: string): Promise<string> {
  const found = (await readKeptLogs(home.store)).find((kept) => kept.text === text);
  expect(found, text).toBeDefined();
  return found!.manifest.logId;
}

test('without --apply nothing is changed, and what would go is said', async () => {
  const home = await makeHome();
  await storeOf(home, [
    { attempt: 1, conclusion: 'success' },
    { attempt: 2, conclusion: 'success' },
  ]);
  const { stdout } = await expectDone(home, ['prune', '--keep-green', '0s']);
  expect(stdout).toMatch(/2 of 2 logs .* let go/);
  expect(stdout).toContain('nothing was changed: say --apply to do it');
  expect(await listedLogs(home)).toHaveLength(2);
});

test('prune without any policy lets nothing go', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success' }]);
  expect(await prune(home, '--apply')).toMatchObject({ buried: [], removed: [] });
});

test('each colour has its own time, and the newest of a job stay', async () => {
  const home = await makeHome();
  await storeOf(home, [
    ...[1, 2, 3].map((attempt) => ({ attempt, conclusion: 'success' })),
    { attempt: 4, conclusion: 'cancelled' },
    { job: 'other', attempt: 1, conclusion: 'success' },
  ]);
  const plan = await prune(home, '--keep-green', '0s', '--keep-last', '1', '--keep-red', 'forever');
  // The newest of each job stays, and of cancelled ones the policy says nothing.
  expect(plan.buried).toHaveLength(3);
  expect(plan.kept).toBe(2);
  expect((await prune(home, '--keep-green', '30d')).buried).toEqual([]);
});

test('the only log of an unexplained red is protected without --force; a second log of it is not', async () => {
  const home = await makeHome();
  await storeOf(home, [
    { attempt: 1, conclusion: 'failure', text: RED_TEXT },
    { attempt: 1, conclusion: 'failure', text: 'a log of the database\n', name: 'db' },
  ]);
  const plan = await prune(home, '--keep-red', '0s');
  expect([plan.buried.length, plan.protected.length]).toEqual([0, 2]);
  expect((await prune(home, '--keep-red', '0s', '--force')).buried).toHaveLength(2);
});

test('a named red goes when its name is no reason to stay', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'failure', text: RED_TEXT }]);
  const { stdout } = await expectDone(home, ['signatures', '--json']);
  const [first] = JSON.parse(stdout) as { signature: string }[];
  await expectDone(home, ['name', first?.signature ?? '', '--mechanism', 'regression']);
  expect((await prune(home, '--keep-red', '0s')).kept).toBe(1);
  expect((await prune(home, '--keep-red', '0s', '--keep-named', 'forever')).kept).toBe(1);
  expect((await prune(home, '--keep-red', '0s', '--keep-named', '0s')).buried).toHaveLength(1);
});

test('tombstone first: hidden at once, there for a day, then gone with its feed entry', async () => {
  const home = await makeHome();
  await storeOf(home, [
    { attempt: 1, conclusion: 'success', text: 'unusualword here\n' },
    { attempt: 2, conclusion: 'failure', text: RED_TEXT },
  ]);
  expect((await prune(home, '--keep-green', '0s', '--apply')).buried).toHaveLength(1);
  expect(await listedLogs(home)).toHaveLength(1);
  expect((await runHere(home, ['search', 'unusualword'])).code).toBe(1);
  expect(await readKeptLogs(home.store)).toHaveLength(2);
  expect(await prune(home, '--apply')).toMatchObject({ removed: [], waiting: 1 });
  expect((await expectWhole(home)).audit.leftovers).toMatchObject([{ kind: 'buried' }]);
  expect((await prune(home, '--apply', '--grace', '0s')).removed).toHaveLength(1);
  const { texts, audit } = await expectWhole(home);
  expect([texts, audit.leftovers, audit.missingFeed]).toEqual([[RED_TEXT], [], []]);
  const store = await openFsStore(home.store);
  const feed: string[] = [];
  for await (const { key } of store.list('feed/')) feed.push(key);
  expect(feed).toHaveLength(1);
});

test('another machine learns of the burial at its next sync', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success', text: 'unusualword here\n' }]);
  const other = { ...home, env: { ...home.env, FIRSTRED_INDEX: join(home.folder, 'other.db') } };
  expect(await listedLogs(other)).toHaveLength(1);
  await prune(home, '--keep-green', '0s', '--apply');
  await prune(home, '--apply', '--grace', '0s');
  expect(await listedLogs(other)).toEqual([]);
  expect((await runHere(other, ['search', 'unusualword'])).code).toBe(1);
  expect((await readFile(join(home.folder, 'other.db'))).includes('unusualword')).toBe(false);
});

test('what was learned of a log after its burial takes it back', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success', text: 'was it green?\n' }]);
  const logId = await idOf(home, 'was it green?\n');
  await prune(home, '--keep-green', '0s', '--apply');
  const { writeFact } = await import('../../store/facts.ts');
  const store = await openFsStore(home.store);
  const subject = { repo: 'h/o/n', sha: 'abcdef0123', job: 'j', run: '1', attempt: 1 };
  await writeFact(store, { kind: 'conclusion', subject, conclusion: 'failure' }, { by: 'watch', tool: 'test' });
  const plan = await prune(home, '--apply', '--grace', '0s');
  expect([plan.removed, plan.revived.length]).toEqual([[], 1]);
  expect(await listedLogs(home)).toEqual([logId]);
  expect((await expectWhole(home)).audit.leftovers).toEqual([]);
});

test('a second capture of a pruned text is a log again', async () => {
  const home = await makeHome();
  const lines = [{ attempt: 1, conclusion: 'success', text: 'the same\n' }];
  await storeOf(home, lines);
  await prune(home, '--keep-green', '0s', '--apply');
  await prune(home, '--apply', '--grace', '0s');
  await storeOf(home, lines);
  expect(await listedLogs(home)).toHaveLength(1);
});

test('spent facts go, tombstones never', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success' }]);
  await expectDone(home, ['rename-repo', 'h/o/n', 'h/o/m']);
  await expectDone(home, ['rename-repo', 'h/o/n', 'h/o/k']);
  await prune(home, '--keep-green', '0s', '--apply');
  const before = await readdir(join(home.store, 'facts'), { recursive: true });
  await expectDone(home, ['prune', '--facts', '0s', '--apply']);
  const after = await readdir(join(home.store, 'facts'), { recursive: true });
  expect([before, after].map((names) => names.filter((name) => name.endsWith('.json')).length)).toEqual([3, 2]);
});

test('forget asks for the id again, removes at once, and the text stays away for good', async () => {
  const home = await makeHome();
  await storeOf(home, [
    { attempt: 1, conclusion: 'failure', text: 'unusualword here\n' },
    { attempt: 2, conclusion: 'success' },
  ]);
  const logId = await idOf(home, 'unusualword here\n');
  await expect(runHere(home, ['forget', logId])).rejects.toMatchObject({ code: 'USAGE' });
  await expect(runHere(home, ['forget', logId, '--reason', 'a name in it'])).rejects.toMatchObject({ code: 'REFUSED' });
  const before = await readdir(home.store, { recursive: true, withFileTypes: true });
  const { stdout } = await expectDone(home, ['forget', logId, '--reason', 'a name in it', '--yes', '--json']);
  const gone = before.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const { keys } = SCHEMAS.forget.parse(JSON.parse(stdout));
  // Manifest, text and feed entry: in a bucket with versions, each has one that must go too.
  expect(keys.map((key) => join(home.store, key)).sort()).toEqual(gone.filter((path) => !existsSync(path)).sort());
  expect(keys).toHaveLength(3);
  expect(await listedLogs(home)).toHaveLength(1);
  expect(await readKeptLogs(home.store)).toHaveLength(1);
  expect((await readFile(home.index)).includes('unusualword')).toBe(false);
  const again = join(home.folder, '0.log');
  await expectDone(home, ['archive', again, ...attemptFlags(1)]);
  expect(await listedLogs(home)).toHaveLength(1);
  // What came again although it is forgotten goes with the next prune, without any grace.
  expect((await prune(home, '--apply')).removed).toHaveLength(1);
  expect((await expectWhole(home)).audit.leftovers).toEqual([]);
});

test('a renamed repository is found under its new name', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success' }]);
  await expectDone(home, ['rename-repo', 'h/o/n', 'h/o/new']);
  const { stdout } = await expectDone(home, ['list', '--json', '--repo', 'h/o/new']);
  expect(JSON.parse(stdout)).toHaveLength(1);
  expect((await runHere(home, ['rename-repo', 'n', 'm']).catch((error: unknown) => error)) as object).toMatchObject({
    code: 'USAGE',
  });
});

test('export writes text and manifest, as files or as a tar that tar reads', async () => {
  const home = await makeHome();
  await storeOf(home, [
    { attempt: 1, conclusion: 'failure', text: RED_TEXT },
    { attempt: 2, conclusion: 'success', text: '' },
  ]);
  const [red, green] = [await idOf(home, RED_TEXT), await idOf(home, '')];
  const folder = join(home.folder, 'out');
  const { stdout } = await expectDone(home, ['export', red, green, '--out', folder, '--json']);
  expect(SCHEMAS.export.parse(JSON.parse(stdout)).logs).toHaveLength(2);
  expect(await readFile(join(folder, `${red}.log`), 'utf8')).toBe(RED_TEXT);
  expect(JSON.parse(await readFile(join(folder, `${green}.json`), 'utf8'))).toMatchObject({ logId: green });
  const tar = join(home.folder, 'both.tar');
  await expectDone(home, ['export', red, green, '--out', tar]);
  const names = execFileSync('tar', ['-tf', tar]).toString().trim().split('\n');
  expect(names.sort()).toEqual([`${red}.json`, `${red}.log`, `${green}.json`, `${green}.log`].sort());
  expect(execFileSync('tar', ['-xOf', tar, `${red}.log`]).toString()).toBe(RED_TEXT);
});

test('prune without a policy lets nothing go, and says which flags are one', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success' }]);
  const { stdout, stderr } = await runHere(home, ['prune']);
  expect(stdout).toMatch(/^0 of 0 logs /);
  expect(stderr).toContain('--keep-red, --keep-green or --keep-other');
});

test('du says what is where', async () => {
  const home = await makeHome();
  await storeOf(home, [{ attempt: 1, conclusion: 'success' }]);
  const rows = SCHEMAS.du.parse(JSON.parse((await expectDone(home, ['du', '--json'])).stdout));
  expect(rows.find((row) => row.what === 'store: logs')).toMatchObject({ files: 2 });
  expect(rows.find((row) => row.what === 'index')?.sizeBytes).toBeGreaterThan(0);
  expect((await expectDone(home, ['du'])).stdout).toContain('WHAT');
});
