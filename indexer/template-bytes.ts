// Byte classes and small readers for the masker. No strings, no regular expressions: this runs over every byte kept.

/** Class bits of a byte, looked up by CLASS[byte]. */
export const DIGIT = 1;
export const LOWER = 2;
export const UPPER = 4;
const UNDERSCORE = 8;
export const SPACE = 16;
/** a-f, A-F and 0-9. */
export const HEX = 32;
/** One of `- = . # * _ ~ + > <`, which tools draw bars and rules with. */
export const BAR = 64;
export const LETTER = LOWER | UPPER;
export const WORD = DIGIT | LOWER | UPPER | UNDERSCORE;

export const CLASS = new Uint8Array(256);
for (let b = 0x30; b <= 0x39; b++) CLASS[b] = DIGIT | HEX;
for (let b = 0x61; b <= 0x7a; b++) CLASS[b] = LOWER | (b <= 0x66 ? HEX : 0);
for (let b = 0x41; b <= 0x5a; b++) CLASS[b] = UPPER | (b <= 0x46 ? HEX : 0);
CLASS[0x5f] = UNDERSCORE;
for (const b of [0x20, 0x09]) CLASS[b] = SPACE;
/** The bytes of class BAR. */
export const BAR_BYTES: readonly number[] = Array.from('-=.#*~+><', (c) => c.charCodeAt(0));
for (const byte of BAR_BYTES) CLASS[byte] = BAR;

/** Class of `bytes[i]` inside `[.., end)`, 0 outside. */
export const classAt = (bytes: Uint8Array, i: number, end: number): number =>
  i >= 0 && i < end ? (CLASS[bytes[i] as number] as number) : 0;

/** First position at or after `i` whose byte has none of `mask`. */
export function skipClass(bytes: Uint8Array, i: number, end: number, mask: number): number {
  let at = i;
  while (at < end && ((CLASS[bytes[at] as number] as number) & mask) !== 0) at++;
  return at;
}

/** Hash of the ASCII letters in `[from, to)`, lower-cased. Only for the small word lists below. */
export function wordHash(bytes: Uint8Array, from: number, to: number): number {
  let h = 7;
  for (let i = from; i < to; i++) h = (Math.imul(h, 31) + ((bytes[i] as number) | 0x20)) | 0;
  return h;
}

/** A fixed set of words by their hashes: open addressing, as a Set costs several times as much for each number. */
export class WordSet {
  readonly #slots = new Int32Array(512);

  constructor(words: string) {
    for (const word of words.split(/\s+/)) {
      const bytes = new TextEncoder().encode(word);
      const hash = wordHash(bytes, 0, bytes.length);
      let slot = hash & 511;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & 511;
      this.#slots[slot] = hash;
    }
  }

  has(hash: number): boolean {
    let slot = hash & 511;
    for (;;) {
      const found = this.#slots[slot];
      if (found === hash) return true;
      if (found === 0) return false;
      slot = (slot + 1) & 511;
    }
  }
}
