// An attempt's columns as the rest of the program knows them.
import { type Attempt, CONCLUSIONS, type ProviderName } from '../store/attempt.ts';
import type { AttemptRowColumns } from './statements-filter.ts';

/** Identity and facts of an attempt's row. */
export const attemptOf = (row: AttemptRowColumns): Attempt => ({
  repo: row.repo ?? undefined,
  sha: row.sha ?? undefined,
  workflow: row.workflow ?? undefined,
  job: row.job ?? undefined,
  run: row.run ?? undefined,
  attempt: row.attempt ?? undefined,
  providerId: row.provider_id ?? undefined,
  provider: row.provider as ProviderName,
  testedSha: row.tested_sha ?? undefined,
  treeSha: row.tree_sha ?? undefined,
  branch: row.branch ?? undefined,
  pr: row.pr ?? undefined,
  event: row.event ?? undefined,
  conclusion: CONCLUSIONS.find((c) => c === row.conclusion) ?? 'unknown',
  startedAtMs: row.started_ms ?? undefined,
  finishedAtMs: row.finished_ms ?? undefined,
  url: row.url ?? undefined,
  labels: row.labels === null ? {} : (JSON.parse(row.labels) as Record<string, string>),
  limitMs: row.limit_ms ?? undefined,
  partial: row.partial === 1,
});
