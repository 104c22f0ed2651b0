// The verdict of the gate over what is kept of one SHA. Pure: the index tells the attempts, the policy which jobs count.
import type { Attempt } from '../store/attempt.ts';
import { isGreen, isRed } from '../store/attempt.ts';
import { countText } from '../store/count-text.ts';
import type { ActiveName } from './names.ts';

/** Jobs by glob; `*` matches `/` too. A job that no list names is required. */
export interface GatePolicy {
  readonly required: readonly string[];
  readonly advisory: readonly string[];
  readonly ignored: readonly string[];
}

export const EVERYTHING_REQUIRED: GatePolicy = { required: ['*'], advisory: [], ignored: [] };

/** One attempt of the SHA as the gate sees it. */
export interface GateAttempt {
  readonly logId: string;
  readonly attempt: Attempt;
  /** Signature and text of its headline; undefined when nothing in it looks like an error. */
  readonly signature: string | undefined;
  readonly headline: string | undefined;
  readonly name: ActiveName | undefined;
  /** The log id of a later commit's green attempt of this job, where every attempt of this SHA is red. */
  readonly fixedBy: string | undefined;
  /** Why its name or its conclusion does not count, where it does not. */
  readonly doubt?: string | undefined;
}

export interface GateRed {
  /** undefined: the CI server saw it, and nobody kept its log. */
  readonly logId: string | undefined;
  readonly job: string | undefined;
  readonly signature: string | undefined;
  readonly headline: string | undefined;
  readonly mechanism: string | undefined;
  readonly issue: string | undefined;
  readonly explained: boolean;
  readonly advisory: boolean;
  /** More about it, for its reason. */
  readonly why?: string | undefined;
}

/** What is known beside the kept attempts. */
export interface GateRest {
  /** What is still to come, in words. */
  readonly awaited: readonly string[];
  /** Reds without a log. */
  readonly missing: readonly GateRed[];
}

export interface GateVerdict {
  readonly verdict: 'explained' | 'unexplained' | 'pending' | 'unknown';
  readonly reds: readonly GateRed[];
  /** One sentence each, for people: why not, or what the verdict rests on. */
  readonly reasons: readonly string[];
}

/** Whether every red of the SHA is explained. */
export function judge(attempts: readonly GateAttempt[], policy: GatePolicy, rest: GateRest): GateVerdict {
  const counted = attempts.filter(({ attempt }) => !matchesAny(policy.ignored, attempt.job));
  const { awaited, missing } = rest;
  if (counted.length === 0 && awaited.length === 0 && missing.length === 0)
    return { verdict: 'unknown', reds: [], reasons: ['nothing is kept of this SHA'] };
  const kept = counted.filter(({ attempt }) => isRed(attempt.conclusion)).map((each) => redOf(each, policy));
  const reds = [...kept, ...missing];
  const unexplained = reds.filter((red) => !red.explained && !red.advisory);
  const undecided = counted.filter(
    ({ attempt }) => attempt.conclusion === 'unknown' && !isAdvisory(policy, attempt.job),
  );
  const toCome = [...awaited, ...absentJobs(counted, missing, policy)];
  const reasons = [...reds.map(reasonOf), ...undecided.map(undecidedReason), ...toCome];
  if (unexplained.length > 0) return { verdict: 'unexplained', reds, reasons };
  if (undecided.length > 0 || toCome.length > 0) return { verdict: 'pending', reds, reasons };
  const greens = counted.filter(({ attempt }) => isGreen(attempt.conclusion)).length;
  return {
    verdict: 'explained',
    reds,
    reasons: [...reasons, `kept: ${countText(greens, 'green attempt')}, ${countText(reds.length, 'red attempt')}`],
  };
}

/** Jobs that the policy requires by name and of which nothing is known: a job that did not run has proved nothing. */
function absentJobs(
  counted: readonly GateAttempt[],
  missing: readonly GateRed[],
  policy: GatePolicy,
): readonly string[] {
  const seen = [...counted.map(({ attempt }) => attempt.job), ...missing.map(({ job }) => job)];
  return policy.required
    .filter((glob) => !/^\*+$/.test(glob) && !seen.some((job) => matchesAny([glob], job)))
    .map((glob) => `${glob}: required by the policy, and no attempt of it is known`);
}

/** Whether a red of this job is shown and passes. A job that is required by more than `*` is not advisory. */
export const isAdvisory = (policy: GatePolicy, job: string | undefined): boolean =>
  matchesAny(policy.advisory, job) &&
  !matchesAny(
    policy.required.filter((glob) => glob !== '*'),
    job,
  );

function redOf(each: GateAttempt, policy: GatePolicy): GateRed {
  const { attempt, name, logId, signature, headline } = each;
  return {
    logId,
    job: attempt.job,
    signature,
    headline,
    mechanism: name?.mechanism ?? (each.fixedBy === undefined ? undefined : 'regression'),
    issue: name?.issue,
    explained: name !== undefined || each.fixedBy !== undefined,
    advisory: isAdvisory(policy, attempt.job),
    why: name === undefined && each.fixedBy !== undefined ? `a later commit is green: ${each.fixedBy}` : each.doubt,
  };
}

function reasonOf(red: GateRed): string {
  const job = red.job ?? 'a job without a name';
  const advisory = red.advisory ? ', but this job is advisory' : '';
  if (red.logId === undefined) return `${job}: red on the CI server: ${red.why ?? 'no log of it is kept'}${advisory}`;
  const what = `${job} (${red.logId})`;
  const more = red.why === undefined ? '' : ` (${red.why})`;
  if (red.explained)
    return `${what}: ${red.mechanism ?? 'named'}${red.issue === undefined ? '' : `, ${red.issue}`}${more}`;
  if (red.signature === undefined) return `${what}: red, and no line of it looks like an error${advisory}`;
  return `${what}: red and not named: ${red.headline ?? red.signature}${more}${advisory}`;
}

const undecidedReason = ({ attempt, logId, doubt }: GateAttempt): string =>
  `${attempt.job ?? 'a job without a name'} (${logId}): ${doubt ?? 'its conclusion is not known yet'}`;

/** Globs of `*` and `?`; `*` matches any run of characters, slashes included. */
export function matchesAny(globs: readonly string[], job: string | undefined): boolean {
  return job !== undefined && globs.some((glob) => globMatches(glob, job));
}

/** Two pointers and one remembered star: linear for one star after the other, no expression of a policy's author is run. */
function globMatches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let starText = 0;
  while (t < text.length) {
    if (g < glob.length && (glob[g] === '?' || glob[g] === text[t]) && glob[g] !== '*') {
      g += 1;
      t += 1;
    } else if (glob[g] === '*') {
      star = g;
      starText = t;
      g += 1;
    } else if (star >= 0) {
      g = star + 1;
      starText += 1;
      t = starText;
    } else return false;
  }
  while (glob[g] === '*') g += 1;
  return g === glob.length;
}
