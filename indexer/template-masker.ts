// The one definition of a template: bytes of a visible line in, bytes of its template out, and their hash. Hand-written
// because it runs over every byte that is indexed; string forms (templates.ts) come from the same code.
import { BAR, CLASS, DIGIT, LETTER, SPACE, skipClass, UPPER, WORD, wordHash, wordSet } from './template-bytes.ts';
import { countTurns, findNumber, findUuid, found, isHash } from './template-number.ts';
import { TEMPLATE_TYPES, type TemplateType } from './template-types.ts';

const PLACEHOLDERS = Object.fromEntries(
  Object.keys(TEMPLATE_TYPES).map((type) => [type, new TextEncoder().encode(`<${type}>`)]),
) as Record<TemplateType, Uint8Array>;

const MONTHS = wordSet('jan feb mar apr may jun jul aug sep oct nov dec');
const WEEKDAYS = wordSet('mon tue wed thu fri sat sun');
const TMP = wordSet('tmp temp');

/** Room for a whole clipped line plus the longest growth of one placeholder. */
const OUT_BYTES = 16_384;

export class TemplateMasker {
  /** The last template; valid up to `length`. */
  readonly out = new Uint8Array(OUT_BYTES);
  length = 0;

  /** Writes the template of the visible bytes `[start, end)` to `out` and returns its 32-bit hash; 0 for a blank line. */
  mask(b: Uint8Array, start: number, end: number): number {
    this.#write(b, start, end);
    return this.length === 0 ? 0 : hashBytes(this.out, this.length);
  }

