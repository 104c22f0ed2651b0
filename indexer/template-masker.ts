// The one definition of a template: finds what to replace in the visible bytes of a line and hashes the result in the
// same pass, because it runs over every byte that is indexed. The text form is made from the same replacements.
import {
  BAR,
  BAR_BYTES,
  CLASS,
  DIGIT,
  LETTER,
  SPACE,
  skipClass,
  UPPER,
  WORD,
  WordSet,
  wordHash,
} from './template-bytes.ts';
import { countTurns, findNumber, findUuid, found, isHash, KEEP } from './template-number.ts';
import { SYMBOLS, TYPE_NAMES } from './template-types.ts';

/** A replacement by nothing. */
const NOTHING = 255;

const MONTHS = new WordSet('jan feb mar apr may jun jul aug sep oct nov dec');
const WEEKDAYS = new WordSet('mon tue wed thu fri sat sun');
const TMP = new WordSet('tmp temp');

const FNV_PRIME = 0x01000193;
/** Its inverse modulo 2^32: takes a byte out of the hash again. */
const FNV_INVERSE = 0x359c449b;
const FNV_START = 0x811c9dc5 | 0;
/** More replacements than a clipped line can need: the least source of one is one byte. */
const MAX_EDITS = 8192;

/**
 * What makes a byte special, as bits. A digit and a tab always are; a blank behind a blank, a bar character behind the
 * same one, and a slash behind `p` (of `/tmp/`) are by what the byte before enables. So all other bytes, nearly all
 * there are, take one table look-up and one predictable branch.
 */
const ALWAYS = 1;
const BLANKS = 2;
const TMP_SLASH = 4;
const CURRENT = new Uint16Array(256);
const ENABLES = new Uint16Array(256).fill(ALWAYS);
for (let byte = 0x30; byte <= 0x39; byte++) CURRENT[byte] = ALWAYS;
CURRENT[0x09] = ALWAYS;
CURRENT[0x20] = BLANKS;
ENABLES[0x20] = ALWAYS | BLANKS;
CURRENT[0x2f] = TMP_SLASH;
CURRENT[0x5c] = TMP_SLASH;
for (const byte of [0x70, 0x50]) ENABLES[byte] = ALWAYS | TMP_SLASH;
BAR_BYTES.forEach((byte, index) => {
  CURRENT[byte] = 8 << index;
  ENABLES[byte] = ALWAYS | (8 << index);
});

