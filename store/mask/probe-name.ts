// The last of the cheap checks of a hit on a name, on the bytes as they came: a name that promises nothing, or one with
// too little behind it to be a secret. Most lines that mention a token end here. A "no" must be certain.
import { MAX_NAME_LEFT, MAX_NAME_RIGHT, MAX_SENTENCE } from './before.ts';
import { kindOfName } from './names.ts';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
/** chosen: a colour code that ends where a name begins begins no further before it. */
const ESCAPE_BYTES = 32;
/** A value is a secret from six characters on. */
const SHORT_VALUE = 5;

const PART_OF_NAME = 1;
/** Stands in plain short values, and opens none that goes on in the next line. */
const PLAIN = 2;
const BEFORE_VALUE = 4;
const KINDS = new Uint8Array(256);
const add = (signs: string, kind: number): void => {
  for (const sign of signs) KINDS[sign.charCodeAt(0)] = (KINDS[sign.charCodeAt(0)] as number) | kind;
};
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
add(`${ALPHANUMERIC}_-.$`, PART_OF_NAME);
add(`${ALPHANUMERIC}*._`, PLAIN);
add(' \t=:', BEFORE_VALUE);
for (let byte = 0x80; byte < 0x100; byte++) KINDS[byte] = PART_OF_NAME; // letters beyond ASCII

const is = (bytes: Uint8Array, at: number, kind: number): boolean =>
  at >= 0 && at < bytes.length && ((KINDS[bytes[at] as number] as number) & kind) !== 0;
const isLineEnd = (byte: number | undefined): boolean => byte === LF || byte === CR || byte === undefined;

/** A control sequence right before `to` in its line: what a terminal shows before it stands further away. */
export function hasControlBefore(bytes: Uint8Array, to: number): boolean {
  for (let at = to - 1; at >= 0 && at >= to - ESCAPE_BYTES; at--) {
    const byte = bytes[at] as number;
    if (isLineEnd(byte)) return false;
    if (byte < 0x20 && byte !== TAB) return true;
  }
  return false;
}

/** After a name: a few plain characters and the line's end. */
function isShortRest(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (is(bytes, at, BEFORE_VALUE)) at++;
  const start = at;
  while (at - start <= SHORT_VALUE && is(bytes, at, PLAIN)) at++;
  return at > start && at - start <= SHORT_VALUE && isLineEnd(bytes[at]);
}

/** True when the name around the word at [from, to) gives no value away, whatever else the line has. */
export function isIdleName(bytes: Buffer, from: number, to: number): boolean {
  let start = from;
  while (from - start < MAX_NAME_LEFT && is(bytes, start - 1, PART_OF_NAME)) start--;
  let end = to;
  while (end - to < MAX_NAME_RIGHT && is(bytes, end, PART_OF_NAME)) end++;
  if (bytes[end] === ESC || hasControlBefore(bytes, start)) return false;
  while (start < from && '-.$'.includes(String.fromCharCode(bytes[start] as number))) start++;
  while (end > to && '-.'.includes(String.fromCharCode(bytes[end - 1] as number))) end--;
  if (isShortRest(bytes, end)) return true;
  return isIdle(bytes.toString('latin1', start, end));
}

/** chosen: a log says the same names again and again; cleared as a whole, which costs only time. */
const MAX_NAMES = 1_024;
const idleNames = new Map<string, boolean>();

function isIdle(name: string): boolean {
  const known = idleNames.get(name);
  if (known !== undefined) return known;
  // Bare `key` may be one by the words or signs before it.
  const idle = kindOfName(name) === undefined && !/^keys?$/i.test(name);
  if (idleNames.size >= MAX_NAMES) idleNames.clear();
  idleNames.set(name, idle);
  return idle;
}

/** After a name and a space: words up to a colon (`password of the admin user: …`), or a line that ends with one. */
export function leadsToColon(bytes: Uint8Array, from: number): boolean {
  let last = 0;
  for (let at = from; at < bytes.length && at - from < MAX_SENTENCE; at++) {
    const byte = bytes[at] as number;
    if (byte === ESC) return true;
    if (byte === LF || byte === CR) return last === 0x3a;
    if (byte === 0x20 && last === 0x3a) return true;
    if (byte !== 0x20) last = byte;
  }
  return last === 0x3a;
}
