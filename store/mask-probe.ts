// The cheap test of a hit, on the bytes as they came: may this line hold a secret at all? Nearly every hit ends here,
// so the rest of the work is done for few lines. A "yes" costs time only; a "no" must be certain.
import type { Word, WordTable } from './mask-words.ts';

const TOKEN = 1;
const NAME = 2;
const DIGIT = 4;
const ADDRESS_END = 8;
const SPACE = 16;
const AFTER_NAME = 32;

/** Kinds of each byte, as bits. */
const KINDS = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) KINDS[byte] = TOKEN;
for (const sign of '"\'`<>(),;[]{}\\') KINDS[sign.charCodeAt(0)] = 0;
for (const name of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$')
  KINDS[name.charCodeAt(0)] = (KINDS[name.charCodeAt(0)] as number) | NAME;
for (const digit of '0123456789') KINDS[digit.charCodeAt(0)] = (KINDS[digit.charCodeAt(0)] as number) | DIGIT;
for (const end of ' \t\r\n"\'`<>/\\?#') KINDS[end.charCodeAt(0)] = (KINDS[end.charCodeAt(0)] as number) | ADDRESS_END;
for (const space of ' \t') KINDS[space.charCodeAt(0)] = (KINDS[space.charCodeAt(0)] as number) | SPACE;
// What may stand between a name and its value: separators, closing quotes and brackets, percent and entity escapes.
for (const sign of '=:"\'`\\]>%&|?+') KINDS[sign.charCodeAt(0)] = (KINDS[sign.charCodeAt(0)] as number) | AFTER_NAME;

/** Tests of a state's words, joined: what the words of one state need to be worth a look. */
export interface Probe {
  readonly always: boolean;
  /** Fewest token characters that must follow, or -1 when no token ends here. */
  readonly least: number;
  readonly context: 'none' | 'letters' | 'no-letters';
  readonly address: boolean;
  readonly space: boolean;
  /** The longest word of a name that ends here, to find its start. */
  readonly length: number;
}

function probeOf(words: readonly Word[], lengths: readonly number[]): Probe {
  let least = -1;
  let context: Probe['context'] = 'none';
  let length = 0;
  words.forEach((word, index) => {
    if (word.is === 'token' && word.least > 0) least = least < 0 ? word.least : Math.min(least, word.least);
    if (word.is !== 'context') return;
    context = word.lettersAfter || context === 'letters' ? 'letters' : 'no-letters';
    length = Math.max(length, lengths[index] ?? 0);
  });
  return {
    always: words.some(
      (word) =>
        (word.is === 'token' && word.least === 0) ||
        (word.is === 'shape' && word.next === 'any') ||
        !/^(?:token|context|shape)$/.test(word.is),
    ),
    least,
    context,
    address: words.some((word) => word.is === 'shape' && word.next === 'address'),
    space: words.some((word) => word.is === 'shape' && word.next === 'space'),
    length,
  };
}

/** One probe for each hit state of the table's automaton. */
export const probesOf = (table: WordTable): readonly Probe[] =>
  table.automaton.words.map((indexes) =>
    probeOf(
      indexes.map((index) => table.words[index] as Word),
      indexes.map((index) => table.lengths[index] as number),
    ),
  );

const ESC = 0x1b;

function tokenFollows(bytes: Uint8Array, from: number, least: number): boolean {
  for (let at = from; at < from + least; at++) {
    const byte = bytes[at] as number;
    if (byte === ESC) return true;
    if (((KINDS[byte] as number) & TOKEN) === 0) return false;
  }
  return true;
}

/** `user@` before the address ends. */
function hasUserInfo(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length && at < from + 512; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x40) return at > from;
    if (byte === ESC) return true;
    if (((KINDS[byte] as number) & ADDRESS_END) !== 0) return false;
  }
  return false;
}

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/** Bytes of a name before `from`, at most 64: where it starts. */
function nameStart(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at > 0 && from - at < 64 && ((KINDS[bytes[at - 1] as number] as number) & NAME) !== 0) at--;
  return at;
}

const PROSE_VERBS = new Set(['is', 'wa', 'ar', 'se', 'ch', 're']);

