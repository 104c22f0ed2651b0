// What a stranger installs: the built program and its docs, nothing of the workshop.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from './support/temp-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

interface Packed {
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

const packed = (
  JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString(),
  ) as [Packed]
)[0];
const paths = packed.files.map((file) => file.path);

test('the package has the program that its bin names, executable, and what a reader needs', () => {
  const { bin, man } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
    man: string;
  };
  for (const file of [
    ...Object.values(bin),
    'dist/store/compress-worker.js',
    'dist/indexer/byte-loops.wasm',
    'README.md',
    'LICENSE',
    'docs/cli.md',
    ...man,
  ])
    expect(paths).toContain(file);
  expect(readFileSync(path.join(ROOT, 'dist/cli/main.js'), 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true);
});

test('sources, tests and benches stay at home', () => {
  expect(paths.filter((file) => /^(cli|store|indexer|forge|web|test|bench|scripts)\//.test(file))).toEqual([]);
});

test('every chunk that the program may load is in it', () => {
  const named = /require\(["'`](\.{1,2}\/[^"'`]+\.js)["'`]\)/g;
  const program = readFileSync(path.join(ROOT, 'dist/cli/program.js'), 'utf8');
  expect([...program.matchAll(named)].length).toBeGreaterThan(10);
  for (const file of paths.filter(
    (each) => each.startsWith('dist/') && each.endsWith('.js') && !each.startsWith('dist/web/'),
  ))
    for (const [, target = ''] of readFileSync(path.join(ROOT, file), 'utf8').matchAll(named))
      expect(paths, file).toContain(path.posix.join(path.posix.dirname(file), target));
});

test('it is small: under 8 MB unpacked, pictures of the docs included', () => {
  expect(packed.unpackedSize).toBeLessThan(8_000_000);
});

test('what an install compiled, the next one takes without network or compiler', async () => {
  const folder = await makeTempFolder();
  const env = { ...process.env, npm_config_cache: path.join(folder, 'cache') };
  execFileSync('node', [path.join(ROOT, 'scripts/keep-compiled.mjs')], { env, stdio: 'ignore' });
  const fresh = path.join(folder, 'better-sqlite3');
  cpSync(path.join(ROOT, 'node_modules/better-sqlite3/package.json'), path.join(fresh, 'package.json'), {
    recursive: true,
  });
  const install = [path.join(ROOT, 'node_modules/prebuild-install/bin.js')];
  // An address that nothing answers at: only what is kept can serve.
  const nowhere = { ...env, npm_config_better_sqlite3_binary_host: undefined, https_proxy: 'http://127.0.0.1:9' };
  execFileSync('node', install, { cwd: fresh, env: nowhere, stdio: 'ignore' });
  expect(existsSync(path.join(fresh, 'build/Release/better_sqlite3.node'))).toBe(true);
  rmSync(path.join(folder, 'cache'), { recursive: true });
  expect(() => execFileSync('node', install, { cwd: fresh, env: nowhere, stdio: 'ignore' })).toThrow();
});
