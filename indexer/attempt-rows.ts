// Attempts in the database: which one a capture belongs to, and keeping each row what its captures and facts say.
import { type Attempt, isGreen, isRed, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { attemptOf } from './attempt-columns.ts';
import {
  type Claim,
  CONCLUSION_FROM,
  isFetchedSource,
  type MergedAttempt,
  mergeClaims,
  overlayIdentity,
} from './attempt-merge.ts';
import type { IndexWriteDatabase } from './database.ts';
import { factsOfAttempt } from './fact-subject.ts';
import {
  ADD_NAME,
  CAPTURES_OF_ATTEMPT,
  CHOOSE_PRIMARIES,
  FIND_NAME,
  LOGS_WITHOUT_PROVIDER_ID,
  MOVE_LOG,
  SET_CAPTURE_IDENTITY,
} from './statements.ts';
import {
  ADD_ATTEMPT,
  ADD_FLAKY_COMMIT,
  FIND_BY_IDENTITY,
  FIND_BY_IDENTITY_WITHOUT_SHA,
  FIND_BY_PROVIDER_ID,
  type NewAttempt,
  REMOVE_ATTEMPT,
  REMOVE_FLAKY_COMMIT,
  SET_RANKS,
  UPDATE_ATTEMPT,
} from './statements-attempts.ts';
import { FIND_RENAME } from './statements-facts.ts';
import { findAttemptRow } from './statements-filter.ts';

/** Ids of names that were asked for while many logs are written, by connection: each log asks some twenty times. */
const knownNames = new WeakMap<IndexWriteDatabase, Map<string, number>>();

/** Runs `write`, in one transaction, with the names that it meets at hand. */
export function withNamesAtHand(db: IndexWriteDatabase, write: () => void): void {
  knownNames.set(db, new Map());
  try {
    write();
  } finally {
    knownNames.delete(db); // outside the transaction others may change them, or it may be taken back
  }
}

/** The id of a name, made at first use. */
export function idOfName(db: IndexWriteDatabase, name: string): number {
  const known = knownNames.get(db);
  const id = known?.get(name) ?? db.get(FIND_NAME, { name })?.id ?? db.run(ADD_NAME, { name }).lastId;
  known?.set(name, id);
  return id;
}

const idOrNull = (db: IndexWriteDatabase, name: string | undefined): number | null =>
  name === undefined ? null : idOfName(db, name);

/** `identity` under the name that its repository has now. Renames of renames are followed, circles are not. */
export function renamed(db: IndexWriteDatabase, identity: Attempt): Attempt {
  let { repo } = identity;
  for (let steps = 0; repo !== undefined && steps < 10; steps++) {
    const next = db.get(FIND_RENAME, { repo });
    if (next === undefined) break;
    repo = next.renamed_to;
  }
  return repo === identity.repo ? identity : { ...identity, repo };
}

/** The attempt that a capture with this identity belongs to; undefined when it is the first of its attempt. */
export function findAttemptOf(db: IndexWriteDatabase, identity: Attempt): number | undefined {
  const { providerId } = identity;
  if (providerId !== undefined) {
    const same = db.get(FIND_BY_PROVIDER_ID, { repo: idOrNull(db, identity.repo), providerId });
    if (same !== undefined) return same.id;
  }
  return findAlike(db, identity).find((row) => providerId === undefined || row.provider_id === null)?.id;
}

/** Attempts that are the same but for the provider's id, those without one first, then by it. */
function findAlike(
  db: IndexWriteDatabase,
  identity: Attempt,
): { readonly id: number; readonly provider_id: string | null }[] {
  if (identity.attempt === undefined && identity.startedAtMs === undefined) return []; // nothing tells re-runs apart
  const rows = db.all(identity.sha === undefined ? FIND_BY_IDENTITY_WITHOUT_SHA : FIND_BY_IDENTITY, {
    repo: idOrNull(db, identity.repo),
    sha: identity.sha ?? null,
    workflow: idOrNull(db, identity.workflow),
    job: idOrNull(db, identity.job),
    run: identity.run ?? null,
    attempt: identity.attempt ?? null,
  });
  if (identity.attempt !== undefined) return rows;
  // Without a number, re-runs look alike: only the same start makes two captures one attempt.
  return rows.filter((row) => row.started_ms === identity.startedAtMs);
}

/** Brings ranks and flake counts of an attempt's group up to date, now or before the transaction ends. */
export type Regroup = (identity: Attempt) => void;

/**
 * A capture without the provider's id joins the attempt with the lowest one, in whatever order they come: a new attempt
 * takes such logs over from one with a higher id.
 */
export function takeOverLogs(
  db: IndexWriteDatabase,
  { attempt, identity }: { readonly attempt: number; readonly identity: Attempt },
  regroup: Regroup,
): void {
  const { providerId } = identity;
  if (providerId === undefined) return;
  for (const row of findAlike(db, identity)) {
    if (row.provider_id === null || row.provider_id <= providerId) continue;
    const logs = db.all(LOGS_WITHOUT_PROVIDER_ID, { key: row.id });
    for (const { id } of logs) db.run(MOVE_LOG, { id, attempt });
    if (logs.length > 0) {
      refreshAttempt(db, row.id, regroup);
      refreshAttempt(db, attempt, regroup);
    }
  }
}

/** A row for an attempt that is seen for the first time. */
export function addAttempt(db: IndexWriteDatabase, claim: Claim): number {
  return db.run(ADD_ATTEMPT, columnsOf(db, mergeClaims([claim]))).lastId;
}

/**
 * Brings the row of an attempt up to what its captures and facts say, and what hangs on it: primaries, ranks, flakes. A
 * row without captures goes away. `before`: the row's groups may change.
 */
export function refreshAttempt(
  db: IndexWriteDatabase,
  key: number,
  regroup: Regroup = (identity) => refreshGroups(db, identity),
): void {
  const row = findAttemptRow(db, key);
  if (row === undefined) return;
  const before = attemptOf(row);
  const captures = db.all(CAPTURES_OF_ATTEMPT, { key });
  const claims = captures.map(
    (capture): Claim => ({
      identity: capture.identity === null ? before : parseIdentity(capture.identity),
      isFetched: isFetchedSource(capture.how),
      capturedMs: capture.captured_ms,
    }),
  );
  const [first, ...others] = claims;
  if (first === undefined) {
    db.run(REMOVE_ATTEMPT, { id: key });
    regroup(before);
    return;
  }
  const merged = withFacts(db, mergeClaims([first, ...others]));
  // From here on the row is no longer what the one capture said, so that has to be kept beside it.
  for (const capture of captures) db.run(SET_CAPTURE_IDENTITY, { id: capture.id, identity: JSON.stringify(before) });
  db.run(UPDATE_ATTEMPT, { ...columnsOf(db, merged), id: key });
  db.run(CHOOSE_PRIMARIES, { key });
  regroup(before);
  regroup(merged.identity);
}

/** Ranks and flake counts of the job and commit that `identity` names. */
export function refreshGroups(db: IndexWriteDatabase, identity: Attempt): void {
  const repo = idOrNull(db, identity.repo);
  const workflow = idOrNull(db, identity.workflow);
  const job = idOrNull(db, identity.job);
  const sha = identity.sha ?? null;
  db.run(SET_RANKS, { repo, sha, workflow, job, event: idOrNull(db, identity.event) });
  if (sha === null || job === null) return;
  db.run(REMOVE_FLAKY_COMMIT, { repo, sha, workflow, job });
  db.run(ADD_FLAKY_COMMIT, { repo, sha, workflow, job });
}

/** Whether facts speak of this attempt, so that a first capture alone does not settle its row. */
export const hasFacts = (db: IndexWriteDatabase, identity: Attempt): boolean => factsOfAttempt(db, identity).length > 0;

function withFacts(db: IndexWriteDatabase, merged: MergedAttempt): MergedAttempt {
  let { identity, conclusionFrom } = merged;
  for (const fact of factsOfAttempt(db, identity)) {
    if (fact.kind === 'identity') identity = overlayIdentity(identity, fact.set);
    else {
      identity = overlayIdentity(identity, { conclusion: fact.conclusion, finishedAt: fact.finishedAt });
      conclusionFrom = CONCLUSION_FROM.fact;
    }
  }
  return { identity: renamed(db, identity), conclusionFrom, timeMs: identity.startedAtMs ?? merged.timeMs };
}

/** What `JSON.stringify` made of an Attempt: absent fields come back as undefined. */
const parseIdentity = (json: string): Attempt => ({ ...UNKNOWN_ATTEMPT, ...(JSON.parse(json) as Partial<Attempt>) });

function columnsOf(db: IndexWriteDatabase, merged: MergedAttempt): NewAttempt {
  const { identity: a } = merged;
  return {
    repo: idOrNull(db, a.repo),
    sha: a.sha ?? null,
    workflow: idOrNull(db, a.workflow),
    job: idOrNull(db, a.job),
    run: a.run ?? null,
    attempt: a.attempt ?? null,
    provider_id: a.providerId ?? null,
    provider: idOfName(db, a.provider),
    tested_sha: a.testedSha ?? null,
    tree_sha: a.treeSha ?? null,
    branch: idOrNull(db, a.branch),
    pr: a.pr ?? null,
    event: idOrNull(db, a.event),
    conclusion: idOfName(db, a.conclusion),
    outcome: isRed(a.conclusion) ? 1 : isGreen(a.conclusion) ? 2 : 0,
    conclusion_from: merged.conclusionFrom,
    started_ms: a.startedAtMs ?? null,
    finished_ms: a.finishedAtMs ?? null,
    time_ms: merged.timeMs,
    url: a.url ?? null,
    labels: Object.keys(a.labels).length === 0 ? null : JSON.stringify(a.labels),
    limit_ms: a.limitMs ?? null,
    partial: a.partial ? 1 : 0,
  };
}
