// Which kept logs a retention policy lets go. Pure: rows and ages in, decisions out.
import type { LogRow } from '../indexer/log-index.ts';
import { isGreen, isRed } from '../store/attempt.ts';
import type { ObjectKey } from '../store/keys.ts';

/** Ages in ms; `Infinity` is for ever; undefined says nothing of that kind, which is then kept. */
export interface RetentionPolicy {
  readonly keepRedMs: number | undefined;
  readonly keepGreenMs: number | undefined;
  /** Neither red nor green. */
  readonly keepOtherMs: number | undefined;
  /** Attempts whose signature has a name. */
  readonly keepNamedMs: number;
  /** The newest so many attempts of each job. */
  readonly keepLast: number;
  /** Lets go of the only log of an unexplained red too. */
  readonly force: boolean;
}

/** A log with what retention must know of it. */
export interface RetainedLog {
  readonly row: LogRow;
  /** Its captures in the store, with the store's time of each. */
  readonly captures: readonly { readonly manifestKey: ObjectKey; readonly storedAtMs: number }[];
  /** The attempt's signature has a name, or the log is the example that a name was given by. */
  readonly named: boolean;
}

export interface RetentionDecision {
  readonly log: RetainedLog;
  readonly verdict: 'keep' | 'let-go' | 'protected';
  readonly reason: string;
}

/** How many attempts of each job were looked at already, where logs come in several pieces. */
export type SeenAttempts = Map<string, number>;

/**
 * One decision a log, in the order given. `protected`: too old, but the only log of a red that nobody has explained. Pieces come
 * newest first, each with whole attempts and the same `seen`.
 */
export function decideRetention(
  logs: readonly RetainedLog[],
  policy: RetentionPolicy,
  nowMs: number,
  seen: SeenAttempts = new Map(),
): readonly RetentionDecision[] {
  const newest = newestAttempts(logs, policy.keepLast, seen);
  const decisions = logs.map((log): RetentionDecision => {
    const reason = reasonToKeep(log, policy, nowMs, newest);
    return reason === undefined
      ? { log, verdict: 'let-go', reason: `${colourOf(log.row)}, older than the policy keeps` }
      : { log, verdict: 'keep', reason };
  });
  return policy.force ? decisions : protectUnexplained(decisions);
}

function reasonToKeep(
  log: RetainedLog,
  policy: RetentionPolicy,
  nowMs: number,
  newest: ReadonlySet<number>,
): string | undefined {
  const { row, captures, named } = log;
  // The youngest capture counts: a log that was captured again yesterday is in use.
  const ageMs = nowMs - Math.max(...captures.map((capture) => capture.storedAtMs));
  const keepMs = keepTimeOf(row, policy);
  if (keepMs === undefined) return 'the policy says nothing of its kind';
  if (ageMs < keepMs) return `${colourOf(row)}, young enough`;
  if (named && ageMs < policy.keepNamedMs) return 'its failure has a name';
  if (newest.has(row.attempt.attemptKey)) return 'among the newest of its job';
  return undefined;
}

const keepTimeOf = ({ attempt }: LogRow, policy: RetentionPolicy): number | undefined => {
  if (isRed(attempt.conclusion)) return policy.keepRedMs;
  return isGreen(attempt.conclusion) ? policy.keepGreenMs : policy.keepOtherMs;
};

const colourOf = ({ attempt }: LogRow): string =>
  isRed(attempt.conclusion) ? 'red' : isGreen(attempt.conclusion) ? 'green' : attempt.conclusion;

function newestAttempts(logs: readonly RetainedLog[], keepLast: number, seen: SeenAttempts): ReadonlySet<number> {
  const ofJob = new Map<string, Map<number, number>>();
  for (const { row } of logs) {
    const { repo, workflow, job, attemptKey, timeMs } = row.attempt;
    const name = JSON.stringify([repo, workflow, job]);
    ofJob.set(name, (ofJob.get(name) ?? new Map<number, number>()).set(attemptKey, timeMs));
  }
  return new Set(
    [...ofJob].flatMap(([name, attempts]) => {
      const before = seen.get(name) ?? 0;
      seen.set(name, before + attempts.size);
      return [...attempts]
        .sort(([keyA, a], [keyB, b]) => b - a || keyB - keyA)
        .slice(0, Math.max(0, keepLast - before))
        .map(([key]) => key);
    }),
  );
}

function protectUnexplained(decisions: readonly RetentionDecision[]): readonly RetentionDecision[] {
  const survives = new Set(
    decisions.flatMap(({ verdict, log }) => (verdict === 'keep' ? [log.row.attempt.attemptKey] : [])),
  );
  return decisions.map((decision) => {
    const { log, verdict } = decision;
    const isLast = verdict === 'let-go' && !survives.has(log.row.attempt.attemptKey);
    if (!isLast || log.named || !isRed(log.row.attempt.conclusion)) return decision;
    return {
      log,
      verdict: 'protected',
      reason: 'the only log of a red that nobody has explained (--force lets it go)',
    };
  });
}
