// The words that a masker looks for, as one stretch of memory that WebAssembly can read: which three bytes open a look,
// which words may stand there, and what must be around them. find.ts and find-wasm.ts read it.

/** A set of bytes: a bit for each, bit 5 of which counts as set, so a letter stands for both of its cases. */
export type ByteSet = Int32Array;

/** Three bytes that are looked for, and what else must be so where they stand. */
export interface Piece {
  /** The first byte lowest, each with bit 5 set. */
  readonly code: number;
  /** A bit for each way of setting bit 5 of the three, the first one's lowest. */
  readonly cases: number;
}

/** Where a word is looked for: pieces of it, what may stand beside them, and where it begins, counted from them. */
export interface Window {
  readonly offset: number;
  readonly before: ByteSet;
  readonly after: ByteSet;
  readonly pieces: readonly Piece[];
}

/** A word with all that must be so where it stands. Sets of bytes are one number for each byte, 0 for what is not in. */
export interface ImageWord {
  readonly text: string;
  /** Its letters count in their own case only. */
  readonly isExact: boolean;
  readonly window: Window;
  /** Bytes that may not be right before it. */
  readonly refused: Uint8Array | undefined;
  /** Bytes one of which is right before it. */
  readonly before: Uint8Array | undefined;
  /** What each of the bytes after it is; an escape sequence among them leaves the question open. */
  readonly follows: readonly Uint8Array[];
  /** What the bytes after it say to a first look, one after the other: {@link GOES_ON}, {@link SAYS_NO}, {@link SAYS_YES}. */
  readonly answers: Uint8Array | undefined;
}

export const GOES_ON = 0;
export const SAYS_NO = 1;
export const SAYS_YES = 2;
/** chosen: so many bytes that go on leave the question open. With a short word before them they lie within the margin. */
export const MOST_ANSWERS = 128;

/** The whole of it. Words are named by their index in the list that it was made of. */
export interface WordImage {
  readonly bytes: Uint8Array;
  readonly words: number;
}

/** Sets bit 5 of four bytes: letters of both cases become one, and a few signs too, which costs a look. */
export const FOLD = 0x20202020;
/** A prime of XXH32: odd, its bits well mixed. Measured: of seven such primes, the fewest frequent pieces share a hash. */
export const MIX = 0x165667b1 | 0;
/** Shifts of a hash of 32 bits: its first 16 are a byte of the presence bits, 3 more a bit there, its first 13 a slot. */
export const TO_BYTE = 16;
export const TO_BIT = 13;
export const TO_SLOT = 19;
/** This multiple of bits 5, 13 and 21 has them side by side from bit 19 on. */
export const CASE_MIX = 0x4081;
export const TO_CASE = 19;
/** Slots that pieces are kept in. */
const SLOTS = 1 << (32 - TO_SLOT);
/** Words of 32 bits in a set of bytes. */
export const SET_WORDS = 4;

// Where the parts begin, in bytes: presence bits by hash; by slot the ways of setting bit 5, two sets of bytes that may
// stand beside a piece, and the first of a list of words; then the parts whose size depends on the words.
export const CASES_AT = 1 << (32 - TO_BYTE);
export const BESIDE_AT = CASES_AT + SLOTS;
export const HEADS_AT = BESIDE_AT + SLOTS * 2 * SET_WORDS * 4;
/** A bit for each two folded bytes that stand side by side in a word, for each two that are one, and by hash for threes. */
const PAIRS_AT = HEADS_AT + SLOTS * 4;
const WHOLE_PAIRS_AT = PAIRS_AT + 8_192;
const WHOLE_TRIPLES_AT = WHOLE_PAIRS_AT + 8_192;
/** By hash for each four that stand side by side. chosen: the words have some 8,000 of them, so few others share a bit. */
const FOURS_AT = WHOLE_TRIPLES_AT + 8_192;
const TO_FOUR = 14;
const LISTS_AT = FOURS_AT + (1 << (32 - TO_FOUR - 3));

