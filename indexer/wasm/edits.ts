// The template under way: its hash so far, and what was replaced.
import { EDITS } from './layout.ts';
import { NOTHING } from './symbols.ts';

/** Of the FNV-1a hash. */
export const FNV_PRIME: u32 = 0x01000193;
/** Its inverse modulo 2^32: takes a byte out of the hash again. */
const FNV_INVERSE: u32 = 0x359c449b;
/** More replacements than a clipped line can need: the least source of one is one byte. */
const MAX_EDITS: u32 = 8192;

let hash: u32 = 0;
let count: u32 = 0;
let textStart: usize = 0;
let textEnd: usize = 0;
let editEnd: usize = 0;

/** A line whose text, without blanks around it, is `[start, end)`. */
export function clearEdits(start: usize, end: usize): void {
  count = 0;
  textStart = start;
  textEnd = end;
  editEnd = start;
}

/** How many replacements the last template has; they lie at EDITS. */
export function editCount(): u32 {
  return count;
}
/** Where its text starts, without blanks around it. */
export function editStart(): usize {
  return textStart;
}
/** Where its text ends. */
export function editStop(): usize {
  return textEnd;
}

/** The hash of what was taken so far; `finishHash` of masker.ts spreads its bits. */
export function hashSoFar(): u32 {
  return hash;
}
/** Goes on from a hash that was kept aside. */
export function setHash(value: u32): void {
  hash = value;
}

/** Adds one byte, or one symbol, as it stands. */
export function hashByte(byte: u32): void {
  hash = (hash ^ byte) * FNV_PRIME;
}

/** Adds `[from, to)` as it stands. */
export function keep(from: usize, to: usize): void {
  let h = hash;
  for (let at = from; at < to; at++) h = (h ^ load<u8>(at)) * FNV_PRIME;
  hash = h;
}

/** Takes `[from, to)`, the last bytes hashed, out of the hash. */
export function takeBack(from: usize, to: usize): void {
  let h = hash;
  for (let at = to; at > from; at--) h = (h * FNV_INVERSE) ^ load<u8>(at - 1);
  hash = h;
}

/** Replaces `[from, to)` by a byte or a symbol, or removes it (NOTHING). */
export function edit(from: usize, to: usize, symbol: i32): void {
  if (symbol !== NOTHING) hash = (hash ^ <u32>symbol) * FNV_PRIME;
  if (count === MAX_EDITS) return;
  const at = EDITS + <usize>count * 12;
  store<u32>(at, <u32>from);
  store<u32>(at, <u32>to, 4);
  store<i32>(at, symbol, 8);
  editEnd = to;
  count++;
}

/** Nothing before the end of the last replacement may be taken back. */
export function lastEditEnd(): usize {
  return editEnd;
}

/** Takes back the last replacement, one of blanks by a blank. */
export function undoBlank(): void {
  count--;
  editEnd = count === 0 ? textStart : <usize>load<u32>(EDITS + <usize>(count - 1) * 12, 4);
  hash = (hash * FNV_INVERSE) ^ 0x20;
}
