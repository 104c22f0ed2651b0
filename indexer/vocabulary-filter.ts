// Which of the large lists of the vocabulary may hold a word with some part: a Bloom filter for each of them, over pieces of
// its words. Of ids there are millions, and a search for one of them would else go through them all.
import { hasBit, setBit } from './bits.ts';
import type { IndexReadDatabase, IndexWriteDatabase } from './database.ts';
import { ADD_FILTER_PART, GET_FILTER_PART, REMOVE_FILTER } from './statements-text.ts';
import { eachPiece, expectedPieces, mixed } from './word-pieces.ts';

/** A search reads one part for each piece; of a list of 2 MB it has some 4 kB, half a page. */
const PARTS = 256;
/** chosen: of a hundred lists without a piece three are read in vain. */
const BITS_PER_PIECE = 8;
const PROBES = 3;
const LF = 0x0a;

/** The bits of a piece in its part of `size` bits. */
function bitsOf(hash: number, size: number): readonly number[] {
  const step = (Math.imul(hash, 0x9e3779b1) >>> 0) | 1;
  const bits: number[] = [];
  for (let n = 0, at = hash >>> 8; n < PROBES; n++, at = (at + step) >>> 0) bits.push(at % size);
  return bits;
}

/** Gives each word of `\nword\nword\n`. */
function eachWord(words: Uint8Array, take: (from: number, to: number) => void): void {
  for (let start = 1; start < words.length; ) {
    const end = words.indexOf(LF, start);
    take(start, end);
    start = end + 1;
  }
}

/** Writes the filter of a list of words, `\nword\nword\n`. */
export function addFilter(db: IndexWriteDatabase, list: number, words: Uint8Array): void {
  let pieces = 0;
  eachWord(words, (from, to) => (pieces += expectedPieces(to - from)));
  const bytes = Math.ceil((pieces * BITS_PER_PIECE) / PARTS / 8) + 1;
  const parts = Array.from({ length: PARTS }, () => new Uint8Array(bytes));
  const add = (piece: number): void => {
    const hash = mixed(piece);
    const part = parts[hash % PARTS] as Uint8Array;
    for (const bit of bitsOf(hash, bytes * 8)) setBit(part, bit);
  };
  eachWord(words, (from, to) => eachPiece(words, from, to, add));
  for (const [n, bits] of parts.entries()) db.run(ADD_FILTER_PART, { id: list * PARTS + n, bits });
}

/** Takes the filter of a list away. */
export const removeFilter = (db: IndexWriteDatabase, list: number): void =>
  void db.run(REMOVE_FILTER, { from: list * PARTS, to: (list + 1) * PARTS });

/** Whether list `list` may have a word with `text` in it (one byte a character); asked of many lists. */
export function filterFor(db: IndexReadDatabase, text: string): (list: number) => boolean {
  const hashes = new Set<number>();
  const bytes = Buffer.from(text, 'latin1');
  eachPiece(bytes, 0, bytes.length, (hash) => hashes.add(mixed(hash)));
  return (list) => {
    for (const hash of hashes) {
      const part = db.get(GET_FILTER_PART, { id: list * PARTS + (hash % PARTS) })?.bits;
      if (part === undefined) return true; // a small list has none
      if (!bitsOf(hash, part.length * 8).every((bit) => hasBit(part, bit))) return false;
    }
    return true;
  };
}
