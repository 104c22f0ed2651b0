// A filter in front of the automaton: of each word one piece of three neighbouring bytes, the rarest it has. A text is
// looked at four bytes at a time for any of them; only around one that is there the automaton walks.
import { pairBits } from './mask-letters.ts';

/** The pieces of a set of words. A piece is 24 bits, its first byte lowest, each byte with bit 5 set (either case). */
export interface Grams {
  /** A bit for each hash: none set, no piece. Small enough for the processor's nearest memory. */
  readonly bits: Int32Array;
  /** For each piece, how many bytes before it a word may begin. */
  readonly backs: ReadonlyMap<number, number>;
}

/** A word and the bytes that may stand beside it. */
export interface GramSource {
  readonly word: string;
  /** One of these must stand before it; undefined where none need to. */
  readonly before: readonly number[] | undefined;
  /** One of these must stand after it; undefined where none need to. */
  readonly after: readonly number[] | undefined;
}

/** Sets bit 5 of four bytes: letters of both cases become one, and a few signs too, which costs a look. */
export const FOLD = 0x20202020;
/** required: odd, its bits well mixed (2^32 / golden ratio), so that the top bits of a product depend on all bytes. */
export const MIX = 0x9e3779b1 | 0;
/** Bits of a hash. Measured: 2^18 bits are 32 KiB; half as many let one wrong piece in 50 through, more are slower. */
const HASH_BITS = 18;
/** Shift of a product down to its place in `bits`, and to the bit in it (shifts count modulo 32). */
export const TO_PLACE = 32 - HASH_BITS + 5;
export const TO_BIT = 32 - HASH_BITS;
/** chosen: a piece further back in a word makes walks longer than its rarity saves. */
const MAX_BACK = 12;

const folded = (bytes: readonly number[]): readonly number[] => [...new Set(bytes.map((byte) => byte | 0x20))];
const ANY = folded(Array.from({ length: 256 }, (_, byte) => byte));
const isLetter = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Bits of surprise of one byte in a log: about a twenty-sixth for a letter, as `pairBits` counts from. */
const surprise = (byte: number): number => (isLetter(byte) ? 4.7 : isDigit(byte) || byte === 0x20 ? 4 : 6.5);

/** How rare a piece is in running text, in bits. */
function rarity(first: number, second: number, third: number): number {
  const pair = (a: number, b: number): number => (isLetter(a) && isLetter(b) ? pairBits(a, b) : 0);
  return surprise(first) + surprise(second) + surprise(third) - pair(first, second) - pair(second, third);
}

/** Three places of a word or beside it, each with the folded bytes that may stand there. */
interface Window {
  readonly back: number;
  readonly places: readonly (readonly number[])[];
}

function windowsOf({ word, before, after }: GramSource): readonly Window[] {
  const own = Array.from(word, (sign) => folded([sign.charCodeAt(0)]));
  if (own.length >= 3) {
    const count = Math.min(own.length - 2, MAX_BACK + 1);
    return Array.from({ length: count }, (_, back) => ({ back, places: own.slice(back, back + 3) }));
  }
  // A word that is shorter than a piece is looked for with its neighbours.
  const next = after === undefined ? ANY : folded(after);
  const led = before === undefined ? [] : [{ back: 0, places: [folded(before), ...own, next].slice(0, 3) }];
  return [...led, { back: 0, places: [...own, next, ANY].slice(0, 3) }];
}

function* piecesOf({ places }: Window): Generator<readonly [number, number, number]> {
  const [firsts = [], seconds = [], thirds = []] = places;
  for (const first of firsts) for (const second of seconds) for (const third of thirds) yield [first, second, third];
}

function frequencyOf(window: Window): number {
  let total = 0;
  for (const piece of piecesOf(window)) total += 2 ** -rarity(...piece);
  return total;
}

/** The filter for these words: each has at least one byte. */
export function buildGrams(sources: readonly GramSource[]): Grams {
  const bits = new Int32Array(1 << (HASH_BITS - 5));
  const backs = new Map<number, number>();
  for (const source of sources) {
    const windows = windowsOf(source).map((window) => ({ window, frequency: frequencyOf(window) }));
    const { window } = windows.reduce((rarest, each) => (each.frequency < rarest.frequency ? each : rarest));
    for (const [first, second, third] of piecesOf(window)) {
      const piece = first | (second << 8) | (third << 16);
      backs.set(piece, Math.max(window.back, backs.get(piece) ?? 0));
      const hash = Math.imul(piece << 8, MIX);
      bits[hash >>> TO_PLACE] = (bits[hash >>> TO_PLACE] as number) | (1 << (hash >>> TO_BIT));
    }
  }
  return { bits, backs };
}
