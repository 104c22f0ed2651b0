// SQL of logs, captures and what is found in them, with the types of parameters and rows. Attempts: statements-attempts.ts;
// facts and the progress of sync: statements-facts.ts; text and vocabulary: statements-text.ts; filters, which are put
// together from fixed pieces: statements-filter.ts.
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
