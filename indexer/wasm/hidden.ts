// Words that only the visible text of a line has: those that an escape sequence or overstrike cuts. What is visible is what
// visible-line.ts shows to a search.
import { ESC, skipEscape } from './escape.ts';
import { JOINS, VISIBLE } from './layout.ts';
import { addVisible } from './words.ts';

const LF: u8 = 0x0a;
const BACKSPACE: u8 = 0x08;

/** Where the visible line ends, and the list of its joins: places where something was left out. */
let visibleEnd: usize = VISIBLE;
let joinsEnd: usize = JOINS;

/** Adds the words of all lines of the text `[from, to)` that hide something; `from` is the start of a line. */
export function addHiddenWords(from: usize, to: usize): void {
  let at = findHidden(from, to);
  while (at < to) {
    let start = at;
    while (start > from && load<u8>(start - 1) !== LF) start--;
    let end = at;
    while (end < to && load<u8>(end) !== LF) end++;
    readVisible(start, end);
    let taken = VISIBLE;
    for (let join = JOINS; join < joinsEnd; join += 4) {
      const place = <usize>load<u32>(join);
      if (place >= taken) taken = addAround(place);
    }
    at = findHidden(end + 1, to);
  }
}

/** The first escape or backspace from `from` on; `to` or more when there is none. */
function findHidden(from: usize, to: usize): usize {
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const found = v128.or(i8x16.eq(bytes, i8x16.splat(<i8>ESC)), i8x16.eq(bytes, i8x16.splat(<i8>BACKSPACE)));
    const bits = i8x16.bitmask(found);
    if (bits !== 0) return at + <usize>ctz(bits);
  }
  return to;
}

/** The line without escape sequences; a backspace takes the character before it away. */
function readVisible(start: usize, end: usize): void {
  let out = VISIBLE;
  joinsEnd = JOINS;
  for (let at = start; at < end; ) {
    const byte = load<u8>(at);
    if (byte === ESC) at = skipEscape(at, end);
    else if (byte === BACKSPACE) {
      out = previousCharacter(out);
      at++;
    } else {
      store<u8>(out, byte);
      out++;
      at++;
      continue;
    }
    store<u32>(joinsEnd, <u32>out);
    joinsEnd += 4;
  }
  visibleEnd = out;
}

/** Where the UTF-8 character before `end` starts. */
function previousCharacter(end: usize): usize {
  let at = end - 1;
  while (at > VISIBLE && end - at < 4 && (load<u8>(at) & 0xc0) === 0x80) at--;
  return max(at, VISIBLE);
}

/** Gives the end of the word around `at`, so that further joins inside it are passed over. */
function addAround(at: usize): usize {
  if (at === VISIBLE || at >= visibleEnd || !isWordByte(load<u8>(at - 1)) || !isWordByte(load<u8>(at))) return at;
  let start = at - 1;
  let end = at + 1;
  while (start > VISIBLE && isWordByte(load<u8>(start - 1))) start--;
  while (end < visibleEnd && isWordByte(load<u8>(end))) end++;
  addVisible(start, end);
  return end;
}

function isWordByte(byte: u8): boolean {
  const folded = byte | 0x20;
  return (folded >= 0x61 && folded <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte >= 0x80;
}
