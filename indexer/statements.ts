// SQL of attempts, logs and captures, with the types of parameters and rows. Text and vocabulary: statements-text.ts;
// filters, which are put together from fixed pieces: statements-filter.ts.
import type { Sql, SqlParams } from './database.ts';

/** A statement with its types. */
export const sql = <P extends SqlParams, R = never>(text: string): Sql<P, R> => ({ text });

type Id = { readonly id: number };
type Key = { readonly key: number };

// ---- names -------------------------------------------------------------------------------------------------------

export const ADD_NAME = sql<{ name: string }>('INSERT INTO names (name) VALUES (:name) ON CONFLICT DO NOTHING');
export const FIND_NAME = sql<{ name: string }, Id>('SELECT id FROM names WHERE name = :name');

export const GET_META = sql<{ name: string }, { value: number }>('SELECT value FROM meta WHERE name = :name');
export const SET_META = sql<{ name: string; value: number }>(
  'INSERT INTO meta VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
);

/** SQLite's own look at every page, at most one fault. */
export const QUICK_CHECK = sql<Record<string, never>, { quick_check: string }>('PRAGMA quick_check(1)');

/** 53 bits: JavaScript's whole numbers. */
export const NEW_GENERATION = sql<Record<string, never>>(
  `INSERT INTO meta VALUES ('generation', abs(random() % 9007199254740991))
   ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
);

// ---- attempts ----------------------------------------------------------------------------------------------------

/** Columns of attempts as they stand, names as ids. */
export interface AttemptColumns {
  readonly id: number;
  readonly repo: number | null;
  readonly sha: string | null;
  readonly workflow: number | null;
  readonly job: number | null;
  readonly run: string | null;
  readonly attempt: number | null;
  readonly provider_id: string | null;
  readonly provider: number;
  readonly tested_sha: string | null;
  readonly tree_sha: string | null;
  readonly branch: number | null;
  readonly pr: number | null;
  readonly event: number | null;
  readonly conclusion: number;
  readonly outcome: number;
  readonly conclusion_from: number;
  readonly started_ms: number | null;
  readonly finished_ms: number | null;
  readonly time_ms: number;
  readonly url: string | null;
  readonly labels: string | null;
  readonly limit_ms: number | null;
  readonly partial: number;
}

export type NewAttempt = { readonly [K in keyof Omit<AttemptColumns, 'id'>]: AttemptColumns[K] };

export const ADD_ATTEMPT = sql<NewAttempt>(
  `INSERT INTO attempts (repo, sha, workflow, job, run, attempt, provider_id, provider, tested_sha, tree_sha, branch, pr,
     event, conclusion, outcome, conclusion_from, started_ms, finished_ms, time_ms, url, labels, limit_ms, partial)
   VALUES (:repo, :sha, :workflow, :job, :run, :attempt, :provider_id, :provider, :tested_sha, :tree_sha, :branch, :pr,
     :event, :conclusion, :outcome, :conclusion_from, :started_ms, :finished_ms, :time_ms, :url, :labels, :limit_ms, :partial)`,
);
export const UPDATE_ATTEMPT = sql<NewAttempt & Id>(
  `UPDATE attempts SET repo=:repo, sha=:sha, workflow=:workflow, job=:job, run=:run, attempt=:attempt,
     provider_id=:provider_id, provider=:provider, tested_sha=:tested_sha, tree_sha=:tree_sha, branch=:branch, pr=:pr,
     event=:event, conclusion=:conclusion, outcome=:outcome, conclusion_from=:conclusion_from, started_ms=:started_ms,
     finished_ms=:finished_ms, time_ms=:time_ms, url=:url, labels=:labels, limit_ms=:limit_ms, partial=:partial
   WHERE id=:id`,
);
export const REMOVE_ATTEMPT = sql<Id>('DELETE FROM attempts WHERE id = :id');

export const FIND_BY_PROVIDER_ID = sql<{ repo: number | null; providerId: string }, Id>(
  'SELECT id FROM attempts WHERE provider_id = :providerId AND repo IS :repo LIMIT 1',
);

export type IdentityKey = {
  readonly repo: number | null;
  readonly sha: string | null;
  readonly workflow: number | null;
  readonly job: number | null;
  readonly run: string | null;
  readonly attempt: number | null;
};

/** Those without a provider's id first, then by it: which one joins does not depend on the order of arrival. */
const findByIdentity = (index: 'attempts_by_sha' | 'attempts_by_run') =>
  sql<IdentityKey, { id: number; provider_id: string | null; started_ms: number | null }>(
    `SELECT id, provider_id, started_ms FROM attempts INDEXED BY ${index}
     WHERE sha IS :sha AND repo IS :repo AND workflow IS :workflow AND job IS :job AND run IS :run AND attempt IS :attempt
     ORDER BY provider_id IS NOT NULL, provider_id, id LIMIT 1000`,
  );
/** By the commit, where it is known: numbers of runs begin at 1 in each repository. */
export const FIND_BY_IDENTITY = findByIdentity('attempts_by_sha');
export const FIND_BY_IDENTITY_WITHOUT_SHA = findByIdentity('attempts_by_run');

/**
 * Rank by start time among the attempts of one job at one commit and event. Without statistics SQLite would go by the job,
 * through every attempt that it ever had.
 */
export const SET_RANKS = sql<{
  repo: number | null;
  sha: string | null;
  workflow: number | null;
  job: number | null;
  event: number | null;
}>(
  `UPDATE attempts SET rank = ranked.n FROM (
     SELECT id, row_number() OVER (ORDER BY time_ms, run, provider_id, id) AS n FROM attempts INDEXED BY attempts_by_sha
     WHERE sha IS :sha AND repo IS :repo AND workflow IS :workflow AND job IS :job AND event IS :event
   ) AS ranked WHERE attempts.sha IS :sha AND attempts.repo IS :repo AND attempts.workflow IS :workflow
     AND attempts.id = ranked.id AND attempts.rank IS NOT ranked.n`,
);

/** An attempt that names no repository or no workflow has 0 there. */
type JobCommit = {
  readonly repo: number | null;
  readonly sha: string;
  readonly workflow: number | null;
  readonly job: number;
};

const OF_JOB = (alias: string): string =>
  `${alias}sha = :sha AND ${alias}repo IS :repo AND ${alias}workflow IS :workflow AND ${alias}job = :job AND ${alias}partial = 0`;

/** Kept where the job has red and green attempts of the same tested commit; `REMOVE_FLAKY_COMMIT` comes before it. */
export const ADD_FLAKY_COMMIT = sql<JobCommit>(
  `INSERT INTO flaky_commits (repo, sha, workflow, job, last_ms)
   SELECT coalesce(:repo, 0), :sha, coalesce(:workflow, 0), :job, max(a.time_ms) FROM attempts a WHERE ${OF_JOB('a.')}
   HAVING EXISTS (SELECT 1 FROM attempts r JOIN attempts g ON ${OF_JOB('g.')} AND g.outcome = 2
     AND (g.tested_sha IS NULL OR r.tested_sha IS NULL OR g.tested_sha = r.tested_sha)
     WHERE ${OF_JOB('r.')} AND r.outcome = 1)`,
);
export const REMOVE_FLAKY_COMMIT = sql<JobCommit>(
  `DELETE FROM flaky_commits
   WHERE repo = coalesce(:repo, 0) AND sha = :sha AND workflow = coalesce(:workflow, 0) AND job = :job`,
);

// ---- logs and captures -------------------------------------------------------------------------------------------

export interface LogColumns {
  readonly id: number;
  readonly log_id: string;
  readonly attempt: number;
  readonly name: string;
  readonly first_block: number;
  readonly block_count: number;
}

export const FIND_LOG_ROW = sql<{ logId: string }, LogColumns>(
  'SELECT id, log_id, attempt, name, first_block, block_count FROM logs WHERE log_id = :logId',
);
export const ADD_LOG = sql<{
  logId: string;
  attempt: number;
  name: string;
  complete: number;
  how: string;
  capturedMs: number;
  lines: number;
  rawBytes: number;
  objectBytes: number;
  firstBlock: number;
  blockCount: number;
  headline: string | null;
  headlineOf: number | null;
}>(
  `INSERT INTO logs (log_id, attempt, name, is_primary, capture, complete, how, captured_ms, lines, raw_bytes, object_bytes,
     first_block, block_count, headline, headline_of)
   VALUES (:logId, :attempt, :name, 0, 0, :complete, :how, :capturedMs, :lines, :rawBytes, :objectBytes, :firstBlock,
     :blockCount, :headline, :headlineOf)`,
);
export const MOVE_LOG = sql<{ id: number; attempt: number }>('UPDATE logs SET attempt = :attempt WHERE id = :id');
export const REMOVE_LOG = sql<Id>('DELETE FROM logs WHERE id = :id');

/** Logs of an attempt that came without a provider's id, which is part of a log's own identity. */
export const LOGS_WITHOUT_PROVIDER_ID = sql<Key, Id>(
  `SELECT DISTINCT l.id FROM logs l JOIN captures c ON c.log = l.id
   WHERE l.attempt = :key AND c.identity IS NOT NULL AND c.identity ->> 'providerId' IS NULL ORDER BY l.id LIMIT 10000`,
);

/** Of the captures of a log: whole ones first, then what the provider's API gave, then the first one by key. */
export const CHOOSE_CAPTURE = sql<Id>(
  `UPDATE logs SET (capture, complete, how, captured_ms, object_bytes) = (
     SELECT id, complete, how, captured_ms, object_bytes FROM captures WHERE log = :id
     ORDER BY complete DESC, how NOT IN ('api', 'pull', 'rescue'), manifest_key LIMIT 1)
   WHERE id = :id`,
);
/** The attempt stands in both parts: a planner that knows no sizes yet would read every log. Of the logs of one name of an attempt: whole ones first, then the most lines, then as above. */
export const CHOOSE_PRIMARIES = sql<Key>(
  `UPDATE logs SET is_primary = ranked.n = 1 FROM (
     SELECT id, row_number() OVER (PARTITION BY name
       ORDER BY complete DESC, lines DESC, how NOT IN ('api', 'pull', 'rescue'), log_id) AS n
     FROM logs WHERE attempt = :key
   ) AS ranked WHERE logs.attempt = :key AND logs.id = ranked.id AND logs.is_primary IS NOT (ranked.n = 1)`,
);

export const STORES_OF_CAPTURES = sql<Record<string, never>, { name: string }>(
  'SELECT name FROM names WHERE id IN (SELECT DISTINCT store FROM captures) ORDER BY name LIMIT 100',
);
export const COUNT_LOGS = sql<Record<string, never>, { n: number }>('SELECT count(*) AS n FROM logs');

// Keys of manifests are bytes here (key-bytes.ts).
export const FIND_CAPTURE = sql<
  { keyHash: number; manifestKey: Uint8Array; store: string },
  { id: number; log: number }
>(
  `SELECT c.id, c.log FROM captures c JOIN names s ON s.id = c.store
   WHERE c.key_hash = :keyHash AND c.manifest_key = :manifestKey AND s.name = :store`,
);
export const ADD_CAPTURE = sql<{
  log: number;
  store: number;
  manifestKey: Uint8Array;
  keyHash: number;
  complete: number;
  how: string;
  capturedMs: number;
  objectBytes: number;
  frames: Uint8Array;
  identity: string | null;
}>(
  `INSERT INTO captures (log, store, manifest_key, key_hash, complete, how, captured_ms, object_bytes, frames, identity)
   VALUES (:log, :store, :manifestKey, :keyHash, :complete, :how, :capturedMs, :objectBytes, :frames, :identity)`,
);
export const SET_CAPTURE_IDENTITY = sql<{ id: number; identity: string }>(
  'UPDATE captures SET identity = :identity WHERE id = :id AND identity IS NULL',
);
export const REMOVE_CAPTURE = sql<Id>('DELETE FROM captures WHERE id = :id');
export const CAPTURES_OF_LOG = sql<Id, { id: number; manifest_key: Uint8Array }>(
  'SELECT id, manifest_key FROM captures WHERE log = :id ORDER BY manifest_key',
);
/** Captures of an attempt, most trusted first: what the provider's API gave, whole, early. */
export const CAPTURES_OF_ATTEMPT = sql<
  Key,
  { id: number; log: number; how: string; identity: string | null; captured_ms: number }
>(
  `SELECT c.id, c.log, c.how, c.identity, c.captured_ms FROM captures c JOIN logs l ON l.id = c.log WHERE l.attempt = :key
   ORDER BY c.how NOT IN ('api', 'pull', 'rescue'), c.complete DESC, c.captured_ms, c.manifest_key`,
);
export const LAST_LOG = sql<Record<string, never>, Id>('SELECT id FROM logs ORDER BY id DESC LIMIT 1');
export const FRAMES_OF_LOG = sql<Key, { frames: Uint8Array }>(
  'SELECT c.frames FROM logs l JOIN captures c ON c.id = l.capture WHERE l.id = :key',
);

// ---- signatures, steps, long lines -------------------------------------------------------------------------------

export const ADD_SIGNATURE = sql<{ signature: Uint8Array; headline: string }>(
  'INSERT INTO signatures (signature, headline) VALUES (:signature, :headline)',
);
// Signatures are bytes here (signature-bytes.ts).
/** A condition that reads few rows: the index has so much of a signature. */
export const IS_SIGNATURE = 'substr(s.signature, 2, 3) = substr(:signature, 2, 3) AND s.signature = :signature';
/** Some of them, as `packSignatures` gives them. */
export const SIGNATURES = '(SELECT unhex(value) FROM json_each(:signatures))';
export const FIND_SIGNATURE = sql<{ signature: Uint8Array }, { id: number; headline: string }>(
  `SELECT s.id, s.headline FROM signatures s WHERE ${IS_SIGNATURE}`,
);
export const ADD_OCCURRENCE = sql<{
  signature: number;
  log: number;
  firstLine: number;
  count: number;
  score: number;
  exemplarLine: number;
}>(
  `INSERT INTO occurrences (signature, log, first_line, line_count, score, exemplar_line)
   VALUES (:signature, :log, :firstLine, :count, CAST(round(1000 * :score) AS INTEGER), nullif(:exemplarLine, :firstLine))
   ON CONFLICT DO NOTHING`,
);
// Rows that have their log in their number: see migrations/0003-narrow-rows.ts.
export const ADD_TEMPLATES = sql<{ log: number; part: number; content: Uint8Array }>(
  'INSERT INTO log_templates (id, content) VALUES (:log * 8192 + :part, :content)',
);
export const TEMPLATES_OF_LOG = sql<Key, { content: Uint8Array }>(
  'SELECT content FROM log_templates WHERE id >= :key * 8192 AND id < (:key + 1) * 8192 ORDER BY id LIMIT 8192',
);
export const REMOVE_TEMPLATES = sql<Id>('DELETE FROM log_templates WHERE id >= :id * 8192 AND id < (:id + 1) * 8192');
export const ADD_STEP = sql<{
  log: number;
  ordinal: number;
  name: number;
  firstLine: number;
  lastLine: number;
  startedMs: number | null;
  finishedMs: number | null;
}>(
  `INSERT INTO steps (id, name, first_line, line_count, started_ms, duration_ms)
   VALUES (:log * 131072 + :ordinal, :name, :firstLine, :lastLine - :firstLine, :startedMs, :finishedMs - :startedMs)`,
);
export const ADD_LONG_LINE = sql<{ log: number; firstFrame: number; lastFrame: number }>(
  'INSERT INTO long_lines (log, first_frame, last_frame) VALUES (:log, :firstFrame, :lastFrame)',
);
export const REMOVE_OCCURRENCES = sql<Id>('DELETE FROM occurrences WHERE log = :id');
export const REMOVE_STEPS = sql<Id>('DELETE FROM steps WHERE id >= :id * 131072 AND id < (:id + 1) * 131072');
export const REMOVE_LONG_LINES = sql<Id>('DELETE FROM long_lines WHERE log = :id');
/** Headlines that a log alone has given to signatures which others show: it is the first of them, and none has that very text. */
export const HEADLINES_LEFT_BY = sql<Id, { id: number; headline: string }>(
  `SELECT s.id, s.headline FROM occurrences o JOIN signatures s ON s.id = o.signature
   WHERE o.log = :id AND NOT EXISTS (
     SELECT 1 FROM occurrences p JOIN logs l ON l.id = p.log
     WHERE p.signature = s.id AND (p.log < :id OR (p.log > :id AND l.headline_of = s.id))
   )`,
);
export const SET_HEADLINE = sql<{ id: number; headline: string }>(
  'UPDATE signatures SET headline = :headline WHERE id = :id',
);
export const REMOVE_LONE_SIGNATURES = sql<Record<string, never>>(
  'DELETE FROM signatures WHERE NOT EXISTS (SELECT 1 FROM occurrences o WHERE o.signature = signatures.id)',
);
/** Headlines with the number of attempts that show them, most first. */
export const NEWEST_HEADLINES = sql<{ limit: number }, { id: number; signature: Uint8Array; headline: string }>(
  'SELECT id, signature, headline FROM signatures ORDER BY id DESC LIMIT :limit',
);
export const ATTEMPTS_OF_SIGNATURE = sql<{ id: number }, { attempts: number }>(
  `SELECT count(DISTINCT l.attempt) AS attempts FROM occurrences o JOIN logs l ON l.id = o.log AND l.is_primary = 1
   WHERE o.signature = :id`,
);

// ---- facts and sync ----------------------------------------------------------------------------------------------

export const FIND_FACT = sql<{ store: number; factId: string }, { fact_id: string }>(
  'SELECT fact_id FROM facts WHERE store = :store AND fact_id = :factId',
);
export const ADD_FACT = sql<{
  store: number;
  factId: string;
  storedMs: number;
  kind: string;
  subject: string;
  author: string;
  content: string;
}>(
  `INSERT INTO facts (store, fact_id, stored_ms, kind, subject, author, content)
   VALUES (:store, :factId, :storedMs, :kind, :subject, :author, :content)`,
);
/** Facts of one subject, oldest first: a later one wins. */
export const FACTS_OF_SUBJECT = sql<
  { kind: string; subject: string },
  { content: string; author: string; stored_ms: number }
>('SELECT content, author, stored_ms FROM facts WHERE kind = :kind AND subject = :subject ORDER BY stored_ms, fact_id');
export const FACTS_OF_KIND = sql<
  { kind: string },
  { subject: string; content: string; author: string; stored_ms: number; fact_id: string }
>('SELECT subject, content, author, stored_ms, fact_id FROM facts WHERE kind = :kind ORDER BY stored_ms, fact_id');

export const BURY = sql<{ logId: string; captureId: string; redirectTo: string | null }>(
  `INSERT INTO buried VALUES (:logId, :captureId, :redirectTo)
   ON CONFLICT DO UPDATE SET redirect_to = coalesce(excluded.redirect_to, redirect_to)`,
);
export const FIND_BURIED = sql<{ logId: string; captureId: string }, { redirect_to: string | null }>(
  "SELECT redirect_to FROM buried WHERE log_id = :logId AND capture_id IN ('', :captureId) LIMIT 1",
);
export const RENAME = sql<{ repo: string; renamedTo: string; storedMs: number }>(
  `INSERT INTO renames VALUES (:repo, :renamedTo, :storedMs) ON CONFLICT DO UPDATE
   SET renamed_to = excluded.renamed_to, stored_ms = excluded.stored_ms WHERE excluded.stored_ms >= stored_ms`,
);
export const FIND_RENAME = sql<{ repo: string }, { renamed_to: string }>(
  'SELECT renamed_to FROM renames WHERE repo = :repo',
);
const idOf = (parameter: string): string => `(SELECT id FROM names WHERE name = :${parameter})`;

/**
 * Attempts that a fact speaks of: by the provider's id where it gives one, else by the whole identity. Two questions, as one
 * would go through every attempt of the repository.
 */
export const ATTEMPTS_OF_SUBJECT = sql<
  {
    repo: string;
    providerId: string | null;
    sha: string | null;
    workflow: string | null;
    job: string | null;
    run: string | null;
    attempt: number | null;
  },
  Id
>(
  `SELECT id FROM attempts INDEXED BY attempts_by_provider_id WHERE provider_id = :providerId AND repo = ${idOf('repo')}
   UNION ALL SELECT id FROM attempts INDEXED BY attempts_by_sha
   WHERE :providerId IS NULL AND sha IS :sha AND repo = ${idOf('repo')} AND workflow IS ${idOf('workflow')}
     AND job IS ${idOf('job')} AND run IS :run AND attempt IS :attempt
   ORDER BY id`,
);
export const ATTEMPTS_OF_REPO = sql<{ repo: string }, Id>(
  'SELECT a.id FROM attempts a JOIN names n ON n.id = a.repo WHERE n.name = :repo ORDER BY a.id',
);

export const FIND_CURSOR = sql<{ store: string; name: string }, { value: string }>(
  'SELECT value FROM cursors WHERE store = :store AND name = :name',
);
export const SET_CURSOR = sql<{ store: string; name: string; value: string }>(
  'INSERT INTO cursors VALUES (:store, :name, :value) ON CONFLICT DO UPDATE SET value = excluded.value',
);
export const LIST_PENDING = sql<{ store: string }, { manifest_key: string; stored_ms: number }>(
  'SELECT manifest_key, stored_ms FROM pending WHERE store = :store ORDER BY stored_ms, manifest_key',
);
export const ADD_PENDING = sql<{ store: string; manifestKey: string; storedMs: number }>(
  'INSERT INTO pending VALUES (:store, :manifestKey, :storedMs) ON CONFLICT DO NOTHING',
);
export const REMOVE_PENDING = sql<{ store: string; manifestKey: string }>(
  'DELETE FROM pending WHERE store = :store AND manifest_key = :manifestKey',
);