/** Replaces the variable parts of one line by typed placeholders; reused for every line. */
export class TemplateMasker {
  /** Replacements of the last line, three numbers each: from, to, and a byte or symbol (NOTHING removes). */
  readonly #edits = new Int32Array(MAX_EDITS * 3);
  #editCount = 0;
  #hash = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** Returns the 32-bit hash of the template of the visible bytes `[start, end)`; 0 for a blank line. */
  mask(b: Uint8Array, start: number, end: number): number {
    this.#bytes = b;
    this.#editCount = 0;
    let to = end;
    while (to > start && ((CLASS[b[to - 1] as number] as number) & SPACE) !== 0) to--;
    const from = skipClass(b, start, to, SPACE);
    this.#start = from;
    this.#end = to;
    if (from === to) return 0;
    this.#hash = FNV_START;
    this.#scan(b, from, to);
    return finishHash(this.#hash);
  }

  /** Text of the last template. The bytes given to `mask` must still be as they were. */
  text(): string {
    const parts: string[] = [];
    let at = this.#start;
    for (let k = 0; k < this.#editCount; k++) {
      const from = this.#edits[3 * k] as number;
      const symbol = this.#edits[3 * k + 2] as number;
      if (from > at) parts.push(decoder.decode(this.#bytes.subarray(at, from)));
      if (symbol > NOTHING) parts.push(`<${TYPE_NAMES[symbol - 256]}>`);
      else if (symbol < NOTHING) parts.push(String.fromCharCode(symbol));
      at = this.#edits[3 * k + 1] as number;
    }
    if (at < this.#end) parts.push(decoder.decode(this.#bytes.subarray(at, this.#end)));
    return parts.join('');
  }

  #scan(b: Uint8Array, start: number, end: number): void {
    // Local names and an inner loop without calls: the compiler then keeps the tables' addresses in registers.
    const current = CURRENT;
    const enables = ENABLES;
    let h = FNV_START;
    let enabled = ALWAYS;
    let i = start;
    for (;;) {
      let x = 0;
      while (i < end) {
        x = b[i] as number;
        if (((current[x] as number) & enabled) !== 0) break;
        h = Math.imul(h ^ x, FNV_PRIME);
        enabled = enables[x] as number;
        i++;
      }
      if (i >= end) break;
      this.#hash = h;
      i = this.#special(b, i, x, start, end);
      h = this.#hash;
      enabled = enables[b[i - 1] as number] as number;
    }
    this.#hash = h;
  }

  /** Deals with the special byte at `i`; everything before it is hashed. Returns where to go on. */
  #special(b: Uint8Array, i: number, x: number, start: number, end: number): number {
    const floor = this.#floor();
    if (x >= 0x30 && x <= 0x39) {
      let s = i;
      while (s > floor && ((CLASS[b[s - 1] as number] as number) & WORD) !== 0) s--;
      this.#takeBack(b, s, i);
      return this.#digitWord(b, s, skipClass(b, i + 1, end, WORD), start, end, floor);
    }
    if (x === 0x2f || x === 0x5c) {
      const tmp = this.#tmp(b, i, floor, end);
      if (tmp > 0) return tmp;
    } else {
      const bar = this.#bar(b, i, floor, end);
      if (bar > 0) return bar;
      if (x === 0x20 || x === 0x09) return this.#blanks(b, i, floor, end);
      if (b[i - 2] === x && i - 2 >= floor) return this.#rule(b, i, x, end);
    }
    this.#hash = Math.imul(this.#hash ^ x, FNV_PRIME);
    return i + 1;
  }

  /** Takes `[from, to)`, the last bytes hashed, out of the hash. */
  #takeBack(b: Uint8Array, from: number, to: number): void {
    let h = this.#hash;
    for (let k = to - 1; k >= from; k--) h = Math.imul(h, FNV_INVERSE) ^ (b[k] as number);
    this.#hash = h;
  }

  /** A tab, or a second blank: one blank stands for all. */
  #blanks(b: Uint8Array, i: number, floor: number, end: number): number {
    const to = skipClass(b, i + 1, end, SPACE);
    const isSecond = i > floor && b[i - 1] === 0x20;
    if (isSecond) this.#takeBack(b, i - 1, i);
    this.#edit(isSecond ? i - 1 : i, to, 0x20);
    return to;
  }

