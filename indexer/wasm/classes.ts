// Byte classes and small readers for the masker.
import { CLASSES } from './layout.ts';

/** Class bits of a byte. */
export const DIGIT: u32 = 1;
export const LOWER: u32 = 2;
export const UPPER: u32 = 4;
export const UNDERSCORE: u32 = 8;
export const SPACE: u32 = 16;
/** a-f, A-F and 0-9. */
export const HEX: u32 = 32;
/** One of `- = . # * _ ~ + > <`, which tools draw bars and rules with. */
export const BAR: u32 = 64;
export const LETTER: u32 = 6;
export const WORD: u32 = 15;

/** The characters of class BAR. */
export const BARS: string = '-=.#*~+><';

for (let byte: u32 = 0; byte < 256; byte++) store<u8>(CLASSES + byte, <u8>classFor(byte));

function classFor(byte: u32): u32 {
  if (byte >= 0x30 && byte <= 0x39) return DIGIT | HEX;
  if (byte >= 0x61 && byte <= 0x7a) return LOWER | (byte <= 0x66 ? HEX : 0);
  if (byte >= 0x41 && byte <= 0x5a) return UPPER | (byte <= 0x46 ? HEX : 0);
  if (byte === 0x5f) return UNDERSCORE;
  if (byte === 0x20 || byte === 0x09) return SPACE;
  for (let i = 0; i < BARS.length; i++) if (<u32>BARS.charCodeAt(i) === byte) return BAR;
  return 0;
}

/** Whether a byte-order mark stands at `at`. */
export function isByteOrderMark(at: usize): boolean {
  return load<u8>(at) === 0xef && load<u8>(at + 1) === 0xbb && load<u8>(at + 2) === 0xbf;
}

/** Class of the byte at `at`. */
export function classOf(at: usize): u32 {
  return load<u8>(CLASSES + <usize>load<u8>(at));
}

/** Class of the byte at `at` before `end`, 0 from there on. */
export function classAt(at: usize, end: usize): u32 {
  return at < end ? classOf(at) : 0;
}

/** First place at or after `at` whose byte has none of `mask`. */
export function skipClass(at: usize, end: usize, mask: u32): usize {
  while (at < end && (classOf(at) & mask) !== 0) at++;
  return at;
}

/** Whether `[at, at + size)` are digits, all before `end`. */
export function areDigits(at: usize, size: usize, end: usize): boolean {
  return haveClass(at, size, end, DIGIT);
}

/** Whether all of `[at, at + size)` have class `mask` and stand before `end`. */
export function haveClass(at: usize, size: usize, end: usize, mask: u32): boolean {
  if (at + size > end) return false;
  for (let i: usize = 0; i < size; i++) if ((classOf(at + i) & mask) === 0) return false;
  return true;
}
