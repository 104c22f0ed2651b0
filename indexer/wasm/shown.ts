// What a person sees of a line: without byte-order mark, escape sequences, overwritten text and control bytes.
import { isByteOrderMark } from './classes.ts';
import { ESC, skipEscape } from './escape.ts';
import { MARGIN, SHOWN } from './layout.ts';

/** Bytes looked at from the start of a line. Longer lines are minified files, dumps or progress bars (chosen). */
const HEAD_BYTES: usize = 4096;
/** Bytes looked at from the end of a longer line: an overwritten progress line ends with what stayed visible (chosen). */
const TAIL_BYTES: usize = 512;

const CR: u8 = 0x0d;

let start: usize = SHOWN;
let end: usize = SHOWN;

/** Where the visible bytes of the last line start: in the log itself where nothing had to be removed. */
export function shownStart(): usize {
  return start;
}
/** Where they end. */
export function shownEnd(): usize {
  return end;
}

/** Takes the line `[lineStart, lineEnd)` (without its LF). Plain: no ESC, inner CR or other control is in it. */
export function showLine(lineStart: usize, lineEnd: usize, isPlain: boolean): void {
  let to = lineEnd;
  if (to > lineStart && load<u8>(to - 1) === CR) to--;
  let from = lineStart;
  if (isByteOrderMark(from)) from += 3;
  if (isPlain && to - from <= HEAD_BYTES) {
    start = from;
    end = to;
    return;
  }
  start = SHOWN;
  end = copyShown(from, to);
  memory.fill(end, 0, MARGIN);
}

function copyShown(from: usize, to: usize): usize {
  if (to - from <= HEAD_BYTES + TAIL_BYTES) return append(lastPart(from, to), to, SHOWN);
  const tail = to - TAIL_BYTES;
  const part = lastPart(tail, to);
  if (part > tail) return append(part, to, SHOWN);
  const middle = append(from, from + HEAD_BYTES, SHOWN);
  // The cut is shown as "…" (UTF-8), so that nobody takes the two parts for one word.
  store<u8>(middle, 0xe2);
  store<u8>(middle, 0x80, 1);
  store<u8>(middle, 0xa6, 2);
  return append(tail, to, middle + 3);
}

function append(from: usize, to: usize, out: usize): usize {
  let n = out;
  let i = from;
  while (i < to) {
    const byte = load<u8>(i);
    if (byte === ESC) i = skipEscape(i, to);
    else {
      if (byte >= 0x20 || byte === 0x09) {
        store<u8>(n, byte);
        n++;
      }
      i++;
    }
  }
  return n;
}

/** Start of what the last carriage return left visible: the last part that is not blank. */
function lastPart(from: usize, to: usize): usize {
  let partEnd = to;
  while (true) {
    let at = partEnd;
    while (at > from && load<u8>(at - 1) !== CR) at--;
    if (at === from) return from;
    if (hasText(at, partEnd) || isErasing(at, partEnd)) return at;
    partEnd = at - 1;
  }
}

/** `ESC [ K`, `ESC [ 0 K`, `ESC [ 2 K` right behind the carriage return: nothing before it stays visible. */
function isErasing(from: usize, to: usize): boolean {
  if (load<u8>(from) !== ESC || load<u8>(from + 1) !== 0x5b || from + 2 >= to) return false;
  const parameter = load<u8>(from + 2);
  return parameter === 0x4b || ((parameter === 0x30 || parameter === 0x32) && load<u8>(from + 3) === 0x4b);
}

function hasText(from: usize, to: usize): boolean {
  let i = from;
  while (i < to) {
    const byte = load<u8>(i);
    if (byte === ESC) i = skipEscape(i, to);
    else if (byte > 0x20) return true;
    else i++;
  }
  return false;
}
