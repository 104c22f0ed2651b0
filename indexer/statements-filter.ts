// SELECTs over attempts and logs with any set of filters: put together from the fixed pieces below, never from what a
// user typed. The text of a statement depends only on which filters are given, so each shape is prepared once.
import type { IndexReadDatabase, SqlParams } from './database.ts';
import type { AttemptFilter } from './log-index.ts';
import { sql } from './statements.ts';

/** A condition and the values it binds. */
export interface Condition {
  readonly where: readonly string[];
  readonly params: SqlParams;
}

const named = (column: string, test: string): string => `a.${column} IN (SELECT id FROM names WHERE ${test})`;
/** `host/owner/name`, or its last parts. */
const REPO_NAMES = "name = :repo OR name LIKE :repoEnd ESCAPE '!'";
const REPO = named('repo', REPO_NAMES);
/** Ids of the repositories that `filter.repo` names; binds what `conditionOf` does. */
export const REPO_IDS = `(SELECT id FROM names WHERE ${REPO_NAMES})`;
const SHA = '((a.sha >= :sha AND a.sha < :shaEnd) OR (a.tested_sha >= :sha AND a.tested_sha < :shaEnd))';

/** The filter as SQL over `attempts a`. */
export function conditionOf(filter: AttemptFilter): Condition {
  const where: string[] = [];
  const params: Record<string, string | number> = {};
  const add = (text: string, values: Readonly<Record<string, string | number>>): void => {
    where.push(text);
    Object.assign(params, values);
  };
  if (filter.repo !== undefined) add(REPO, { repo: filter.repo, repoEnd: `%/${escapeLike(filter.repo)}` });
  if (filter.sha !== undefined) add(SHA, { sha: filter.sha.toLowerCase(), shaEnd: `${filter.sha.toLowerCase()}g` });
  if (filter.workflow !== undefined) add(named('workflow', 'name GLOB :workflow'), { workflow: filter.workflow });
  if (filter.job !== undefined) add(named('job', 'name GLOB :job'), { job: filter.job });
  if (filter.branch !== undefined) add(named('branch', 'name = :branch'), { branch: filter.branch });
  if (filter.pr !== undefined) add('a.pr = :pr', { pr: filter.pr });
  if (filter.run !== undefined) add('a.run = :run', { run: filter.run });
  if (filter.attempt !== undefined) add('coalesce(a.attempt, a.rank) = :attempt', { attempt: filter.attempt });
  if (filter.providerId !== undefined) add('a.provider_id = :providerId', { providerId: filter.providerId });
  if (filter.conclusion === 'red') where.push('a.outcome = 1');
  else if (filter.conclusion === 'green') where.push('a.outcome = 2');
  else if (filter.conclusion !== undefined)
    add(named('conclusion', 'name = :conclusion'), { conclusion: filter.conclusion });
  if (filter.sinceMs !== undefined) add('a.time_ms >= :sinceMs', { sinceMs: filter.sinceMs });
  if (filter.untilMs !== undefined) add('a.time_ms < :untilMs', { untilMs: filter.untilMs });
  Object.entries(filter.labels ?? {}).forEach(([name, value], n) => {
    add(`a.id IN (SELECT attempt FROM attempt_labels WHERE name = :label${n} AND value = :value${n})`, {
      [`label${n}`]: name,
      [`value${n}`]: value,
    });
  });
  return { where, params };
}

const escapeLike = (text: string): string => text.replace(/[!%_]/g, '!$&');

/** Everything of an attempt and a log that LogRow has, names spelled out. */
export interface LogRowColumns extends AttemptRowColumns {
  readonly log: number;
  readonly log_id: string;
  readonly log_name: string;
  readonly is_primary: number;
  readonly store: string;
  /** Packed (key-bytes.ts). */
  readonly manifest_key: Uint8Array;
  readonly how: string;
  readonly complete: number;
  readonly captured_ms: number;
  readonly raw_bytes: number;
  readonly object_bytes: number;
  readonly lines: number;
  readonly headline: string | null;
  readonly first_block: number;
  readonly block_count: number;
}

