// A team's index beside the local one: the same store into both, size, and the same questions asked of both.
// usage: node scripts/bench.mjs engine [--writers 1,4,8] [--made 40] [--copies N] [FOLDER…]   (without a folder: so many made logs of 0.9 MB).
// `--home FOLDER` takes a store and index.db that are there already; `--logs N` with it the first N logs of a store that
// bench/made-store.ts made: some 42,000 of them are 10 GB, three quarters of an hour on two cores, each figure printed as it comes.
// `--copies N` makes the engine N times as large before it is asked
// (SQLite keeps what was read): 2 GB of logs and 5 copies are 10 GB in some minutes. Run it in the project's folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { countAttempts, listAttempts } from '../indexer/attempts.ts';
import { parseEngineAddress } from '../indexer/clickhouse/address.ts';
import { openEngineClient } from '../indexer/clickhouse/client.ts';
import { openTeamIndex } from '../indexer/clickhouse/open-team-index.ts';
import { TABLES } from '../indexer/clickhouse/schema.ts';
import { askInParts } from '../indexer/index-parts.ts';
import type { AttemptFilter, LogIndexReader, QueryFlags, SearchOptions, SearchRun } from '../indexer/log-index.ts';
import { openIndexReader } from '../indexer/open-index.ts';
import { parseQuery } from '../indexer/query.ts';
import { search } from '../indexer/search.ts';
import { listSignatures } from '../indexer/signature-report.ts';
import type { TeamIndex } from '../indexer/team-index.ts';
import { openStore } from '../store/open-store.ts';
import { startEngine, type TestEngine } from '../test/support/engine/engine.ts';
import { makeCopies, readingCopies } from './engine-copies.ts';
import { type KeptStore, makeKeptStore, openKeptStore, readMadeStore } from './kept-store.ts';
import { cpuOf, machineText, measure, spreadOf } from './measure.ts';
import { partOfStore } from './store-part.ts';

const MB = 1_000_000;
const REPEATS = 15;

async function compare(
  kept: KeptStore,
  started: TestEngine,
  { counts, copies }: { readonly counts: readonly number[]; readonly copies: number },
): Promise<void> {
  console.log(machineText());
  console.log(`${kept.logs} logs, ${(kept.rawBytes / MB).toFixed(0)} MB of text`);
  const file = kept.env['FIRSTRED_INDEX'] ?? '';
  if (!existsSync(file)) {
    const local = await kept.firstred(['sync', '--json']);
    report('SQLite, 1 writer', kept, { wallMs: local.wallMs, writersCpuMs: local.cpuMs, engineCpuMs: 0 });
  }
  console.log(`  ${sizeText(statSync(file).size, kept)}`);
  for (const writers of counts) {
    report(`engine, ${writers} writers`, kept, await fill(kept, started, writers));
    console.log(`  ${sizeText(await sizeOf(started), kept)} as written`);
  }
  if (copies > 1) {
    const beganMs = performance.now();
    await makeCopies(started.address, copies);
    console.log(`${copies} times as large in ${((performance.now() - beganMs) / 1000).toFixed(0)} s`);
  }
  await mergeAll(started);
  const whole = { ...kept, rawBytes: kept.rawBytes * copies };
  console.log(`  ${sizeText(await sizeOf(started), whole)} merged: ${await tableSizes(started)}`);
  const questions = questionsOf(await findRareWord(started), await findRareId(started));
  await compareAnswers(kept, started, { file, questions });
  await readersUnderLoad(kept, started, { file, questions });
}

/** chosen: of 10 GB a table takes more than the five minutes that `fetch` waits. */
const MERGE_MS = 3_600_000;

async function mergeAll(started: TestEngine): Promise<void> {
  const client = await openEngineClient(parseEngineAddress(started.address), { requestMs: MERGE_MS });
  for (const table of TABLES) await client.commandIfThere(`OPTIMIZE TABLE ${table} FINAL`);
  await client.close();
}

/** A word of letters that few blocks have: made logs and real ones have no words in common. */
async function findRareWord(started: TestEngine): Promise<string> {
  const some = `SELECT DISTINCT word FROM word WHERE match(word, '^[a-z]{9,}$') ORDER BY cityHash64(word) LIMIT 200`;
  for (const word of (await ask(started, some)).split('\n').filter((each) => each !== ''))
    if (Number(await ask(started, `SELECT count() FROM block WHERE hasAnyTokens(tokens, ['${word}'])`)) <= 20)
      return word;
  return 'nullpointerexception'; // few logs, without a word of their own
}

/** A word of letters and digits that the newest logs have, and of the older ones none. */
async function findRareId(started: TestEngine): Promise<string> {
  const some = `SELECT word FROM word WHERE match(word, '^[a-z]+[0-9]{3,}[a-z0-9]{2,}$') GROUP BY word
    HAVING count() = 1 AND any(month) = (SELECT max(month) FROM word) ORDER BY cityHash64(word) LIMIT 200`;
  for (const word of (await ask(started, some)).split('\n').filter((each) => each !== ''))
    if (Number(await ask(started, `SELECT count() FROM word WHERE word LIKE '%${word}%'`)) === 1) return word;
  throw new Error('no log has an id of its own');
}

