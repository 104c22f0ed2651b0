// Who an attempt is: one execution of one job. Names come from outside and are data; keys are made in keys.ts.

/** `success failure cancelled timed_out skipped unknown`: the provider's words, as CLI.md fixes them. */
export const CONCLUSIONS = ['success', 'failure', 'cancelled', 'timed_out', 'skipped', 'unknown'] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

export type ProviderName = 'gitea' | 'forgejo' | 'github' | 'generic';

/**
 * Identity of one attempt and what is known about it. Absent means unknown: an attempt number that nobody gave is
 * never taken as 1. Times are epoch milliseconds.
 */
export interface Attempt {
  /** `host/owner/name`; the owner may hold slashes (sub-groups). */
  readonly repo: string | undefined;
  /** Head of the change: what people, statuses and the provider's API name. */
  readonly sha: string | undefined;
  readonly workflow: string | undefined;
  /** With its matrix values, as the provider shows it. */
  readonly job: string | undefined;
  /** The provider's id of the run. */
  readonly run: string | undefined;
  readonly attempt: number | undefined;
  /** The provider's task or job id, unique on its server. */
  readonly providerId: string | undefined;
  readonly provider: ProviderName;
  /** What was checked out, where it differs from `sha` or is known at all. */
  readonly testedSha: string | undefined;
  readonly treeSha: string | undefined;
  readonly branch: string | undefined;
  readonly pr: number | undefined;
  readonly event: string | undefined;
  readonly conclusion: Conclusion;
  readonly startedAtMs: number | undefined;
  readonly finishedAtMs: number | undefined;
  readonly url: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** The job's time limit. */
  readonly limitMs: number | undefined;
  /** The matrix leg is not known: takes no part in flakes, baselines or the gate until a fact completes it. */
  readonly partial: boolean;
}

/** An attempt of which nothing is known; spread it and set what is. */
export const UNKNOWN_ATTEMPT: Attempt = {
  repo: undefined,
  sha: undefined,
  workflow: undefined,
  job: undefined,
  run: undefined,
  attempt: undefined,
  providerId: undefined,
  provider: 'generic',
  testedSha: undefined,
  treeSha: undefined,
  branch: undefined,
  pr: undefined,
  event: undefined,
  conclusion: 'unknown',
  startedAtMs: undefined,
  finishedAtMs: undefined,
  url: undefined,
  labels: {},
  limitMs: undefined,
  partial: false,
};

/** Failure or timed out. */
export const isRed = (conclusion: Conclusion): boolean => conclusion === 'failure' || conclusion === 'timed_out';

/** Success. Cancelled, skipped and unknown are neither red nor green. */
export const isGreen = (conclusion: Conclusion): boolean => conclusion === 'success';

/** Reads a provider's or a person's word (`red` and `green` too); undefined if it is none. */
export function findConclusion(word: string): Conclusion | undefined {
  const lower = word.trim().toLowerCase();
  if (lower === 'red' || lower === 'failed' || lower === 'error') return 'failure';
  if (lower === 'green' || lower === 'passed') return 'success';
  if (lower === 'canceled') return 'cancelled';
  if (lower === 'timeout') return 'timed_out';
  return CONCLUSIONS.find((c) => c === lower);
}

/** Host, owner and name of a `repo`. One or two parts leave the host (and owner) unknown. */
export function repoParts(repo: string | undefined): {
  readonly host: string | undefined;
  readonly owner: string | undefined;
  readonly name: string | undefined;
} {
  const parts = (repo ?? '').split('/').filter((p) => p !== '');
  const name = parts.at(-1);
  if (parts.length >= 3) return { host: parts[0], owner: parts.slice(1, -1).join('/'), name };
  return { host: undefined, owner: parts.length === 2 ? parts[0] : undefined, name };
}
