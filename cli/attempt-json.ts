// Attempts and logs as --json prints them: names and order of CLI.md, times ISO 8601 UTC, absent as null.
import type { AttemptRow, LogRow } from '../indexer/log-index.ts';
import { isoTime } from '../store/manifest-json.ts';

/** One row of `list --json`. */
export const listRow = (log: LogRow): Record<string, unknown> => ({
  logId: log.logId,
  primary: log.primary,
  ...attemptRow(log.attempt),
  rawBytes: log.rawBytes,
  headline: log.headline ?? null,
  name: log.logName,
  complete: log.complete,
});

/** The attempt of a match or a hypothesis. */
export const attemptRow = (a: AttemptRow): Record<string, unknown> => ({
  repo: a.repo ?? null,
  sha: a.sha ?? null,
  testedSha: a.testedSha ?? null,
  workflow: a.workflow ?? null,
  job: a.job ?? null,
  run: a.run ?? null,
  attempt: a.attempt ?? null,
  number: a.number ?? null,
  providerId: a.providerId ?? null,
  conclusion: a.conclusion,
  startedAt: isoTime(a.startedAtMs),
  finishedAt: isoTime(a.finishedAtMs),
  branch: a.branch ?? null,
  pr: a.pr ?? null,
  url: a.url ?? null,
});
