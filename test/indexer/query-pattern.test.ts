// What is said of a pattern that cannot be run.
import { expect, test } from 'vitest';
import { parseQuery } from '../../indexer/query.ts';

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