/** An attempt, names spelled out. */
export interface AttemptRowColumns {
  readonly attempt_key: number;
  readonly repo: string | null;
  readonly sha: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly run: string | null;
  readonly attempt: number | null;
  readonly provider_id: string | null;
  readonly provider: string;
  readonly tested_sha: string | null;
  readonly tree_sha: string | null;
  readonly branch: string | null;
  readonly pr: number | null;
  readonly event: string | null;
  readonly conclusion: string;
  readonly outcome: number;
  readonly started_ms: number | null;
  readonly finished_ms: number | null;
  readonly time_ms: number;
  readonly url: string | null;
  readonly labels: string | null;
  readonly limit_ms: number | null;
  readonly partial: number;
  readonly number: number | null;
}

const name = (column: string): string => `(SELECT name FROM names WHERE id = a.${column}) AS ${column}`;
const ATTEMPT_COLUMNS = `${name('repo')}, a.sha, ${name('workflow')}, ${name('job')}, a.run, a.attempt, a.provider_id,
  ${name('provider')}, a.tested_sha, a.tree_sha, ${name('branch')}, a.pr, ${name('event')},
  ${name('conclusion')}, a.outcome, a.started_ms, a.finished_ms, a.time_ms, a.url, a.labels, a.limit_ms, a.partial, coalesce(a.attempt, a.rank) AS number`;
const LOG_COLUMNS = `l.id AS log, l.log_id, l.name AS log_name, l.is_primary,
  (SELECT name FROM names WHERE id = c.store) AS store, c.manifest_key, l.how, l.complete, l.captured_ms, l.raw_bytes,
  l.object_bytes, l.lines,
  coalesce(l.headline, (SELECT headline FROM signatures WHERE id = l.headline_of)) AS headline,
  l.first_block, l.block_count, a.id AS attempt_key, ${ATTEMPT_COLUMNS}`;
const FROM_LOGS = 'FROM attempts a JOIN logs l ON l.attempt = a.id JOIN captures c ON c.id = l.capture';
/** An attempt's own log before its services' logs, the primary before other captures. */
const WITHIN_ATTEMPT = "l.name <> 'log', l.name, l.is_primary DESC, l.log_id";

