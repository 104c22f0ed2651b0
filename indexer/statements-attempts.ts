// SQL of attempts: their rows, ranks, and commits at which a job was red and green.
import { sql } from './statements.ts';

type Id = { readonly id: number };

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

export type IdentityKey = Pick<AttemptColumns, 'repo' | 'sha' | 'workflow' | 'job' | 'run' | 'attempt'>;

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
export const SET_RANKS = sql<Pick<AttemptColumns, 'repo' | 'sha' | 'workflow' | 'job' | 'event'>>(
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
