// How long a process takes before it answers, against bare Node and Node with better-sqlite3 loaded.
// usage: node scripts/bench.mjs start [--rounds 15]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { machineText } from './measure.ts';

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] ?? 15) || 15;
/** The bench runs bundled, two folders below the project's (scripts/bench.mjs). */
const root = path.resolve(import.meta.dirname, '../..');
const main = process.env['FIRSTRED_BENCH_MAIN'] ?? path.join(root, 'dist/cli/main.js');

const home = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
const env = {
  PATH: process.env['PATH'],
  HOME: home,
  FIRSTRED_STORE: path.join(home, 'store'),
  FIRSTRED_INDEX: path.join(home, 'index.db'),
  FIRSTRED_SPOOL: path.join(home, 'spool'),
};
const log = path.join(home, 'small.log');
writeFileSync(log, 'a line\nan error here\n'.repeat(100));
const identity = ['--sha', '4f2a91c', '--job', 'bench', '--attempt', '1'];

/** In turns, so that a busy moment of the machine hits all. */
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  'node, better-sqlite3 loaded': [
    '-e',
    `require(${JSON.stringify(path.join(root, 'node_modules/better-sqlite3'))})(':memory:')`,
  ],
  'firstred --help': [main, '--help'],
  'firstred search': [main, 'search', 'an error'],
  'firstred list': [main, 'list'],
  'firstred archive --no-index': [main, 'archive', log, ...identity, '--no-index'],
};

try {
  spawnSync(process.execPath, [main, 'archive', log, ...identity], { env });
  const best = new Map<string, number>();
  for (let n = 0; n < rounds; n++)
    for (const [name, args] of Object.entries(CALLS)) {
      const started = performance.now();
      const { status } = spawnSync(process.execPath, [...args], { env, cwd: home });
      if (status !== 0) throw new Error(`${name} ended with ${status}`);
      best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, performance.now() - started));
    }
  console.log(`machine  ${machineText()}`);
  const base = best.get('node, better-sqlite3 loaded') ?? 1;
  for (const [name, wallMs] of best)
    console.log(
      `${name.padEnd(30)} ${wallMs.toFixed(0).padStart(5)} ms  ${(wallMs / base).toFixed(2)} × (least of ${rounds})`,
    );
} finally {
  rmSync(home, { recursive: true, force: true });
}
