// What a stranger does: install the tarball globally where nothing is, and use it. Packages come from a registry on
// loopback that has this checkout's own; native modules as they were compiled here, since compiling takes minutes.
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeHome, type TestHome } from './support/command.ts';
import { startOwnRegistry } from './support/own-registry.ts';
import { ROOT } from './support/sources.ts';
import { makeKeptFolder } from './support/temp-folder.ts';

let home: TestHome;
let prefix = '';
let tarball = '';
let fetched: ReadonlySet<string> = new Set();

beforeAll(async () => {
  home = await makeHome({}, await makeKeptFolder());
  prefix = path.join(home.folder, 'prefix');
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', home.folder];
  tarball = path.join(home.folder, execFileSync('npm', pack, { cwd: ROOT }).toString().trim().split('\n').at(-1) ?? '');
  const registry = await startOwnRegistry();
  const flags = ['--registry', registry.url, '--cache', path.join(home.folder, 'npm-cache'), '--ignore-scripts'];
  await promisify(execFile)('npm', ['install', '--global', '--prefix', prefix, ...flags, '--no-audit', tarball], {
    cwd: home.folder,
    env: { ...home.env, npm_config_userconfig: '/dev/null' },
  }).finally(() => registry.close());
  fetched = registry.asked;
});

afterAll(() => rmSync(home.folder, { recursive: true, force: true }));

const firstred = (...args: string[]): string =>
  execFileSync(path.join(prefix, 'bin/firstred'), args, {
    cwd: home.folder,
    env: home.env,
    stdio: ['ignore', 'pipe', 'ignore'], // notes
  }).toString();

test('the installed command keeps a log, finds a line in it and explains it', () => {
  expect(firstred('--version')).toMatch(/^firstred \d+\.\d+\.\d+\nstore format 1\nnode .*\nsqlite 3\./);
  writeFileSync(path.join(home.folder, 'red.log'), 'start\nerror: connection refused by db-7:5432\n');
  const attempt = ['--repo', 'git.example.org/acme/app', '--sha', '4f2a91c', '--job', 'e2e', '--attempt', '1'];
  expect(firstred('archive', 'red.log', ...attempt, '--conclusion', 'red')).toContain(' kept: 2 lines');
  expect(firstred('search', 'connection refused')).toContain('in 1 of 1 attempts: 1 of 1 red');
  expect(firstred('errors', 'last-red')).toContain('error: connection refused by db-7:5432');
  expect(firstred('verify', '--deep', '--json')).toContain('"logs": 1');
});

test('its man page is linked', () => {
  expect(readdirSync(path.join(prefix, 'share/man/man1'))).toEqual(['firstred.1']);
});

test('it brings no package of the workshop along', () => {
  const { devDependencies } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  expect(fetched.size).toBeGreaterThan(10);
  const ofOthers = (name: string): boolean => name.startsWith('@types/'); // some dependency's own
  expect([...fetched].filter((name) => name in devDependencies && !ofOthers(name))).toEqual([]);
});

test('without native modules archive, run and verify work all the same', () => {
  for (const name of ['better-sqlite3', 'better-sqlite3-napi', 'zstd-napi'])
    rmSync(path.join(prefix, 'lib/node_modules/firstred/node_modules', name), { recursive: true, force: true });
  writeFileSync(path.join(home.folder, 'other.log'), 'start\n');
  expect(firstred('archive', 'other.log', '--sha', '4f2a91d', '--job', 'e2e', '--attempt', '1')).toContain(' kept: ');
  expect(firstred('run', '--sha', '4f2a91d', '--job', 'echo', '--', 'echo', 'hello')).toBe('hello\n');
  expect(firstred('verify', '--deep', '--json')).toContain('"logs": 3');
});

test('the tarball is small: under 3 MB', () => {
  expect(statSync(tarball).size).toBeLessThan(3_000_000);
});
