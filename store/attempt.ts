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

/**
 * The repository of the fork whose pull request it ran for, as the server or the event told it; undefined: none, or not
 * known. It stands among the labels: `--label fork=…` finds such attempts.
 */
export const forkOf = ({ labels }: Attempt): string | undefined => labels['fork'];

/** The label of `forkOf`. */
export const forkLabel = (fork: string | undefined): Readonly<Record<string, string>> =>
  fork === undefined ? {} : { fork };

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

/** chosen: job names with large matrices reach some 2,000 characters; all of them together stay below a manifest's bound. */
const MAX_NAME_CHARACTERS = 12_288;
/** chosen: labels name a runner and an image; a hundred is more than any server gives. */
const MAX_LABELS = 100;
const MAX_LABEL_CHARACTERS = 512;

/** `text` as far as its JSON has at most `limit` characters: a control character counts as the six that it takes there. */
export function boundName(text: string, limit: number = MAX_NAME_CHARACTERS): string {
  if (text.length * 6 <= limit) return text;
  let used = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    used += unit < 0x20 || (unit >= 0xd800 && unit < 0xe000) ? 6 : 1; // a lone surrogate takes six as well
    if (used > limit) return text.slice(0, at).toWellFormed();
  }
  return text;
}

/**
 * The attempt as a manifest can hold it: whatever a server or a job's environment said, the log that is kept under it
 * can be read again. Over-long names are cut, superfluous labels and numbers that count nothing are left out.
 */
export function boundAttempt(attempt: Attempt): Attempt {
  const text = (value: string | undefined): string | undefined => (value === undefined ? undefined : boundName(value));
  const count = (value: number | undefined): number | undefined =>
    value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  const time = (value: number | undefined): number | undefined =>
    value !== undefined && Number.isNaN(new Date(value).getTime()) ? undefined : value;
  const labels = Object.entries(attempt.labels)
    .filter(([key]) => key !== '__proto__') // readers refuse it
    .slice(0, MAX_LABELS)
    .map(([key, value]) => [boundName(key, MAX_LABEL_CHARACTERS), boundName(value, MAX_LABEL_CHARACTERS)]);
  return {
    ...attempt,
    repo: text(attempt.repo),
    sha: text(attempt.sha),
    workflow: text(attempt.workflow),
    job: text(attempt.job),
    run: text(attempt.run),
    attempt: count(attempt.attempt),
    providerId: text(attempt.providerId),
    testedSha: text(attempt.testedSha),
    treeSha: text(attempt.treeSha),
    branch: text(attempt.branch),
    pr: count(attempt.pr),
    event: text(attempt.event),
    startedAtMs: time(attempt.startedAtMs),
    finishedAtMs: time(attempt.finishedAtMs),
    url: text(attempt.url),
    labels: Object.fromEntries(labels),
    limitMs: count(attempt.limitMs),
  };
}
