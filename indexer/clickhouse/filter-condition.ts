// The filters that commands share as a condition over rows of `log_by_time`; it lets through exactly the attempts that
// statements-filter.ts does.
import type { AttemptFilter } from '../log-index.ts';
import { globPattern, likeText, number, text } from './sql-text.ts';

/** Nothing passes. */
const NEVER = '0';
/** The rank of an attempt among those of its job at its commit and event, where the provider gave no number. */
const RANK =
  'row_number() OVER (PARTITION BY repo, sha, workflow, job, event ORDER BY time_ms, run, provider_id, attempt_id)';

/** chosen: as long as git's short names; what begins like less than that may be everywhere. */
const MIN_SHA = 7;

/** Where the rows of the logs or commits are that `ids` selects: without it the engine looks through all there are. */
export const placedOf = (ids: string): string => `placed IN (SELECT placed FROM place WHERE id IN ${ids})`;

/** The rows of these logs, a list or a SELECT in brackets. */
export const ofLogs = (logs: string): string => `${placedOf(logs)} AND log IN ${logs}`;

/** Where the rows of all whose id starts so are. */
export const placedFrom = (start: string): string =>
  `placed IN (SELECT placed FROM place WHERE startsWith(id, ${text(start)}))`;

/** Conditions to be joined by AND; none: everything passes. */
export function filterConditions(filter: AttemptFilter): readonly string[] {
  const where: string[] = [];
  // '' stands for what is absent, which no filter means.
  const same = (column: string, value: string | undefined): void => {
    if (value !== undefined) where.push(value === '' ? NEVER : `${column} = ${text(value)}`);
  };
  const like = (column: string, glob: string | undefined): void => {
    if (glob !== undefined) where.push(`(${column} != '' AND match(${column}, ${text(globPattern(glob))}))`);
  };
  const { repo, sha, attempt, conclusion, sinceMs, untilMs } = filter;
  if (repo !== undefined)
    where.push(repo === '' ? NEVER : `(repo = ${text(repo)} OR repo LIKE ${text(`%/${likeText(repo)}`)})`);
  if (sha !== undefined) {
    const start = text(sha.toLowerCase());
    where.push(`(startsWith(sha, ${start}) OR startsWith(tested_sha, ${start}))`);
    if (sha.length >= MIN_SHA) where.push(placedFrom(sha.toLowerCase()));
  }
  like('workflow', filter.workflow);
  like('job', filter.job);
  same('branch', filter.branch);
  if (filter.pr !== undefined) where.push(`pr = ${number(filter.pr)}`);
  same('run', filter.run);
  if (attempt !== undefined) where.push(`attempt_id IN (${rankedAs(attempt)})`);
  same('provider_id', filter.providerId);
  if (conclusion === 'red') where.push('outcome = 1');
  else if (conclusion === 'green') where.push('outcome = 2');
  else same('conclusion', conclusion);
  if (sinceMs !== undefined) where.push(`time_ms >= ${number(Math.floor(sinceMs))}`);
  if (untilMs !== undefined) where.push(`time_ms < ${number(Math.ceil(untilMs))}`);
  for (const [name, value] of Object.entries(filter.labels ?? {}))
    where.push(`(mapContains(labels, ${text(name)}) AND labels[${text(name)}] = ${text(value)})`);
  return where;
}

const rankedAs = (attempt: number): string =>
  `SELECT attempt_id FROM (SELECT attempt_id, ifNull(number, ${RANK}) AS shown FROM log_by_time FINAL WHERE is_lead = 1)
   WHERE shown = ${number(attempt)}`;

/** The ranks of the attempts that have no number and stand beside one of `attemptIds`. */
export function ranksBeside(attemptIds: string): string {
  // The log that leads an attempt has its name.
  const own = `FROM log_by_time FINAL WHERE is_lead = 1 AND number IS NULL AND attempt_id IN ${attemptIds} AND ${placedOf(attemptIds)}`;
  return `SELECT attempt_id, toUInt32(${RANK}) AS rank FROM log_by_time FINAL
    WHERE is_lead = 1 AND ${placedOf(`(SELECT sha ${own})`)} AND (repo, sha, workflow, job, event) IN (SELECT repo, sha, workflow, job, event ${own})`;
}

/** `WHERE` of all the conditions, or nothing. */
export const whereAll = (...conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
