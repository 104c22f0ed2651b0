// What several captures and facts say of one attempt, as one identity. Pure: the order of arrival changes nothing.
import { type Attempt, CONCLUSIONS, type Conclusion } from '../store/attempt.ts';
import type { CaptureSource } from '../store/manifest.ts';

/** One capture's word on an attempt. */
export interface Claim {
  readonly identity: Attempt;
  /** Fetched from the provider, not told by the job. */
  readonly isFetched: boolean;
  readonly capturedMs: number;
}

/** Who stands behind a conclusion: the job itself, the provider, a fact. */
export const CONCLUSION_FROM = { claim: 0, provider: 1, fact: 2 } as const;

export interface MergedAttempt {
  readonly identity: Attempt;
  readonly conclusionFrom: (typeof CONCLUSION_FROM)[keyof typeof CONCLUSION_FROM];
  /** Start, or the first capture where nobody knows the start. */
  readonly timeMs: number;
}

/** Whether a capture was fetched from the provider by us, so that the job can't have made its identity up. */
export const isFetchedSource = (how: string): boolean =>
  (['api', 'pull', 'rescue'] satisfies CaptureSource[] as readonly string[]).includes(how);

/** `claims` most trusted first; at least one. */
export function mergeClaims(claims: readonly [Claim, ...Claim[]]): MergedAttempt {
  const [first] = claims;
  const pick = <K extends keyof Attempt>(key: K): Attempt[K] =>
    claims.map((c) => c.identity[key]).find((value) => value !== undefined) as Attempt[K];
  const concluded = claims.find((c) => c.identity.conclusion !== 'unknown') ?? first;
  const identity: Attempt = {
    repo: pick('repo'),
    sha: pick('sha'),
    workflow: pick('workflow'),
    job: pick('job'),
    run: pick('run'),
    attempt: pick('attempt'),
    providerId: pick('providerId'),
    provider: claims.map((c) => c.identity.provider).find((p) => p !== 'generic') ?? 'generic',
    testedSha: pick('testedSha'),
    treeSha: pick('treeSha'),
    branch: pick('branch'),
    pr: pick('pr'),
    event: pick('event'),
    conclusion: concluded.identity.conclusion,
    startedAtMs: pick('startedAtMs'),
    finishedAtMs: pick('finishedAtMs'),
    url: pick('url'),
    labels: Object.assign({}, ...claims.map((c) => c.identity.labels).reverse()) as Record<string, string>,
    limitMs: pick('limitMs'),
    partial: claims.every((c) => c.identity.partial),
  };
  return {
    identity,
    conclusionFrom: concluded.isFetched ? CONCLUSION_FROM.provider : CONCLUSION_FROM.claim,
    timeMs: identity.startedAtMs ?? Math.min(...claims.map((c) => c.capturedMs)),
  };
}

/** Later knowledge over an identity; `set` has the fields of a manifest's `attempt`, and what has a wrong type is passed over. */
export function overlayIdentity(identity: Attempt, set: Readonly<Record<string, unknown>>): Attempt {
  const text = (name: string, old: string | undefined): string | undefined =>
    typeof set[name] === 'string' ? set[name] : old;
  const count = (name: string, old: number | undefined): number | undefined =>
    typeof set[name] === 'number' && Number.isFinite(set[name]) ? set[name] : old;
  const time = (name: string, old: number | undefined): number | undefined => {
    const ms = typeof set[name] === 'string' ? Date.parse(set[name]) : Number.NaN;
    return Number.isNaN(ms) ? old : ms;
  };
  const labels = typeof set['labels'] === 'object' && set['labels'] !== null ? stringsOf(set['labels']) : {};
  return {
    ...identity,
    repo: text('repo', identity.repo),
    sha: text('sha', identity.sha),
    testedSha: text('testedSha', identity.testedSha),
    treeSha: text('treeSha', identity.treeSha),
    workflow: text('workflow', identity.workflow),
    job: text('job', identity.job),
    run: text('run', identity.run),
    attempt: count('attempt', identity.attempt),
    providerId: text('providerId', identity.providerId),
    branch: text('branch', identity.branch),
    pr: count('pr', identity.pr),
    event: text('event', identity.event),
    conclusion: findKnown(set['conclusion']) ?? identity.conclusion,
    startedAtMs: time('startedAt', identity.startedAtMs),
    finishedAtMs: time('finishedAt', identity.finishedAtMs),
    url: text('url', identity.url),
    labels: { ...identity.labels, ...labels },
    limitMs: count('limitMs', identity.limitMs),
    partial: typeof set['partial'] === 'boolean' ? set['partial'] : identity.partial,
  };
}

const findKnown = (word: unknown): Conclusion | undefined => CONCLUSIONS.find((c) => c === word);

const stringsOf = (value: object): Record<string, string> =>
  Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
