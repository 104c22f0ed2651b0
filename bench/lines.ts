// How fast lines are scanned and analysed, against a rival in the same run: FNV-1a over the same bytes, which is the
// least that any hashing of every line could cost in this language.
// usage: lines LOG_DIR  (up to 120 MB of its files are read)
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { BlockCutter } from '../indexer/blocks.ts';
import { takeLoops } from '../indexer/byte-loops.ts';
import { LineScanner, linePieces, loadPiece } from '../indexer/line-scanner.ts';
import { LogAnalyser } from '../indexer/log-digest.ts';
import { FRAME_BYTES } from '../store/frame-table.ts';

const MAX_BYTES = 120e6;
const ROUNDS = 7;

const logs = readLogs(process.argv[2] ?? '.');
const sizeBytes = logs.reduce((sum, log) => sum + log.length, 0);
console.log(`${logs.length} logs, ${(sizeBytes / 1e6).toFixed(0)} MB, Node ${process.version}, ${process.arch}`);
const rival = measure(hashBytes);
report('FNV-1a over the bytes', rival, rival);
const loops = takeLoops();
const cutter = new BlockCutter(loops);
report('words: distinct ones of each block', measure(cutBlocks), rival);
report('scan: lines, prefixes, steps, template hashes', measure(scanLines), rival);
report(
  'analyse: scan, template table, signatures',
  measure((log) => {
    const analyser = new LogAnalyser();
    analyser.push(log);
    analyser.end();
  }),
  rival,
);

/** In frames, as ingest takes them, but cut anywhere. */
function cutBlocks(log: Uint8Array): void {
  for (let at = 0; at < log.length; at += FRAME_BYTES)
    cutter.cut(log.subarray(at, at + FRAME_BYTES), { number: 0, continues: false, isCut: false });
}

function scanLines(log: Uint8Array): void {
  const scanner = new LineScanner(loops, 'times');
  for (const [from, to] of linePieces(log, 0, log.length))
    scanner.scan(loadPiece(loops, log.subarray(from, to)), () => undefined);
  scanner.finishSteps();
}

function readLogs(folder: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  let left = MAX_BYTES;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = join(folder, name);
    if (!/\.(?:log|txt)$/.test(name) || !statSync(file).isFile() || left <= 0) continue;
    const bytes = readFileSync(file);
    found.push(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
    left -= bytes.length;
  }
  return found;
}

/** Processor seconds of each round: wall time says nothing on a shared machine. */
function measure(run: (log: Uint8Array) => void): number[] {
  return Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage();
    for (const log of logs) run(log);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  });
}

let _sink = 0;
function hashBytes(log: Uint8Array): void {
  let hash = 0;
  for (let i = 0; i < log.length; i++) hash = Math.imul(hash ^ (log[i] as number), 0x01000193);
  _sink ^= hash;
}

function report(title: string, seconds: readonly number[], against: readonly number[]): void {
  const sorted = [...seconds].sort((a, b) => a - b);
  const best = sorted[0] as number;
  const median = sorted[sorted.length >> 1] as number;
  const ratio = best / Math.min(...against);
  const rate = (time: number): string => (sizeBytes / 1e6 / time).toFixed(0);
  console.log(
    `${title.padEnd(46)} ${ratio.toFixed(1)} × rival; best ${rate(best)}, median ${rate(median)} MB per processor second`,
  );
}
