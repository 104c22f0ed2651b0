// Latencies of a search, inside one process and of a process each: many queries of each kind, cut out of the kept logs, so
// that no cache of one query helps. Rival in the same run: `rg -az` over the same objects; with --fts5 plain FTS5 too.
// usage: node scripts/bench.mjs search-latency --kept FOLDER     a store of bench/made-store.ts with the index of bench/growth.ts
//    or: node scripts/bench.mjs search-latency --made 200000000 --fts5      or FOLDER…: kept and indexed for this run alone
// More: --queries 100, --processes 5, --rivals 3, --seconds 40 for each kind, --seed 1, --figures docs/figures.json
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BLOCK_BYTES } from '../indexer/blocks.ts';
import type { LogIndexReader } from '../indexer/log-index.ts';
import { openIndexReader } from '../indexer/open-index.ts';
import { parseQuery } from '../indexer/query.ts';
import { search } from '../indexer/search.ts';
import { selectVolume } from '../indexer/statements-filter.ts';
import { openStore } from '../store/open-store.ts';
import { type Latency, saveFigures, storeName } from './figures.ts';
import { type KeptStore, keptStoreIn, makeKeptStore, readMadeStore } from './kept-store.ts';
import { type Asked, queryKinds } from './latency-queries.ts';
import { writeMadeLogs } from './made-logs.ts';
import { machineText, measure, spreadOf, spreadText } from './measure.ts';
import { measurePlainFts5 } from './plain-fts5.ts';

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    kept: { type: 'string' },
    made: { type: 'string' },
    figures: { type: 'string' },
    fts5: { type: 'boolean' },
    queries: { type: 'string', default: '100' },
    processes: { type: 'string', default: '5' },
    rivals: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
  },
});
const { kept, made, figures } = values;
const [queries, processes, rivals] = [Number(values.queries), Number(values.processes), Number(values.rivals)];
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
/** chosen: what takes longer is no answer for a person; it counts as this long. */
const MAX_QUERY_MS = 10_000;

const store = kept === undefined ? await storeForThisRun() : keptStoreIn(path.resolve(kept), { logs: 0, rawBytes: 0 });
const reader = await openStore(path.join(store.folder, 'store'));
const index = openIndexReader(path.join(store.folder, 'index.db'));
const planner = openIndexReader(path.join(store.folder, 'index.db'));
const { raw_bytes: rawBytes, logs } = selectVolume(index.db, {});
const name = storeName(rawBytes, made !== undefined || readMadeStore(store.folder) !== undefined);
console.log(machineText());
console.log(`${name}, ${logs} logs; seed ${seed}, up to ${queries} queries of each kind, 20 lines at most`);

