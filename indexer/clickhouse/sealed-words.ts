// Words of a block as the engine holds them: ASCII letters and digits alone, so that its tokenizer keeps each of them whole,
// whatever bytes it has. The index's words have no ASCII capitals, so capitals are free to stand for the rest.
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
function sealWords(words: Uint8Array): Buffer {
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
export const sealWord = (word: string): string => sealWords(Buffer.from(word, 'latin1')).toString('latin1');

/** The distinct sealed words of a block's document. Without an order. */
export const sealedWordsOf = (document: Uint8Array): readonly string[] =>
  sealWords(document).toString('latin1').trimEnd().split(' ');

/** A block's words for the engine: sorted, as that packs best, a space between. */
export const sealedDocument = (words: readonly string[]): string => [...words].sort().join(' ');
