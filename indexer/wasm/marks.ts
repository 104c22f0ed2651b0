// Replacements that no digit begins: blanks, rules and bars of the same character, random parts of temporary paths.
import { BAR, classOf, DIGIT, LETTER, SPACE, skipClass, UPPER, WORD } from './classes.ts';
import { edit, hashByte, takeBack } from './edits.ts';
import { NOTHING, PROGRESS, TMP_PART } from './symbols.ts';
import { isIn, TMP } from './word-sets.ts';

/** A tab, or a second blank: one blank stands for all. */
export function maskBlanks(i: usize, floor: usize, end: usize): usize {
  const to = skipClass(i + 1, end, SPACE);
  const isSecond = i > floor && load<u8>(i - 1) === 0x20;
  if (isSecond) takeBack(i - 1, i);
  edit(isSecond ? i - 1 : i, to, 0x20);
  return to;
}

/** The third of the same bar character: three stand for any number. */
export function maskRule(i: usize, x: u32, end: usize): usize {
  let to = i + 1;
  while (to < end && <u32>load<u8>(to) === x) to++;
  hashByte(x);
  if (to > i + 1) edit(i + 1, to, NOTHING);
  return to;
}

/** `[=====>    ]` or `[###...]`: brackets around nothing but bar characters and blanks, at least four. Or 0. */
export function maskBar(i: usize, floor: usize, end: usize): usize {
  let s = i;
  while (s > floor && (classOf(s - 1) & (BAR | SPACE)) !== 0) s--;
  if (s === floor || load<u8>(s - 1) !== 0x5b) return 0;
  const stop = skipClass(i + 1, end, BAR | SPACE);
  if (stop >= end || load<u8>(stop) !== 0x5d || stop - s < 4) return 0;
  takeBack(s - 1, i);
  edit(s - 1, stop + 1, PROGRESS);
  return stop + 1;
}

/** `/tmp/<random>`, at the slash at `i`: the next segment, if it holds a digit or mixes cases as mktemp does. Or 0. */
export function maskTmp(i: usize, floor: usize, end: usize): usize {
  let s = i;
  while (s > floor && (classOf(s - 1) & LETTER) !== 0 && i - s < 5) s--;
  const p = s > floor ? load<u8>(s - 1) : 0;
  if ((p !== 0x2f && p !== 0x5c) || !isIn(TMP, s, i)) return 0;
  let at = i + 1;
  let seen: u32 = 0;
  let humps = 0;
  while (at < end) {
    const byte = load<u8>(at);
    const c = classOf(at);
    if ((c & (WORD | BAR)) === 0 && byte < 0x80 && byte !== 0x40) break;
    if ((c & UPPER) !== 0 && at > i + 1 && (classOf(at - 1) & LETTER) !== 0) humps++;
    seen |= c;
    at++;
  }
  if (at === i + 1 || ((seen & DIGIT) === 0 && humps < 2)) return 0;
  hashByte(load<u8>(i));
  edit(i + 1, at, TMP_PART);
  return at;
}