/** After a name and a space: a separator, a verb (`is`), a listing's gap, or a flag or `set` before the name. */
function spaceLeadsOn(bytes: Uint8Array, nameFrom: number, space: number): boolean {
  let at = space;
  while (at < bytes.length && at - space < 24 && ((KINDS[bytes[at] as number] as number) & SPACE) !== 0) at++;
  const next = bytes[at] as number;
  if (next === 0x3d || next === 0x3a || next === 0x7c || next === ESC || next === 0x3f) return true;
  if (next === 0x0a || next === 0x0d || at >= bytes.length) return false;
  if (at - space >= 2) return true;
  const before = bytes[nameFrom] as number;
  if (before === 0x2d || bytes[nameFrom - 1] === 0x2f) return true;
  if (PROSE_VERBS.has(String.fromCharCode(next | 0x20, (bytes[at + 1] as number) | 0x20))) return true;
  return ((KINDS[bytes[nameFrom - 1] as number] as number) & SPACE) !== 0 && endsWithSetWord(bytes, nameFrom - 1);
}

const SET_ENDS = new Set(['set', 'etx', 'env', 'ort', 'arg', 'put', 'add', 'ret', 'ets', 'ure', '-x', 'les']);

function endsWithSetWord(bytes: Uint8Array, space: number): boolean {
  if (space < 2) return false;
  const end = String.fromCharCode(
    (bytes[space - 3] ?? 0) | 0x20,
    (bytes[space - 2] as number) | 0x20,
    (bytes[space - 1] as number) | 0x20,
  );
  return SET_ENDS.has(end) || SET_ENDS.has(end.slice(1)) || (bytes[space - 1] as number) === 0x29;
}

/** Words of running text that hold a name's letters: `author`, `keyboard`, `authentic…` before anything but a sign. */
function contextFollows(bytes: Uint8Array, to: number, probe: Probe): boolean {
  let at = to;
  if (probe.context === 'no-letters' && at < bytes.length && isLetter(bytes[at] as number)) return false;
  while (at < bytes.length && at - to < 48 && ((KINDS[bytes[at] as number] as number) & NAME) !== 0) at++;
  const byte = at < bytes.length ? (bytes[at] as number) : 0x0a;
  if (byte === ESC) return true;
  if (((KINDS[byte] as number) & AFTER_NAME) !== 0) return !isBareKeyOrPass(bytes, to, probe.length, byte);
  if (((KINDS[byte] as number) & SPACE) !== 0) return spaceLeadsOn(bytes, nameStart(bytes, to - probe.length), at);
  // A name at the very end of a line may have its value on the next one (`--token \`, `name: X_TOKEN`).
  return (
    (byte === 0x0a || byte === 0x0d) &&
    ((KINDS[bytes[nameStart(bytes, to - probe.length) - 1] as number] as number) & (SPACE | AFTER_NAME)) !== 0
  );
}

/** `key:` and `PASS:` alone are a map's key and a test's result, by far the most frequent hits. */
function isBareKeyOrPass(bytes: Uint8Array, to: number, length: number, next: number): boolean {
  const first = bytes[to - length] as number;
  const before = to - length > 0 ? (bytes[to - length - 1] as number) : 0x20;
  if (((KINDS[before] as number) & NAME) !== 0) return false;
  if (length === 3 && (first | 0x20) === 0x6b)
    return before !== 0x3f && before !== 0x26 && (next === 0x3a || next === 0x3d || next === 0x22 || next === 0x27);
  return length === 4 && first === 0x50 && bytes[to - 1] === 0x53 && next === 0x3a;
}

/** True when the hit that ends before `to` may be a secret's. */
export function isWorthALook(bytes: Uint8Array, to: number, probe: Probe): boolean {
  if (probe.always) return true;
  if (probe.least >= 0 && tokenFollows(bytes, to, probe.least)) return true;
  if (probe.address && hasUserInfo(bytes, to)) return true;
  if (probe.space) {
    const byte = bytes[to] as number;
    if (
      byte === ESC ||
      byte === 0x20 ||
      byte === 0x25 ||
      byte === 0x09 ||
      byte === 0x2b ||
      byte === 0x22 ||
      byte === 0x27 ||
      byte === 0x3d
    )
      return true;
  }
  return probe.context !== 'none' && contextFollows(bytes, to, probe);
}
