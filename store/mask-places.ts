// The one look that every byte of a log gets: where may a piece of three bytes stand that some word of the rules has?
// Nearly nowhere. This is the look in plain code; mask-places-wasm.ts is the same and several times as fast.

/** The tables of pieces, all in one stretch of memory, as WebAssembly wants them. */
export interface PieceTables {
  readonly image: Uint8Array;
  /** A part of `image`. A bit for each hash, eight to a byte. */
  readonly present: Uint8Array;
  /** A part of `image`. By slot, a bit for each way of setting bit 5 of three bytes: which may be capital letters. */
  readonly cases: Uint8Array;
  /** A part of `image`. By slot, the two sets of bytes that may stand beside a piece. */
  readonly beside: Int32Array;
}

/** A set of bytes: a bit for each, bit 5 of which counts as set, so a letter stands for both of its cases. */
export type ByteSet = Int32Array;

/** Three bytes that are looked for, and what else must be so where they stand. */
export interface Piece {
  /** The first byte lowest, each with bit 5 set. */
  readonly code: number;
  /** A bit for each way of setting bit 5 of the three, the first one's lowest. */
  readonly cases: number;
  readonly before: ByteSet;
  readonly after: ByteSet;
}

/** Sets bit 5 of four bytes: letters of both cases become one, and a few signs too, which costs a look. */
export const FOLD = 0x20202020;
/** A prime of XXH32: odd, its bits well mixed. Measured: of seven such primes, the fewest frequent pieces share a hash. */
export const MIX = 0x165667b1 | 0;
/** Shifts of a hash of 32 bits: its first 16 are a byte of `present`, 3 more a bit there, its first 13 a slot. */
export const TO_BYTE = 16;
export const TO_BIT = 13;
export const TO_SLOT = 19;
/** This multiple of bits 5, 13 and 21 has them side by side from bit 19 on. */
export const CASE_MIX = 0x4081;
export const TO_CASE = 19;
/** Slots that pieces are kept in. */
export const SLOTS = 1 << (32 - TO_SLOT);
/** Words of 32 bits in a set of bytes. */
export const SET_WORDS = 4;

/** Where the parts of `image` begin, in bytes, and where it ends. */
export const CASES_AT = 1 << (32 - TO_BYTE);
export const BESIDE_AT = CASES_AT + SLOTS;
export const IMAGE_BYTES = BESIDE_AT + SLOTS * 2 * SET_WORDS * 4;

/** chosen: places are looked for so many bytes at a time; these and the tables stay in the nearer memory. */
export const SLICE_BYTES = 32_768;

const hashOf = (code: number): number => Math.imul(code << 8, MIX);
const caseOf = (raw: number): number => (Math.imul(raw & FOLD, CASE_MIX) >>> TO_CASE) & 7;

/** Bytes beyond a buffer count as spaces. */
const byteAt = (bytes: Uint8Array, at: number): number => (at >= 0 && at < bytes.length ? (bytes[at] as number) : 0x20);
const rawAt = (bytes: Uint8Array, at: number): number =>
  byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16);

/** The slot of a piece; pieces that share one share all that is kept by slot. */
export const slotOf = (code: number): number => hashOf(code) >>> TO_SLOT;

/** Tables of these pieces. */
export function pieceTables(pieces: Iterable<Piece>): PieceTables {
  const image = new Uint8Array(IMAGE_BYTES);
  const present = image.subarray(0, CASES_AT);
  const cases = image.subarray(CASES_AT, BESIDE_AT);
  const beside = new Int32Array(image.buffer, BESIDE_AT);
  for (const piece of pieces) {
    const hash = hashOf(piece.code);
    const slot = hash >>> TO_SLOT;
    present[hash >>> TO_BYTE] = (present[hash >>> TO_BYTE] as number) | (1 << ((hash >>> TO_BIT) & 7));
    cases[slot] = (cases[slot] as number) | piece.cases;
    for (let n = 0; n < SET_WORDS; n++) {
      const at = slot * 2 * SET_WORDS + n;
      beside[at] = (beside[at] as number) | (piece.before[n] as number);
      beside[at + SET_WORDS] = (beside[at + SET_WORDS] as number) | (piece.after[n] as number);
    }
  }
  return { image, present, cases, beside };
}

/** A place is one number: how far from where the look began, and in the low bits the slot of the piece there. */
export const SLOT_BITS = 32 - TO_SLOT;

/** Places in [from, end), a slice at most, where a piece may stand, in order; what it returns is the caller's. */
export type FindPlaces = (tables: PieceTables, bytes: Uint8Array, from: number, end: number) => Int32Array;

const isIn = (sets: Int32Array, at: number, byte: number): number => (sets[at + (byte >>> 6)] as number) >>> byte;

/** The plain way. */
export const findPlacesPlainly: FindPlaces = ({ present, cases, beside }, bytes, from, end) => {
  const places: number[] = [];
  for (let at = from; at < end; at++) {
    const raw = rawAt(bytes, at);
    const hash = hashOf(raw | (FOLD >>> 8));
    if (((present[hash >>> TO_BYTE] as number) >>> ((hash >>> TO_BIT) & 7)) % 2 === 0) continue;
    const slot = hash >>> TO_SLOT;
    const sides = slot * 2 * SET_WORDS;
    const before = isIn(beside, sides, byteAt(bytes, at - 1) | 0x20);
    const after = isIn(beside, sides + SET_WORDS, byteAt(bytes, at + 3) | 0x20);
    if (((cases[slot] as number) >>> caseOf(raw)) & before & after & 1) places.push(((at - from) << SLOT_BITS) | slot);
  }
  return Int32Array.from(places);
};
