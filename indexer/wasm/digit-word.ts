// A word with a digit in it: what becomes of it and of what belongs to it.
import { classOf, DIGIT, LETTER, skipClass, UPPER, WORD } from './classes.ts';
import { edit, keep, lastEditEnd, takeBack, undoBlank } from './edits.ts';
import { isHash, isRandomName, isUuid } from './names.ts';
import { findNumber, foundSymbol } from './number.ts';
import { DATE, HASH, ID, KEEP, NOTHING, NUMBER, UUID } from './symbols.ts';
import { isIn, MONTHS, WEEKDAYS } from './word-sets.ts';

/** The word around the digit at `i`, of which all before `i` is hashed. Returns the end of what was consumed. */
export function maskDigitWord(i: usize, start: usize, end: usize, floor: usize): usize {
  let s = i;
  while (s > floor && (classOf(s - 1) & WORD) !== 0) s--;
  if (s < i) takeBack(s, i);
  const e = skipClass(i + 1, end, WORD);
  if (load<u8>(s + 8) === 0x2d && isUuid(s, end)) {
    edit(s, s + 36, UUID);
    return s + 36;
  }
  if ((classOf(s) & DIGIT) !== 0) return maskNumber(s, e, start, end, floor);
  if (isHash(s, e, start)) edit(s, e, HASH);
  else if (isRandomName(s, e, start)) edit(s, e, ID);
  else return maskIdentifier(s, e, end);
  return e;
}

function maskNumber(s: usize, e: usize, start: usize, end: usize, floor: usize): usize {
  if (s > start && load<u8>(s - 1) === 0x20) {
    const date = maskNamedDate(s, floor, end);
    if (date > 0) return date;
  }
  const to = findNumber(s, e, start, end);
  const symbol = foundSymbol();
  if (symbol === KEEP) {
    keep(s, to);
    return to;
  }
  edit(s, to, symbol);
  return symbol === NUMBER ? maskPlural(to, end) : to;
}

/** `1 test` and `2 tests` are one template: the noun behind a number loses its plural s. */
function maskPlural(to: usize, end: usize): usize {
  if (load<u8>(to) !== 0x20) return to;
  const wordEnd = skipClass(to + 1, end, LETTER);
  if (wordEnd < to + 4 || load<u8>(wordEnd - 1) !== 0x73 || load<u8>(wordEnd - 2) === 0x73) return to;
  if (wordEnd < end && (classOf(wordEnd) & WORD) !== 0) return to;
  keep(to, wordEnd - 1);
  edit(wordEnd - 1, wordEnd, NOTHING);
  return wordEnd;
}

/**
 * A name that ends in a long number (`job48123`): five digits are no longer part of a name (chosen). A shorter one may be the
 * start of a version (`v20.11.1`, `python3.8`), which is kept.
 */
function maskIdentifier(s: usize, e: usize, end: usize): usize {
  let at = e;
  while (at > s && (classOf(at - 1) & DIGIT) !== 0) at--;
  if (e - at >= 5) {
    keep(s, at);
    edit(at, e, NUMBER);
    return e;
  }
  let to = e;
  if (at < e)
    while (to + 1 < end && load<u8>(to) === 0x2e && (classOf(to + 1) & DIGIT) !== 0) to = skipClass(to + 1, end, DIGIT);
  keep(s, to);
  return to;
}

/** `Sat May  4`, `May 4`, `Sat, 04 May 2026`: names of day and month around the number at `s`. Returns the end, or 0. */
function maskNamedDate(s: usize, floor: usize, end: usize): usize {
  const day = skipClass(s, end, DIGIT);
  if (day - s > 2) return 0;
  const isPadded = floor === s && load<u8>(s - 2) === 0x20;
  // The blanks before a padded day are one replacement already: undone for the look, and redone if it is no date.
  if (isPadded) undoBlank();
  const lowest = isPadded ? lastEditEnd() : floor;
  const name = findNameBefore(s, lowest);
  const isMonth = name > 0 && isIn(MONTHS, name, name + 3);
  let from = s;
  if (name > 0 && isIn(WEEKDAYS, name, name + 3)) from = name;
  else if (isMonth) {
    const weekday = findNameBefore(name, lowest);
    from = weekday > 0 && isIn(WEEKDAYS, weekday, weekday + 3) ? weekday : name;
  }
  const to = isMonth ? day : findMonthAfter(day, end);
  if (to === 0) {
    if (isPadded) edit(blanksBefore(s), s, 0x20);
    return 0;
  }
  if (from < s) takeBack(from, isPadded ? blanksBefore(s) : s);
  edit(from, to, DATE);
  return to;
}

function blanksBefore(s: usize): usize {
  let at = s;
  while (load<u8>(at - 1) === 0x20) at--;
  return at;
}

/** End of ` May` or ` May 2026` behind the day that ends at `day`; 0 if there is none. */
function findMonthAfter(day: usize, end: usize): usize {
  if (load<u8>(day) !== 0x20 || day + 4 > end || (classOf(day + 1) & UPPER) === 0) return 0;
  const to = skipClass(day + 1, end, LETTER);
  if (to - day !== 4 || !isIn(MONTHS, day + 1, to)) return 0;
  const year = skipClass(to + 1, end, DIGIT);
  return load<u8>(to) === 0x20 && year - to === 5 ? year : to;
}

/** Start of a capitalised word of three letters that ends before `s`, over blanks and a comma; 0 if there is none. */
function findNameBefore(s: usize, floor: usize): usize {
  let at = s;
  while (at > floor && load<u8>(at - 1) === 0x20) at--;
  if (at === s) return 0;
  if (at > floor && load<u8>(at - 1) === 0x2c) at--;
  const from = at - 3;
  if (from < floor || (classOf(from) & UPPER) === 0) return 0;
  if ((classOf(from + 1) & classOf(from + 2) & LETTER) === 0) return 0;
  return from > floor && (classOf(from - 1) & WORD) !== 0 ? 0 : from;
}
