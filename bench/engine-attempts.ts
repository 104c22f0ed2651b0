// Metadata of very many attempts in the index of a team: size, and how long lists, filters, flakes and base rates take, as their
// number grows. Rows of attempts and signatures are made by the engine itself; captures (what is shown of an attempt) are real
// rows, of the newest attempts alone, as no question here shows an older one.
// usage: node scripts/bench.mjs engine-attempts [MILLIONS…]   (default: 1). Run it in the project's folder.
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { countAttempts, listAttempts } from '../indexer/attempts.ts';
import { parseEngineAddress } from '../indexer/clickhouse/address.ts';
import { type CaptureRecord, captureRow, occurrenceRows } from '../indexer/clickhouse/capture-rows.ts';
import { type EngineClient, openEngineClient } from '../indexer/clickhouse/client.ts';
import { deriveLogs } from '../indexer/clickhouse/derive.ts';
import { placesOfCapture } from '../indexer/clickhouse/ingest.ts';
import { linksOf } from '../indexer/clickhouse/links.ts';
import { openTeamIndex } from '../indexer/clickhouse/open-team-index.ts';
import { listFlakes } from '../indexer/flakes.ts';
import { listHeadroom } from '../indexer/headroom.ts';
import { askInParts } from '../indexer/index-parts.ts';
import type { AttemptFilter, LogIndexReader } from '../indexer/log-index.ts';
import { listSignatures } from '../indexer/signature-report.ts';
import type { SignatureId } from '../indexer/signatures.ts';
import type { TeamIndex } from '../indexer/team-index.ts';
import { packTemplateSet } from '../indexer/template-set.ts';
import { frameTableOf } from '../store/frame-table.ts';
import { keysOfManifest, type Manifest } from '../store/manifest.ts';
import { startEngine } from '../test/support/engine/engine.ts';
import { makeManifest } from '../test/support/manifests.ts';
import { cpuOf, machineText, spreadOf } from './measure.ts';

const MILLION = 1_000_000;
/** chosen: the answers of every question lie among these, whatever their number. */
const CAPTURES = 10_000;
const STEP = 250;
const ROUNDS = 7;
const END_MS = Date.parse('2026-11-01T00:00:00Z');
const SPAN_MS = 2 * 365 * 86_400_000;
const REPOS = 40;
const SIGNATURES = 20_000;

const shaOf = (head: number): string => createHash('sha1').update(String(head)).digest('hex');

/** As bench/attempts.ts has them: every 9th attempt red, every 27th re-run on its SHA and green. */
const REPO = `concat('git.example.test/team/repo-', toString(head % ${REPOS}))`;
const JOB = `concat('job ', toString(intDiv(head, ${REPOS}) % 12))`;
const SHA = `lower(hex(SHA1(toString(head))))`;
const IS_RED = 'n % 9 = 0 AND rerun = 0';
const rowsOf = (from: number, count: number, total: number): string =>
  `SELECT number + ${from} AS n, if(n % 27 = 1, 1, 0) AS rerun, n - rerun AS head,
     concat('L', lower(hex(sipHash64(n)))) AS log, ${REPO} AS repo, ${JOB} AS job, ${SHA} AS sha,
     toInt64(${END_MS - SPAN_MS}) + toInt64(intDiv(n * ${SPAN_MS / 1000}, ${total})) * 1000 AS at_ms
   FROM numbers(${count})`;
/** The same links as linksOf makes, which checkLinks sees to. */
const LINKS = `[concat('p["', repo, '","', toString(n), '"]'),
  concat('i["', repo, '","', sha, '","ci","', job, '","', toString(head), '",', toString(rerun + 1), ',null]'),
  concat('s["', repo, '","', sha, '","ci","', job, '","', toString(head), '",', toString(rerun + 1), ']'),
  concat('s["', repo, '","', toString(n), '"]')]`;

/** chosen: made at once by the engine; as many of one month are a part of a table. */
const AT_ONCE = 2 * MILLION;

/** The first attempts of each month, of `total`, and the end. */
function monthsOf(total: number, end: number): readonly number[] {
  const starts = [0];
  const first = new Date(END_MS - SPAN_MS);
  for (let month = 1; ; month++) {
    const startMs = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month, 1);
    const start = Math.ceil(((startMs - (END_MS - SPAN_MS)) * total) / SPAN_MS);
    if (start >= end) return [...starts, end];
    starts.push(start);
  }
}

/** Attempts up to `end`, of `total`, a month at a time. */
async function grow(client: EngineClient, end: number, total: number): Promise<void> {
  const months = monthsOf(total, end);
  for (const [n, first] of months.slice(0, -1).entries())
    for (let from = first, to = months[n + 1] ?? end; from < to; from += AT_ONCE)
      await growBy(client, rowsOf(from, Math.min(AT_ONCE, to - from), total));
}

