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