interface Filled {
  readonly wallMs: number;
  readonly writersCpuMs: number;
  readonly engineCpuMs: number;
}

/** Empties the engine and lets so many workers fill it at once. */
async function fill(kept: KeptStore, started: TestEngine, writers: number): Promise<Filled> {
  const env = { ...kept.env, FIRSTRED_INDEX: started.address };
  const [node = '', ...words] = kept.commandLine([]);
  await measure(node, [...words, 'reindex', '--quiet'], { ...env, FIRSTRED_STORE: path.join(kept.folder, 'none') });
  const engineBeforeMs = cpuOf(started.pid);
  const cpuBeforeMs = cpuOf(process.pid, 'children');
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: writers }, () => measure(node, [...words, 'sync', '--quiet'], env)));
  return {
    wallMs: performance.now() - startedMs,
    writersCpuMs: cpuOf(process.pid, 'children') - cpuBeforeMs,
    engineCpuMs: cpuOf(started.pid) - engineBeforeMs,
  };
}

function report(what: string, kept: KeptStore, { wallMs, writersCpuMs, engineCpuMs }: Filled): void {
  const rate = (ms: number): string => (kept.rawBytes / MB / (ms / 1000)).toFixed(1);
  console.log(
    `${what}: ${(wallMs / 1000).toFixed(1)} s, ${rate(wallMs)} MB/s; processor time ${(writersCpuMs / 1000).toFixed(1)} s of the workers, ${(engineCpuMs / 1000).toFixed(1)} s of the engine, ${rate(writersCpuMs + engineCpuMs)} MB for each second of both`,
  );
}

const sizeText = (bytes: number, kept: KeptStore): string =>
  `${(bytes / MB).toFixed(1)} MB, ${((bytes / kept.rawBytes) * 100).toFixed(2)} % of the text`;

