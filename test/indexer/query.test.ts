// Queries that are refused, each with what to do instead.
import { expect, test } from 'vitest';
import type { QueryFlags } from '../../indexer/log-index.ts';
import { parseQuery } from '../../indexer/query.ts';

const LITERAL: QueryFlags = { regex: false, word: false, visible: false, letterCase: 'smart' };
const REGEX: QueryFlags = { ...LITERAL, regex: true };

test.each([
  ['nothing', '', LITERAL, 'USAGE', 'give some text'],
  ['a text over 4,096 bytes', 'ö'.repeat(2049), LITERAL, 'PATTERN_TOO_COSTLY', 'a part of it'],
  ['a line break', 'one\ntwo', LITERAL, 'USAGE', 'search for one of its lines'],
] as const)('%s is refused', (_name, text, flags, code, hint) => {
  expect(() => parseQuery(text, flags)).toThrow(expect.objectContaining({ code, hint: expect.stringContaining(hint) }));
});

test('an empty expression finds every line; (?i) in front is the flag', () => {
  expect(parseQuery('', REGEX)).toMatchObject({ kind: 'regex', text: '' });
  expect(parseQuery('(?i)Reset', REGEX)).toMatchObject({ text: 'Reset', ignoreCase: true });
  expect(parseQuery('(?i)Reset', LITERAL)).toMatchObject({ text: '(?i)Reset', ignoreCase: false });
  expect(parseQuery('Reset', { ...LITERAL, letterCase: 'insensitive' })).toMatchObject({ ignoreCase: true });
  expect(parseQuery('reset', { ...LITERAL, letterCase: 'sensitive' })).toMatchObject({ ignoreCase: false });
});
