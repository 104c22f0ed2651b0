// What a process loads before it answers: the dear packages only where they are needed.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { join, resolve } from 'node:path';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';

/** Packages whose code the process of `args` loaded: of the bundle's parts, those that hold some of it. */
async function packagesLoadedBy(home: TestHome, args: readonly string[]): Promise<readonly string[]> {
  const list = join(home.folder, `loaded-${args.join('-').replaceAll(/\W/g, '')}.json`);
  const preload = resolve(import.meta.dirname, '../support/list-loaded.cjs');
  const env = { NODE_OPTIONS: `--require ${preload}`, FIRSTRED_TEST_LOADED: list };
  expectCode(await runCommand(home, args, { env }), 0);
  const files = JSON.parse(readFileSync(list, 'utf8')) as readonly string[];
  const inPath = files.flatMap((file) => file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []);
  const inBundle = files
    .filter((file) => file.includes('/dist/') && existsSync(file))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/\n]+)/gm)])
    .map(([, name = '']) => name);
  return [...new Set([...inPath, ...inBundle])].sort();
}

const DEAR = ['@aws-sdk/client-s3', 'zod', 'hono', '@hono/node-server', 'yauzl', 'fuse.js', 'undici', 'p-retry'];

async function homeWithLog(): Promise<TestHome> {
  const home = await makeHome();
  const args = ['archive', '-', '--sha', '4f2a91c', '--job', 'test', '--attempt', '1'];
  expectCode(await runCommand(home, args, { input: 'one line with an error\n' }), 0);
  return home;
}

test('the parts of a bundle say which packages they hold', async () => {
  expect(await packagesLoadedBy(await makeHome(), ['config'])).toContain('commander');
});

test('--version loads what it names, nothing else', async () => {
  const loaded = await packagesLoadedBy(await makeHome(), ['--version']);
  expect(loaded.filter((name) => [...DEAR, 'tinyglobby', 'zstd-napi'].includes(name))).toEqual([]);
});

test('a search for a literal loads SQLite and zstd, nothing dear', async () => {
  const loaded = await packagesLoadedBy(await homeWithLog(), ['search', 'an error']);
  expect(loaded).toContain('better-sqlite3');
  expect(loaded.filter((name) => [...DEAR, 're2js'].includes(name))).toEqual([]);
});

test('archive into a folder loads neither the AWS SDK nor, without index, SQLite', async () => {
  const home = await makeHome();
  const args = ['archive', join(home.folder, 'work/a.log'), '--sha', '4f2a91c', '--job', 'test', '--no-index'];
  writeFileSync(join(home.folder, 'work/a.log'), 'a\n');
  const loaded = await packagesLoadedBy(home, args);
  expect(loaded.filter((name) => [...DEAR, 'better-sqlite3', 're2js'].includes(name))).toEqual([]);
});

test('the code that was compiled at the build is taken by the Node that built it', () => {
  const file = resolve(import.meta.dirname, '../../dist/cli/program.js');
  const script = new vm.Script(module.wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: readFileSync(`${file}.v8`),
  });
  expect(script.cachedDataRejected).toBe(false);
});

test('that code does not tell where it was built', () => {
  const dist = resolve(import.meta.dirname, '../../dist');
  const kept = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.v8'));
  expect(kept.length).toBeGreaterThan(10);
  for (const file of kept) {
    const code = readFileSync(join(dist, file));
    for (const place of [resolve(dist, '..'), 'dist-']) expect(code.includes(place), `${place} in ${file}`).toBe(false);
  }
});

test('without that code, or with a broken one, the program runs all the same', async () => {
  const home = await makeHome();
  const dist = join(home.folder, 'work/dist');
  cpSync(resolve(import.meta.dirname, '../../dist'), dist, { recursive: true });
  for (const broken of [(file: string) => writeFileSync(file, 'no code'), rmSync]) {
    broken(join(dist, 'cli/program.js.v8'));
    const output = execFileSync(process.execPath, [join(dist, 'cli/main.js'), '--help'], { encoding: 'utf8' });
    expect(output).toContain('Usage: firstred');
  }
});