async function ask(started: TestEngine, query: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${started.port}/`, { method: 'POST', body: query });
  return (await answer.text()).trim();
}

const sizeOf = async (started: TestEngine): Promise<number> =>
  Number(
    await ask(started, 'SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase()'),
  );

const tableSizes = async (started: TestEngine): Promise<string> =>
  (
    await ask(
      started,
      `SELECT table, formatReadableSize(sum(bytes_on_disk)), count() FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table ORDER BY sum(bytes_on_disk) DESC`,
    )
  )
    .split('\n')
    .map((line) => line.split('\t').slice(0, 2).join(' '))
    .join(', ');

type Question = (side: Side) => Promise<unknown>;

/** One of the two indexes. */
interface Side {
  /** What any question costs at least. */
  ping(): Promise<unknown>;
  ask<T>(question: (index: LogIndexReader) => T): Promise<T>;
  search(text: string, flags: Partial<QueryFlags>, filter: AttemptFilter): Promise<void>;
}

const questionsOf = (rare: string, id: string): readonly (readonly [name: string, question: Question])[] => [
  ['SELECT 1', (side) => side.ping()],
  ['a rare id', (side) => side.search(id, {}, {})],
  ['a part of a rare id', (side) => side.search(id.slice(1, -1), {}, {})],
  ['a rare word', (side) => side.search(rare, {}, {})],
  ['a rare word, whole', (side) => side.search(rare, { word: true }, {})],
  ['a rare word of a job', (side) => side.search(rare, {}, { job: 'job 3', conclusion: 'red' })],
  ['a part of a rare word', (side) => side.search(rare.slice(2, -2), {}, {})],
  ['two words', (side) => side.search('connection refused', {}, {})],
  ['a common word', (side) => side.search('error', {}, {})],
  ['a common word, filtered', (side) => side.search('error', {}, { job: 'job 7', conclusion: 'red' })],
  ['nothing', (side) => side.search('zzqqy_nowhere_at_all', {}, {})],
  ['list 50', (side) => side.ask((index) => listAttempts(index, {}, { limit: 50 }))],
  ['count red', (side) => side.ask((index) => countAttempts(index, { conclusion: 'red' }))],
  ['signatures', (side) => side.ask((index) => listSignatures(index, {}, { limit: 40 }))],
];

async function sidesOf(kept: KeptStore, started: TestEngine, team: TeamIndex, file: string) {
  const objects = await openStore(kept.env['FIRSTRED_STORE'] ?? '', { timeoutMs: 15_000, pathStyle: false });
  const readers = readingCopies(objects);
  const reader = openIndexReader(file);
  const optionsOf = (filter: AttemptFilter): SearchOptions => ({
    filter,
    sort: 'new',
    limit: 20,
    mode: 'lines',
    contextLines: 0,
    budgetMs: 1,
    frameCacheDir: undefined,
  });
  const query = (text: string, flags: Partial<QueryFlags>) =>
    parseQuery(text, { regex: false, word: false, letterCase: 'smart', visible: false, ...flags });
  const local: Side = {
    ping: async () => undefined,
    ask: async (question) => question(reader),
    search: (text, flags, filter) => drain(search(reader, objects, query(text, flags), optionsOf(filter))),
  };
  const engineSide: Side = {
    ping: () => ask(started, 'SELECT 1'),
    ask: async (question) => {
      const parts = await team.openParts();
      try {
        return await askInParts(parts, question);
      } finally {
        parts.reader.close();
      }
    },
    search: (text, flags, filter) => drain(team.search(readers, query(text, flags), optionsOf(filter))),
  };
  return { local, engineSide, close: () => reader.close() };
}

async function drain(run: SearchRun): Promise<void> {
  for await (const _ of run.matches);
  const { unreadable } = await run.summary();
  if (unreadable.length > 0) throw new Error(`${unreadable.length} logs could not be read: ${unreadable[0]?.reason}`);
}

interface Asked {
  readonly file: string;
  readonly questions: ReturnType<typeof questionsOf>;
}

async function compareAnswers(kept: KeptStore, started: TestEngine, { file, questions }: Asked): Promise<void> {
  const team = await openTeamIndex(started.address);
  const { local, engineSide, close } = await sidesOf(kept, started, team, file);
  for (const [name, question] of questions) {
    const ofLocal = await timesOf(() => question(local));
    const engineBeforeMs = cpuOf(started.pid);
    const ofEngine = await timesOf(() => question(engineSide));
    const cpuMs = (cpuOf(started.pid) - engineBeforeMs) / (REPEATS + 1);
    console.log(
      `${name}: SQLite ${msText(ofLocal)} ms, engine ${msText(ofEngine)} ms, ${cpuMs.toFixed(0)} ms of its processors`,
    );
  }
  close();
  await team.close();
}

/** chosen: some ten rounds of the questions. */
const LOAD_MS = 60_000;
/** What says that something is done; without it workers do everything again, into the same rows. */
const PROGRESS = ['done', 'cursor', 'claim'];

/** The same questions while two workers, as many as there are cores, bring the same logs in once more. */
async function readersUnderLoad(kept: KeptStore, started: TestEngine, { file, questions }: Asked): Promise<void> {
  const team = await openTeamIndex(started.address);
  const { engineSide, close } = await sidesOf(kept, started, team, file);
  const times = new Map(questions.map(([name]) => [name, [] as number[]]));
  for (const table of PROGRESS) await ask(started, `TRUNCATE TABLE ${table}`);
  const [node = '', ...words] = kept.commandLine(['sync', '--quiet']);
  const env = { ...kept.env, FIRSTRED_INDEX: started.address };
  const writers = [0, 1].map(() => spawn(node, words, { env, stdio: 'ignore' }));
  const ends = writers.map((writer) => once(writer, 'exit'));
  const beganMs = performance.now();
  const isWriting = (): boolean =>
    writers.every(({ exitCode }) => exitCode === null) && performance.now() - beganMs < LOAD_MS;
  while (isWriting())
    for (const [name, question] of questions) {
      const askedMs = performance.now();
      await question(engineSide);
      if (isWriting()) times.get(name)?.push(performance.now() - askedMs);
    }
  for (const writer of writers) writer.kill('SIGTERM');
  await Promise.all(ends);
  close();
  await team.close();
  console.log(`while two workers write (${((performance.now() - beganMs) / 1000).toFixed(0)} s):`);
  for (const [name, own] of times)
    if (own.length > 0) console.log(`  ${name}: engine ${msText(own)} ms, ${own.length} times`);
}

async function timesOf(run: () => Promise<unknown>): Promise<readonly number[]> {
  await run();
  const times: number[] = [];
  for (let n = 0; n < REPEATS; n++) {
    const beganMs = performance.now();
    await run();
    times.push(performance.now() - beganMs);
  }
  return times;
}

/** Median, and 95 of 100. */
function msText(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0;
  return `${spreadOf(times).median.toFixed(1)} (p95 ${p95.toFixed(1)})`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    writers: { type: 'string', default: '1,4,8' },
    made: { type: 'string', default: '40' },
    copies: { type: 'string', default: '1' },
    home: { type: 'string' },
    logs: { type: 'string' },
  },
});

async function chooseStore(): Promise<KeptStore> {
  const { home, logs, made } = values;
  if (home === undefined)
    return makeKeptStore(
      positionals.map((each) => path.resolve(each)),
      Number(made),
    );
  if (logs === undefined) return openKeptStore(home);
  const madeStore = readMadeStore(home);
  if (madeStore === undefined) throw new Error(`${home} is not a made store: --logs can't be taken of it`);
  return partOfStore(home, madeStore, Number(logs));
}

const store = await chooseStore();
const engine = await startEngine();
if (engine === undefined) process.exitCode = 2;
else
  try {
    await compare(store, engine, { counts: values.writers.split(',').map(Number), copies: Number(values.copies) });
  } finally {
    await engine.stop();
    if (store.folder !== values.home) rmSync(store.folder, { recursive: true, force: true });
  }
