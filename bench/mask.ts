// How fast masking is on ordinary and on hostile text, against a rival in the same run: a loop that sums the same
// bytes, the least that any look at every byte costs in this language. Also what was masked, by rule.
// usage: node scripts/bench.mjs mask [--size 40] [--hostile 4] [--rounds 5] [FOLDER|FILE…]   (sizes in MB)
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createMasker, type ToldValue } from '../store/mask.ts';
import { logFilesIn, madeLog } from './input.ts';
import { machineText, spreadOf, spreadText } from './measure.ts';

const MB = 1_000_000;
const CHUNK_BYTES = 262_144;

interface Options {
  readonly sizeBytes: number;
  readonly hostileBytes: number;
  readonly rounds: number;
  readonly paths: readonly string[];
}

function readOptions(argv: readonly string[]): Options {
  const paths: string[] = [];
  const numbers: Record<string, number> = { size: 40, hostile: 4, rounds: 5 };
  for (let n = 0; n < argv.length; n++) {
    const word = argv[n] ?? '';
    if (word.startsWith('--')) numbers[word.slice(2)] = Number(argv[++n]);
    else paths.push(path.resolve(word));
  }
  const { size = 0, hostile = 0, rounds = 0 } = numbers;
  return { sizeBytes: size * MB, hostileBytes: hostile * MB, rounds, paths };
}

interface Logs {
  readonly name: string;
  readonly logs: readonly Buffer[];
  readonly sizeBytes: number;
}

const asLogs = (name: string, logs: readonly Buffer[]): Logs => ({
  name,
  logs,
  sizeBytes: logs.reduce((sum, log) => sum + log.length, 0),
});

/** Real logs of a place up to the size, each by itself as it is archived; empty files count for nothing. */
function realLogs(place: string, sizeBytes: number): Logs {
  const logs: Buffer[] = [];
  let left = sizeBytes;
  for (const file of logFilesIn([place])) {
    if (left <= 0) break;
    const log = readFileSync(file);
    logs.push(log);
    left -= log.length;
  }
  return asLogs(path.basename(place), logs);
}

const madeLogs = (sizeBytes: number): Logs =>
  asLogs(
    'made logs',
    Array.from({ length: Math.ceil(sizeBytes / MB) }, (_, n) => madeLog(n)),
  );

/** Values as a job's environment has them. */
const toldValues = (): readonly ToldValue[] =>
  Array.from({ length: 20 }, (_, n) => ({
    name: `SECRET_${n}`,
    value: Buffer.from(`${n * 7_919}told${n * 104_729}`).toString('base64url'),
  }));

interface Outcome {
  readonly counts: ReadonlyMap<string, number>;
  readonly withheldLines: number;
}

function maskAll(logs: readonly Buffer[], told: readonly ToldValue[]): Outcome {
  const counts = new Map<string, number>();
  let withheldLines = 0;
  for (const log of logs) {
    const masker = createMasker({ told });
    for (let at = 0; at < log.length; at += CHUNK_BYTES) masker.push(log.subarray(at, at + CHUNK_BYTES));
    masker.end();
    const report = masker.report();
    withheldLines += report.withheldLines;
    for (const [rule, count] of Object.entries(report.counts)) counts.set(rule, (counts.get(rule) ?? 0) + count);
  }
  return { counts, withheldLines };
}

let _sink = 0;
function sumAll(logs: readonly Buffer[]): void {
  for (const log of logs) {
    let sum = 0;
    for (let at = 0; at < log.length; at++) sum = (sum + (log[at] as number)) | 0;
    _sink ^= sum;
  }
}

/** MB per second of processor time: wall time says little on a shared machine. */
function rateOf(sizeBytes: number, run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return sizeBytes / (user + system);
}

/** Rival and ours take turns, so that a busy moment of the machine hits both. */
function compare({ name, logs, sizeBytes }: Logs, rounds: number): void {
  const told = toldValues();
  const rates: Record<'sum' | 'plain' | 'told', number[]> = { sum: [], plain: [], told: [] };
  const outcome = maskAll(logs, []); // a first time, so that all is compiled
  maskAll(logs, told);
  sumAll(logs);
  for (let n = 0; n < rounds; n++) {
    rates.sum.push(rateOf(sizeBytes, () => sumAll(logs)));
    rates.plain.push(rateOf(sizeBytes, () => maskAll(logs, [])));
    rates.told.push(rateOf(sizeBytes, () => maskAll(logs, told)));
  }
  const ratio = spreadOf(rates.plain).median / spreadOf(rates.sum).median;
  const masks = [...outcome.counts.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${name.padEnd(20)} ${(sizeBytes / MB).toFixed(0).padStart(3)} MB  masker ${spreadText(rates.plain, 0)} MB/s, with 20 told values ${spreadText(rates.told, 0)}; sum loop ${spreadText(rates.sum, 0)}: ratio ${ratio.toFixed(2)}; ${(masks / (sizeBytes / MB)).toFixed(2)} masks per MB, ${outcome.withheldLines} lines withheld`,
  );
  const byRule = [...outcome.counts].sort((a, b) => b[1] - a[1]).map(([rule, count]) => `${rule} ${count}`);
  if (byRule.length > 0) console.log(`${' '.repeat(21)}${byRule.join(', ')}`);
}

/** Text made to be slow: words that open a look, again and again. */
const HOSTILE: readonly string[] = [
  'token=',
  'password: ',
  'a_',
  '-----BEGIN RSA PRIVATE KEY-----\n',
  'x',
  '\u001b[',
  '://u:pw0rd1@h/',
  'eyJabcdefghi.',
  'mysql -p',
  'cookie: a=b; c=d;',
  '::add-mask::secret1234\n',
  '"tokens":["a1b2c3d4e5f6g7h8i9",',
  'data:\n  abc: QUJDREVGR0hJSktM\n',
];

function measureHostile(text: string, sizeBytes: number): void {
  const log = Buffer.alloc(sizeBytes, text, 'latin1');
  const before = process.memoryUsage.rss();
  const rate = rateOf(sizeBytes, () => {
    maskAll([log], []);
  });
  const grownMiB = (process.memoryUsage.rss() - before) / 2 ** 20;
  console.log(
    `${JSON.stringify(text).padEnd(38)} ${rate.toFixed(1).padStart(6)} MB/s, resident ${grownMiB.toFixed(0)} MiB more`,
  );
}

function run({ sizeBytes, hostileBytes, rounds, paths }: Options): void {
  console.log(`machine  ${machineText()}; MB per second of processor time, median (least–most) of ${rounds}`);
  if (sizeBytes > 0) {
    const inputs = paths.length === 0 ? [madeLogs(sizeBytes)] : paths.map((place) => realLogs(place, sizeBytes));
    for (const input of inputs) compare(input, rounds);
  }
  if (hostileBytes > 0) for (const text of HOSTILE) measureHostile(text, hostileBytes);
}

run(readOptions(process.argv.slice(2)));
