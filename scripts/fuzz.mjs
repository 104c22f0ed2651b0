// Runs the long round of fuzzing, with little memory: what needs more is a finding.
// usage: node scripts/fuzz.mjs [--inputs 100000] [--only NAME] [--seed N]
import { spawnSync } from 'node:child_process';
import { withBundle } from './bundled.mjs';

await withBundle('test/fuzz/run-fuzz.ts', (file) => {
  const args = ['--max-old-space-size=128', '--max-semi-space-size=4', file, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 2;
});