// An entry of a slot's list, in numbers of 32 bits: the next entry or 0, its word, where the word begins.
export const ENTRY_WORD = 1;
export const ENTRY_OFFSET = 2;
const ENTRY_NUMBERS = 3;
// A word, in numbers of 32 bits; then come its bytes in fours, each as bits to set and what must be then, and the sets of
// the bytes that follow. Sets of whole bytes are tables of 256.
export const WORD_INDEX = 0;
export const WORD_LENGTH = 1;
export const WORD_FOURS = 2;
export const WORD_REFUSED = 3;
export const WORD_BEFORE = 4;
export const WORD_FOLLOWS = 5;
export const WORD_ANSWERS = 6;
export const WORD_NUMBERS = 7;
/** Changes with the parts' sizes. */
export const IMAGE_LAYOUT = `${LISTS_AT} ${ENTRY_NUMBERS} ${WORD_NUMBERS}`;

/** A word may end with `m` of a colour code before it, behind which only the text without codes can tell. */
export const LAST_OF_COLOUR = 0x6d;

/** chosen: what a look needs of text on both sides of a place, a word and the bytes after it, is never more. */
export const MARGIN = 256;
const MAX_WORD = 200;
/** chosen: numbers that a few words more take without a new stretch of memory. */
const ROOM = 16_384;
/** chosen: thousands of told values; a list of words at one place then still fits into what a look gives at once. */
export const MAX_WORDS = 32_768;

const hashOf = (code: number): number => Math.imul(code << 8, MIX);

/** The numbers of bits: of two bytes, and of three and four, which share theirs with others. The first byte is lowest. */
const pairBit = (first: number, second: number): number => ((first | 0x20) << 8) | (second | 0x20);
const tripleBit = (code: number): number => hashOf(code | (FOLD >>> 8)) >>> TO_BYTE;
const fourBit = (code: number): number => Math.imul(code | FOLD, MIX) >>> TO_FOUR;

/** Packs words side by side; positions are those in the image. */
class Packer {
  private numbers: Int32Array;
  private used: number;
  private readonly sets = new Map<Uint8Array, number>();

