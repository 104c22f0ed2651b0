// The one definition of a template: finds what to replace in the visible bytes of a line and hashes the result in the
// same pass, because it runs over every byte that is indexed. The text form is made from the same replacements.
import { BAR, CLASS, DIGIT, LETTER, SPACE, skipClass, UPPER, WORD, WordSet, wordHash } from './template-bytes.ts';
import { countTurns, findNumber, findUuid, found, isHash, KEEP } from './template-number.ts';
import { SYMBOLS, TYPE_NAMES } from './template-types.ts';

/** A replacement by nothing. */
const NOTHING = 255;

const MONTHS = new WordSet('jan feb mar apr may jun jul aug sep oct nov dec');
const WEEKDAYS = new WordSet('mon tue wed thu fri sat sun');
const TMP = new WordSet('tmp temp');

const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5 | 0;
/** More replacements than a clipped line can need: the least source of one is one byte. */
const MAX_EDITS = 8192;

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
    let h = FNV_START;
    let i = start;
    while (i < end) {
      let x = b[i] as number;
      let c = CLASS[x] as number;
      if (c === 0) {
        h = Math.imul(h ^ x, FNV_PRIME);
        i++;
      } else if ((c & WORD) !== 0) {
        const s = i;
        const before = h;
        let seen = 0;
        do {
          seen |= c;
          h = Math.imul(h ^ x, FNV_PRIME);
          if (++i === end) break;
          x = b[i] as number;
          c = CLASS[x] as number;
        } while ((c & WORD) !== 0);
        if ((seen & DIGIT) !== 0) {
          this.#hash = before;
          i = this.#digitWord(b, s, i, start, end);
          h = this.#hash;
        } else if (i - s === 3 || (i - s === 4 && ((b[s] as number) | 0x20) === 0x74)) {
          this.#hash = before;
          const special = this.#shortWord(b, s, i, start, end);
          if (special > 0) {
            i = special;
            h = this.#hash;
          }
        }
      } else {
        this.#hash = h;
        i = this.#other(b, i, end, c);
        h = this.#hash;
      }
    }
    this.#hash = h;
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

  /** Blanks, rules and progress bars. Returns the end of what was consumed. */
  #other(b: Uint8Array, i: number, end: number, c: number): number {
    const x = b[i] as number;
    if ((c & SPACE) !== 0) {
      const to = skipClass(b, i + 1, end, SPACE);
      if (to > i + 1 || x !== 0x20) this.#edit(i, to, 0x20);
      else this.#hash = Math.imul(this.#hash ^ 0x20, FNV_PRIME);
      return to;
    }
    if ((c & BAR) !== 0 && b[i + 1] === x && b[i + 2] === x && i + 2 < end) {
      // Rules and progress dots: three stand for any number.
      let to = i + 3;
      while (to < end && b[to] === x) to++;
      this.#keep(b, i, i + 3);
      if (to > i + 3) this.#edit(i + 3, to, NOTHING);
      return to;
    }
    if (x === 0x5b) {
      const bar = findBar(b, i, end);
      if (bar > 0) {
        this.#edit(i, bar, SYMBOLS.progress);
        return bar;
      }
    }
    this.#hash = Math.imul(this.#hash ^ x, FNV_PRIME);
    return i + 1;
  }

  /** Month and weekday names before a number, and the folder of temporary files. Returns the end, or 0. */
  #shortWord(b: Uint8Array, s: number, e: number, start: number, end: number): number {
    const p = s > start ? b[s - 1] : 0x20;
    if (p === 0x2f || p === 0x5c) {
      return (b[e] === 0x2f || b[e] === 0x5c) && TMP.has(wordHash(b, s, e)) ? this.#tmp(b, s, e, end) : 0;
    }
    if (e - s !== 3 || ((CLASS[b[s] as number] as number) & UPPER) === 0) return 0;
    const comma = b[e] === 0x2c ? 1 : 0;
    const next = skipClass(b, e + comma, end, SPACE);
    if (next === e + comma || next >= end) return 0;
    const hash = wordHash(b, s, e);
    const isDigitNext = ((CLASS[b[next] as number] as number) & DIGIT) !== 0;
    if (isDigitNext && MONTHS.has(hash)) {
      const day = skipClass(b, next, end, DIGIT);
      if (day - next > 2) return 0;
      this.#edit(s, day, SYMBOLS.date);
      return day;
    }
    if (!WEEKDAYS.has(hash)) return 0;
    const month = skipClass(b, next, end, LETTER);
    if (!isDigitNext && !(month - next === 3 && MONTHS.has(wordHash(b, next, month)))) return 0;
    this.#edit(s, next, NOTHING);
    return next;
  }

  /** `/tmp/<random>`: the next segment, if it holds a digit or mixes cases as mktemp does. */
  #tmp(b: Uint8Array, s: number, e: number, end: number): number {
    let at = e + 1;
    let seen = 0;
    let humps = 0;
    while (at < end) {
      const byte = b[at] as number;
      const c = CLASS[byte] as number;
      if ((c & (WORD | BAR)) === 0 && byte < 0x80 && byte !== 0x40) break;
      if ((c & UPPER) !== 0 && at > e + 1 && ((CLASS[b[at - 1] as number] as number) & LETTER) !== 0) humps++;
      seen |= c;
      at++;
    }
    if (at === e + 1 || ((seen & DIGIT) === 0 && humps < 2)) return 0;
    this.#keep(b, s, e + 1);
    this.#edit(e + 1, at, SYMBOLS.tmp);
    return at;
  }

  /** A word with a digit in it. Returns the end of what was consumed. */
  #digitWord(b: Uint8Array, s: number, e: number, start: number, end: number): number {
    if (b[s + 8] === 0x2d && findUuid(b, s, end) > 0) {
      this.#edit(s, s + 36, SYMBOLS.uuid);
      return s + 36;
    }
    if (((CLASS[b[s] as number] as number) & DIGIT) !== 0) {
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

/** `[=====>    ]` or `[###...]`: brackets around nothing but bar characters and spaces, at least four. */
function findBar(b: Uint8Array, i: number, end: number): number {
  const stop = skipClass(b, i + 1, end, BAR | SPACE);
  return stop < end && b[stop] === 0x5d && stop - i > 4 ? stop + 1 : 0;
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