/** `WHERE` of all the conditions, or nothing. */
export const whereText = (...parts: readonly string[]): string =>
  parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`;
const orderText = (sort: 'new' | 'old'): string =>
  sort === 'new' ? 'ORDER BY a.time_ms DESC, a.id DESC' : 'ORDER BY a.time_ms, a.id';

/** Which logs of an attempt are wanted: the primary of its own log, the primaries of all its logs, or every text. */
export type WhichLogs = 'one' | 'primaries' | 'all';

const WHICH = {
  one: "l.id = (SELECT x.id FROM logs x WHERE x.attempt = a.id AND x.is_primary = 1 ORDER BY x.name <> 'log', x.name LIMIT 1)",
  primaries: 'l.is_primary = 1',
  all: 'l.id IS NOT NULL',
} as const satisfies Record<WhichLogs, string>;

/** Logs of the attempts named, in the order of time. */
export const selectLogsOf = (
  db: IndexReadDatabase,
  attemptKeys: readonly number[],
  options: { readonly which: WhichLogs; readonly sort: 'new' | 'old' },
): LogRowColumns[] =>
  db.all(
    sql<SqlParams, LogRowColumns>(
      `SELECT ${LOG_COLUMNS} FROM json_each(:keys) k JOIN attempts a ON a.id = k.value JOIN logs l ON l.attempt = a.id
       JOIN captures c ON c.id = l.capture
       WHERE ${WHICH[options.which]} ${orderText(options.sort)}, ${WITHIN_ATTEMPT}`,
    ),
    { keys: JSON.stringify(attemptKeys) },
  );

/** A log and its blocks: what is needed of many logs to choose the few that are read. */
export interface LogBlocks {
  readonly log: number;
  readonly first_block: number;
  readonly block_count: number;
}

/** The same with where it stands in the order of time. */
export interface LogPlace extends LogBlocks {
  readonly log_name: string;
  readonly attempt_key: number;
  readonly time_ms: number;
}

const PLACE_COLUMNS = 'l.id AS log, l.name AS log_name, a.id AS attempt_key, a.time_ms, l.first_block, l.block_count';

/** Those of the logs `logs` that are a primary and whose attempt passes the filter; unordered. */
export function selectPlaces(db: IndexReadDatabase, filter: AttemptFilter, logs: readonly number[]): LogPlace[] {
  const { where, params } = conditionOf(filter);
  return db.all(
    sql<SqlParams, LogPlace>(
      `SELECT ${PLACE_COLUMNS} FROM json_each(:logs) k JOIN logs l ON l.id = k.value JOIN attempts a ON a.id = l.attempt
       ${whereText('l.is_primary = 1', ...where)}`,
    ),
    { ...params, logs: JSON.stringify(logs) },
  );
}

/** Primary logs of the attempts named, in their order. CROSS JOIN: the attempts lead, whatever SQLite knows of either. */
export const selectBlocksOf = (
  db: IndexReadDatabase,
  attemptKeys: readonly number[],
  options: { readonly afterLog: number },
): LogBlocks[] => db.all(BLOCKS_OF_ATTEMPTS, { keys: JSON.stringify(attemptKeys), afterLog: options.afterLog });

const BLOCKS_OF_ATTEMPTS = sql<{ keys: string; afterLog: number }, LogBlocks>(
  `SELECT l.id AS log, l.first_block, l.block_count FROM json_each(:keys) k CROSS JOIN logs l ON l.attempt = k.value
   WHERE l.is_primary = 1 AND l.id > :afterLog ORDER BY k.key, ${WITHIN_ATTEMPT}`,
);

/** A log with where its frames lie (frame-table-blob.ts). */
export interface FoundLogColumns extends LogRowColumns {
  readonly frames: Uint8Array;
}

/** The rows of these logs, unordered. */
export const selectLogs = (db: IndexReadDatabase, logs: readonly number[]): FoundLogColumns[] =>
  db.all(LOGS_BY_ID, { logs: JSON.stringify(logs) });

const LOGS_BY_ID = sql<{ logs: string }, FoundLogColumns>(
  `SELECT ${LOG_COLUMNS}, c.frames FROM json_each(:logs) k CROSS JOIN logs l ON l.id = k.value
   JOIN attempts a ON a.id = l.attempt JOIN captures c ON c.id = l.capture`,
);

/** Of each block the log that it is of, in the order of the blocks. */
export const LOGS_OF_BLOCKS = sql<{ blocks: string }, number>(
  `SELECT (SELECT id FROM logs WHERE first_block <= b.value AND block_count > 0 ORDER BY first_block DESC LIMIT 1)
   FROM json_each(:blocks) b ORDER BY b.key`,
);

const ATTEMPT_ROW = sql<{ key: number }, AttemptRowColumns>(
  `SELECT a.id AS attempt_key, ${ATTEMPT_COLUMNS} FROM attempts a WHERE a.id = :key`,
);

/** One attempt by its row number. */
export const findAttemptRow = (db: IndexReadDatabase, key: number): AttemptRowColumns | undefined =>
  db.get(ATTEMPT_ROW, { key });

/** Raw bytes and number of the primary logs that the filter lets through: how much a scan would read. */
export function selectVolume(db: IndexReadDatabase, filter: AttemptFilter): { raw_bytes: number; logs: number } {
  const { where, params } = conditionOf(filter);
  const row = db.get(
    sql<SqlParams, { raw_bytes: number | null; logs: number }>(
      `SELECT sum(l.raw_bytes) AS raw_bytes, count(*) AS logs FROM attempts a JOIN logs l ON l.attempt = a.id
       ${whereText('l.is_primary = 1', ...where)}`,
    ),
    params,
  );
  return { raw_bytes: row?.raw_bytes ?? 0, logs: row?.logs ?? 0 };
}

/** Logs by parts of a REF; `prefix`, `url` and exact `job` are no filters. */
export function selectLogsOfRef(
  db: IndexReadDatabase,
  filter: AttemptFilter,
  extra: { readonly prefix?: string; readonly job?: string; readonly url?: string },
): LogRowColumns[] {
  const { where, params } = conditionOf(filter);
  const values: Record<string, string> = {};
  const more: string[] = [];
  if (extra.prefix !== undefined) {
    more.push('l.log_id >= :prefix AND l.log_id < :prefixEnd');
    Object.assign(values, { prefix: extra.prefix, prefixEnd: `${extra.prefix}~` });
  }
  if (extra.job !== undefined) {
    more.push(named('job', 'name = :exactJob'));
    values['exactJob'] = extra.job;
  }
  if (extra.url !== undefined) {
    more.push('a.url = :url');
    values['url'] = extra.url;
  }
  return db.all(
    sql<SqlParams, LogRowColumns>(
      `SELECT ${LOG_COLUMNS} ${FROM_LOGS} ${whereText(...where, ...more)} ${orderText('new')}, ${WITHIN_ATTEMPT} LIMIT 10000`,
    ),
    { ...params, ...values },
  );
}
