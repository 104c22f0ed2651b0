// Which error rules a line can meet at all, by the tables of error-hint.ts: one look-up a byte.
import { FOUND, NEEDLES } from './layout.ts';

/** 256 columns by byte, then the moves of each state, then the bits of the states that end a needle. */
const MOVES: usize = NEEDLES + 256;
let bits: usize = MOVES;
let firstHit: u32 = 0;
let lines: u32 = 1;
let words: u32 = 0;
/** Bytes of the longest needle. */
let longest: usize = 0;
let isAny: boolean = false;

/** The tables are in place: their sizes. */
export function useNeedles(moveCount: u32, hit: u32, linesOfState: u32, wordCount: u32, longestNeedle: u32): void {
  bits = MOVES + ((<usize>moveCount) << 1);
  firstHit = hit * linesOfState;
  lines = linesOfState;
  words = wordCount;
  longest = longestNeedle;
}

/** Whether any rule can match the bytes `[from, to)`; the bits at FOUND then say which. */
export function findNeedles(from: usize, to: usize): boolean {
  isAny = false;
  let at = from;
  let state: u32 = 0;
  const bytes = to - from;
  if (bytes > longest * 2) {
    // Every byte waits for the one before it, so both halves of a long line go side by side (measured: a third less time).
    // They overlap by the longest needle.
    const half = (bytes + longest) >> 1;
    const second = bytes - half;
    let other: u32 = 0;
    for (const stop = from + half; at < stop; at++) {
      state = nextState(state, at);
      other = nextState(other, at + second);
      if (state >= firstHit) addFound(state);
      if (other >= firstHit) addFound(other);
    }
    return isAny;
  }
  for (; at < to; at++) {
    state = nextState(state, at);
    if (state >= firstHit) addFound(state);
  }
  return isAny;
}

/** A state is where its moves begin, in lines of 64 bytes. */
function nextState(state: u32, at: usize): u32 {
  return load<u16>(MOVES + ((<usize>state) << 6) + ((<usize>load<u8>(NEEDLES + <usize>load<u8>(at))) << 1));
}

function addFound(state: u32): void {
  if (!isAny) memory.fill(FOUND, 0, (<usize>words) << 2);
  isAny = true;
  const own = bits + ((<usize>(((state - firstHit) / lines) * words)) << 2);
  for (let word: usize = 0; word < words; word++) {
    const at = FOUND + (word << 2);
    store<u32>(at, load<u32>(at) | load<u32>(own + (word << 2)));
  }
}