  /** The third of the same bar character: three stand for any number. */
  #rule(b: Uint8Array, i: number, x: number, end: number): number {
    let to = i + 1;
    while (to < end && b[to] === x) to++;
    this.#hash = Math.imul(this.#hash ^ x, FNV_PRIME);
    if (to > i + 1) this.#edit(i + 1, to, NOTHING);
    return to;
  }

  /** `[=====>    ]` or `[###...]`: brackets around nothing but bar characters and blanks, at least four. Or 0. */
  #bar(b: Uint8Array, i: number, floor: number, end: number): number {
    let s = i;
    while (s > floor && ((CLASS[b[s - 1] as number] as number) & (BAR | SPACE)) !== 0) s--;
    if (s === floor || b[s - 1] !== 0x5b) return 0;
    const stop = skipClass(b, i + 1, end, BAR | SPACE);
    if (stop >= end || b[stop] !== 0x5d || stop - s < 4) return 0;
    this.#takeBack(b, s - 1, i);
    this.#edit(s - 1, stop + 1, SYMBOLS.progress);
    return stop + 1;
  }

  #edit(from: number, to: number, symbol: number): void {
    if (symbol !== NOTHING) this.#hash = Math.imul(this.#hash ^ symbol, FNV_PRIME);
    if (this.#editCount === MAX_EDITS) return;
    const at = this.#editCount * 3;
    this.#edits[at] = from;
    this.#edits[at + 1] = to;
    this.#edits[at + 2] = symbol;
    this.#editCount++;
  }

  #keep(b: Uint8Array, from: number, to: number): void {
    let h = this.#hash;
    for (let k = from; k < to; k++) h = Math.imul(h ^ (b[k] as number), FNV_PRIME);
    this.#hash = h;
  }

  /** `/tmp/<random>`, at the slash at `i`: the next segment, if it holds a digit or mixes cases as mktemp does. Or 0. */
  #tmp(b: Uint8Array, i: number, floor: number, end: number): number {
    let s = i;
    while (s > floor && ((CLASS[b[s - 1] as number] as number) & LETTER) !== 0 && i - s < 5) s--;
    const p = s > floor ? b[s - 1] : 0;
    if ((p !== 0x2f && p !== 0x5c) || !TMP.has(wordHash(b, s, i))) return 0;
    let at = i + 1;
    let seen = 0;
    let humps = 0;
    while (at < end) {
      const byte = b[at] as number;
      const c = CLASS[byte] as number;
      if ((c & (WORD | BAR)) === 0 && byte < 0x80 && byte !== 0x40) break;
      if ((c & UPPER) !== 0 && at > i + 1 && ((CLASS[b[at - 1] as number] as number) & LETTER) !== 0) humps++;
      seen |= c;
      at++;
    }
    if (at === i + 1 || ((seen & DIGIT) === 0 && humps < 2)) return 0;
    this.#hash = Math.imul(this.#hash ^ (b[i] as number), FNV_PRIME);
    this.#edit(i + 1, at, SYMBOLS.tmp);
    return at;
  }

  /** `Sat May  4`, `May 4`, `Sat, 04 May 2026`: names of day and month around the number at `s`. Returns the end, or 0. */
  #namedDate(b: Uint8Array, s: number, floor: number, end: number): number {
    const day = skipClass(b, s, end, DIGIT);
    if (day - s > 2) return 0;
    const isPadded = floor === s && b[s - 2] === 0x20;
    // The blanks before a padded day are one replacement already: undone for the look, and redone if it is no date.
    if (isPadded) this.#undoBlank();
    const name = nameBefore(b, s, isPadded ? this.#floor() : floor);
    const hash = name < 0 ? 0 : wordHash(b, name, name + 3);
    let from = s;
    if (name >= 0 && WEEKDAYS.has(hash)) from = name;
    else if (name >= 0 && MONTHS.has(hash)) {
      const weekday = nameBefore(b, name, isPadded ? this.#floor() : floor);
      from = weekday >= 0 && WEEKDAYS.has(wordHash(b, weekday, weekday + 3)) ? weekday : name;
    }
    const isMonthBefore = from < s && MONTHS.has(hash);
    const to = isMonthBefore ? day : monthAfter(b, day, end);
    if (to === 0) {
      if (isPadded) this.#edit(blanksBefore(b, s), s, 0x20);
      return 0;
    }
    if (from < s) this.#takeBack(b, from, isPadded ? blanksBefore(b, s) : s);
    this.#edit(from, to, SYMBOLS.date);
    return to;
  }

  /** Nothing before the end of the last replacement may be taken back. */
  #floor(): number {
    return this.#editCount === 0 ? this.#start : (this.#edits[this.#editCount * 3 - 2] as number);
  }

  #undoBlank(): void {
    this.#editCount--;
    this.#hash = Math.imul(this.#hash, FNV_INVERSE) ^ 0x20;
  }

  /** A word with a digit in it. Returns the end of what was consumed. */
  #digitWord(b: Uint8Array, s: number, e: number, start: number, end: number, floor: number): number {
    if (b[s + 8] === 0x2d && findUuid(b, s, end) > 0) {
      this.#edit(s, s + 36, SYMBOLS.uuid);
      return s + 36;
    }
    if (((CLASS[b[s] as number] as number) & DIGIT) !== 0) {
      if (b[s - 1] === 0x20 && s > start) {
        const date = this.#namedDate(b, s, floor, end);
        if (date > 0) return date;
      }
      const to = findNumber(b, s, e, start, end);
      const { symbol } = found;
      if (symbol === KEEP) {
        this.#keep(b, s, to);
        return to;
      }
      this.#edit(s, to, symbol);
      return symbol === SYMBOLS.num ? this.#singular(b, to, end) : to;
    }
    if (isHash(b, s, e, start)) this.#edit(s, e, SYMBOLS.hash);
    else if (isRandomName(b, s, e, start)) this.#edit(s, e, SYMBOLS.id);
    else return this.#identifier(b, s, e, end);
    return e;
  }

  /** `1 test` and `2 tests` are one template: the noun behind a number loses its plural s. */
  #singular(b: Uint8Array, to: number, end: number): number {
    if (b[to] !== 0x20) return to;
    const wordEnd = skipClass(b, to + 1, end, LETTER);
    if (wordEnd - to < 4 || b[wordEnd - 1] !== 0x73 || b[wordEnd - 2] === 0x73) return to;
    if (wordEnd < end && ((CLASS[b[wordEnd] as number] as number) & WORD) !== 0) return to;
    this.#keep(b, to, wordEnd - 1);
    this.#edit(wordEnd - 1, wordEnd, NOTHING);
    return wordEnd;
  }

  /**
   * A name that ends in a long number (`job48123`): five digits are no longer part of a name (chosen). A shorter one may
   * be the start of a version (`v20.11.1`, `python3.8`), which is kept.
   */
  #identifier(b: Uint8Array, s: number, e: number, end: number): number {
    let at = e;
    while (at > s && ((CLASS[b[at - 1] as number] as number) & DIGIT) !== 0) at--;
    if (e - at >= 5) {
      this.#keep(b, s, at);
      this.#edit(at, e, SYMBOLS.num);
      return e;
    }
    let to = e;
    if (at < e)
      while (to + 1 < end && b[to] === 0x2e && ((CLASS[b[to + 1] as number] as number) & DIGIT) !== 0)
        to = skipClass(b, to + 1, end, DIGIT);
    this.#keep(b, s, to);
    return to;
  }
}