const kinds = queryKinds(index, reader, seed);
const questions = new Map<string, readonly Asked[]>();
for (const [kind, next] of Object.entries(kinds)) {
  const asked: Asked[] = [];
  for (let n = 0; n < queries; n++) asked.push(await next());
  questions.set(kind, asked);
}
const rivalMs = await measureRival();
console.log('\n| query | inside: p50 | p95 | p99 | median against `rg -az` | a process | against |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
const found: Record<string, Latency> = {};
for (const [kind, asked] of questions) {
  const { times, common } = await measureInside(asked);
  const whole = await measureProcesses(asked.slice(0, processes));
  if (times.length > 0) found[kind] = latencyOf(times);
  printRow(kind, times, whole);
  // A word that most blocks have, or none at all, is a scan that ends on its lines: counted apart.
  if (common.length > 0)
    printRow(`${kind}: ${common.length} of ${times.length + common.length} with no rare word`, common);
}
console.log(
  `\nat most ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB of memory, the making of the queries included`,
);
if (values.fts5 === true) {
  const words = [...questions.values()].map(([first]) => first).filter((first) => first?.regex !== true);
  await measurePlainFts5(
    store.folder,
    { index, reader },
    words.map((first) => first?.text ?? ''),
  );
}
if (figures !== undefined) saveFigures(figures, 'latency', { name, found: { rawBytes, rivalMs, kinds: found } });
planner.close();
index.close();
await reader.close();
if (kept === undefined) rmSync(store.folder, { recursive: true, force: true });

async function storeForThisRun(): Promise<KeptStore> {
  const raw = path.join(process.cwd(), `.made-${process.pid}`);
  try {
    if (made !== undefined) writeMadeLogs(raw, Number(made), { seed });
    const kept = await makeKeptStore(made === undefined ? folders.map((each) => path.resolve(each)) : [raw]);
    await kept.firstred(['sync', '--quiet']);
    return kept;
  } finally {
    rmSync(raw, { recursive: true, force: true });
  }
}

/**
 * Milliseconds of each question in this process, each sort for its own time; `common`: of those without a word that at least
 * half of all blocks lack, which say nothing of the others and may take long.
 */
async function measureInside(asked: readonly Asked[]): Promise<{ times: number[]; common: number[] }> {
  const found = { times: [] as number[], common: [] as number[] };
  const left = { times: seconds * 1000, common: seconds * 1000 };
  for (const question of asked) {
    const sort = isCommon(await planOf(question)) ? 'common' : 'times';
    if (left[sort] <= 0) continue;
    const ms = await timeOne(question);
    found[sort].push(ms);
    left[sort] -= ms;
  }
  return found;
}

interface AskOptions {
  readonly index: LogIndexReader;
  readonly signal: AbortSignal;
  readonly explain: boolean;
}

function ask({ text, regex, job }: Asked, { index, signal, explain }: AskOptions) {
  const query = parseQuery(text, { regex: regex === true, word: false, letterCase: 'smart', visible: false });
  return search(index, reader, query, {
    filter: { job },
    sort: 'new',
    limit: 20,
    mode: 'lines',
    contextLines: 0,
    budgetMs: 0,
    frameCacheDir: undefined,
    explain,
    signal,
  });
}

async function timeOne(question: Asked): Promise<number> {
  const startMs = performance.now();
  const signal = AbortSignal.timeout(MAX_QUERY_MS);
  try {
    for await (const _match of ask(question, { index, signal, explain: false }).matches);
  } catch {
    return MAX_QUERY_MS;
  }
  return performance.now() - startMs;
}

/** What a search would do, asked on a connection of its own, so that the one that is measured has seen nothing of it. */
async function planOf(question: Asked): Promise<{ readonly engine: string; readonly blocks: number }> {
  const run = ask(question, { index: planner, signal: AbortSignal.abort(), explain: true });
  try {
    for await (const _match of run.matches) break;
  } catch {
    // the plan is there all the same
  }
  const { plan } = await run.summary();
  return { engine: plan.engine, blocks: Math.min(...plan.terms.map((term) => term.blocks ?? 0)) };
}

function isCommon({ engine, blocks }: { readonly engine: string; readonly blocks: number }): boolean {
  return engine === 'scan' || blocks > rawBytes / BLOCK_BYTES / 2;
}

async function measureProcesses(asked: readonly Asked[]): Promise<number[]> {
  const times: number[] = [];
  for (const { text, regex, job } of asked) {
    const flags = [...(regex === true ? ['--regex'] : []), ...(job === undefined ? [] : ['--job', job])];
    const words = store.commandLine(['search', '--json', '--limit', '20', ...flags, '--', text]);
    // Exit 1 is the valid answer "nothing found".
    times.push((await measure(words[0] ?? '', words.slice(1), store.env, [0, 1])).wallMs);
  }
  return times;
}

async function measureRival(): Promise<number> {
  const times: number[] = [];
  const folder = path.join(store.folder, 'store/logs');
  const texts = [...questions.values()].map(([first]) => first?.text ?? '').slice(0, rivals);
  for (const text of texts)
    times.push((await measure('rg', ['-azc', '-F', '-e', text, '--', folder], undefined, [0, 1])).wallMs);
  console.log(`rg -az over the same objects: ${spreadText(times, 0)} ms a query`);
  return spreadOf(times).median;
}

function latencyOf(times: readonly number[]): Latency {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), queries: sorted.length };
}

function printRow(title: string, times: readonly number[], whole: readonly number[] = []): void {
  const { p50, p95, p99 } = latencyOf(times);
  const times1 = (ms: number): string => `${Math.round(rivalMs / ms).toLocaleString('en')} ×`;
  const process = spreadOf(whole).median;
  const inside =
    times.length === 0
      ? '– | – | – | –'
      : `${p50.toFixed(1)} ms | ${p95.toFixed(1)} ms | ${p99.toFixed(1)} ms | ${times1(p50)}`;
  console.log(
    `| ${title} | ${inside} | ${whole.length === 0 ? ' | ' : `${process.toFixed(0)} ms | ${times1(process)}`} |`,
  );
}
