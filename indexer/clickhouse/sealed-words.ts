// Words of a block as the engine holds them: ASCII letters and digits alone, so that its tokenizer keeps each of them whole,
// whatever bytes it has. The index's words have no ASCII capitals, so capitals are free to stand for the rest. Bytes throughout:
// as strings, the words of a block cost its worker as much as finding them.
const UNDERSCORE = 0x5f;
const SPACE = 0x20;
const MARK = 0x01;
const CAPITAL_A = 0x41;
/** Stands for `_`. */
const SEALED_UNDERSCORE = 0x5a;
/** Stands for the mark of what is no word of the text. */
const SEALED_MARK = 0x59;

/**
 * The same words sealed: `_` as `Z`, U+0001 as `Y`, any other byte that is neither letter nor digit as two of `A`–`P`, its
 * halves. A part of a word is a part of the sealed word, so LIKE finds it (and, over halves, sometimes one too many).
 */
function sealBytes(words: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(words.length * 2);
  let end = 0;
  for (const byte of words) {
    if ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === SPACE) out[end++] = byte;
    else if (byte === UNDERSCORE) out[end++] = SEALED_UNDERSCORE;
    else if (byte === MARK) out[end++] = SEALED_MARK;
    else {
      out[end++] = CAPITAL_A + (byte >> 4);
      out[end++] = CAPITAL_A + (byte & 15);
    }
  }
  return out.subarray(0, end);
}

/** One word, given one byte a character, as query-words.ts has them. */
export const sealWord = (word: string): string => sealBytes(Buffer.from(word, 'latin1')).toString('latin1');

/** The distinct sealed words of a block. */
export interface SealedWords {
  readonly bytes: Buffer;
  /** Of each word its first byte and the one behind its last. */
  readonly bounds: readonly number[];
}

/** The words of a block's document, in its order. */
export function sealWords(document: Uint8Array): SealedWords {
  const bytes = sealBytes(document);
  const bounds: number[] = [];
  let from = 0;
  while (from < bytes.length) {
    const found = bytes.indexOf(SPACE, from);
    const to = found < 0 ? bytes.length : found;
    if (to > from) bounds.push(from, to);
    from = to + 1;
  }
  return { bytes, bounds };
}

/** Of so many first characters words are sorted by: 6 bits each, and behind them the word's number, fill a float's 53 bits. */
const SORTED_CHARACTERS = 6;
const NUMBERS = 2 ** 17;
/** The place of a sealed byte among those that can be, in the order of bytes. */
const RANKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x61 ? byte - 0x61 + 37 : byte >= 0x41 ? byte - 0x41 + 11 : byte >= 0x30 ? byte - 0x30 + 1 : 0,
);

/**
 * A block's words for the engine: sorted, as that packs best, a space between. By the first characters alone: words that share
 * them are beside each other, and packing asks for no more.
 */
export function sortedWords({ bytes, bounds }: SealedWords): Buffer {
  const count = bounds.length / 2;
  if (count > NUMBERS) return bytes; // no block of ours has so many words; unsorted ones are found all the same
  const keys = new Float64Array(count);
  for (let word = 0; word < count; word++) {
    const from = bounds[2 * word] ?? 0;
    const length = (bounds[2 * word + 1] ?? 0) - from;
    let key = 0;
    for (let at = 0; at < SORTED_CHARACTERS; at++)
      key = key * 64 + (at < length ? (RANKS[bytes[from + at] ?? 0] ?? 0) : 0);
    keys[word] = key * NUMBERS + word;
  }
  keys.sort();
  const out = Buffer.allocUnsafe(bytes.length + 1);
  let end = 0;
  for (const key of keys) {
    const word = key % NUMBERS;
    const to = bounds[2 * word + 1] ?? 0;
    for (let at = bounds[2 * word] ?? 0; at < to; at++) out[end++] = bytes[at] ?? 0;
    out[end++] = SPACE;
  }
  return out.subarray(0, Math.max(0, end - 1));
}
