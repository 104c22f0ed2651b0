// The gate's second witness: what the CI server says of a SHA, against what is kept of it. Pure: plain data goes in, the
// attempts as both tell them, reds that nobody kept and what is still to come go out.
import { type Attempt, isGreen, isRed } from '../store/attempt.ts';
import { type GateAttempt, type GatePolicy, type GateRed, isAdvisory, matchesAny } from './gate.ts';

/** One attempt as the server lists it. */
export interface ServerAttempt {
  readonly attempt: Attempt;
  readonly state: 'waiting' | 'running' | 'finished';
  /** The server still has its log. */
  readonly hasLog: boolean;
}

/** One row of the server's commit statuses, replaced ones included, newest first. */
export interface ServerStatus {
  readonly context: string;
  readonly state: string;
}

export interface ServerView {
  /** undefined: this server lists none. */
  readonly attempts: readonly ServerAttempt[] | undefined;
  readonly statuses: readonly ServerStatus[];
}

/** A kept attempt; `confirmed`: its conclusion was fetched from the server, not claimed by the job itself. */
export interface KeptAttempt extends GateAttempt {
  readonly confirmed: boolean;
}

export interface CrossCheck {
  readonly attempts: readonly GateAttempt[];
  /** Reds that the server saw and of which no log is kept. */
  readonly missing: readonly GateRed[];
  readonly awaited: readonly string[];
  /** A missing red's log can still be had. */
  readonly logsToCome: boolean;
}

/** Our own statuses are no evidence of anything. */
const OWN_CONTEXT = /^firstred\//;

/** Joins both. A red that either side tells is red; a green counts when the server says so. */
export function crossCheck(kept: readonly KeptAttempt[], server: ServerView, policy: GatePolicy): CrossCheck {
  const listed = server.attempts ?? [];
  const pairs = matchAttempts(kept, listed);
  const attempts = kept.map((each) => judgedBy(each, pairs.get(each), server));
  const matched = new Set(pairs.values());
  const unkept = listed.filter((each) => !matched.has(each) && !matchesAny(policy.ignored, each.attempt.job));
  const lostReds = unkept.filter((each) => each.state === 'finished' && isRed(each.attempt.conclusion));
  const known = [...attempts.map(({ attempt }) => attempt), ...unkept.map(({ attempt }) => attempt)];
  return {
    attempts,
    missing: [
      ...lostReds.map((each) => missingRed(each.attempt.job, 'no log of it is kept', policy)),
      ...redsOfStatuses(server.statuses, known, policy),
    ],
    awaited: [...runningJobs(listed, policy), ...pendingJobs(server, policy)],
    logsToCome: lostReds.some((each) => each.hasLog),
  };
}

/** By the provider's id, then by run, job and number, then by whatever both know and do not contradict. */
function matchAttempts(
  kept: readonly KeptAttempt[],
  listed: readonly ServerAttempt[],
): ReadonlyMap<KeptAttempt, ServerAttempt> {
  const pairs = new Map<KeptAttempt, ServerAttempt>();
  const free = new Set(listed);
  const rules: readonly ((a: Attempt, b: Attempt) => boolean)[] = [
    (a, b) => a.providerId !== undefined && a.providerId === b.providerId,
    (a, b) => compatible(a, b) && a.run !== undefined && a.run === b.run && a.attempt === b.attempt,
    (a, b) => compatible(a, b) && !(isGreen(a.conclusion) && isRed(b.conclusion)),
    compatible,
  ];
  for (const rule of rules) {
    for (const each of kept) {
      if (pairs.has(each)) continue;
      const found = [...free].find((candidate) => rule(each.attempt, candidate.attempt));
      if (found === undefined) continue;
      pairs.set(each, found);
      free.delete(found);
    }
  }
  return pairs;
}

const compatible = (a: Attempt, b: Attempt): boolean =>
  a.job !== undefined &&
  a.job === b.job &&
  (['providerId', 'run', 'attempt', 'workflow'] as const).every(
    (field) => a[field] === undefined || b[field] === undefined || a[field] === b[field],
  );

