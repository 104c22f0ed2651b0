// Memory and time of logs that never end: a stream into `archive -`, and a command that prints as much under `run`.
// usage: node scripts/bench.mjs stream [--gb 10] [--run-gb 2] [--folder DIR]   (needs about 1/12 of that on disk)
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { madeLog } from './input.ts';
import { machineText } from './measure.ts';

const textOf = (name: string, usual: string): string => {
  const at = process.argv.indexOf(name);
  return at < 0 ? usual : (process.argv[at + 1] ?? usual);
};
/** The built command line. The bench itself runs bundled, two folders below the project's (scripts/bench.mjs). */
const main = process.env['FIRSTRED_BENCH_MAIN'] ?? path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const home = mkdtempSync(path.join(textOf('--folder', tmpdir()), 'firstred-bench-'));
const env = {
  PATH: process.env['PATH'],
  HOME: home,
  FIRSTRED_INDEX: path.join(home, 'index.db'),
  FIRSTRED_SPOOL: path.join(home, 'spool'),
  FIRSTRED_STORE: path.join(home, 'store'),
};
const identity = ['--sha', '4f2a91c', '--job', 'bench', '--attempt', '1', '--no-index', '--quiet'];
/** Other text every time, and quickly: some made megabytes that take turns. */
const PIECES = Array.from({ length: 64 }, (_, n) => madeLog(n));

function highWater(pid: number | undefined): number {
  const [, kilobytes = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function report(what: string, sizeBytes: number, startedMs: number, mib: number): void {
  const seconds = (performance.now() - startedMs) / 1000;
  const rate = sizeBytes / 1e6 / seconds;
  console.log(
    `${what.padEnd(28)} ${seconds.toFixed(0)} s, ${rate.toFixed(0)} MB/s, at most ${mib.toFixed(0)} MiB resident`,
  );
}

async function archiveStream(sizeBytes: number): Promise<void> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [main, 'archive', '-', ...identity], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  let mib = 0;
  for (let at = 0, n = 0; at < sizeBytes; n++) {
    const piece = PIECES[n % PIECES.length] as Buffer;
    at += piece.byteLength;
    if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
    mib = highWater(child.pid);
  }
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`archive ended with ${code}`);
  report(`archive - of ${sizeBytes / 1e9} GB`, sizeBytes, startedMs, mib);
}

async function runCommand(sizeBytes: number): Promise<void> {
  const startedMs = performance.now();
  const source = path.join(home, 'job.log');
  writeFileSync(source, Buffer.concat(PIECES));
  const turns = Math.ceil(sizeBytes / (PIECES.reduce((sum, piece) => sum + piece.byteLength, 0) || 1));
  const command = ['sh', '-c', `i=0; while [ $i -lt ${turns} ]; do cat "$1"; i=$((i+1)); done`, 'sh', source];
  const args = [main, 'run', ...identity.with(5, '2'), '--', ...command];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let mib = 0;
  let shownBytes = 0;
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    if (Math.floor(shownBytes / 1e7) !== Math.floor((shownBytes + piece.byteLength) / 1e7)) mib = highWater(child.pid);
    shownBytes += piece.byteLength;
  }
  if (child.exitCode === null) await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`run ended with ${child.exitCode}`);
  report(`run -- CMD of ${(shownBytes / 1e9).toFixed(1)} GB`, shownBytes, startedMs, mib);
}

try {
  console.log(`machine  ${machineText()}`);
  await runCommand(Number(textOf('--run-gb', '2')) * 1e9);
  await archiveStream(Number(textOf('--gb', '10')) * 1e9);
} finally {
  rmSync(home, { recursive: true, force: true });
}
