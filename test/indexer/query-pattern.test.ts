// What is said of a pattern that cannot be run.
import { expect, test, vi } from 'vitest';
import { parseQuery } from '../../indexer/query.ts';
import { requiredText } from '../../indexer/query-pattern.ts';

const FLAGS = { regex: true, word: false, letterCase: 'smart', visible: false } as const;

test.each([
  ['foo(?=bar)', "look-around is not supported, at character 4 of 'foo(?=bar)'"],
  ['(a)\\1', "back-references are not supported, at character 4 of '(a)\\1'"],
  ['a{1001}', "a repetition comes to over 1,000, at character 2 of 'a{1001}'"],
])('%s is refused in one line that names the place', (pattern, message) => {
  expect(() => parseQuery(pattern, FLAGS)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
});

test('a very long pattern is cut', () => {
  expect(() => parseQuery(`(?=${'x'.repeat(2000)})`, FLAGS)).toThrow(/at character 1 of '\(\?=x{77}…'$/);
});

test('an expression that is small to write and huge to run is refused', () => {
  expect(() => parseQuery('[a-z]{1000}'.repeat(100), FLAGS)).toThrow(
    expect.objectContaining({ code: 'PATTERN_TOO_COSTLY', hint: expect.stringContaining('smaller repetitions') }),
  );
});

test.each([
  ['one bracket too few', '(a', "missing closing ), at character 1 of '(a'"],
  ['a class that never ends', 'x[a', 'missing closing ]'],
])('%s is named with its place', (_name, pattern, message) => {
  expect(() => parseQuery(pattern, FLAGS)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
  );
});

const text = (of: string) => ({ kind: 'text', text: of });

test.each([
  ['of plain alternatives each as it stands', 'bar|baz', { kind: 'any', parts: [text('bar'), text('baz')] }],
  [
    'every literal around what varies',
    'connection .* reset',
    { kind: 'all', parts: [text('connection '), text(' reset')] },
  ],
  ['nothing where one way through has no literal', 'error|[0-9]+', undefined],
  ['nothing where it may be empty', 'error|', undefined],
  ['nothing of no literal at all', '[0-9]+', undefined],
])('what a match must contain: %s', (_name, pattern, expected) => {
  expect(requiredText(pattern)).toEqual(expected);
});

test('a small pattern is taken on a machine where everything takes seconds, a large one is refused on any', () => {
  let nowMs = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 5000));
  try {
    expect(parseQuery('^[0-9]{2} of [0-9]+$', FLAGS).kind).toBe('regex');
    expect(() => parseQuery('(\\pL{1000}|\\pN{1000}){0,1}x?'.repeat(30), FLAGS)).toThrow(
      expect.objectContaining({ code: 'PATTERN_TOO_COSTLY' }),
    );
  } finally {
    clock.mockRestore();
  }
});
