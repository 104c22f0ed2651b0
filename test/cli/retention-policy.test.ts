// The retention policy by itself.
import { expect, test } from 'vitest';
import { decideRetention, type RetainedLog, type RetentionPolicy } from '../../cli/retention.ts';
import type { LogRow } from '../../indexer/log-index.ts';
import type { Conclusion } from '../../store/attempt.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { makeAttempt } from '../support/attempts.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1000 * DAY_MS;
const POLICY: RetentionPolicy = {
  keepRedMs: 400 * DAY_MS,
  keepGreenMs: 30 * DAY_MS,
  keepOtherMs: undefined,
  keepNamedMs: Number.POSITIVE_INFINITY,
  keepLast: 0,
  force: false,
};

let attempts = 0;

interface Case {
  readonly ageDays: readonly number[];
  readonly conclusion: Conclusion;
  readonly named?: boolean;
  readonly attemptKey?: number;
  readonly job?: string;
}

function logOf({ ageDays, conclusion, named = false, attemptKey = ++attempts, job = 'j' }: Case): RetainedLog {
  const attempt = {
    ...makeAttempt({ conclusion, job }),
    attemptKey,
    number: 1,
    timeMs: NOW_MS - (ageDays[0] ?? 0) * DAY_MS,
  };
  const captures = ageDays.map((days, n) => ({
    manifestKey: `m${n}` as ObjectKey,
    storedAtMs: NOW_MS - days * DAY_MS,
  }));
  return { row: { attempt } as LogRow, captures, named };
}

const verdicts = (cases: readonly Case[], policy: Partial<RetentionPolicy> = {}): readonly string[] =>
  decideRetention(cases.map(logOf), { ...POLICY, ...policy }, NOW_MS).map(({ verdict }) => verdict);

test.each<[string, Case, string]>([
  ['a young red', { ageDays: [399], conclusion: 'failure' }, 'keep'],
  ['an old red that nobody explained', { ageDays: [401], conclusion: 'timed_out' }, 'protected'],
  ['a young green', { ageDays: [29], conclusion: 'success' }, 'keep'],
  ['an old green', { ageDays: [31], conclusion: 'success' }, 'let-go'],
  ['an old green that was captured again', { ageDays: [300, 2], conclusion: 'success' }, 'keep'],
  ['an old cancelled one, of which the policy says nothing', { ageDays: [900], conclusion: 'cancelled' }, 'keep'],
  ['an old named red', { ageDays: [900], conclusion: 'failure', named: true }, 'keep'],
])('%s', (_name, one, verdict) => {
  expect(verdicts([one])).toEqual([verdict]);
});

test('--force lets the only log of an unexplained red go', () => {
  expect(verdicts([{ ageDays: [401], conclusion: 'failure' }], { force: true })).toEqual(['let-go']);
});

test('a red keeps one of its logs at least: another log that stays is enough', () => {
  const attemptKey = ++attempts;
  const old = { conclusion: 'failure', attemptKey } as const;
  expect(
    verdicts([
      { ...old, ageDays: [500] },
      { ...old, ageDays: [3] },
    ]),
  ).toEqual(['let-go', 'keep']);
  expect(
    verdicts([
      { ...old, ageDays: [500] },
      { ...old, ageDays: [501] },
    ]),
  ).toEqual(['protected', 'protected']);
});

test('a name whose time is over keeps nothing, and a named red is not protected', () => {
  expect(verdicts([{ ageDays: [401], conclusion: 'failure', named: true }], { keepNamedMs: 400 * DAY_MS })).toEqual([
    'let-go',
  ]);
});

test('the newest of each job stay', () => {
  const greens = [40, 50, 60].map((days) => ({ ageDays: [days], conclusion: 'success' }) as const);
  expect(verdicts(greens, { keepLast: 2 })).toEqual(['keep', 'keep', 'let-go']);
  expect(verdicts([...greens, { ageDays: [99], conclusion: 'success', job: 'k' }], { keepLast: 1 })).toEqual([
    'keep',
    'let-go',
    'let-go',
    'keep',
  ]);
});
