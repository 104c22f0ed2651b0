// Words of a text as the index knows them: runs of ASCII letters, digits, `_` and all bytes from 0x80 on, ASCII capitals
// folded. A rule on single bytes, so it holds for any encoding, for broken UTF-8 and for text cut anywhere.

/** 0 for a byte between words, else the byte as it stands in the index. */
export const WORD_BYTE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20;
  const isWord = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte >= 0x80;
  return isWord ? byte : 0;
});

/** Every byte as it stands in the index. */
const FOLDED: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/** Shorter words are not indexed: nearly every block has them all, and they were 14 % of all postings (bench/index.ts). */
export const MIN_WORD_BYTES = 3;
/** Longer ones (base64, minified code) stand in the index as the one word LONG_WORD, as they would fill the vocabulary; long-words.ts knows their pieces. */
export const MAX_WORD_BYTES = 256;

/** Begins what stands in a document and is no word of the text; no word can have this byte. */
export const MARK = '\u0001';
/** A word over MAX_WORD_BYTES is here. */
export const LONG_WORD = `${MARK}l`;
/** Put before words that only the visible text has: the stored text does not contain them. */
export const VISIBLE_MARK = `${MARK}v`;
/**
 * Fractions of a second in time stamps are different on every line, and were half of the index of logs with one at each
 * line. So `.4514824Z` stands in the index as its first four digits, the four from the fourth on, and of more than seven digits
 * that there are more: two pieces that are shared by all lines.
 */
export const FRACTION_HEAD = `${MARK}h`;
export const FRACTION_TAIL = `${MARK}t`;
export const FRACTION_MORE = `${MARK}m`;
/** The digits of the two pieces, half-open. They overlap, so that any four digits in a row narrow one of them. */
export const FRACTION_HEAD_END = 4;
export const FRACTION_TAIL_START = 3;
export const FRACTION_TAIL_END = 7;
/** Micro- to nanoseconds. Milliseconds are a thousand words and stay what they are. */
export const MIN_FRACTION_DIGITS = 6;
export const MAX_FRACTION_DIGITS = 9;

/** chosen: an attacker's words may share hash values; after so many steps a repeated word is simply written again. */
const MAX_PROBES = 64;
const FIRST_SLOTS = 1 << 12;

/** Is shown each word over MAX_WORD_BYTES, as `text[from, to)`. */
export type LongWordListener = (text: Uint8Array, from: number, to: number) => void;

/**
 * Collects the distinct words of one block. Measured at 170–200 MB/s: the last eight bytes of a word, kept in two
 * integers while it is read, decide nearly every comparison.
 */