const decoder = new TextDecoder();

/** A random name: letters and digits take turns. Behind `-` as of pods three turns do, elsewhere it takes five. */
function isRandomName(b: Uint8Array, s: number, e: number, start: number): boolean {
  const n = e - s;
  if (n < 5 || n > 64) return false;
  return countTurns(b, s, e) >= (s > start && b[s - 1] === 0x2d ? 3 : 5);
}

const blanksBefore = (b: Uint8Array, s: number): number => {
  let at = s;
  while (b[at - 1] === 0x20) at--;
  return at;
};

/** End of ` May` or ` May 2026` behind the day that ends at `day`; 0 if there is none. */
function monthAfter(b: Uint8Array, day: number, end: number): number {
  if (b[day] !== 0x20 || day + 4 > end || ((CLASS[b[day + 1] as number] as number) & UPPER) === 0) return 0;
  const to = skipClass(b, day + 1, end, LETTER);
  if (to - day !== 4 || !MONTHS.has(wordHash(b, day + 1, to))) return 0;
  const year = skipClass(b, to + 1, end, DIGIT);
  return b[to] === 0x20 && year - to === 5 ? year : to;
}

/** Start of a capitalised word of three letters that ends before `s`, over blanks and a comma; -1 if there is none. */
function nameBefore(b: Uint8Array, s: number, floor: number): number {
  let at = s;
  while (at > floor && b[at - 1] === 0x20) at--;
  if (at === s) return -1;
  if (at > floor && b[at - 1] === 0x2c) at--;
  const from = at - 3;
  if (from < floor || ((CLASS[b[from] as number] as number) & UPPER) === 0) return -1;
  if (((CLASS[b[from + 1] as number] as number) & (CLASS[b[from + 2] as number] as number) & LETTER) === 0) return -1;
  return from > floor && ((CLASS[b[from - 1] as number] as number) & WORD) !== 0 ? -1 : from;
}

/** Spreads the bits of an FNV hash; never 0, which stands for a blank line. */
function finishHash(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0 || 1;
}
