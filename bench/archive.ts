// `archive` against `zstd -9 | sha256sum` of the same file in the same run: wall time, memory, stored size.
// usage: node scripts/bench.mjs archive [--size 200] [--large 1000] [--rounds 5] [FOLDER|FILE…]   (sizes in MB)
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadZstd } from '../store/zstd.ts';
import { logFilesIn, writeInput } from './input.ts';
import { machineText, measure, type Run, spreadOf, spreadText } from './measure.ts';

const MB = 1_000_000;
const LEVEL = 9;
const FRAME_BYTES = 262_144;

interface Options {
  readonly sizeBytes: number;
  readonly largeBytes: number;
  readonly rounds: number;
  readonly paths: readonly string[];
}

function readOptions(argv: readonly string[]): Options {
  const paths: string[] = [];
  const numbers: Record<string, number> = { size: 200, large: 1_000, rounds: 5 };
  for (let n = 0; n < argv.length; n++) {
    const word = argv[n] ?? '';
    if (word.startsWith('--')) numbers[word.slice(2)] = Number(argv[++n]);
    else paths.push(path.resolve(word));
  }
  const { size = 0, large = 0, rounds = 0 } = numbers;
  return { sizeBytes: size * MB, largeBytes: large * MB, rounds, paths };
}

/** The built command line. The bench itself runs bundled, two folders below the project's (scripts/bench.mjs). */
const main = process.env['FIRSTRED_BENCH_MAIN'] ?? path.resolve(import.meta.dirname, '../../dist/cli/main.js');

/** One `archive` into an empty store, and what it stored. */
async function archiveOnce(
  folder: string,
  file: string,
  flags: readonly string[],
): Promise<Run & { storedBytes: number }> {
  const home = mkdtempSync(path.join(folder, 'home-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    FIRSTRED_STORE: path.join(home, 'store'),
    FIRSTRED_SPOOL: path.join(home, 'spool'),
    FIRSTRED_INDEX: path.join(home, 'index.db'),
  };
  const args = [main, 'archive', file, '--sha', '4f2a91c', '--job', 'bench', '--attempt', '1', '--no-index', ...flags];
  const run = await measure(process.execPath, args, env);
  const store = path.join(home, 'store');
  const object = readdirSync(store, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.zst')) ?? '';
  const storedBytes = statSync(path.join(store, object)).size;
  rmSync(home, { recursive: true, force: true });
  return { ...run, storedBytes };
}

const rivalOnce = (file: string): Promise<Run> => measure('sh', ['-c', 'zstd -9 -c "$1" | sha256sum', 'sh', file]);

/** What 256 KiB cuts take, each compressed alone: the least that frames of this size can take. */
function plainFramesBytes(file: string): number {
  const bytes = readFileSync(file);
  let total = 0;
  for (let at = 0; at < bytes.length; at += FRAME_BYTES)
    total += loadZstd().compress(bytes.subarray(at, at + FRAME_BYTES), LEVEL).byteLength;
  return total;
}

async function run(options: Options): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'firstred-bench-'));
  try {
    mkdirSync(folder, { recursive: true });
    const sources = logFilesIn(options.paths);
    const file = path.join(folder, 'input.log');
    writeInput(file, options.sizeBytes, sources);
    console.log(`machine  ${machineText()}`);
    console.log(`input    ${options.sizeBytes / MB} MB of ${sources.length === 0 ? 'made' : 'real'} logs`);
    await compareTimes(folder, file, options.rounds);
    if (options.largeBytes > 0) await measureLarge(folder, options.largeBytes, sources);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rival and ours take turns, so that a busy moment of the machine hits both. */
async function compareTimes(folder: string, file: string, rounds: number): Promise<void> {
  const rival: Run[] = [];
  const masked: Run[] = [];
  const open: Run[] = [];
  let storedBytes = 0;
  await rivalOnce(file); // the file is in the page cache for all from now on
  for (let n = 0; n < rounds; n++) {
    rival.push(await rivalOnce(file));
    masked.push(await archiveOnce(folder, file, []));
    const plain = await archiveOnce(folder, file, ['--no-mask', '--i-know']);
    open.push(plain);
    storedBytes = plain.storedBytes;
  }
  printTimes('zstd -9 | sha256sum', rival, rival);
  printTimes('archive', masked, rival);
  printTimes('archive --no-mask', open, rival);
  const least = plainFramesBytes(file);
  const sizeBytes = statSync(file).size;
  console.log(
    `stored                   ${storedBytes} B = ×${(sizeBytes / storedBytes).toFixed(1)}; zstd -9 frames of 256 KiB ${least} B: ${((storedBytes / least - 1) * 100).toFixed(2)} % more`,
  );
}

function printTimes(name: string, runs: readonly Run[], rival: readonly Run[]): void {
  const base = spreadOf(rival.map((r) => r.wallMs)).median;
  const wallMs = runs.map((r) => r.wallMs);
  const ratio = spreadText(
    wallMs.map((ms) => ms / base),
    2,
  );
  const cpuMs = spreadText(
    runs.map((r) => r.cpuMs),
    0,
  );
  console.log(`${name.padEnd(24)} ${spreadText(wallMs, 0)} ms = ${ratio} ×; processor ${cpuMs} ms`);
}

async function measureLarge(folder: string, sizeBytes: number, sources: readonly string[]): Promise<void> {
  const file = path.join(folder, 'large.log');
  writeInput(file, sizeBytes, sources);
  const { wallMs, maxRssBytes } = await archiveOnce(folder, file, []);
  console.log(
    `archive of ${sizeBytes / MB} MB     ${(wallMs / 1000).toFixed(1)} s, ${(sizeBytes / MB / (wallMs / 1000)).toFixed(0)} MB/s, at most ${(maxRssBytes / 2 ** 20).toFixed(0)} MiB resident`,
  );
}

await run(readOptions(process.argv.slice(2)));
