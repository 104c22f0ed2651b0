// How long `why` takes as a whole process: a red log, green and red siblings of its SHA, all in the index.
// usage: node scripts/bench.mjs why-time [--size 10] [--siblings 50] [--rounds 5] [FOLDER|FILE…]   (size in MB, each log)
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logFilesIn, writeInput } from './input.ts';
import { machineText, measure, spreadText } from './measure.ts';

const MB = 1_000_000;
const paths: string[] = [];
const numbers: Record<string, number> = { size: 10, siblings: 50, rounds: 5 };
const argv = process.argv.slice(2);
for (let n = 0; n < argv.length; n++) {
  const word = argv[n] ?? '';
  if (word.startsWith('--')) numbers[word.slice(2)] = Number(argv[++n]);
  else paths.push(path.resolve(word));
}
const { size = 0, siblings = 0, rounds = 0 } = numbers;

/** The built command line. The bench itself runs bundled, two folders below the project's (scripts/bench.mjs). */
const main = process.env['FIRSTRED_BENCH_MAIN'] ?? path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const home = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
const env = {
  PATH: process.env['PATH'],
  HOME: home,
  FIRSTRED_STORE: path.join(home, 'store'),
  FIRSTRED_INDEX: path.join(home, 'index.db'),
  FIRSTRED_SPOOL: path.join(home, 'spool'),
};

/** The same log with other numbers, and for a red one with an end that no green has. */
function writeLog(base: string, n: number, conclusion: string): string {
  const file = path.join(home, 'logs', `${n}.log`);
  const text = base.replace(
    /\b(\d{3})(\d{3,})\b/g,
    (_all, head: string, tail: string) => `${head}${String(Number(tail) + n)}`,
  );
  const end =
    conclusion === 'success'
      ? 'all done\n'
      : 'waiting for the queue\nERROR: the queue was lost\nProcess completed with exit code 1.\n';
  writeFileSync(file, text + end);
  return file;
}

try {
  mkdirSync(path.join(home, 'logs'));
  const input = path.join(home, 'input.log');
  writeInput(input, size * MB, logFilesIn(paths));
  const base = readFileSync(input, 'latin1');
  const rows = Array.from({ length: siblings + 2 }, (_, n) => {
    const conclusion = n === 0 || n % 10 === 9 ? 'failure' : 'success';
    const minute = String(n).padStart(2, '0');
    const time = { startedAt: `2026-05-04T09:${minute}:00Z`, finishedAt: `2026-05-04T09:${minute}:50Z` };
    const identity = {
      repo: 'git.example.test/acme/app',
      sha: '4f2a91c',
      workflow: 'ci',
      job: 'e2e',
      run: '7',
      attempt: n + 1,
    };
    return JSON.stringify({ file: writeLog(base, n, conclusion), ...identity, conclusion, ...time });
  });
  const batch = path.join(home, 'batch.jsonl');
  writeFileSync(batch, rows.join('\n'));
  await measure(process.execPath, [main, 'archive', '--batch', batch, '--quiet'], env);
  console.log(`machine  ${machineText()}`);
  console.log(`input    ${rows.length} logs of ${size} MB, ${base.split('\n').length} lines each`);
  const runs = [];
  for (let n = 0; n < rounds; n++)
    runs.push(await measure(process.execPath, [main, 'why', '4f2a91c:e2e#1', '--json'], env, [0, 1]));
  const spread = (values: readonly number[]): string => spreadText(values, 0);
  console.log(
    `why      ${spread(runs.map((r) => r.wallMs))} ms whole process; processor ${spread(runs.map((r) => r.cpuMs))} ms; at most ${(Math.max(...runs.map((r) => r.maxRssBytes)) / 2 ** 20).toFixed(0)} MiB resident`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}