  constructor(base: Uint8Array | undefined) {
    this.used = (base?.length ?? LISTS_AT) >> 2;
    this.numbers = new Int32Array(this.used + ROOM);
    if (base !== undefined) new Uint8Array(this.numbers.buffer).set(base);
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.numbers.buffer, 0, this.used << 2);
  }

  add(index: number, word: ImageWord): void {
    const at = this.addWord(index, word);
    const { offset, before, after, pieces } = word.window;
    let last = -1;
    for (const { code, cases } of pieces) {
      const hash = hashOf(code);
      const slot = hash >>> TO_SLOT;
      this.open(hash, slot, cases);
      this.beside(slot, before, after);
      // Pieces of a word that share a slot lie side by side mostly; a word that is there twice is only looked at twice.
      if (slot !== last) this.list(slot, at, offset);
      last = slot;
    }
    this.join(word.text);
  }

  private join(text: string): void {
    const bytes = new Uint8Array(this.numbers.buffer);
    const set = (part: number, bit: number): void => {
      bytes[part + (bit >>> 3)] = (bytes[part + (bit >>> 3)] as number) | (1 << (bit & 7));
    };
    for (let at = 1; at < text.length; at++) set(PAIRS_AT, pairBit(text.charCodeAt(at - 1), text.charCodeAt(at)));
    const codes = Buffer.from(text, 'latin1');
    if (codes.length === 2) set(WHOLE_PAIRS_AT, pairBit(codes[0] as number, codes[1] as number));
    if (codes.length === 3) set(WHOLE_TRIPLES_AT, tripleBit(codes.readUIntLE(0, 3)));
    for (let at = 0; at + 4 <= codes.length; at++) set(FOURS_AT, fourBit(codes.readInt32LE(at)));
  }

  private take(count: number): number {
    const at = this.used;
    this.used += count;
    if (this.used > this.numbers.length) {
      const larger = new Int32Array(this.used * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    return at;
  }

  private open(hash: number, slot: number, cases: number): void {
    const bytes = new Uint8Array(this.numbers.buffer);
    bytes[hash >>> TO_BYTE] = (bytes[hash >>> TO_BYTE] as number) | (1 << ((hash >>> TO_BIT) & 7));
    bytes[CASES_AT + slot] = (bytes[CASES_AT + slot] as number) | cases;
  }

  private beside(slot: number, before: ByteSet, after: ByteSet): void {
    const at = (BESIDE_AT >> 2) + slot * 2 * SET_WORDS;
    for (let n = 0; n < SET_WORDS; n++) {
      this.numbers[at + n] = (this.numbers[at + n] as number) | (before[n] as number);
      this.numbers[at + SET_WORDS + n] = (this.numbers[at + SET_WORDS + n] as number) | (after[n] as number);
    }
  }

  private list(slot: number, word: number, offset: number): void {
    const entry = this.take(ENTRY_NUMBERS);
    this.numbers[entry + ENTRY_WORD] = word << 2;
    this.numbers[entry + ENTRY_OFFSET] = offset;
    let tail = (HEADS_AT >> 2) + slot;
    for (let next = this.numbers[tail] as number; next !== 0; next = this.numbers[tail] as number) tail = next >> 2;
    this.numbers[tail] = entry << 2;
  }

  private addWord(index: number, { text, isExact, refused, before, follows, answers }: ImageWord): number {
    const fours = (text.length + 3) >> 2;
    const sets = [refused ?? NO_BYTE, before ?? EVERY_BYTE, ...follows].map((set) => this.addSet(set));
    const said = answers === undefined ? 0 : this.addSet(answers);
    const at = this.take(WORD_NUMBERS + 2 * fours + follows.length);
    this.numbers.set([index, text.length, fours, sets[0] ?? 0, sets[1] ?? 0, follows.length, said], at);
    for (let n = 0; n < fours; n++) this.numbers.set(fourOf(text, n * 4, isExact), at + WORD_NUMBERS + 2 * n);
    this.numbers.set(sets.slice(2), at + WORD_NUMBERS + 2 * fours);
    return at;
  }

  private addSet(set: Uint8Array): number {
    const known = this.sets.get(set);
    if (known !== undefined) return known;
    const at = this.take(64) << 2;
    new Uint8Array(this.numbers.buffer).set(set, at);
    this.sets.set(set, at);
    return at;
  }
}

const NO_BYTE = new Uint8Array(256);
const EVERY_BYTE = new Uint8Array(256).fill(1);

/** Bits to set in four bytes of text, and what they must be then: of letters in either case bit 5, past the end all. */
function fourOf(text: string, from: number, isExact: boolean): readonly [number, number] {
  let bits = 0;
  let wanted = 0;
  for (let n = 0; n < 4; n++) {
    const code = from + n < text.length ? text.charCodeAt(from + n) : 0xff;
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    const set = from + n >= text.length ? 0xff : isLetter && !isExact ? 0x20 : 0;
    bits |= set << (8 * n);
    wanted |= (code | set) << (8 * n);
  }
  return [bits, wanted];
}

/** The image of these words behind those of `base`. RangeError when there are more than can be held. */
export function buildImage(words: readonly ImageWord[], base?: WordImage): WordImage {
  const first = base?.words ?? 0;
  if (first + words.length > MAX_WORDS) throw new RangeError(`more than ${MAX_WORDS} words`);
  const packer = new Packer(base?.bytes);
  words.forEach((word, n) => {
    if (word.text.length > MAX_WORD) throw new RangeError(`a word of more than ${MAX_WORD} bytes`);
    packer.add(first + n, word);
  });
  return { bytes: packer.bytes, words: first + words.length };
}

const hasBit = (bytes: Uint8Array, part: number, bit: number): boolean =>
  (((bytes[part + (bit >>> 3)] as number) >>> (bit & 7)) & 1) === 1;

/** Some word has these two bytes side by side, in either case. */
export const hasPair = ({ bytes }: WordImage, first: number, second: number): boolean =>
  hasBit(bytes, PAIRS_AT, pairBit(first, second));
/**
 * Some word may go on from the last of three bytes to the first of three others, in either case. `before` has its last byte
 * lowest, `after` its first.
 */
export function hasPiece({ bytes }: WordImage, before: number, after: number): boolean {
  const [third, second, first] = [(before >>> 16) & 0xff, (before >>> 8) & 0xff, before & 0xff];
  return (
    hasBit(bytes, WHOLE_PAIRS_AT, pairBit(first, after & 0xff)) ||
    hasBit(bytes, WHOLE_TRIPLES_AT, tripleBit(second | (first << 8) | ((after & 0xff) << 16))) ||
    hasBit(bytes, WHOLE_TRIPLES_AT, tripleBit(first | ((after & 0xffff) << 8))) ||
    hasBit(bytes, FOURS_AT, fourBit(third | (second << 8) | (first << 16) | (after << 24))) ||
    hasBit(bytes, FOURS_AT, fourBit(second | (first << 8) | (after << 16))) ||
    hasBit(bytes, FOURS_AT, fourBit(first | (after << 8)))
  );
}
