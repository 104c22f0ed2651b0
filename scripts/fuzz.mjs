// Runs the long round of fuzzing: bundles test/fuzz/run-fuzz.ts, so that Node 20 can read it, and starts it.
// usage: node scripts/fuzz.mjs [--inputs 100000] [--only NAME] [--seed N]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
// Inside the project, so that packages that stay outside the bundle are found.
const folder = mkdtempSync(path.join(root, 'node_modules/.fuzz-'));
try {
  const outfile = path.join(folder, 'fuzz.mjs');
  await build({
    entryPoints: [path.join(root, 'test/fuzz/run-fuzz.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const run = spawnSync(
    process.execPath,
    ['--max-old-space-size=128', '--max-semi-space-size=4', outfile, ...process.argv.slice(2)],
    {
      stdio: 'inherit',
    },
  );
  process.exitCode = run.status ?? 2;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
