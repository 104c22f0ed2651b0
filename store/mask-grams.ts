// A filter in front of the automaton: of each word one piece of three neighbouring bytes, the rarest it has. A text is
// looked at four bytes at a time for any of them; only around one that is there the automaton walks.
import { pairBits } from './mask-letters.ts';

/** Flags of bytes, by byte with bit 5 set: a letter stands for both of its cases. */
export type ByteSet = Uint8Array;

/** A word and the bytes that may stand beside it. */
export interface GramSource {
  readonly word: string;
  readonly before: ByteSet;
  /** There must be a byte before it: it can't start a text. */
  readonly isLed: boolean;
  readonly after: ByteSet;
}

/** What may stand beside a piece in one of its words. */
interface Place {
  readonly before: ByteSet;
  readonly after: ByteSet;
}

/** The pieces of a set of words that share a hash; nearly always one. */
export interface Pieces {
  /** How many bytes before the piece a word may begin. */
  back: number;
  readonly places: Place[];
  /** {@link BEFORE} and {@link AFTER} by folded byte, for all words together; made at the first look. */
  beside: Uint8Array | undefined;
}

/** The filter: a piece is 24 bits, its first byte lowest, each byte with bit 5 set. */
export interface Grams {
  /** A bit for each hash: none set, no piece. Small enough for the processor's nearest memory. */
  readonly bits: Int32Array;
  /** By hash, the place in `pieces`. */
  readonly numbers: Uint16Array;
  readonly pieces: readonly Pieces[];
}

/** Bits of {@link Pieces.beside}. */
const BEFORE = 1;
const AFTER = 2;

/** Sets bit 5 of four bytes: letters of both cases become one, and a few signs too, which costs a look. */
export const FOLD = 0x20202020;
/** required: odd, its bits well mixed (2^32 / golden ratio), so that the top bits of a product depend on all bytes. */
export const MIX = 0x9e3779b1 | 0;
/** Bits of a hash. Measured: 2^18 bits are 32 KiB; half as many let one wrong piece in 50 through, more are slower. */
const HASH_BITS = 18;
/** Shift of a product down to the hash; as a shift of one bit of `bits` it counts modulo 32. */
export const TO_BIT = 32 - HASH_BITS;
const TO_PLACE = TO_BIT + 5;
/** chosen: a piece further back in a word makes walks longer than its rarity saves. */
const MAX_BACK = 12;

const fold = (byte: number): number => byte | 0x20;

/** Flags for the bytes that `isIn` takes. */
export function byteSet(isIn: (byte: number) => boolean): ByteSet {
  const set = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) if (isIn(byte)) set[fold(byte)] = 1;
  return set;
}

/** Every byte. */
export const ANY_BYTE = byteSet(() => true);
const onlySets = new Map<number, ByteSet>();
function only(byte: number): ByteSet {
  const set = onlySets.get(byte) ?? byteSet((each) => fold(each) === byte);
  onlySets.set(byte, set);
  return set;
}
const bytesOf = (set: ByteSet): readonly number[] => [...set.keys()].filter((byte) => set[byte] === 1);

/** Folded bytes of logs, the most frequent first; each is some 8 % rarer than the one before it. Counted over CI logs. */
const BY_FREQUENCY = ' .etas0onric-m21/pld:gu34\x7f56fb*{8h79;kv(xy)w=z}j,%"#><\'+|q&`~?$';
const RANKS = new Uint8Array(256).fill(BY_FREQUENCY.length);
for (let rank = 0; rank < BY_FREQUENCY.length; rank++) RANKS[BY_FREQUENCY.charCodeAt(rank)] = rank;

const isLetter = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Bits of surprise of a byte, and of two side by side: equal signs and digits like company. */
const byteBits = (byte: number): number => 4 + (RANKS[byte] as number) / 9;
function bothBits(first: number, second: number): number {
  if (isLetter(first) && isLetter(second)) return 10 - pairBits(first, second);
  const alike = first === second ? 3 : isDigit(first) && isDigit(second) ? 2 : 0;
  return byteBits(first) + byteBits(second) - alike;
}

