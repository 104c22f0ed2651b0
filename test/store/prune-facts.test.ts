// Which facts may go: only those without which everything stays as it is.
import { expect, test } from 'vitest';
import type { Fact, FactContent } from '../../store/facts.ts';
import type { LogId } from '../../store/log-id.ts';
import { findSpentFacts } from '../../store/prune-facts.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 5, 1);
const OLD = 30;

type Dated = readonly [daysAgo: number, content: FactContent];

/** Facts that were written so many days ago, named by letters in their order. */
function factsOf(contents: readonly Dated[]): readonly Fact[] {
  return contents.map(([daysAgo, content], n) => ({
    ...content,
    id: 'abcdefgh'.charAt(n),
    by: 'test',
    storedAtMs: NOW_MS - daysAgo * DAY_MS,
  }));
}

/** The letters of those that may go, the oldest first. */
const spent = (...contents: readonly Dated[]): string =>
  findSpentFacts(factsOf(contents), NOW_MS - OLD * DAY_MS)
    .map((key) => /-(\w)\.json$/.exec(key)?.[1])
    .join('');

const SUBJECT = { repo: 'h/o/n', sha: 'abcdef0', workflow: 'ci', job: 'e2e', run: '7', attempt: 1 };
const ended = (conclusion: 'success' | 'failure', more: Partial<Extract<FactContent, { kind: 'conclusion' }>> = {}) =>
  ({ kind: 'conclusion', subject: SUBJECT, conclusion, ...more }) as const;
const known = (set: Readonly<Record<string, unknown>>) => ({ kind: 'identity', subject: SUBJECT, set }) as const;
const named = (mechanism: string, more: Partial<Extract<FactContent, { kind: 'mechanism' }>> = {}) =>
  ({
    kind: 'mechanism',
    signature: 's1:abc',
    templates: [],
    scope: {},
    mechanism,
    until: '2099-01-01T00:00:00.000Z',
    exemplar: { logId: 'L0000000000000000' as LogId, line: 1, text: 'boom' },
    ...more,
  }) as const;

test('a later fact of the same subject takes the place of an earlier one, once that is old enough', () => {
  expect(spent([90, ended('failure')], [60, ended('success')])).toBe('a');
  expect(spent([20, ended('failure')], [10, ended('success')])).toBe('');
  expect(spent([90, ended('failure')], [10, ended('success')])).toBe('a');
  expect(spent([60, ended('success')], [90, ended('failure')])).toBe('b');
  expect(spent([90, ended('failure')], [80, ended('failure')], [70, ended('success')])).toBe('ab');
});

test('of two that came at one moment the greater id is the later, as for readers', () => {
  expect(spent([90, ended('failure')], [90, ended('success')])).toBe('a');
});

test('when an attempt ended is not forgotten because a later fact does not say it', () => {
  const finishedAt = '2026-01-01T00:00:00.000Z';
  expect(spent([90, ended('failure', { finishedAt })], [60, ended('failure')])).toBe('');
  expect(spent([90, ended('failure')], [60, ended('failure', { finishedAt })])).toBe('a');
  expect(spent([90, ended('failure', { finishedAt })], [60, ended('failure', { finishedAt })])).toBe('a');
});

test('subjects are told apart by the provider’s id alone where it is known, else by the whole identity', () => {
  const of = (subject: Extract<FactContent, { kind: 'conclusion' }>['subject']) => ended('failure', { subject });
  const task = { repo: 'h/o/n', providerId: '71' };
  expect(spent([90, of(task)], [60, of({ ...task, job: 'e2e', run: '9' })])).toBe('a');
  expect(spent([90, of(task)], [60, of({ ...task, providerId: '72' })])).toBe('');
  expect(spent([90, of(SUBJECT)], [60, of({ ...SUBJECT, attempt: 2 })])).toBe('');
  expect(spent([90, of({ repo: 'h/o/n', run: '7' })], [60, of({ repo: 'h/o/n', run: '7' })])).toBe('a');
  expect(spent([90, of({ repo: 'h/o/n', run: '7' })], [60, of({ repo: 'h/o/m', run: '7' })])).toBe('');
});

test('identities add up: one goes when a later one says all that it did', () => {
  expect(spent([90, known({ job: 'e2e (20)' })], [60, known({ branch: 'main' })])).toBe('');
  expect(spent([90, known({ job: 'e2e (20)' })], [60, known({ job: 'e2e (22)', branch: 'main' })])).toBe('a');
  expect(spent([90, known({ job: 'e2e' })], [60, ended('failure')])).toBe('');
});

test('a name goes when it is given anew, taken back, or has lapsed for as long', () => {
  const unnamed = { kind: 'unname', signature: 's1:abc', scope: {} } as const;
  expect(spent([90, named('timeout')], [60, named('regression')])).toBe('a');
  expect(spent([90, named('timeout')], [60, unnamed])).toBe('a');
  expect(spent([90, named('timeout', { scope: { job: 'e2e' } })], [60, unnamed])).toBe('');
  expect(spent([90, named('timeout', { scope: { repo: 'h/o/n', workflow: 'ci', sha: 'abcdef0' } })])).toBe('');
  expect(spent([90, named('timeout', { until: '2026-04-01T00:00:00.000Z' })])).toBe('a');
  expect(spent([90, named('timeout', { until: '2026-05-20T00:00:00.000Z' })])).toBe('');
});

test('a lapsed name does not bring back the one that it had replaced', () => {
  const until = '2026-04-01T00:00:00.000Z';
  expect(spent([90, named('timeout')], [80, named('regression', { until })])).toBe('ab');
});

test('renames are replaced by their old name, tombstones never', () => {
  const renamed = (from: string, to: string) => ({ kind: 'rename', from, to }) as const;
  expect(spent([90, renamed('h/o/n', 'h/o/m')], [60, renamed('h/o/n', 'h/o/k')])).toBe('a');
  expect(spent([90, renamed('h/o/n', 'h/o/m')], [60, renamed('h/o/m', 'h/o/k')])).toBe('');
  const buried = { kind: 'tombstone', logId: 'L0000000000000000' as LogId, manifestKeys: [], reason: 'x' } as const;
  expect(spent([90, buried], [60, buried])).toBe('');
});
