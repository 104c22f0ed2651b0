// zstd as WASM against the native module: processor time for the same frames, packed and unpacked, in one process.
// usage: node scripts/bench.mjs zstd [FOLDER|FILE…]

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { checkedZstd, loadZstd, type Zstd } from '../store/zstd.ts';
import { openWasmZstd } from '../store/zstd-wasm.ts';
import { logFilesIn, madeLog } from './input.ts';
import { machineText, spreadOf, spreadText } from './measure.ts';

const LEVEL = 9;
const FRAME_BYTES = 262_144;
const ROUNDS = 7;
/** chosen: what a large job prints. */
const INPUT_BYTES = 16_000_000;

const files = logFilesIn(process.argv.slice(2).map((each) => path.resolve(each)));
const parts = files.length === 0 ? Array.from({ length: 16 }, (_, n) => madeLog(n)) : files.map((f) => readFileSync(f));
const input = Buffer.concat(parts).subarray(0, INPUT_BYTES);

const texts: Uint8Array[] = [];
for (let at = 0; at < input.byteLength; at += FRAME_BYTES) texts.push(input.subarray(at, at + FRAME_BYTES));

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const engines: readonly Zstd[] = [loadZstd(), checkedZstd(openWasmZstd())];
const packed = engines.map((zstd) => texts.map((text) => zstd.compress(text, LEVEL)));
const times = engines.map(() => ({ pack: [] as number[], unpack: [] as number[] }));
const packAll = (zstd: Zstd): void => {
  for (const text of texts) zstd.compress(text, LEVEL);
};
const unpackAll = (zstd: Zstd, frames: readonly Uint8Array[]): void => {
  for (const [n, frame] of frames.entries()) zstd.decompress(frame, texts[n]?.byteLength ?? 0);
};
for (let round = 0; round < ROUNDS; round++)
  for (const [n, zstd] of engines.entries()) {
    times[n]?.pack.push(cpuMsOf(() => packAll(zstd)));
    times[n]?.unpack.push(cpuMsOf(() => unpackAll(zstd, packed[n] ?? [])));
  }

console.log(`machine  ${machineText()}`);
console.log(`input    ${input.byteLength} bytes of ${files.length === 0 ? 'made' : 'real'} logs, ${ROUNDS} rounds`);
for (const [n, zstd] of engines.entries()) {
  const bytes = packed[n]?.reduce((sum, frame) => sum + frame.byteLength, 0);
  const ratio = (what: 'pack' | 'unpack'): string =>
    `${(spreadOf(times[n]?.[what] ?? []).median / spreadOf(times[0]?.[what] ?? []).median).toFixed(2)} ×`;
  console.log(
    `${zstd.kind.padEnd(8)} pack ${spreadText(times[n]?.pack ?? [], 0)} ms ${ratio('pack')}, unpack ${spreadText(times[n]?.unpack ?? [], 0)} ms ${ratio('unpack')}, ${bytes} bytes`,
  );
}