/** As the program writes them: what a worker sends of an attempt with one capture. */
async function growBy(client: EngineClient, rows: string): Promise<void> {
  const placed = `fromUnixTimestamp64Milli(at_ms, 'UTC')`;
  const first = `${placed} AS placed`;
  await client.command(
    `INSERT INTO place SELECT arrayJoin([log, sha, concat('p["', repo, '","', toString(n), '"]')]) AS id, ${first} FROM (${rows})`,
  );
  await client.command(
    `INSERT INTO log_by_time SELECT repo AS home, ${first}, log, log AS attempt_id, log AS circle, ${placed} AS circle_from,
       ${placed} AS circle_to, 1 AS is_lead, 1 AS is_primary, 'log' AS name, repo, sha, '' AS tested_sha, 'ci' AS workflow, job,
       toString(head) AS run, rerun + 1 AS number, toString(n) AS provider_id,
       if(head % 5 = 0, 'main', concat('topic-', toString(head % 997))) AS branch,
       NULL AS pr, 'push' AS event, if(${IS_RED}, 'failure', 'success') AS conclusion, if(${IS_RED}, 1, 2) AS outcome,
       0 AS is_partial, at_ms AS time_ms, at_ms AS started_ms, at_ms + 300000 + n % 60000 AS finished_ms, 3600000 AS limit_ms, '' AS url,
       map() AS labels, 1000000 AS raw_bytes, 0 AS has_long_lines, ${LINKS} AS links, 1 AS version, 0 AS is_gone FROM (${rows})`,
  );
  await client.command(
    `INSERT INTO occurrence SELECT concat('s1:bench', toString(head % ${SIGNATURES})) AS sig, repo AS home, ${first}, log,
       concat('Error: failure of kind ', toString(head % ${SIGNATURES})) AS headline
     FROM (${rows}) WHERE ${IS_RED}`,
  );
}

function manifestOf(n: number, total: number): Manifest {
  const base = makeManifest();
  const rerun = n % 27 === 1 ? 1 : 0;
  const head = n - rerun;
  const startedAtMs = END_MS - SPAN_MS + Math.floor((n * (SPAN_MS / 1000)) / total) * 1000;
  const isRed = n % 9 === 0 && rerun === 0;
  return makeManifest({
    attempt: {
      ...base.attempt,
      repo: `git.example.test/team/repo-${head % REPOS}`,
      sha: shaOf(head),
      testedSha: undefined,
      workflow: 'ci',
      job: `job ${Math.floor(head / REPOS) % 12}`,
      run: String(head),
      attempt: rerun + 1,
      providerId: String(n),
      branch: head % 5 === 0 ? 'main' : `topic-${head % 997}`,
      conclusion: isRed ? 'failure' : 'success',
      startedAtMs,
      finishedAtMs: startedAtMs + 300_000 + (n % 60_000),
    },
    capture: { ...base.capture, id: n.toString(36).padStart(8, '0'), startedAtMs },
  });
}

/** The newest attempts as a worker writes them, but for their text. */
async function addCaptures(client: EngineClient, { from, total }: { readonly from: number; readonly total: number }) {
  const times: number[] = [];
  for (let at = from; at < total; at += STEP) {
    const records = Array.from({ length: Math.min(STEP, total - at) }, (_, k) => recordOf(at + k, total));
    const beganMs = performance.now();
    await client.insert('occurrence', records.flatMap(occurrenceRows));
    await client.insert('place', records.flatMap(placesOfCapture));
    await client.insert('capture_by_time', records.map(captureRow));
    const logs = records.map(({ manifest }) => manifest.logId);
    await deriveLogs(client, { logs, links: records.flatMap(({ manifest }) => linksOf(manifest.attempt)) });
    times.push(performance.now() - beganMs);
  }
  const { median, max } = spreadOf(times);
  console.log(
    `  a worker's ${STEP} more attempts, but for their text: ${median.toFixed(0)} (most ${max.toFixed(0)}) ms`,
  );
}

function recordOf(n: number, total: number): CaptureRecord {
  const manifest = manifestOf(n, total);
  const k = n % SIGNATURES;
  const signature = {
    signature: `s1:bench${k}`,
    headline: `Error: failure of kind ${k}`,
    exemplarLine: 1,
    firstLine: 1,
    count: 1,
    score: 1,
  };
  return {
    key: keysOfManifest(manifest).manifest,
    manifest,
    store: 'bench',
    table: frameTableOf([]),
    digest: {
      templateSet: packTemplateSet(new Uint32Array()),
      signatures: manifest.attempt.conclusion === 'failure' ? [signature] : [],
      steps: [],
    },
  };
}

/** What is made by the engine must tie attempts as the program does. */
async function checkLinks(client: EngineClient, n: number, total: number): Promise<void> {
  const manifest = manifestOf(n, total);
  const [row] = await client.rows(
    `SELECT links, repo, job, sha, toUnixTimestamp64Milli(placed) FROM log_by_time WHERE provider_id = '${n}'`,
  );
  const { attempt } = manifest;
  const want = [linksOf(attempt), attempt.repo, attempt.job, attempt.sha, attempt.startedAtMs];
  const got = [...(row ?? [])].map((value, n) => (n === 4 ? Number(value) : value));
  if (JSON.stringify(got) !== JSON.stringify(want))
    throw new Error(`made rows differ from the program's:\n${JSON.stringify(got)}\n${JSON.stringify(want)}`);
}

