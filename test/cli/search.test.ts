// search through the command line: with and without an index, and only what is new.
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeHome, type TestHome } from '../support/command.ts';
import { runHere } from '../support/crash-checks.ts';

async function keep(home: TestHome, text: string, ...flags: readonly string[]): Promise<void> {
  const file = join(home.folder, 'some.log');
  await writeFile(file, text);
  const identity = ['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'j', '--run', '1', ...flags];
  expect((await runHere(home, ['archive', file, ...identity])).code).toBe(0);
}

async function homeOfThree(...flags: readonly string[]): Promise<TestHome> {
  const home = await makeHome();
  await keep(home, 'start\nerror: boom 1\n', '--attempt', '1', '--conclusion', 'failure', ...flags);
  await keep(home, 'all is well\n', '--attempt', '2', '--conclusion', 'success', ...flags);
  await keep(
    home,
    `${'a line\n'.repeat(50_000)}error: boom 3\n`,
    '--attempt',
    '3',
    '--conclusion',
    'failure',
    ...flags,
  );
  return home;
}

interface Row {
  readonly attempt?: { readonly attempt: number };
  readonly line?: number;
  readonly summary?: Readonly<Record<string, unknown>>;
}

/** Lines as `attempt:line`, and the summary. */
async function find(home: TestHome, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runHere(home, ['search', '--json', ...args]);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((row): Row => JSON.parse(row));
  const lines = rows.flatMap(({ attempt, line }) => (attempt === undefined ? [] : [`${attempt.attempt}:${line}`]));
  const summary = rows.at(-1)?.summary;
  if (summary === undefined) throw new Error('the last row is no summary');
  return { code, stderr, lines, summary };
}

test('a store that has no index yet is searched all the same, and the command says that it reads everything', async () => {
  const home = await homeOfThree('--no-index');
  const found = await find(home, 'boom');
  expect(found).toMatchObject({ code: 0, lines: ['3:50001', '1:2'] });
  expect(found.summary).toMatchObject({ attempts: 2, red: 2, redTotal: 2, greenTotal: 1, engine: 'scan' });
  expect(found.stderr).toContain('reads every log');
  expect(found.stderr).toContain('no index yet');
  expect(await find(home, 'nowhere to be found')).toMatchObject({ code: 1, lines: [] });
});

test('--no-index gives the same lines, filters and base rates as the index', async () => {
  const home = await homeOfThree();
  for (const args of [
    ['boom'],
    ['a line', '--limit', '7'],
    ['boom', '--attempt', '1'],
    ['-r', 'b.*[0-9]$', '--sort', 'old'],
  ]) {
    const own = await find(home, ...args);
    const scanned = await find(home, ...args, '--no-index');
    expect(scanned.lines).toEqual(own.lines);
    for (const name of ['attempts', 'logs', 'lines', 'red', 'green', 'redTotal', 'greenTotal', 'first', 'last'])
      expect(scanned.summary[name]).toEqual(own.summary[name]);
  }
});

test('--no-index passes over what a tombstone has buried, and names damage', async () => {
  const home = await homeOfThree();
  const [row] = JSON.parse((await runHere(home, ['list', '--json', '--attempt', '1'])).stdout) as [{ logId: string }];
  expect((await runHere(home, ['forget', row.logId, '--reason', 'test', '--yes'])).code).toBe(0);
  expect((await find(home, 'boom', '--no-index')).lines).toEqual(['3:50001']);
  const manifest = (await readdir(home.store, { recursive: true })).find((name) => /logs.*-a2.*\.json$/.test(name))!;
  await rm(join(home.store, manifest));
  await writeFile(join(home.store, manifest), '{');
  const found = await find(home, 'boom', '--no-index');
  expect(found).toMatchObject({ code: 20, lines: ['3:50001'] });
  expect(found.summary['partial']).toBe(true);
  expect(found.stderr).toContain('left out');
});

test('--since-last gives each log once, also after the index was built anew, and exits 1 when nothing is new', async () => {
  const home = await homeOfThree();
  const alert = ['boom', '--since-last', 'booms'];
  expect(await find(home, ...alert)).toMatchObject({ code: 0, lines: ['3:50001', '1:2'] });
  expect(await find(home, ...alert)).toMatchObject({ code: 1, lines: [] });
  await keep(home, 'boom 4\n', '--attempt', '4');
  expect(await find(home, ...alert)).toMatchObject({ code: 0, lines: ['4:1'] });
  expect((await runHere(home, ['reindex'])).code).toBe(0);
  expect(await find(home, ...alert)).toMatchObject({ code: 1, lines: [] });
  expect(await find(home, ...alert, '--no-index')).toMatchObject({ code: 1, lines: [] });
  await keep(home, 'boom 5\n', '--attempt', '5');
  expect(await find(home, ...alert)).toMatchObject({ code: 0, lines: ['5:1'] });
  expect(await find(home, 'boom', '--since-last', 'another')).toMatchObject({ code: 0 });
});

test('--since-last with a filter sees a log that a later fact lets through', async () => {
  const home = await makeHome();
  const alert = ['boom', '--since-last', 'x', '--conclusion', 'red'];
  await keep(home, 'boom\n', '--attempt', '1');
  expect(await find(home, ...alert)).toMatchObject({ code: 1 });
  await keep(home, 'boom\n', '--attempt', '1', '--conclusion', 'failure', '--name', 'other');
  expect((await find(home, ...alert)).lines).toHaveLength(2);
});

test('--since-last keeps its file to the user, refuses names that are paths and says when a file is damaged', async () => {
  const home = await homeOfThree();
  await find(home, 'boom', '--since-last', 'x');
  const folder = join(home.env['XDG_STATE_HOME']!, 'firstred', 'since-last');
  const [name = ''] = await readdir(folder);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  await expect(runHere(home, ['search', 'boom', '--since-last', '../x'])).rejects.toMatchObject({ code: 'USAGE' });
  await writeFile(join(folder, name), '{"format":1}');
  await expect(runHere(home, ['search', 'boom', '--since-last', 'x'])).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
  });
  expect(await readFile(join(folder, name), 'utf8')).toBe('{"format":1}');
});

test('--explain shows plan, candidates, blocks and times', async () => {
  const home = await homeOfThree();
  const { stderr } = await runHere(home, ['search', 'boom', '--explain']);
  for (const part of [
    'engine        index',
    'boom: 1 in the vocabulary, in 2 blocks',
    'candidates  2 blocks',
    '2 blocks tested',
    'time',
  ])
    expect(stderr).toContain(part);
  const { summary } = await find(home, 'boom', '--explain');
  expect(summary['plan']).toMatchObject({ engine: 'index', candidateBlocks: 2, blocksRead: 2 });
});

test('a literal that finds nothing names the nearest known errors', async () => {
  const home = await homeOfThree();
  const { code, stderr } = await runHere(home, ['search', 'eror: boom']);
  expect(code).toBe(1);
  expect(stderr).toContain('error: boom 1');
});
