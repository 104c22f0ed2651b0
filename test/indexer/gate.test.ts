import { describe, expect, it } from 'vitest';
import { EVERYTHING_REQUIRED, type GateAttempt, judge, matchesAny } from '../../indexer/gate.ts';
import { type ActiveName, activeNames, findName, type NameFact } from '../../indexer/names.ts';
import { type Conclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { LogId } from '../../store/log-id.ts';

const NOTHING_ELSE = { awaited: [], missing: [] };
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-05-04T05:30:00Z');

const attempt = (job: string, conclusion: Conclusion, more: Partial<GateAttempt> = {}): GateAttempt => ({
  logId: `L${job}`,
  attempt: { ...UNKNOWN_ATTEMPT, repo: 'h/o/n', workflow: 'ci', job, conclusion },
  signature: 's1:aaaaaaaaaaaaa',
  headline: 'connection reset',
  name: undefined,
  fixedBy: undefined,
  ...more,
});

const name: ActiveName = {
  signature: 's1:aaaaaaaaaaaaa',
  mechanism: 'order-inversion',
  issue: 'https://h/o/n/issues/7',
  note: undefined,
  scope: { repo: 'h/o/n', workflow: 'ci', job: 'test' },
  by: 'ada',
  untilMs: NOW_MS + DAY_MS,
};

describe('the gate', () => {
  it('refuses a red that was re-run green until it is named', () => {
    const red = attempt('test', 'failure');
    const green = attempt('test', 'success');
    expect(judge([red, green], EVERYTHING_REQUIRED, NOTHING_ELSE).verdict).toBe('unexplained');
    expect(judge([{ ...red, name }, green], EVERYTHING_REQUIRED, NOTHING_ELSE).verdict).toBe('explained');
  });

  it('takes a timed out attempt for red', () => {
    expect(judge([attempt('test', 'timed_out')], EVERYTHING_REQUIRED, NOTHING_ELSE).verdict).toBe('unexplained');
  });

  it('waits for a conclusion that is not known and for logs that are to come', () => {
    expect(judge([attempt('test', 'unknown')], EVERYTHING_REQUIRED, NOTHING_ELSE).verdict).toBe('pending');
    expect(
      judge([attempt('test', 'success')], EVERYTHING_REQUIRED, { ...NOTHING_ELSE, awaited: ['lint'] }).verdict,
    ).toBe('pending');
  });

  it('says unknown of a SHA of which nothing is kept', () => {
    expect(judge([], EVERYTHING_REQUIRED, NOTHING_ELSE).verdict).toBe('unknown');
  });

  it('takes a red that a later commit fixed for explained', () => {
    const red = attempt('test', 'failure', { fixedBy: 'Lgreen' });
    const verdict = judge([red], EVERYTHING_REQUIRED, NOTHING_ELSE);
    expect(verdict.reds[0]).toMatchObject({ explained: true, mechanism: 'regression' });
    expect(verdict.reasons).toEqual([
      `test (${red.logId}): regression (a later commit is green: Lgreen)`,
      'kept: 0 green attempts, 1 red attempt',
    ]);
  });

  it('shows advisory reds and lets them pass, and does not see ignored jobs', () => {
    const policy = { required: [], advisory: ['nightly/*'], ignored: ['docs'] };
    const verdict = judge(
      [attempt('nightly/a/b', 'failure'), attempt('docs', 'failure'), attempt('test', 'success')],
      policy,
      NOTHING_ELSE,
    );
    expect(verdict.verdict).toBe('explained');
    expect(verdict.reds.map((red) => red.job)).toEqual(['nightly/a/b']);
  });
});

describe('globs of a policy', () => {
  it.each([
    ['*', 'anything/at all', true],
    ['test (*)', 'test (20, linux)', true],
    ['test ?', 'test 12', false],
    ['a*b*c', 'a-x-b-y-c', true],
    ['a*b*c', 'a-x-c-y-b', false],
    ['[ab]', 'a', false],
  ])('%s against %s: %s', (glob, job, expected) => expect(matchesAny([glob], job)).toBe(expected));
});

describe('names', () => {
  const fact = (kind: 'mechanism' | 'unname', storedAtMs: number, until = '2026-06-01T00:00:00Z'): NameFact =>
    ({
      kind,
      id: `i${storedAtMs}`,
      by: 'ada',
      storedAtMs,
      signature: name.signature,
      scope: name.scope,
      ...(kind === 'mechanism'
        ? { templates: [], mechanism: 'timeout', until, exemplar: { logId: 'Lx' as LogId, line: 1, text: '' } }
        : {}),
    }) as NameFact;

  it('lapse', () => {
    expect(activeNames([fact('mechanism', 1, '2026-05-01T00:00:00Z')], NOW_MS)).toEqual([]);
    expect(activeNames([fact('mechanism', 1)], NOW_MS)).toHaveLength(1);
  });

  it('are taken back by a later fact, whatever the order of reading', () => {
    expect(activeNames([fact('unname', 2), fact('mechanism', 1)], NOW_MS)).toEqual([]);
    expect(activeNames([fact('mechanism', 3), fact('unname', 2)], NOW_MS)).toHaveLength(1);
  });

  it('hold only within their scope, the narrowest first', () => {
    const here = { ...UNKNOWN_ATTEMPT, repo: 'h/o/n', workflow: 'ci', job: 'test' };
    const wide = { ...name, mechanism: 'timeout', scope: { repo: 'h/o/n' } };
    expect(findName([wide, name], name.signature, here)?.mechanism).toBe('order-inversion');
    expect(findName([name], name.signature, { ...here, job: 'lint' })).toBeUndefined();
    expect(findName([wide], name.signature, { ...here, repo: 'h/o/other' })).toBeUndefined();
  });
});
