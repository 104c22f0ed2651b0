// Latencies of a search inside the process: many queries of each kind, cut out of the logs themselves, so that no cache of one
// query helps. Rivals in the same run: `rg -az` over the stored objects, and SQLite's FTS5 with every line stored in it.
// usage: node scripts/bench.mjs search-latency --made 200000000     (or FOLDER…; --queries 100, --seed 1, --fts5)
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openIndexReader } from '../indexer/open-index.ts';
import { parseQuery } from '../indexer/query.ts';
import { search } from '../indexer/search.ts';
import { openStore } from '../store/open-store.ts';
import { randomFrom } from '../test/support/random.ts';
import { logFilesIn } from './input.ts';
import { makeKeptStore } from './kept-store.ts';
import { writeMadeLogs } from './made-logs.ts';
import { machineText, measure, spreadText } from './measure.ts';

const args = process.argv.slice(2);
function take(name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}
const made = take('--made');
const queries = Number(take('--queries') ?? 100);
const seed = Number(take('--seed') ?? 1);
const withFts5 = args.includes('--fts5');
const folders = args.filter((each) => !each.startsWith('--')).map((each) => path.resolve(each));

const random = randomFrom(seed);
const madeFolder = made === undefined ? undefined : mkdtempSync(path.join(tmpdir(), 'firstred-made-'));
if (madeFolder !== undefined) writeMadeLogs(madeFolder, Number(made), seed);
const sources = madeFolder === undefined ? folders : [madeFolder];
const files = logFilesIn(sources);
const store = await makeKeptStore(sources);
const synced = await store.firstred(['sync', '--json']);
const indexFile = path.join(store.folder, 'index.db');
const mb = store.rawBytes / 1e6;
console.log(machineText());
console.log(
  `${store.logs} logs, ${mb.toFixed(0)} MB of text; seed ${seed}, ${queries} queries of each kind, 20 lines at most`,
);
console.log(
  `sync: ${(mb / (synced.wallMs / 1000)).toFixed(1)} MB/s, ${(mb / (synced.cpuMs / 1000)).toFixed(1)} MB a second of processor time, peak memory ${(synced.maxRssBytes / 1e6).toFixed(0)} MB; index ${((statSync(indexFile).size / store.rawBytes) * 100).toFixed(2)} % of the text`,
);

/** A line of a random log with something like `like` in it. */
function someLine(like = /[a-z]{4}/): string {
  for (;;) {
    const lines = readFileSync(files[random.below(files.length)] ?? '', 'latin1').split('\n');
    const line = lines[random.below(lines.length)] ?? '';
    if (like.test(line)) return line;
  }
}
const wordLike = (like: RegExp): string =>
  random.pick((someLine(like).match(new RegExp(like, 'g')) as [string, ...string[]] | null) ?? ['made']);
const KINDS: Readonly<Record<string, () => { readonly text: string; readonly regex?: true; readonly job?: string }>> = {
  'rare id': () => ({ text: wordLike(/\b(?=[a-f]*\d)[0-9a-f]{7,40}\b/) }),
  'common word + filter': () => ({ text: wordLike(/[A-Za-z]{4,}/), job: `job ${random.below(20)}` }),
  phrase: () => ({ text: wordLike(/[A-Za-z]{3,}[^A-Za-z]+[A-Za-z]{3,}/) }),
  'part of a token': () => ({ text: wordLike(/[A-Za-z]{6,}/).slice(1, -1) }),
  'expression with a literal': () => ({ text: `${wordLike(/[A-Za-z]{5,}/)}.*[0-9]`, regex: true }),
  'expression without': () => ({ text: `[0-9]${random.below(10)}${random.below(10)} [A-Z]`, regex: true }),
  'nothing found': () => ({ text: `zq${random.below(1e9)}qz` }),
};

const reader = await openStore(path.join(store.folder, 'store'));
const index = openIndexReader(indexFile);
const rival: number[] = [];
const asked: string[] = [];
for (const [kind, next] of Object.entries(KINDS)) {
  const times: number[] = [];
  let scans = 0;
  for (let n = 0; n < queries; n++) {
    const { text, regex, job } = next();
    const startMs = performance.now();
    const query = parseQuery(text, { regex: regex === true, word: false, letterCase: 'smart', visible: false });
    const run = search(index, reader, query, {
      filter: { job },
      sort: 'new',
      limit: 20,
      mode: 'lines',
      contextLines: 0,
      budgetMs: 0,
      frameCacheDir: undefined,
    });
    for await (const _match of run.matches);
    times.push(performance.now() - startMs);
    if ((await run.summary()).plan.engine === 'scan') scans++;
    if (n === 0 && regex !== true) asked.push(text);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  console.log(`${kind}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms; ${scans} scans`);
}
for (const text of asked) {
  const words = [
    '-c',
    'rg -azc -F -e "$2" "$1" >/dev/null || true',
    'sh',
    path.join(store.folder, 'store', 'logs'),
    text,
  ];
  rival.push((await measure('sh', words)).wallMs);
}
console.log(`rg -az over the same objects: ${spreadText(rival, 0)} ms a query`);
if (withFts5) await measureFts5();
index.close();
await reader.close();
for (const folder of [store.folder, madeFolder])
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });

/** Every line as a row with its text, the default tokenizer: what one would write in an afternoon. */
async function measureFts5(): Promise<void> {
  const file = path.join(store.folder, 'plain.db');
  const script = path.join(store.folder, 'plain.sql');
  const imports = files.map((each) => `.import '${each}' lines`);
  writeFileSync(
    script,
    [
      '.mode ascii',
      '.separator "\\037" "\\n"',
      'CREATE VIRTUAL TABLE lines USING fts5(text);',
      'BEGIN;',
      ...imports,
      'COMMIT;',
    ].join('\n'),
  );
  const filled = await measure('sh', ['-c', 'sqlite3 "$1" <"$2" 2>/dev/null', 'sh', file, script]);
  console.log(
    `FTS5 with stored text: filled at ${(mb / (filled.wallMs / 1000)).toFixed(1)} MB/s, ${((statSync(file).size / store.rawBytes) * 100).toFixed(0)} % of the text`,
  );
  const times: number[] = [];
  for (const text of asked) {
    const phrase = text.replaceAll('"', '').replaceAll("'", '');
    const ask = `SELECT rowid FROM lines WHERE lines MATCH '"${phrase}"' LIMIT 20;`;
    times.push((await measure('sh', ['-c', 'sqlite3 "$1" "$2" >/dev/null', 'sh', file, ask])).wallMs);
  }
  console.log(`  ${spreadText(times, 1)} ms a process; it finds whole words only, and cannot find parts of one`);
}
