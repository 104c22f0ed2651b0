// Which error rules a line can meet at all, by the tables of error-hint.ts: one look-up a byte.
import { FOUND, NEEDLES } from './layout.ts';

/** 256 columns by byte, then the bits of the states that end a needle, then the moves of each state. */
const BITS: usize = NEEDLES + 256;
let moves: usize = BITS;
let firstHit: u32 = 0;
let width: u32 = 1;
let words: u32 = 0;

/** The tables are in place: their sizes. */
export function useNeedles(bitCount: u32, hit: u32, columnCount: u32, wordCount: u32): void {
  moves = BITS + ((<usize>bitCount) << 2);
  firstHit = hit;
  width = columnCount;
  words = wordCount;
}

/** Whether any rule can match the bytes `[from, to)`; the bits at FOUND then say which. */
export function findNeedles(from: usize, to: usize): boolean {
  let any = false;
  let state: u32 = 0;
  for (let at = from; at < to; at++) {
    const column = <u32>load<u8>(NEEDLES + <usize>load<u8>(at));
    state = load<u16>(moves + ((<usize>(state * width + column)) << 1));
    if (state < firstHit) continue;
    if (!any) memory.fill(FOUND, 0, (<usize>words) << 2);
    any = true;
    addFound(BITS + ((<usize>((state - firstHit) * words)) << 2));
  }
  return any;
}

function addFound(own: usize): void {
  for (let word: usize = 0; word < words; word++) {
    const at = FOUND + (word << 2);
    store<u32>(at, load<u32>(at) | load<u32>(own + (word << 2)));
  }
}
