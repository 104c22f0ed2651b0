// SELECTs behind signatures, flakes and headroom: over attempts with any set of filters, as in statements-filter.ts.
import type { IndexReadDatabase, SqlParams } from './database.ts';
import type { CountedDuration, CountedSignature } from './index-parts.ts';
import type { AttemptFilter } from './log-index.ts';
import { packSignatures, readSignature } from './signature-bytes.ts';
import { IS_SIGNATURE, SIGNATURES, sql } from './statements.ts';
import { conditionOf, REPO_IDS } from './statements-filter.ts';

const whereOf = (...parts: readonly string[]): string => (parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`);
const OCCURRENCES = `FROM attempts a JOIN logs l ON l.attempt = a.id AND l.is_primary = 1
  JOIN occurrences o ON o.log = l.id JOIN signatures s ON s.id = o.signature`;

const CONCLUSION = '(SELECT name FROM names WHERE id = a.conclusion) AS conclusion';
/** A row as it stands. */
type Packed<Row> = Omit<Row, 'signature'> & { readonly signature: Uint8Array };

/** Signatures of the attempts that the filter lets through, most red attempts first; `only` narrows to some of them. */
export function selectSignatures(
  db: IndexReadDatabase,
  filter: AttemptFilter,
  options: { readonly only?: readonly string[] | undefined; readonly limit: number | undefined },
): CountedSignature[] {
  const { where, params } = conditionOf(filter);
  const narrowed = options.only === undefined ? [] : [`s.signature IN ${SIGNATURES}`];
  const rows = db.all(
    sql<SqlParams, Packed<CountedSignature>>(
      `SELECT s.signature, s.headline, count(DISTINCT a.id) AS attempts,
         count(DISTINCT CASE WHEN a.outcome = 1 THEN a.id END) AS red,
         count(DISTINCT CASE WHEN a.outcome = 2 THEN a.id END) AS green,
         min(a.time_ms) AS first_ms, max(a.time_ms) AS last_ms,
         json_group_array(DISTINCT (SELECT name FROM names WHERE id = a.job)) AS jobs
       ${OCCURRENCES} ${whereOf(...where, ...narrowed)}
       GROUP BY s.id ORDER BY red DESC, last_ms DESC, s.signature LIMIT :limit`,
    ),
    {
      ...params,
      limit: options.limit ?? -1,
      ...(options.only === undefined ? {} : { signatures: packSignatures(options.only) }),
    },
  );
  return rows.map((row) => ({ ...row, signature: readSignature(row.signature) }));
}

export interface LogSignatureColumns {
  readonly signature: string;
  readonly headline: string;
  readonly first_line: number;
  readonly exemplar_line: number;
  readonly score: number;
  /** Green attempts of the same job that have it, and all green attempts of the job. */
  readonly job_green: number;
  readonly job_greens: number;
  readonly repo: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
}

const SIGNATURES_OF_LOG = sql<{ log: number }, Packed<LogSignatureColumns>>(
  `SELECT s.signature, s.headline, o.first_line, coalesce(o.exemplar_line, o.first_line) AS exemplar_line,
     o.score / 1000.0 AS score,
     (SELECT count(DISTINCT b.id) FROM occurrences p JOIN logs m ON m.id = p.log AND m.is_primary = 1
        JOIN attempts b ON b.id = m.attempt
        WHERE p.signature = o.signature AND b.outcome = 2 AND b.partial = 0
          AND b.repo IS a.repo AND b.workflow IS a.workflow AND b.job IS a.job) AS job_green,
     (SELECT count(*) FROM attempts b WHERE b.outcome = 2 AND b.partial = 0
        AND b.repo IS a.repo AND b.workflow IS a.workflow AND b.job IS a.job) AS job_greens,
     (SELECT name FROM names WHERE id = a.repo) AS repo, (SELECT name FROM names WHERE id = a.workflow) AS workflow,
     (SELECT name FROM names WHERE id = a.job) AS job
   FROM logs l JOIN attempts a ON a.id = l.attempt JOIN occurrences o ON o.log = l.id
     JOIN signatures s ON s.id = o.signature
   WHERE l.id = :log ORDER BY o.score DESC, o.first_line LIMIT 100`,
);

/** Candidate signatures of one log, best first, with how often green attempts of its job have them. */
export const selectSignaturesOfLog = (db: IndexReadDatabase, log: number): LogSignatureColumns[] =>
  db.all(SIGNATURES_OF_LOG, { log }).map((row) => ({ ...row, signature: readSignature(row.signature) }));

/** The newest log that has a signature, and the line that shows it. */
export const EXEMPLAR_OF_SIGNATURE = sql<
  { signature: Uint8Array; sha: string },
  { log_id: string; exemplar_line: number }
>(
  // Of a fork only where nothing else shows it; `sha` is a start of one, or empty.
  `SELECT l.log_id, coalesce(o.exemplar_line, o.first_line) AS exemplar_line ${OCCURRENCES} WHERE ${IS_SIGNATURE}
     AND substr(coalesce(a.sha, ''), 1, length(:sha)) = :sha
   ORDER BY coalesce(a.labels, '') LIKE '%"fork":%', a.time_ms DESC LIMIT 1`,
);

export interface FlakeColumns {
  readonly repo: string | null;
  readonly sha: string;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly red: number;
  readonly green: number;
  readonly lost_ms: number | null;
  readonly last_ms: number;
  /** The newest red attempt's own log. */
  readonly red_log: number | null;
}

const FLAKY_COMMITS = '(SELECT * FROM flaky_commits ORDER BY last_ms DESC LIMIT :limit)';

/** (repo, SHA, workflow, job) with red and green attempts of the same tested commit, the latest first. */
export function selectFlakes(db: IndexReadDatabase, filter: AttemptFilter, limit: number | undefined): FlakeColumns[] {
  const { where, params } = conditionOf(filter);
  // The table has what the groups come to where nothing is left out of them; and what attempts in a window belong to has its
  // last attempt in the window or after it.
  const commits = where.length === 0 ? FLAKY_COMMITS : 'flaky_commits';
  const narrow = [
    ...(filter.sinceMs === undefined ? [] : ['j.last_ms >= :sinceMs']),
    ...(filter.repo === undefined ? [] : [`j.repo IN ${REPO_IDS}`]),
  ];
  return db.all(
    sql<SqlParams, FlakeColumns>(
      `WITH flakes AS (
         SELECT nullif(j.repo, 0) AS repo, j.sha, nullif(j.workflow, 0) AS workflow, j.job,
           sum(a.outcome = 1) AS red, sum(a.outcome = 2) AS green,
           sum(CASE WHEN a.outcome = 1 THEN a.finished_ms - a.started_ms END) AS lost_ms, max(a.time_ms) AS last_ms
         FROM ${commits} j CROSS JOIN attempts a
           ON a.sha = j.sha AND coalesce(a.repo, 0) = j.repo AND coalesce(a.workflow, 0) = j.workflow AND a.job = j.job
         ${whereOf('a.partial = 0', ...narrow, ...where)}
         GROUP BY j.repo, j.sha, j.workflow, j.job HAVING sum(a.outcome = 1) > 0 AND sum(a.outcome = 2) > 0
         ORDER BY last_ms DESC LIMIT :limit)
       SELECT (SELECT name FROM names WHERE id = f.repo) AS repo, f.sha,
         (SELECT name FROM names WHERE id = f.workflow) AS workflow, (SELECT name FROM names WHERE id = f.job) AS job,
         f.red, f.green, f.lost_ms, f.last_ms,
         (SELECT l.id FROM attempts b JOIN logs l ON l.attempt = b.id AND l.is_primary = 1
            WHERE b.outcome = 1 AND b.repo IS f.repo AND b.sha = f.sha AND b.workflow IS f.workflow AND b.job IS f.job
            ORDER BY b.time_ms DESC, l.name <> 'log' LIMIT 1) AS red_log
       FROM flakes f ORDER BY f.last_ms DESC`,
    ),
    { ...params, limit: limit ?? -1 },
  );
}

/** Durations of finished attempts, in the order of time. */
export function selectDurations(db: IndexReadDatabase, filter: AttemptFilter): CountedDuration[] {
  const { where, params } = conditionOf(filter);
  return db.all(
    sql<SqlParams, CountedDuration>(
      `SELECT (SELECT name FROM names WHERE id = a.repo) AS repo, (SELECT name FROM names WHERE id = a.workflow) AS workflow,
         (SELECT name FROM names WHERE id = a.job) AS job, a.outcome, ${CONCLUSION}, a.started_ms,
         a.finished_ms - a.started_ms AS duration_ms, a.limit_ms,
         (SELECT l.log_id FROM logs l WHERE l.attempt = a.id AND l.is_primary = 1 ORDER BY l.name <> 'log', l.log_id LIMIT 1) AS log_id
       FROM attempts a
       ${whereOf('a.started_ms IS NOT NULL', 'a.finished_ms >= a.started_ms', 'a.partial = 0', ...where)}
       ORDER BY a.time_ms, log_id LIMIT 1000000`,
    ),
    params,
  );
}

/** Something, when the log shows one of the signatures. */
export const SHOWS_ANY = sql<{ log: number; signatures: string }, { log: number }>(
  `SELECT o.log FROM occurrences o JOIN signatures s ON s.id = o.signature
   WHERE o.log = :log AND s.signature IN ${SIGNATURES} LIMIT 1`,
);

export interface StepDurationColumns {
  readonly job: string | null;
  readonly step: string;
  readonly outcome: number;
  readonly conclusion: string;
  readonly started_ms: number;
  readonly duration_ms: number;
  readonly log_id: string;
  readonly first_line: number;
}

/** Durations of steps whose times are known, in the order of time. */
export function selectStepDurations(db: IndexReadDatabase, filter: AttemptFilter): StepDurationColumns[] {
  const { where, params } = conditionOf(filter);
  return db.all(
    sql<SqlParams, StepDurationColumns>(
      `SELECT (SELECT name FROM names WHERE id = a.job) AS job, (SELECT name FROM names WHERE id = t.name) AS step,
         a.outcome, ${CONCLUSION}, t.started_ms, t.duration_ms, l.log_id, t.first_line
       FROM attempts a JOIN logs l ON l.attempt = a.id AND l.is_primary = 1 JOIN steps t
         ON t.id >= l.id * 131072 AND t.id < (l.id + 1) * 131072
       ${whereOf('t.started_ms IS NOT NULL', 't.duration_ms >= 0', 'a.partial = 0', ...where)}
       ORDER BY a.time_ms, l.log_id, t.id LIMIT 1000000`,
    ),
    params,
  );
}

/** The steps of one log, in order. */
export const STEPS_OF_LOG = sql<
  { log: number },
  { step: string; first_line: number; last_line: number; started_ms: number | null; duration_ms: number | null }
>(
  `SELECT (SELECT name FROM names WHERE id = t.name) AS step, t.first_line, t.first_line + t.line_count AS last_line,
     t.started_ms, t.duration_ms
   FROM steps t WHERE t.id >= :log * 131072 AND t.id < (:log + 1) * 131072 ORDER BY t.id LIMIT 10000`,
);
