// A filter in front of the automaton: of each word one piece of three neighbouring bytes, the rarest it has. A text is
// looked at four bytes at a time for any of them; only around one that is there the automaton walks.
import { pairBits } from './mask-letters.ts';

/** A bit for each byte, bit 5 of which counts as set: a letter stands for both of its cases. Four words of 32 bits. */
export type ByteSet = Int32Array;

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

/**
 * The filter: a piece is 24 bits, its first byte lowest, each byte with bit 5 set. All of it is small, as the nearest
 * memory is shared with the threads that compress.
 */
export interface Grams {
  /** A bit for each hash: none set, no piece. */
  readonly bits: Int32Array;
  /** By the hash's slot, how many bytes before a piece a word may begin; pieces that share a slot share all of this. */
  readonly backs: Uint8Array;
  /** By slot, the two sets of what may stand beside a piece. */
  readonly beside: Int32Array;
}

/** Sets bit 5 of four bytes: letters of both cases become one, and a few signs too, which costs a look. */
export const FOLD = 0x20202020;
/** A prime of XXH32: odd, its bits well mixed. Measured: of seven such primes, the fewest frequent pieces share a hash. */
export const MIX = 0x165667b1 | 0;
/** Bits of a hash. Measured: 2^18 bits are 32 KiB; half as many let one wrong piece in 50 through, more are slower. */
const HASH_BITS = 18;
const SLOT_BITS = 13;
/** Shift of a product down to the hash; as a shift of one bit of `bits` it counts modulo 32. */
const TO_BIT = 32 - HASH_BITS;
const TO_PLACE = TO_BIT + 5;
const TO_SLOT = 32 - SLOT_BITS;
/** Two sets of four words each. */
const SIDES = 8;
/** chosen: a piece further back in a word makes walks longer than its rarity saves. */
const MAX_BACK = 12;

const fold = (byte: number): number => byte | 0x20;

/** The bytes that `isIn` takes. */
export function byteSet(isIn: (byte: number) => boolean): ByteSet {
  const set = new Int32Array(4);
  for (let byte = 0; byte < 256; byte++) if (isIn(byte)) set[byte >>> 6] = (set[byte >>> 6] as number) | (1 << byte);
  return set;
}

/** Every byte. */
export const ANY_BYTE = byteSet(() => true);
const only = (folded: number): ByteSet => byteSet((byte) => fold(byte) === folded);
const bytesOf = (set: ByteSet): readonly number[] =>
  Array.from({ length: 256 }, (_, byte) => byte).filter(
    (byte) => fold(byte) === byte && ((set[byte >>> 6] as number) >>> byte) & 1,
  );

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

/** Pieces of words that stand most often in logs, three bytes each, the most frequent first. Counted over CI logs. */
const FREQUENT =
  '---esttesingcomvenionpac000terorgtionfoed rg/assentresttphttloastsruntorachile://repoadworspa paverntiapaork' +
  'proconnlodin.orackinttpsessparers coati innteodectiageonstrauilbuiildstalinermsselasistple.marm-stren.rec/in' +
  'serreaatedatan andpas.coat codginnpmithrat --oreactcespremplckaoutkagiveinstenchasharceor ss ortemogened:en-' +
  'ourss=indsoueleasemodonterapor-prsioer.reger 1.0urcnnegitinesecransingetminetaureromsteeteencsitbunjar/apng.' +
  'witendameextmatultitoatausele ainom/fro.0-are';
/** Bits of surprise of the first of them, and how many places on it is one bit more; measured there. */
const FIRST_BITS = 8;
const PLACES_PER_BIT = 50;
const frequent = new Map<string, number>();
for (let at = 0; at < FREQUENT.length; at += 3)
  frequent.set(FREQUENT.slice(at, at + 3), FIRST_BITS + at / 3 / PLACES_PER_BIT);

function pieceBits(first: number, second: number, third: number): number {
  const known = frequent.get(String.fromCharCode(first, second, third));
  return known ?? bothBits(first, second) + bothBits(second, third) - byteBits(second);
}

/** Where the piece of a word begins that is rarest in a log; the word has three bytes at least. */
function rarestStart(codes: readonly number[]): number {
  let best = 0;
  let bestBits = 0;
  for (let at = 0; at + 2 < codes.length && at <= MAX_BACK; at++) {
    const [first = 0, second = 0, third = 0] = [codes[at], codes[at + 1], codes[at + 2]];
    const bits = pieceBits(first, second, third);
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

/** The filter for these words: each has at least one byte. */
export function buildGrams(sources: readonly GramSource[]): Grams {
  const bits = new Int32Array(1 << (HASH_BITS - 5));
  const backs = new Uint8Array(1 << SLOT_BITS);
  const beside = new Int32Array(SIDES << SLOT_BITS);
  for (const source of sources) {
    const { back, place, codes } = windowOf(source);
    for (const piece of codes) {
      const hash = hashOf(piece);
      const slot = hash >>> TO_SLOT;
      bits[hash >>> TO_PLACE] = (bits[hash >>> TO_PLACE] as number) | (1 << (hash >>> TO_BIT));
      backs[slot] = Math.max(backs[slot] as number, back);
      [...place.before, ...place.after].forEach((flags, n) => {
        beside[slot * SIDES + n] = (beside[slot * SIDES + n] as number) | flags;
      });
    }
  }
  return { bits, backs, beside };
}

/** 1 when a piece of the words has this hash. */
export const bitOf = (bits: Int32Array, hash: number): number =>
  ((bits[hash >>> TO_PLACE] as number) >>> (hash >>> TO_BIT)) & 1;

/** The hash of a piece. */
export const hashOf = (piece: number): number => Math.imul(piece << 8, MIX);

/** How many bytes before a piece with this hash a word may begin; -1 where none has these neighbours. */
export function backOf({ backs, beside }: Grams, hash: number, before: number, after: number): number {
  const slot = hash >>> TO_SLOT;
  const leads = (beside[slot * SIDES + (before >>> 6)] as number) >>> before;
  const follows = (beside[slot * SIDES + 4 + (after >>> 6)] as number) >>> after;
  return (leads & follows & 1) === 1 ? (backs[slot] as number) : -1;
}
