// Which characters of a pattern decide between cases: those that stand for themselves, as ripgrep has it.
import { expect, test } from 'vitest';
import { casedLetters } from '../../indexer/smart-case.ts';

test.each([
  ['a literal', 'Error', false, true],
  ['a literal that looks like a class', '\\S', false, true],
  ['a class', '\\S+\\W\\pL\\p{Lu}\\P{Ll}', true, false],
  ['a class with letters of its own', '[A-Z]', true, true],
  ['a named class', '[[:Alpha:]x]', true, true],
  ['a named class as it is written', '[[:upper:]]', true, false],
  ['an escaped letter of the pattern by its number', '\\x41', true, true],
  ['the same in braces', '\\x{41}', true, true],
  ['a small one', '\\x{61}\\x62', true, false],
  ['a number that is no character', '\\x{110000}a', true, false],
  ['quoted text', '\\QAb\\E', true, true],
  ['quoted text to the end', 'a\\QB', true, true],
  ['a group’s name and flags', '(?P<Name>a)(?<Other>b)(?U:c)', true, false],
  ['an octal number', '\\101', true, false],
  ['text behind a repetition', 'a{2,3}B', true, true],
  ['Greek', 'Λάθος', true, true],
])('%s', (_name, pattern, isRegex, hasUpperCase) => {
  expect(casedLetters(pattern, isRegex).hasUpperCase).toBe(hasUpperCase);
});

test('whether anything stands for itself', () => {
  expect(casedLetters('\\d+\\s*.', true).hasLiteral).toBe(false);
  expect(casedLetters('\\d+\\.', true).hasLiteral).toBe(true);
  expect(casedLetters('', false).hasLiteral).toBe(false);
});
