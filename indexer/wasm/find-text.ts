// Where a text stands in bytes, also in any case: 16 places a step by two of its bytes, then all of it, 16 bytes a step; and
// how many line feeds stand before it. A module of its own, as a search needs nothing else.

/** What is looked for, folded, filled up with 0xff to 16 bytes; JavaScript writes it. */
export const NEEDLE: usize = 0x10000;
/** Or'd to the byte at its place before it is compared: 0x20 for a letter in any case, 0xff behind the end, else 0. */
export const MASKS: usize = 0x14000;
export const TEXT: usize = 0x20000;
/** What one look may go over; the memory goes on behind it, as a step reads 16 bytes wherever it stands. */
export const TEXT_BYTES: usize = 0x28000;
/** A frame that was unpacked here, FRAME_BYTES of store/frame-table.ts at most, and room for a step behind it. */
export const FRAME: usize = 0x50000;

/**
 * The first place in `[from, to)` where all `length` bytes stand, or -1. `first` and `second`: offsets of the two bytes that are
 * looked at before all others.
 */
export function findText(from: usize, to: usize, length: usize, first: usize, second: usize): i32 {
  if (from + length > to) return -1;
  const last = to - length;
  const firstByte = i8x16.splat(load<i8>(NEEDLE + first));
  const firstMask = i8x16.splat(load<i8>(MASKS + first));
  const secondByte = i8x16.splat(load<i8>(NEEDLE + second));
  const secondMask = i8x16.splat(load<i8>(MASKS + second));
  for (let at = from; at <= last; at += 16) {
    const one = i8x16.eq(v128.or(v128.load(at + first), firstMask), firstByte);
    const two = i8x16.eq(v128.or(v128.load(at + second), secondMask), secondByte);
    for (let bits = i8x16.bitmask(v128.and(one, two)); bits !== 0; bits &= bits - 1) {
      const place = at + <usize>ctz(bits);
      if (place > last) return -1;
      if (isThere(place, length)) return <i32>place;
    }
  }
  return -1;
}

function isThere(place: usize, length: usize): boolean {
  for (let at: usize = 0; at < length; at += 16) {
    const folded = v128.or(v128.load(place + at), v128.load(MASKS + at));
    if (!i8x16.all_true(i8x16.eq(folded, v128.load(NEEDLE + at)))) return false;
  }
  return true;
}

/** Line feeds in `[from, to)`. */
export function countLineFeeds(from: usize, to: usize): i32 {
  const lf = i8x16.splat(0x0a);
  let count = 0;
  let at = from;
  for (; at + 16 <= to; at += 16) count += popcnt(i8x16.bitmask(i8x16.eq(v128.load(at), lf)));
  for (; at < to; at++) count += i32(load<u8>(at) === 0x0a);
  return count;
}
