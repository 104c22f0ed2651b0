// What `why` says of time: which limit was reached, by whose word, and why it is not one.
import { expect, test } from 'vitest';
import { explain } from '../../indexer/why.ts';
import { questionOf, type ToldAttempt } from '../support/why-logs.ts';

const stamp = (seconds: number, line: string): string =>
  `${new Date(Date.UTC(2026, 2, 1, 8) + seconds * 1000).toISOString().replace('Z', '0000Z')} ${line}`;

const HEAD = ['checkout of the harbour', 'harbour is open', 'crew on board'];
const green = (ended: number, wait = 'waiting for the tide (limit 300s)'): readonly string[] => [
  ...HEAD.map((line) => stamp(1, line)),
  stamp(2, wait),
  stamp(2 + ended, 'tide is in'),
  stamp(3 + ended, 'ferry has sailed'),
  stamp(4 + ended, 'ferry has landed'),
];
const greens = (...ended: readonly number[]): ToldAttempt[] =>
  ended.map((seconds, n) => ({ lines: green(seconds), atMin: n * 10 }));
const red = (...lines: readonly string[]): readonly string[] => [...HEAD.map((line) => stamp(1, line)), ...lines];

const ask = (lines: readonly string[], others: readonly ToldAttempt[], more: Partial<ToldAttempt> = {}) =>
  explain(questionOf({ lines, atMin: 500, ...more }, others));
const timeoutOf = async (...args: Parameters<typeof ask>) => {
  const answer = await ask(...args);
  return {
    found: answer.hypotheses.find(({ mechanism }) => mechanism === 'timeout'),
    reason: answer.rejected.find(({ mechanism }) => mechanism === 'timeout')?.reason,
  };
};

test('a job that the server ended for its time, with the limit if anybody told it, else what it took', async () => {
  const lines = red(stamp(2, 'waiting for the tide'));
  const told = await timeoutOf(lines, greens(10, 20, 30), { conclusion: 'timed_out', minutes: 60, limitMs: 3_600_000 });
  expect(told.found?.sentence).toBe('The job reached its time limit of 60 min.');
  expect(told.found?.facts).toMatchObject({ jobLimitMs: 3_600_000, jobMs: 3_600_000 });
  const untold = await timeoutOf(lines, greens(10, 20, 30), { conclusion: 'timed_out', minutes: 45 });
  expect(untold.found?.facts).toMatchObject({ jobLimitMs: 2_700_000 });
});

test('words of time alone are weaker than a limit that they name, and that than one that was reached', async () => {
  const odds = async (...lines: readonly string[]) =>
    (await timeoutOf(red(...lines), greens(10, 20, 30))).found?.confidence;
  const words = await odds(stamp(9, 'error: request to the pilot timed out'));
  const named = await odds(stamp(9, 'error: request to the pilot timed out after 30s'));
  const reached = await odds(stamp(2, 'waiting for the tide (limit 300s)'), stamp(302, 'error: timed out after 300s'));
  expect(words).toBeGreaterThan(0);
  expect(named).toBeGreaterThan(words ?? 1);
  expect(reached).toBeGreaterThan(named ?? 1);
});

test('without a wait in the log the sentence says no more than the failure does', async () => {
  const { found } = await timeoutOf(red(stamp(9, 'error: request to the pilot timed out')), greens(10, 20, 30));
  expect(found?.sentence).toMatch(/^The job failed with the words of a time-out: .*pilot timed out/);
  expect(found?.facts).toEqual({});
});

test('a log without times: the limit is told, how long it took is not', async () => {
  const bare = (lines: readonly string[]): string[] => lines.map((line) => line.slice(29));
  const lines = bare(
    red(stamp(2, 'waiting for the tide (limit 300s)'), stamp(302, 'gave up after 300s: still low water')),
  );
  const { found } = await timeoutOf(
    lines,
    greens(10, 20, 30).map((each) => ({ ...each, lines: bare(each.lines) })),
  );
  expect(found?.facts).toEqual({ limitMs: 300_000 });
  expect(found?.sentence).toMatch(/^A wait reached its limit of 300 s: /);
});

test('a failure without a word of time, just when an announced wait was up', async () => {
  const lines = red(stamp(2, 'waiting for the tide (limit 300s)'), stamp(302, 'error: the tide is not in'));
  const { found } = await timeoutOf(lines, greens(90, 150, 270));
  expect(found?.facts).toMatchObject({ limitMs: 300_000, usedMs: 300_000 });
  const early = red(stamp(2, 'waiting for the tide (limit 300s)'), stamp(100, 'error: the tide is not in'));
  expect((await timeoutOf(early, greens(90, 150, 270))).found).toBeUndefined();
  const late = red(stamp(2, 'waiting for the tide (limit 300s)'), stamp(900, 'error: the tide is not in'));
  expect((await timeoutOf(late, greens(90, 150, 270))).found).toBeUndefined();
});

test('where greens took as long and went on, there was no such limit', async () => {
  const lines = red(stamp(2, 'waiting for the tide (limit 300s)'), stamp(302, 'error: the tide is not in'));
  expect((await timeoutOf(lines, greens(310, 305, 320))).found).toBeUndefined();
});

test('what was waited for came: the failure behind it is another matter', async () => {
  const lines = red(
    stamp(2, 'waiting for the tide (limit 300s)'),
    stamp(90, 'tide is in'),
    stamp(302, 'error: no fuel'),
  );
  const { found, reason } = await timeoutOf(lines, greens(90, 150, 270));
  expect(found).toBeUndefined();
  expect(reason).toBe('no: the limit of 300 s was not reached, 29 % of it were used');
});

test('is rejected with the share of the job’s own limit where that is known', async () => {
  const lines = red(stamp(9, 'error: no fuel'));
  const { reason } = await timeoutOf(lines, greens(10, 20, 30), { minutes: 6, limitMs: 3_600_000 });
  expect(reason).toBe('no: the job used 10 % of its limit of 60 min');
  expect((await timeoutOf(lines, greens(10, 20, 30))).reason).toBe(
    'no: the failure does not speak of time, and no limit was reached',
  );
});

test('a word of time beside a resource that ran out is of the resource', async () => {
  const { found } = await timeoutOf(
    red(stamp(9, 'error: fork: retry: Resource temporarily unavailable')),
    greens(10, 20),
  );
  expect(found).toBeUndefined();
});
