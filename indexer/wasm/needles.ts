// Which error rules a line can meet at all, by the tables of error-hint.ts: one look-up a byte.
import { FOUND, NEEDLES } from './layout.ts';

/** 256 columns by byte, then the moves of each state, then the bits of those that end a needle. */
const MOVES: usize = NEEDLES + 256;
let bits: usize = MOVES;
let firstHit: u32 = 0;
let width: u32 = 1;
let words: u32 = 0;

/** The tables are in place: their sizes. */
export function useNeedles(moveCount: u32, hit: u32, columnCount: u32, wordCount: u32): void {
  bits = MOVES + ((<usize>moveCount) << 2);
  firstHit = hit;
  width = columnCount;
  words = wordCount;
}

/** Whether any rule can match the bytes `[from, to)`; the bits at FOUND then say which. */
export function findNeedles(from: usize, to: usize): boolean {
  let any = false;
  let state: u32 = 0;
  for (let at = from; at < to; at++) {
    state = load<u32>(MOVES + ((<usize>state + load<u8>(NEEDLES + <usize>load<u8>(at))) << 2));
    if (state < firstHit) continue;
    if (!any) memory.fill(FOUND, 0, (<usize>words) << 2);
    any = true;
    addFound(bits + ((<usize>(((state - firstHit) / width) * words)) << 2));
  }
  return any;
}

function addFound(own: usize): void {
  for (let word: usize = 0; word < words; word++) {
    const at = FOUND + (word << 2);
    store<u32>(at, load<u32>(at) | load<u32>(own + (word << 2)));
  }
}
