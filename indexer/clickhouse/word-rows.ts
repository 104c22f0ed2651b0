// The distinct words of many blocks as rows of `word` and `hex_word`, without a string for any of them.
import type { SealedWords } from './sealed-words.ts';

/** chosen: the words of a batch of some MB of logs; both grow by doubling. */
const FIRST_SLOTS = 2 ** 14;
const FIRST_BYTES = 2 ** 17;
/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Rows of one table, a line each. */
class RowText {
  bytes = Buffer.allocUnsafe(FIRST_BYTES);
  end = 0;

  reserve(more: number): void {
    if (this.end + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.end + more));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }
}

/** The words of one month, each once. */
export class MonthWords {
  /** Before each word of a row. */
  readonly #start: Buffer;
  readonly #texts = { word: new RowText(), hex: new RowText() };
  /** Of each slot the word's hash, and where it is: 0 none, else twice its place plus one, and whether it is a hexadecimal one. */
  #hashes = new Int32Array(FIRST_SLOTS);
  #places = new Float64Array(FIRST_SLOTS);
  #count = 0;

  constructor(month: number) {
    this.#start = Buffer.from(`${month}\t`, 'latin1');
  }

  add({ bytes, bounds }: SealedWords): void {
    for (let word = 0; word < bounds.length; word += 2) this.#addWord(bytes, bounds[word] ?? 0, bounds[word + 1] ?? 0);
  }

  /** The rows: words with another character than 0–9 and a–f, and those without. */
  rows(): { readonly word: Buffer; readonly hex: Buffer } {
    const rowsOf = ({ bytes, end }: RowText): Buffer => bytes.subarray(0, end);
    return { word: rowsOf(this.#texts.word), hex: rowsOf(this.#texts.hex) };
  }

  #addWord(bytes: Buffer, from: number, to: number): void {
    let hash = FNV_START;
    let isHex = true;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      isHex &&= byte <= 0x39 || (byte >= 0x61 && byte <= 0x66);
    }
    const text = isHex ? this.#texts.hex : this.#texts.word;
    const mask = this.#hashes.length - 1;
    let slot = hash & mask;
    for (let place = this.#places[slot] ?? 0; place !== 0; place = this.#places[slot] ?? 0) {
      const isSame = this.#hashes[slot] === hash && (place % 2 === 1) === isHex;
      if (isSame && isAt(text, Math.floor(place / 2) - 1, bytes, from, to)) return;
      slot = (slot + 1) & mask;
    }
    this.#hashes[slot] = hash;
    this.#places[slot] = (this.#append(text, bytes, from, to) + 1) * 2 + (isHex ? 1 : 0);
    this.#count++;
    if (this.#count * 2 > this.#hashes.length) this.#grow();
  }

  /** Gives where the word is. */
  #append(text: RowText, bytes: Buffer, from: number, to: number): number {
    text.reserve(this.#start.length + to - from + 1);
    text.end += this.#start.copy(text.bytes, text.end);
    const place = text.end;
    for (let at = from; at < to; at++) text.bytes[text.end++] = bytes[at] ?? 0;
    text.bytes[text.end++] = 0x0a;
    return place;
  }

  #grow(): void {
    const [hashes, places] = [this.#hashes, this.#places];
    this.#hashes = new Int32Array(hashes.length * 2);
    this.#places = new Float64Array(hashes.length * 2);
    const mask = this.#hashes.length - 1;
    for (let old = 0; old < hashes.length; old++) {
      if (places[old] === 0) continue;
      let slot = (hashes[old] ?? 0) & mask;
      while (this.#places[slot] !== 0) slot = (slot + 1) & mask;
      this.#hashes[slot] = hashes[old] ?? 0;
      this.#places[slot] = places[old] ?? 0;
    }
  }
}

/** Whether the word is what stands at `place`. */
function isAt(text: RowText, place: number, bytes: Buffer, from: number, to: number): boolean {
  const end = place + to - from;
  if (text.bytes[end] !== 0x0a) return false;
  for (let at = from, own = place; at < to; at++, own++) if (text.bytes[own] !== bytes[at]) return false;
  return true;
}
