// The one look that every byte of a log gets: where does a word stand that may be a secret's? Nearly nowhere. This is the
// look in plain code; find-wasm.ts is the same and several times as fast.
import {
  BESIDE_AT,
  CASE_MIX,
  CASES_AT,
  ENTRY_OFFSET,
  ENTRY_WORD,
  FOLD,
  GOES_ON,
  HEADS_AT,
  LAST_OF_COLOUR,
  MIX,
  MOST_ANSWERS,
  SAYS_YES,
  SET_WORDS,
  TO_BIT,
  TO_BYTE,
  TO_CASE,
  TO_SLOT,
  WORD_ANSWERS,
  WORD_BEFORE,
  WORD_FOLLOWS,
  WORD_FOURS,
  WORD_INDEX,
  WORD_LENGTH,
  WORD_NUMBERS,
  WORD_REFUSED,
  type WordImage,
} from './image.ts';

/** What one look found. */
export interface Found {
  /** Two numbers a word: how far behind where the look began it ends, and its index. In the order of their pieces. */
  readonly words: Int32Array;
  /** Up to here all were found; before the end that was asked for only where there are very many. */
  readonly seen: number;
}

/** `first` leaves out the words of which the bytes behind them say no: there are many, and nearly no log has one that says yes. */
export type Look = 'first' | 'every';

/** Words whose pieces lie in [from, end), a slice at most. What it returns is the caller's. */
export type FindWords = (image: WordImage, bytes: Uint8Array, range: LookRange) => Found;

/** Where words are looked for. */
export interface LookRange {
  readonly from: number;
  readonly end: number;
  readonly look: Look;
}

/** chosen: words are looked for so many bytes at a time; these and the tables stay in the nearer memory. */
export const SLICE_BYTES = 32_768;
/** What stands for a byte beyond a buffer. */
export const NOTHING = 0x20;

const ESC = 0x1b;

const byteAt = (bytes: Uint8Array, at: number): number =>
  at >= 0 && at < bytes.length ? (bytes[at] as number) : NOTHING;

/** The plain way. */
export const findWordsPlainly: FindWords = (image, bytes, { from, end, look: kind }) => {
  const look = new PlainLook(image, bytes, kind);
  const words: number[] = [];
  for (let at = from; at < end; at++) {
    const raw = byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);
    const hash = Math.imul((raw | (FOLD >>> 8)) << 8, MIX);
    if (((look.tables[hash >>> TO_BYTE] as number) >>> ((hash >>> TO_BIT) & 7)) % 2 === 0) continue;
    for (const [to, index] of look.wordsAt(at, raw, hash >>> TO_SLOT)) words.push(to - from, index);
  }
  return { words: Int32Array.from(words), seen: end };
};

class PlainLook {
  readonly tables: Uint8Array;
  private readonly numbers: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly look: Look;

  constructor({ bytes: tables }: WordImage, bytes: Uint8Array, look: Look) {
    this.tables = tables;
    this.numbers = new Int32Array(tables.buffer, tables.byteOffset, tables.byteLength >> 2);
    this.bytes = bytes;
    this.look = look;
  }

  /** Ends and indexes of the words around the piece at `at`. */
  *wordsAt(at: number, raw: number, slot: number): Generator<readonly [number, number]> {
    const { bytes, numbers } = this;
    const ways = (this.tables[CASES_AT + slot] as number) >>> ((Math.imul(raw & FOLD, CASE_MIX) >>> TO_CASE) & 7);
    const sides = (BESIDE_AT >> 2) + slot * 2 * SET_WORDS;
    const before = this.isBeside(sides, byteAt(bytes, at - 1) | 0x20);
    const after = this.isBeside(sides + SET_WORDS, byteAt(bytes, at + 3) | 0x20);
    if ((ways & before & after & 1) === 0) return;
    for (let entry = this.numberAt(HEADS_AT + slot * 4); entry !== 0; entry = this.numberAt(entry)) {
      const word = this.numberAt(entry + 4 * ENTRY_WORD) >> 2;
      const start = at + this.numberAt(entry + 4 * ENTRY_OFFSET);
      const to = start + (numbers[word + WORD_LENGTH] as number);
      if (start >= 0 && to <= bytes.length && this.isThere(word, start, to))
        yield [to, numbers[word + WORD_INDEX] as number];
    }
  }

  private numberAt(address: number): number {
    return this.numbers[address >> 2] as number;
  }

  private isBeside(set: number, byte: number): number {
    return (this.numbers[set + (byte >>> 6)] as number) >>> byte;
  }

  private isThere(word: number, start: number, to: number): boolean {
    return this.isWord(word, start, to) && (this.look === 'every' || this.mayBeWorthALook(word, to));
  }

  private mayBeWorthALook(word: number, to: number): boolean {
    const answers = this.numbers[word + WORD_ANSWERS] as number;
    if (answers === 0) return true;
    for (let at = to; at < Math.min(to + MOST_ANSWERS, this.bytes.length); at++) {
      const answer = this.tables[answers + (this.bytes[at] as number)];
      if (answer !== GOES_ON) return answer === SAYS_YES;
    }
    return true;
  }

  private isWord(word: number, start: number, to: number): boolean {
    const { numbers, bytes } = this;
    const fours = numbers[word + WORD_FOURS] as number;
    const codes = (word + WORD_NUMBERS) << 2;
    for (let at = start; at < to; at++) {
      const n = at - start;
      const place = codes + (n >> 2) * 8 + (n & 3);
      if (((bytes[at] as number) | (this.tables[place] as number)) !== this.tables[place + 4]) return false;
    }
    const previous = byteAt(bytes, start - 1);
    if (previous !== LAST_OF_COLOUR) {
      if (this.tables[(numbers[word + WORD_REFUSED] as number) + previous] !== 0) return false;
      if (this.tables[(numbers[word + WORD_BEFORE] as number) + previous] === 0) return false;
    }
    const follows = word + WORD_NUMBERS + 2 * fours;
    for (let n = 0; n < (numbers[word + WORD_FOLLOWS] as number); n++) {
      if (bytes[to + n] === ESC) return true;
      if (to + n >= bytes.length) return false;
      if (this.tables[(numbers[follows + n] as number) + (bytes[to + n] as number)] === 0) return false;
    }
    return true;
  }
}