/** Where the piece of a word begins that is rarest in a log; the word has three bytes at least. */
function rarestStart(codes: readonly number[]): number {
  let best = 0;
  let bestBits = 0;
  for (let at = 0; at + 2 < codes.length && at <= MAX_BACK; at++) {
    const [first = 0, second = 0, third = 0] = [codes[at], codes[at + 1], codes[at + 2]];
    const bits = bothBits(first, second) + bothBits(second, third) - byteBits(second);
    if (bits > bestBits) [best, bestBits] = [at, bits];
  }
  return best;
}

/** Where a word is looked for: the pieces there, what is beside them, and how many of its bytes come before. */
interface Window {
  readonly back: number;
  readonly place: Place;
  readonly codes: readonly number[];
}

const codeOf = (first: number, second: number, third: number): number => first | (second << 8) | (third << 16);

function windowOf({ word, before, isLed, after }: GramSource): Window {
  const [first = 0, second = 0, ...rest] = Array.from(word, (sign) => fold(sign.charCodeAt(0)));
  if (rest.length > 0) {
    const own = [first, second, ...rest];
    const back = rarestStart(own);
    const [previous, next] = [own[back - 1], own[back + 3]];
    return {
      back,
      place: {
        before: previous === undefined ? before : only(previous),
        after: next === undefined ? after : only(next),
      },
      codes: [codeOf(own[back] ?? 0, own[back + 1] ?? 0, own[back + 2] ?? 0)],
    };
  }
  // A word that is shorter than a piece is looked for with its neighbours.
  const [leads, follows] = [bytesOf(before), bytesOf(after)];
  if (word.length === 1 && isLed) {
    const codes = leads.flatMap((lead) => follows.map((follow) => codeOf(lead, first, follow)));
    return { back: 0, place: { before: ANY_BYTE, after: ANY_BYTE }, codes };
  }
  if (word.length === 1) {
    const codes = follows.flatMap((follow) => bytesOf(ANY_BYTE).map((byte) => codeOf(first, follow, byte)));
    return { back: 0, place: { before, after: ANY_BYTE }, codes };
  }
  return isLed
    ? { back: 0, place: { before: ANY_BYTE, after }, codes: leads.map((lead) => codeOf(lead, first, second)) }
    : { back: 0, place: { before, after: ANY_BYTE }, codes: follows.map((follow) => codeOf(first, second, follow)) };
}

/** 1 when a piece of the words has this hash. */
export const bitOf = (bits: Int32Array, hash: number): number =>
  ((bits[hash >>> TO_PLACE] as number) >>> (hash >>> TO_BIT)) & 1;

/** The filter for these words: each has at least one byte. RangeError when there are too many. */
export function buildGrams(sources: readonly GramSource[]): Grams {
  const bits = new Int32Array(1 << (HASH_BITS - 5));
  const numbers = new Uint16Array(1 << HASH_BITS);
  const pieces: Pieces[] = [];
  for (const source of sources) {
    const { back, place, codes } = windowOf(source);
    for (const piece of codes) {
      const hash = Math.imul(piece << 8, MIX);
      const isNew = bitOf(bits, hash) === 0;
      bits[hash >>> TO_PLACE] = (bits[hash >>> TO_PLACE] as number) | (1 << (hash >>> TO_BIT));
      if (isNew) numbers[hash >>> TO_BIT] = pieces.push({ back, places: [], beside: undefined }) - 1;
      const here = pieces[numbers[hash >>> TO_BIT] as number] as Pieces;
      here.back = Math.max(here.back, back);
      here.places.push(place);
    }
  }
  return { bits, numbers, pieces };
}

/** True when a word may have these bytes around the piece. */
export function fits(pieces: Pieces, before: number, after: number): boolean {
  const beside = pieces.beside ?? besideOf(pieces);
  return ((beside[before] as number) & BEFORE) !== 0 && ((beside[after] as number) & AFTER) !== 0;
}

function besideOf(pieces: Pieces): Uint8Array {
  const beside = new Uint8Array(256);
  for (const { before, after } of pieces.places) {
    for (let byte = 0; byte < 256; byte++) {
      if (before[byte] === 1) beside[byte] = (beside[byte] as number) | BEFORE;
      if (after[byte] === 1) beside[byte] = (beside[byte] as number) | AFTER;
    }
  }
  pieces.beside = beside;
  return beside;
}
