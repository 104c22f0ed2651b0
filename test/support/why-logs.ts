// Logs of one job told as events, and the question about the red one: enough for every mechanism, no simulator's words.
import { readLines } from '../../indexer/lines.ts';
import type { WhyLog, WhyQuestion } from '../../indexer/why/question.ts';
import { collectTemplates } from '../../indexer/why/templates.ts';
import { type Attempt, type Conclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';

export interface ToldAttempt {
  readonly lines: readonly string[];
  readonly conclusion?: Conclusion;
  readonly sha?: string;
  readonly job?: string;
  /** Minutes after the first attempt of the test. */
  readonly atMin?: number;
  readonly limitMs?: number;
  readonly minutes?: number;
}

const START_MS = Date.UTC(2026, 2, 1, 8);

/** An attempt with its log; `name` is its ref. */
function toldLog(name: string, told: ToldAttempt): WhyLog {
  const startedAtMs = START_MS + (told.atMin ?? 0) * 60_000;
  const attempt: Attempt = {
    ...UNKNOWN_ATTEMPT,
    repo: 'host/harbour/ferry',
    sha: told.sha ?? 'a1',
    workflow: 'sail',
    job: told.job ?? 'crossing',
    conclusion: told.conclusion ?? 'success',
    startedAtMs,
    finishedAtMs: startedAtMs + (told.minutes ?? 5) * 60_000,
    limitMs: told.limitMs,
  };
  const text = told.lines.map((line) => `${line}\n`).join('');
  const lines = readLines(name, text);
  const hashes = new Set(collectTemplates(lines).hashes);
  return {
    ref: name,
    attempt,
    rawBytes: text.length,
    has: (hash) => hashes.has(hash),
    falseRate: 0,
    load: () => Promise.resolve(lines),
  };
}

/** The question about `red`; others of its job by SHA, the rest are neighbours. */
export function questionOf(red: ToldAttempt, others: readonly ToldAttempt[]): WhyQuestion {
  const target = toldLog('red', { conclusion: 'failure', ...red });
  const logs = others.map((told, k) => toldLog(`${told.conclusion === 'failure' ? 'red' : 'green'}-${k + 1}`, told));
  const own = logs.filter((log) => log.attempt.job === target.attempt.job);
  return {
    target,
    siblings: own.filter((log) => log.attempt.sha === target.attempt.sha),
    history: own.filter((log) => log.attempt.sha !== target.attempt.sha),
    neighbours: logs.filter((log) => log.attempt.job !== target.attempt.job && log.attempt.conclusion === 'failure'),
    neighbourRate: undefined,
  };
}
