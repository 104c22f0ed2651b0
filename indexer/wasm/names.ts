// Hashes and random names: words of letters and digits that no one has chosen.
import { classOf, DIGIT, HEX, haveClass, LETTER } from './classes.ts';

const DASH: u8 = 0x2d;

/** Whether 8-4-4-4-12 hexadecimal digits stand at `s`. */
export function isUuid(s: usize, end: usize): boolean {
  if (s + 36 > end || load<u8>(s + 8) !== DASH || load<u8>(s + 13) !== DASH) return false;
  if (load<u8>(s + 18) !== DASH || load<u8>(s + 23) !== DASH) return false;
  if (!haveClass(s, 8, end, HEX) || !haveClass(s + 9, 4, end, HEX) || !haveClass(s + 14, 4, end, HEX)) return false;
  return haveClass(s + 19, 4, end, HEX) && haveClass(s + 24, 12, end, HEX);
}

/** Hexadecimal of one case with digits and letters, 6 or more (5 behind `@`, as Java prints objects). */
export function isHash(s: usize, e: usize, from: usize): boolean {
  const n = e - s;
  if (n < 6 && !(n >= 5 && s > from && load<u8>(s - 1) === 0x40)) return false;
  let seen: u32 = 0;
  for (let i = s; i < e; i++) {
    const c = classOf(i);
    if ((c & HEX) === 0) return false;
    seen |= c;
  }
  return (seen & LETTER) !== 0 && (seen & DIGIT) !== 0 && (seen & LETTER) !== LETTER;
}

/** A random name: letters and digits take turns. Behind `-` as of pods three turns do, elsewhere it takes five. */
export function isRandomName(s: usize, e: usize, start: usize): boolean {
  const n = e - s;
  if (n < 5 || n > 64) return false;
  return countTurns(s, e) >= (s > start && load<u8>(s - 1) === DASH ? 3 : 5);
}

/** Changes between letters and digits inside a word: names have few, random names many. */
function countTurns(s: usize, e: usize): i32 {
  let turns = 0;
  let last: u32 = 0;
  for (let i = s; i < e; i++) {
    const c = classOf(i) & (DIGIT | LETTER);
    const kind: u32 = c === 0 ? 0 : c === DIGIT ? 1 : 2;
    if (kind !== 0 && last !== 0 && kind !== last) turns++;
    if (kind !== 0) last = kind;
  }
  return turns;
}
