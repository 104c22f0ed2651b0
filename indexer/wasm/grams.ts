// The four-byte pieces of a block's long words, as long-words.ts asks for them.
import { foldInto } from './fold.ts';
import { GRAM_BITS, GRAMS } from './layout.ts';

const GRAM_BYTES: usize = 4;

let hasGrams: boolean = false;

/** Forgets the pieces of the last block. */
export function clearGrams(): void {
  if (hasGrams) memory.fill(GRAMS, 0, GRAM_BITS >> 3);
  hasGrams = false;
}

/** Whether the block has a long word. */
export function hasLongWords(): boolean {
  return hasGrams;
}

/** Notes the pieces of the word `[from, to)`, which is folded at `scratch` for that. */
export function addLongWord(from: usize, to: usize, scratch: usize): void {
  hasGrams = true;
  const end = foldInto(from, to - from, scratch);
  for (let at = scratch; at + GRAM_BYTES <= end; at++) {
    const mixed = load<u32>(at) * 0x9e3779b1;
    const bit = (mixed ^ (mixed >> 15)) & (GRAM_BITS - 1);
    const place = GRAMS + <usize>(bit >> 3);
    const one: u32 = 1;
    store<u8>(place, <u8>(load<u8>(place) | (one << (bit & 7))));
  }
}
