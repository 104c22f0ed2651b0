// Runs bench/NAME.ts with the rest of the arguments.
// usage: node scripts/bench.mjs archive [arguments…]
import { spawnSync } from 'node:child_process';
import { withBundle } from './bundled.mjs';

const [name = '', ...rest] = process.argv.slice(2);
await withBundle(`bench/${name}.ts`, (file) => {
  process.exitCode = spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' }).status ?? 2;
});
