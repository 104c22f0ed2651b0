// Compares made logs with real ones where it matters to an index.
// usage: node scripts/bench.mjs made-logs-check FOLDER… [--bytes 50000000]
import { readFileSync } from 'node:fs';
import { loadZstd } from '../store/zstd.ts';
import { logFilesIn } from './input.ts';
import { madeLogText } from './made-logs.ts';

const args = process.argv.slice(2);
const flag = args.indexOf('--bytes');
const maxBytes = flag < 0 ? 50_000_000 : Number(args.splice(flag, 2)[1]);
/** As the store cuts and packs. */
const FRAME_BYTES = 262_144;
const LEVEL = 9;

function report(name: string, logs: Iterable<Buffer>): void {
  const words = new Set<string>();
  const growth: string[] = [];
  let next = 1_000_000;
  let [bytes, lines, tokens, packed, count] = [0, 0, 0, 0, 0];
  for (const log of logs) {
    if (bytes >= maxBytes) break;
    count++;
    bytes += log.length;
    for (let at = 0; at < log.length; at += FRAME_BYTES)
      packed += loadZstd().compress(log.subarray(at, at + FRAME_BYTES), LEVEL).length;
    for (const line of log.toString('latin1').split('\n')) {
      lines++;
      for (const word of line.match(/[\w\x80-\xff]{3,}/g) ?? []) {
        tokens++;
        words.add(word.toLowerCase());
      }
    }
    for (; bytes >= next; next *= 4) growth.push(`${next / 1e6} MB ${words.size}`);
  }
  console.log(`${name}: ${count} logs, ${(bytes / 1e6).toFixed(1)} MB, ${(bytes / count / 1e3).toFixed(0)} kB a log`);
  console.log(`  ${(bytes / lines).toFixed(1)} bytes and ${(tokens / lines).toFixed(2)} words a line`);
  console.log(`  vocabulary: ${growth.join(', ')}, all ${words.size}`);
  console.log(`  packed ×${(bytes / packed).toFixed(1)} (zstd ${LEVEL}, frames of ${FRAME_BYTES} bytes)`);
}

function* made(): Generator<Buffer> {
  for (let n = 0; ; n++) yield madeLogText(1, n);
}

function* real(): Generator<Buffer> {
  for (const file of logFilesIn(args)) yield readFileSync(file);
}

if (args.length > 0) report('real', real());
report('made', made());
