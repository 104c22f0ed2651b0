// Which pieces the long words of a block have. A word over MAX_WORD_BYTES is not in the index, so any part of a word might
// stand in it; a set of its four-byte pieces, hashed, tells of nearly every part that it does not. Of one block each: a word
// that is cut where a frame ends has pieces in both, and belongs to a line that all its blocks answer for together.
import { hasBit } from './bits.ts';
import type { IndexReadDatabase } from './database.ts';
import { LONG_WORDS } from './statements-text.ts';

/** Bytes of a piece: of shorter parts of a word nothing is known. */
const GRAM_BYTES = 4;
/** A block has at most 2^18 bytes of words, and so pieces; the set is made of so many bits (wasm/grams.ts) and then halved. */
export const GRAMS_BYTES = (1 << 18) / 8;
const MIN_BITS = 1 << 9;
/** chosen: at most 28 % of the bits are set, and one in 2,000 words of nine letters passes that is not there. */
const BITS_A_GRAM = 3;

/** Makes the set of a block's pieces as small as it may be; `bits` are overwritten. */
export const packGrams = (bits: Uint8Array): Uint8Array => halve(bits, countBits(bits) * BITS_A_GRAM);

/** chosen: two megabytes at most; the first set that lets the word pass ends the look. */
const SETS_A_PAGE = 64;

/** Whether a long word of any block may contain `word` (folded, one byte a character). */
export function isInLongWords(db: IndexReadDatabase, word: string): boolean {
  for (let from = 0; ; ) {
    const rows = db.all(LONG_WORDS, { from, limit: SETS_A_PAGE });
    if (rows.some(({ grams }) => mayHoldPart(grams, word))) return true;
    if (rows.length < SETS_A_PAGE) return false;
    from = (rows.at(-1)?.block ?? from) + 1;
  }
}

/** Whether a long word of the block that `grams` is of may contain `word` (folded, one byte a character). */
export function mayHoldPart(grams: Uint8Array, word: string): boolean {
  const mask = grams.length * 8 - 1;
  return gramHashes(word).every((hash) => hasBit(grams, hash & mask));
}

/** Of the pieces of `word`, 32 bits each: as many of the lowest as a set's size asks for say which of its bits is a piece's. */
export function gramHashes(word: string): readonly number[] {
  const bytes = Buffer.from(word, 'latin1');
  return Array.from({ length: Math.max(0, bytes.length - GRAM_BYTES + 1) }, (_, at) => hashAt(bytes, at));
}

function hashAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  const gram = low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
  const hash = Math.imul(gram, 0x9e3779b1);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function countBits(bits: Uint8Array): number {
  let count = 0;
  for (const byte of bits) for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The lower bits of a hash decide, so the halves of a set lie on each other. */
function halve(bits: Uint8Array, wantedBits: number): Uint8Array {
  let size = bits.length;
  while (size * 4 >= Math.max(wantedBits, MIN_BITS)) {
    size /= 2;
    for (let i = 0; i < size; i++) bits[i] = (bits[i] as number) | (bits[i + size] as number);
  }
  return bits.slice(0, size);
}