const month: AttemptFilter = { sinceMs: END_MS - 30 * 86_400_000 };
const repo: AttemptFilter = { repo: 'team/repo-7' };
const questionsOf = (total: number): readonly Question[] => {
  const late = total - (total % 27) - 27;
  return [
    ['list, the newest 50', (index) => listAttempts(index, {}, { limit: 50 })],
    ['list, red of one repository, 20', (index) => listAttempts(index, { ...repo, conclusion: 'red' }, { limit: 20 })],
    [
      'list, a job by glob and a branch, 50',
      (index) => listAttempts(index, { job: 'job 1*', branch: 'main' }, { limit: 50 }),
    ],
    ['list, one SHA', (index) => listAttempts(index, { sha: shaOf(late) }, { limit: 50 })],
    ['list, a filter that nothing passes', (index) => listAttempts(index, { repo: 'team/none' }, { limit: 50 })],
    ['base rate of all', (index) => countAttempts(index, {})],
    ['base rate of a repository', (index) => countAttempts(index, repo)],
    ['base rate of a month', (index) => countAttempts(index, month)],
    [
      'base rate of one signature',
      (index) => listSignatures(index, {}, { only: ['s1:bench9' as SignatureId], limit: 1 }),
    ],
    ['signatures of a day, 40', (index) => listSignatures(index, { sinceMs: END_MS - 86_400_000 }, { limit: 40 })],
    ['flakes of the newest, 20', (index) => listFlakes(index, { sinceMs: END_MS - (SPAN_MS * 5_000) / total }, 20)],
    [
      'headroom of a job, a day',
      (index) => listHeadroom(index, { ...repo, job: 'job 7', sinceMs: END_MS - 86_400_000 }),
    ],
  ];
};

type Question = readonly [what: string, question: (index: LogIndexReader) => unknown];

async function time(team: TeamIndex, [what, question]: Question, pid: number): Promise<void> {
  const times: number[] = [];
  const cpuBeforeMs = pid === 0 ? 0 : cpuOf(pid);
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const beganMs = performance.now();
    const parts = await team.openParts();
    const answer = await askInParts(parts, question);
    found = Array.isArray(answer) ? answer.length : ((answer as { attempts?: number }).attempts ?? 0);
    parts.reader.close();
    times.push(performance.now() - beganMs);
    if (performance.now() - beganMs > 20_000) break; // once is enough of that
  }
  const { median, max } = spreadOf(times);
  const cpuMs = pid === 0 ? Number.NaN : (cpuOf(pid) - cpuBeforeMs) / times.length;
  console.log(
    `  ${what.padEnd(40)} ${median.toFixed(0)} (most ${max.toFixed(0)}) ms, ${cpuMs.toFixed(0)} ms of the engine's processors, ${found} found`,
  );
}

async function measureAt(millions: number): Promise<void> {
  const engine = await startEngine();
  if (engine === undefined) throw new Error('there is no engine');
  const client = await openEngineClient(parseEngineAddress(engine.address), { requestMs: 600_000 });
  const team = await openTeamIndex(engine.address, { requestMs: 600_000 });
  try {
    const total = Math.round(millions * MILLION);
    await team.rebuild();
    const beganMs = performance.now();
    const from = total - CAPTURES;
    await grow(client, from, total);
    await checkLinks(client, from - 1, total);
    await addCaptures(client, { from, total });
    const madeS = (performance.now() - beganMs) / 1000;
    console.log(`${millions} million attempts, made in ${madeS.toFixed(0)} s; ${machineText()}`);
    for (const [table, rows, bytes, parts] of await client.rows(
      `SELECT table, sum(rows), sum(bytes_on_disk), count() FROM system.parts WHERE active AND database = currentDatabase()
       AND table IN ('log_by_time', 'place', 'occurrence', 'capture_by_time') GROUP BY table ORDER BY table`,
    ))
      console.log(`  ${table}: ${rows} rows, ${(Number(bytes) / Number(rows)).toFixed(0)} bytes each, ${parts} parts`);
    const asked: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const askedMs = performance.now();
      await client.rows('SELECT 1');
      asked.push(performance.now() - askedMs);
    }
    console.log(`  a request that does nothing: ${spreadOf(asked).median.toFixed(0)} ms`);
    for (const question of questionsOf(total)) await time(team, question, engine.pid);
  } finally {
    await team.close();
    await client.close();
    await engine.stop();
  }
}

const sizes = process.argv.slice(2).map(Number);
for (const millions of sizes.length > 0 ? sizes : [1]) await measureAt(millions);
