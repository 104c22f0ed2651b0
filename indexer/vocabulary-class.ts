// The vocabulary in five parts by what its words are made of, so that a part of a word is looked for only where it can be.

import { MARK } from './tokens.ts';

/** Number of parts; a word belongs to exactly one. */
export const VOCABULARY_CLASSES = [0, 1, 2, 3, 4] as const;
export type VocabularyClass = (typeof VOCABULARY_CLASSES)[number];

/** ASCII letters and `_` alone. */
const LETTERS = 0;
/** Digits with at most one letter: numbers, fractions of a second, `250ms` is not one. */
const NUMBERS = 1;
/** Digits and at least two letters, all of `a`–`f`: parts of hashes and UUIDs. */
const HEX = 2;
const MIXED = 3;
/** Any byte from 0x80 on, and the words of visible text alone. */
export const OTHER_BYTES = 4;

/** Counts of the letters, digits and other bytes of a word or part of one (one byte a character, folded). */
function shapeOf(word: string): { digits: number; letters: number; nonHex: number; other: number } {
  let digits = 0;
  let nonHex = 0;
  let other = 0;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code >= 0x80) other++;
    else if (code <= 0x39) digits++;
    else if (code > 0x66 || code < 0x61) nonHex++;
  }
  return { digits, letters: word.length - digits - other, nonHex, other };
}

/** The part that `word` belongs to. */
export function classOfWord(word: string): VocabularyClass {
  const { digits, letters, nonHex, other } = shapeOf(word);
  if (other > 0 || word.startsWith(MARK)) return OTHER_BYTES;
  if (digits === 0) return LETTERS;
  if (letters <= 1) return NUMBERS;
  return nonHex === 0 ? HEX : MIXED;
}

/** The parts whose words may contain `piece`. */
export function classesThatMayHold(piece: string): VocabularyClass[] {
  const { digits, letters, nonHex, other } = shapeOf(piece);
  return VOCABULARY_CLASSES.filter((each) => {
    if (each === OTHER_BYTES) return true;
    if (other > 0) return false;
    if (each === LETTERS) return digits === 0;
    if (each === NUMBERS) return letters <= 1;
    return each !== HEX || nonHex === 0;
  });
}