function judgedBy(kept: KeptAttempt, listed: ServerAttempt | undefined, server: ServerView): GateAttempt {
  const { attempt } = kept;
  if (isRed(attempt.conclusion)) return kept;
  const conclusion = listed?.state === 'finished' ? listed.attempt.conclusion : undefined;
  if (conclusion !== undefined && conclusion !== 'unknown') return { ...kept, attempt: { ...attempt, conclusion } };
  if (!isGreen(attempt.conclusion) || kept.confirmed) return kept;
  // Statuses do not tell one attempt of a job from another: they serve where the server lists no attempts.
  const bySuccess =
    server.attempts === undefined &&
    server.statuses.some((status) => status.state === 'success' && isOf(status.context, attempt));
  if (bySuccess) return kept;
  const doubt = 'it claims to be green, and the CI server does not say so';
  return { ...kept, attempt: { ...attempt, conclusion: 'unknown' }, doubt };
}

const runningJobs = (listed: readonly ServerAttempt[], policy: GatePolicy): readonly string[] =>
  listed
    .filter(({ state, attempt }) => state !== 'finished' && !passesAnyway(policy, [attempt.job ?? '']))
    .map(({ attempt }) => `${attempt.job ?? 'a job without a name'}: it has not finished`);

/** Where attempts are not listed, the newest status of each job says whether it still runs. */
function pendingJobs(server: ServerView, policy: GatePolicy): readonly string[] {
  if (server.attempts !== undefined) return [];
  const newest = new Map<string, string>();
  for (const { context, state } of server.statuses) if (!newest.has(context)) newest.set(context, state);
  return [...newest]
    .filter(([context, state]) => state === 'pending' && jobOf(context) !== undefined)
    .filter(([context]) => !passesAnyway(policy, namesOf(context)))
    .map(([context]) => `${context}: it has not finished`);
}

/**
 * Each attempt that failed left one failed row of its job's context, and those rows outlive a re-run: more of them than
 * attempts that are known to have failed means a red that nobody kept.
 */
function redsOfStatuses(
  statuses: readonly ServerStatus[],
  known: readonly Attempt[],
  policy: GatePolicy,
): readonly GateRed[] {
  const failures = new Map<string, number>();
  for (const { context, state } of statuses)
    if ((state === 'failure' || state === 'error') && !OWN_CONTEXT.test(context))
      failures.set(context, (failures.get(context) ?? 0) + 1);
  return [...failures].flatMap(([context, count]) => {
    if (namesOf(context).some((name) => matchesAny(policy.ignored, name))) return [];
    // Servers write `failure` for cancelled jobs too.
    const told = known.filter(
      (attempt) => (isRed(attempt.conclusion) || attempt.conclusion === 'cancelled') && isOf(context, attempt),
    );
    if (count <= told.length) return [];
    const why = `the server's statuses show ${count - told.length} red that nobody kept a log of`;
    return [missingRed(context, why, policy)];
  });
}

/** `CI / test (20) (push)` → `CI / test (20)` and its event; undefined for a status of somebody else's making. */
function jobOf(context: string): { readonly name: string; readonly event: string } | undefined {
  const parts = /^(.* \/ .*) \(([a-z_]+)\)$/s.exec(context);
  return parts === null ? undefined : { name: parts[1] ?? '', event: parts[2] ?? '' };
}

/** What a policy may call it: the whole context, without its event, and the job alone. */
function namesOf(context: string): readonly string[] {
  const name = jobOf(context)?.name;
  if (name === undefined) return [context];
  const parts = name.split(' / ');
  return [context, name, ...parts.slice(1).map((_, at) => parts.slice(at + 1).join(' / '))];
}

function isOf(context: string, { workflow, job, event }: Attempt): boolean {
  const told = jobOf(context);
  if (told === undefined || job === undefined) return false;
  const family = (word: string): string => word.replace(/^pull_request_(?!target).*/, 'pull_request');
  if (event !== undefined && family(event) !== family(told.event)) return false;
  return workflow === undefined ? told.name.endsWith(` / ${job}`) : told.name === `${workflow} / ${job}`;
}

const passesAnyway = (policy: GatePolicy, names: readonly string[]): boolean =>
  names.some((name) => matchesAny(policy.ignored, name) || isAdvisory(policy, name));

const missingRed = (job: string | undefined, why: string, policy: GatePolicy): GateRed => ({
  logId: undefined,
  job,
  signature: undefined,
  headline: undefined,
  mechanism: undefined,
  issue: undefined,
  explained: false,
  advisory: job !== undefined && namesOf(job).some((name) => isAdvisory(policy, name)),
  why,
});
