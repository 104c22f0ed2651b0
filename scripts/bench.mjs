// Runs bench/NAME.ts: bundles it, so that Node 20 can read it, and starts it with the rest of the arguments.
// usage: node scripts/bench.mjs archive [arguments…]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const [name = '', ...rest] = process.argv.slice(2);
// Inside the project, so that packages that stay outside the bundle are found.
const folder = mkdtempSync(path.join(root, 'node_modules/.bench-'));
try {
  const outfile = path.join(folder, 'bench.mjs');
  await build({
    entryPoints: [path.join(root, 'bench', `${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  process.exitCode = spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit' }).status ?? 2;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
