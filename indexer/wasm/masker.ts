// The one definition of a template: finds what to replace in the visible bytes of a line and hashes the result in the same
// pass. Its text is made from the same replacements (templateText of single-line.ts).
import { BARS, classOf, SPACE, skipClass } from './classes.ts';
import { maskDigitWord } from './digit-word.ts';
import { clearEdits, FNV_PRIME, hashByte, hashSoFar, lastEditEnd, setHash } from './edits.ts';
import { CURRENT, ENABLES } from './layout.ts';
import { maskBar, maskBlanks, maskRule, maskTmp } from './marks.ts';

const FNV_START: u32 = 0x811c9dc5;

/**
 * What makes a byte special, as bits. A digit and a tab always are; a blank behind a blank, a bar character behind the same
 * one, and a slash behind `p` (of `/tmp/`) are by what the byte before enables. So all other bytes, nearly all there are,
 * take one look-up and one predictable branch.
 */
const ALWAYS: u32 = 1;
const BLANKS: u32 = 2;
const TMP_SLASH: u32 = 4;

for (let byte: u32 = 0; byte < 256; byte++) fillByte(byte);

function fillByte(byte: u32): void {
  let current: u32 = 0;
  let enables: u32 = ALWAYS;
  if ((byte >= 0x30 && byte <= 0x39) || byte === 0x09) current = ALWAYS;
  if (byte === 0x20) {
    current = BLANKS;
    enables |= BLANKS;
  }
  if (byte === 0x2f || byte === 0x5c) current = TMP_SLASH;
  if (byte === 0x70 || byte === 0x50) enables |= TMP_SLASH;
  for (let i = 0; i < BARS.length; i++) {
    if (<u32>BARS.charCodeAt(i) !== byte) continue;
    const one: u32 = 8;
    current = one << i;
    enables |= one << i;
  }
  store<u16>(CURRENT + 2 * byte, <u16>current);
  store<u16>(ENABLES + 2 * byte, <u16>enables);
}

/** The 32-bit hash of the template of the visible bytes `[start, end)`; 0 for a blank line. */
export function maskTemplate(start: usize, end: usize): u32 {
  let to = end;
  while (to > start && (classOf(to - 1) & SPACE) !== 0) to--;
  const from = skipClass(start, to, SPACE);
  clearEdits(from, to);
  if (from === to) return 0;
  setHash(FNV_START);
  scan(from, to);
  return finishHash(hashSoFar());
}

function scan(start: usize, end: usize): void {
  let h = FNV_START;
  let enabled = ALWAYS;
  let i = start;
  for (;;) {
    let x: usize = 0;
    while (i < end) {
      x = load<u8>(i);
      if ((load<u16>(CURRENT + 2 * x) & enabled) !== 0) break;
      h = (h ^ <u32>x) * FNV_PRIME;
      enabled = load<u16>(ENABLES + 2 * x);
      i++;
    }
    if (i >= end) break;
    setHash(h);
    i = maskSpecial(i, <u32>x, start, end);
    h = hashSoFar();
    enabled = load<u16>(ENABLES + 2 * <usize>load<u8>(i - 1));
  }
  setHash(h);
}

/** Deals with the special byte at `i`; everything before it is hashed. Returns where to go on. */
function maskSpecial(i: usize, x: u32, start: usize, end: usize): usize {
  const floor = lastEditEnd();
  if (x >= 0x30 && x <= 0x39) return maskDigitWord(i, start, end, floor);
  if (x === 0x2f || x === 0x5c) {
    const tmp = maskTmp(i, floor, end);
    if (tmp > 0) return tmp;
  } else {
    const bar = maskBar(i, floor, end);
    if (bar > 0) return bar;
    if (x === 0x20 || x === 0x09) return maskBlanks(i, floor, end);
    if (<u32>load<u8>(i - 2) === x && i - 2 >= floor) return maskRule(i, x, end);
  }
  hashByte(x);
  return i + 1;
}

/** Spreads the bits of an FNV hash; never 0, which stands for a blank line. */
function finishHash(hash: u32): u32 {
  let h = hash ^ (hash >> 16);
  h *= 0x85ebca6b;
  h ^= h >> 13;
  h *= 0xc2b2ae35;
  h ^= h >> 16;
  return h === 0 ? 1 : h;
}