  #write(b: Uint8Array, start: number, end: number): void {
    const out = this.out;
    let n = 0;
    let i = skipClass(b, start, end, SPACE);
    while (i < end && n < OUT_BYTES - 64) {
      const c = CLASS[b[i] as number] as number;
      if ((c & WORD) !== 0) {
        const s = i;
        let seen = c;
        i++;
        while (i < end) {
          const k = CLASS[b[i] as number] as number;
          if ((k & WORD) === 0) break;
          seen |= k;
          i++;
        }
        if ((seen & DIGIT) === 0) {
          if (i - s <= 4 && (i - s === 3 || (b[s] as number | 0x20) === 0x74)) {
            const special = this.#shortWord(b, s, i, start, end, n);
            if (special > 0) {
              i = special;
              n = this.length;
              continue;
            }
          }
          for (let k = s; k < i && n < OUT_BYTES - 32; k++) out[n++] = b[k] as number;
        } else {
          i = this.#digitWord(b, s, i, start, end, n);
          n = this.length;
        }
      } else if ((c & SPACE) !== 0) {
        out[n++] = 0x20;
        i = skipClass(b, i + 1, end, SPACE);
      } else if ((c & BAR) !== 0 && b[i + 1] === b[i] && b[i + 2] === b[i] && i + 2 < end) {
        // Rules and progress dots: three stand for any number.
        const byte = b[i] as number;
        while (i < end && b[i] === byte) i++;
        out[n++] = byte;
        out[n++] = byte;
        out[n++] = byte;
      } else if (b[i] === 0x5b && i + 1 < end && ((CLASS[b[i + 1] as number] as number) & (BAR | SPACE)) !== 0) {
        const bar = findBar(b, i, end);
        if (bar > 0) {
          n = this.#placeholder('progress', n);
          i = bar;
        } else out[n++] = b[i++] as number;
      } else {
        out[n++] = b[i] as number;
        i++;
      }
    }
    while (n > 0 && out[n - 1] === 0x20) n--;
    this.length = n;
  }

  #placeholder(type: TemplateType, at: number): number {
    const text = PLACEHOLDERS[type];
    this.out.set(text, at);
    return at + text.length;
  }

  #copy(b: Uint8Array, from: number, to: number, at: number): number {
    const stop = Math.min(to, from + OUT_BYTES - 32 - at);
    this.out.set(b.subarray(from, stop), at);
    return at + stop - from;
  }

  /** Month and weekday names before a number, and the folder of temporary files. Returns the end, or 0. */
  #shortWord(b: Uint8Array, s: number, e: number, start: number, end: number, n: number): number {
    const hash = wordHash(b, s, e);
    const p = s > start ? b[s - 1] : 0x20;
    if (TMP.has(hash) && (p === 0x2f || p === 0x5c) && (b[e] === 0x2f || b[e] === 0x5c))
      return this.#tmp(b, s, e, end, n);
    if (e - s !== 3 || ((CLASS[b[s] as number] as number) & UPPER) === 0) return 0;
    const comma = b[e] === 0x2c ? 1 : 0;
    const next = skipClass(b, e + comma, end, SPACE);
    if (next === e + comma) return 0;
    const isDigitNext = next < end && ((CLASS[b[next] as number] as number) & DIGIT) !== 0;
    if (MONTHS.has(hash) && isDigitNext) {
      const day = skipClass(b, next, end, DIGIT);
      if (day - next > 2) return 0;
      this.length = this.#placeholder('date', n);
      return day;
    }
    if (!WEEKDAYS.has(hash)) return 0;
    const month = skipClass(b, next, end, LETTER);
    if (!isDigitNext && !(month - next === 3 && MONTHS.has(wordHash(b, next, month)))) return 0;
    this.length = n;
    return next;
  }

  /** `/tmp/<random>`: the next segment, if it holds a digit or mixes cases as mktemp does. */
  #tmp(b: Uint8Array, s: number, e: number, end: number, n: number): number {
    let at = e + 1;
    let seen = 0;
    let turns = 0;
    while (at < end) {
      const byte = b[at] as number;
      const c = CLASS[byte] as number;
      if ((c & (WORD | BAR)) === 0 && byte < 0x80 && byte !== 0x40) break;
      if ((c & UPPER) !== 0 && at > e + 1 && ((CLASS[b[at - 1] as number] as number) & LETTER) !== 0) turns++;
      seen |= c;
      at++;
    }
    if (at === e + 1 || ((seen & DIGIT) === 0 && turns < 2)) return 0;
    const copied = this.#copy(b, s, e + 1, n);
    this.length = this.#placeholder('tmp', copied);
    return at;
  }

  /** A word with a digit in it. Returns the end of what was consumed; `length` is the new length of `out`. */
  #digitWord(b: Uint8Array, s: number, e: number, start: number, end: number, n: number): number {
    if (b[s + 8] === 0x2d && findUuid(b, s, end) > 0) {
      this.length = this.#placeholder('uuid', n);
      return s + 36;
    }
    if (((CLASS[b[s] as number] as number) & DIGIT) !== 0) {
      const to = findNumber(b, s, e, start, end);
      if (found.type === 'keep') {
        this.length = this.#copy(b, s, to, n);
        return to;
      }
      this.length = this.#placeholder(found.type, n);
      return found.type === 'num' ? this.#singular(b, to, end) : to;
    }
    if (isHash(b, s, e, start)) this.length = this.#placeholder('hash', n);
    else if (isRandomName(b, s, e, start)) this.length = this.#placeholder('id', n);
    else this.length = this.#identifier(b, s, e, n);
    return e;
  }

  /** `1 test` and `2 tests` are one template: the noun behind a number loses its plural s. */
  #singular(b: Uint8Array, to: number, end: number): number {
    if (b[to] !== 0x20) return to;
    const wordEnd = skipClass(b, to + 1, end, LETTER);
    if (wordEnd - to < 4 || b[wordEnd - 1] !== 0x73 || b[wordEnd - 2] === 0x73) return to;
    if (wordEnd < end && ((CLASS[b[wordEnd] as number] as number) & WORD) !== 0) return to;
    this.length = this.#copy(b, to, wordEnd - 1, this.length);
    return wordEnd;
  }

  /** A name that ends in a long number (`job48123`): five digits are no longer part of a name (chosen). */
  #identifier(b: Uint8Array, s: number, e: number, n: number): number {
    let at = e;
    while (at > s && ((CLASS[b[at - 1] as number] as number) & DIGIT) !== 0) at--;
    if (e - at < 5) return this.#copy(b, s, e, n);
    return this.#placeholder('num', this.#copy(b, s, at, n));
  }
}

/** A random name: letters and digits take turns. Behind `-` as of pods three turns do, elsewhere it takes five. */
function isRandomName(b: Uint8Array, s: number, e: number, start: number): boolean {
  const n = e - s;
  if (n < 5) return false;
  const turns = countTurns(b, s, e);
  return turns >= (s > start && b[s - 1] === 0x2d ? 3 : 5) && n <= 64;
}

/** `[=====>    ]` or `[###...]`: brackets around nothing but bar characters and spaces, at least four. */
function findBar(b: Uint8Array, i: number, end: number): number {
  const stop = skipClass(b, i + 1, end, BAR | SPACE);
  return b[stop] === 0x5d && stop - i > 4 ? stop + 1 : 0;
}

/** 32-bit hash of the first `length` bytes: four bytes a step, murmur-like mixing. Not for hostile keys. */
export function hashBytes(b: Uint8Array, length: number): number {
  let h = length | 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      (b[i] as number) | ((b[i + 1] as number) << 8) | ((b[i + 2] as number) << 16) | ((b[i + 3] as number) << 24);
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (; i < length; i++) rest = (rest << 8) | (b[i] as number);
  h ^= Math.imul(rest, 0x85ebca6b);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  const value = h >>> 0;
  // 0 is kept for "blank".
  return value === 0 ? 1 : value;
}