export class WordSet {
  readonly #onLongWord: LongWordListener | undefined;
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS);
  #high = new Int32Array(FIRST_SLOTS);
  #low = new Int32Array(FIRST_SLOTS);
  #starts = new Int32Array(FIRST_SLOTS);
  #sizes = new Int32Array(FIRST_SLOTS);
  #out = new Uint8Array(1 << 16);
  #outBytes = 0;
  #count = 0;
  readonly #marked = new Uint8Array(MAX_WORD_BYTES + 2 * MARK_BYTES);

  constructor(onLongWord?: LongWordListener) {
    this.#onLongWord = onLongWord;
  }

  /** Forgets everything: the next block. */
  clear(): void {
    this.#slots.fill(0);
    this.#outBytes = 0;
    this.#count = 0;
  }

  /** Distinct words so far. Words are numbered from 1. */
  get count(): number {
    return this.#count;
  }

  /** Where word `n` starts in `bytes`. */
  wordStart(n: number): number {
    return this.#starts[n] as number;
  }

  wordBytes(n: number): number {
    return this.#sizes[n] as number;
  }

  /** A hash of word `n`; the same word has the same one in every set. */
  wordHash(n: number): number {
    return this.#hashes[n] as number;
  }

  /** The bytes that `wordStart` points into. Valid until the next `add` or `clear`. */
  get bytes(): Uint8Array {
    return this.#out;
  }

  /** The words, a space behind each. Valid until the next `add` or `clear`. */
  document(): Uint8Array {
    return this.#out.subarray(0, this.#outBytes);
  }

  /** Adds the words of `text[from, to)`. A word that the range cuts counts as it stands there. */
  add(text: Uint8Array, from: number, to: number): void {
    const classes = WORD_BYTE;
    let at = from;
    while (at < to) {
      let byte = classes[text[at] as number] as number;
      at++;
      if (byte === 0) continue;
      const start = at - 1;
      let high = 0;
      let low = byte;
      let rest = 0;
      while (at < to) {
        byte = classes[text[at] as number] as number;
        if (byte === 0) break;
        rest = Math.imul(rest ^ (high >>> 24), 0x01000193);
        high = (high << 8) | (low >>> 24);
        low = (low << 8) | byte;
        at++;
      }
      const size = at - start;
      if (size < MIN_WORD_BYTES) continue;
      if (size > MAX_WORD_BYTES) {
        this.addMarked(LONG_WORD, text, 0, 0);
        this.#onLongWord?.(text, start, at);
        continue;
      }
      let hash = Math.imul(rest ^ low, 0x9e3779b1) ^ Math.imul(high ^ size, 0x85ebca6b);
      hash ^= hash >>> 15;
      if (this.#find(text, start, size, high, low, hash)) continue;
      if (size >= MIN_FRACTION_DIGITS && size <= MAX_FRACTION_DIGITS + 1 && isFraction(text, start, size)) {
        this.#addFraction(text, start, size);
      } else this.#insert(text, start, size, high, low, hash);
    }
  }

  /** Adds `mark` + the bytes `text[from, to)`, whatever they are; of more than a word may have the rest is cut. */
  addMarked(mark: string, text: Uint8Array, from: number, to: number): void {
    const bytes = this.#marked;
    bytes[0] = mark.charCodeAt(0);
    bytes[1] = mark.charCodeAt(1);
    const end = Math.min(to, from + MAX_WORD_BYTES);
    for (let i = from; i < end; i++) bytes[MARK_BYTES + i - from] = text[i] as number;
    const size = MARK_BYTES + end - from;
    let high = 0;
    let low = 0;
    let rest = 0;
    for (let i = 0; i < size; i++) {
      rest = Math.imul(rest ^ (high >>> 24), 0x01000193);
      high = (high << 8) | (low >>> 24);
      low = (low << 8) | (FOLDED[bytes[i] as number] as number);
    }
    let hash = Math.imul(rest ^ low, 0x9e3779b1) ^ Math.imul(high ^ size, 0x85ebca6b);
    hash ^= hash >>> 15;
    if (!this.#find(bytes, 0, size, high, low, hash)) this.#insert(bytes, 0, size, high, low, hash);
  }

  #addFraction(text: Uint8Array, start: number, size: number): void {
    const digits = isDigit(text[start + size - 1] as number) ? size : size - 1;
    this.addMarked(FRACTION_HEAD, text, start, start + FRACTION_HEAD_END);
    const end = Math.min(digits, FRACTION_TAIL_END);
    this.addMarked(FRACTION_TAIL, text, start + FRACTION_TAIL_START, start + end);
    if (end < digits) this.addMarked(FRACTION_MORE, text, 0, 0);
  }

  // Six numbers in place of an object: one is made for every word of every log, and an object costs twice the search.
  /** Whether the word is there. */
  #find(text: Uint8Array, start: number, size: number, high: number, low: number, hash: number): boolean {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < MAX_PROBES; probes++) {
      const entry = slots[slot] as number;
      if (entry === 0) return false;
      if (this.#low[entry] === low && this.#high[entry] === high && this.#sizes[entry] === size) {
        if (size <= 8 || (this.#hashes[entry] === hash && this.#sameHead(text, start, size, entry))) return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  /** All but the last eight bytes, which `high` and `low` compared. */
  #sameHead(text: Uint8Array, start: number, size: number, entry: number): boolean {
    const own = this.#starts[entry] as number;
    for (let i = 0; i < size - 8; i++) {
      if (this.#out[own + i] !== FOLDED[text[start + i] as number]) return false;
    }
    return true;
  }

  #insert(text: Uint8Array, start: number, size: number, high: number, low: number, hash: number): void {
    this.#reserve(size + 1);
    if (this.#count + 1 === this.#hashes.length) this.#widen();
    if (this.#count * 2 + 2 > this.#slots.length) this.#rehash();
    const entry = ++this.#count;
    const own = this.#outBytes;
    const end = foldWord(text, start, start + size, this.#out, own);
    this.#out[end] = 0x20;
    this.#outBytes = end + 1;
    this.#starts[entry] = own;
    this.#sizes[entry] = end - own;
    this.#high[entry] = high;
    this.#low[entry] = low;
    this.#hashes[entry] = hash;
    this.#link(entry);
  }

  #link(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = (this.#hashes[entry] as number) & mask;
    for (let probes = 0; this.#slots[slot] !== 0; probes++) {
      if (probes === MAX_PROBES) return;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = entry;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let entry = 1; entry <= this.#count; entry++) this.#link(entry);
  }

  #widen(): void {
    const wider = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const next = new Int32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.#hashes = wider(this.#hashes);
    this.#high = wider(this.#high);
    this.#low = wider(this.#low);
    this.#starts = wider(this.#starts);
    this.#sizes = wider(this.#sizes);
  }

  #reserve(bytes: number): void {
    const needed = this.#outBytes + bytes;
    if (needed <= this.#out.length) return;
    const next = new Uint8Array(Math.max(needed, this.#out.length * 2));
    next.set(this.#out);
    this.#out = next;
  }
}

const MARK_BYTES = 2;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Whether `text[start, start + size)` is the fraction of a second of a time of day: `:48.4514824Z`, `:48,451482`. */
function isFraction(text: Uint8Array, start: number, size: number): boolean {
  if (start < 4 || text[start - 4] !== 0x3a) return false;
  if (!isDigit(text[start - 3] as number) || !isDigit(text[start - 2] as number)) return false;
  const point = text[start - 1];
  if (point !== 0x2e && point !== 0x2c) return false;
  const last = text[start + size - 1] as number;
  const digits = last === 0x5a || last === 0x7a ? size - 1 : size;
  if (digits < MIN_FRACTION_DIGITS || digits > MAX_FRACTION_DIGITS) return false;
  for (let i = start; i < start + digits; i++) if (!isDigit(text[i] as number)) return false;
  return true;
}

/**
 * Writes `text[from, to)` to `out` at `at` as the index has it, and gives the end: ASCII folded, and K (KELVIN SIGN) and ſ
 * (LONG S), the only other characters that are ASCII letters in another case, as k and s.
 */
export function foldWord(text: Uint8Array, from: number, to: number, out: Uint8Array, at: number): number {
  let end = at;
  for (let i = from; i < to; i++) {
    const byte = FOLDED[text[i] as number] as number;
    if (byte === 0xbf && end > at && out[end - 1] === 0xc5) out[end - 1] = 0x73;
    else if (byte === 0xaa && end > at + 1 && out[end - 1] === 0x84 && out[end - 2] === 0xe2) out[--end - 1] = 0x6b;
    else out[end++] = byte;
  }
  return end;
}
