// The cheap test of a hit, on the bytes as they came: may this line hold a secret at all? Nearly every hit ends here,
// so the rest of the work is done for few lines. A "yes" costs time only; a "no" must be certain.
import { isSetBefore, MAX_BEFORE, MAX_NAME_LEFT, MAX_NAME_RIGHT, startsLine } from './before.ts';
import { ANY_BYTE, byteSet, type GramSource } from './grams.ts';
import { type ByteSet, GOES_ON, LAST_OF_COLOUR, SAYS_NO, SAYS_YES } from './image.ts';
import { hasControlBefore, isIdleName, leadsToColon } from './probe-name.ts';
import { endOfEscape } from './visible.ts';
import { isWideSign, isWideVerb } from './wide-signs.ts';
import type { Word } from './words.ts';

const TOKEN = 1;
const NAME = 2;
const ADDRESS_END = 8;
const SPACE = 16;
const AFTER_NAME = 32;

/** Kinds of each byte, as bits. */
const KINDS = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) KINDS[byte] = TOKEN;
for (const sign of '"\'`<>(),;[]{}\\') KINDS[sign.charCodeAt(0)] = 0;
for (const name of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$')
  KINDS[name.charCodeAt(0)] = (KINDS[name.charCodeAt(0)] as number) | NAME;
for (const end of ' \t\r\n"\'`<>/\\?#') KINDS[end.charCodeAt(0)] = (KINDS[end.charCodeAt(0)] as number) | ADDRESS_END;
for (let byte = 0x80; byte < 0x100; byte++) KINDS[byte] = NAME; // letters beyond ASCII
for (const space of ' \t') KINDS[space.charCodeAt(0)] = (KINDS[space.charCodeAt(0)] as number) | SPACE;
// What may stand between a name and its value: separators, closing quotes and brackets, percent and entity escapes.
for (const sign of '=:"\'`\\]<>%&|?+(') KINDS[sign.charCodeAt(0)] = (KINDS[sign.charCodeAt(0)] as number) | AFTER_NAME;

/** What the bytes around a word must look like for its line to be worth a look. */
export interface Check {
  readonly how: 'always' | 'token' | 'context' | 'address' | 'space' | 'flag';
  /** Bytes of the word. */
  readonly length: number;
  /** `token`: what each of the bytes must be that follow, 0 for those that can't. */
  readonly follows: readonly Uint8Array[];
  /** `token`: bytes before the word that refuse it, or undefined. */
  readonly refused: Uint8Array | undefined;
  /** `token`: bytes one of which must stand right before the word, or undefined. */
  readonly before: Uint8Array | undefined;
  /** What the bytes after the word say to a first look (image.ts); a yes is asked again. */
  readonly answers: Uint8Array | undefined;
  /** `context`: signs at the end of the word that are not the name's. */
  readonly trim: number;
  /** `flag`: what must come later in the line (`-p`). */
  readonly flag: string;
}

const ANY_TOKEN = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) ANY_TOKEN[byte] = (KINDS[byte] as number) & TOKEN;

const ASCII = String.fromCharCode(...Array.from({ length: 0x7f - 0x21 }, (_, n) => 0x21 + n));
const sets = new Map<string, Uint8Array>();
/** The bytes of a character class of an expression. */
function setOf(characterClass: string): Uint8Array {
  const known = sets.get(characterClass);
  if (known !== undefined) return known;
  const set = new Uint8Array(256);
  // No class of a rule goes beyond ASCII.
  for (const sign of ASCII.match(new RegExp(characterClass, 'g')) ?? []) set[sign.charCodeAt(0)] = 1;
  sets.set(characterClass, set);
  return set;
}

const CLASS = '\\[(?:[^\\]\\\\]|\\\\.)+\\]|\\\\[dw]';
const LAST_CLASS = new RegExp(`(${CLASS})(?:\\{[\\d,]{1,9}\\})?$`);
/** A class or a sign and how often it must stand there; nothing else of an expression is read. */
const STEP = new RegExp(`(${CLASS}|[\\w./:=~-]|\\\\[^\\w])(?:\\{(\\d{1,4})(,\\d{0,4})?\\})?(?![?*+|])`, 'y');
/** More is left to the expression. */
const MOST_FOLLOWING = 24;

/** Sets for the bytes that every match of `tail` begins with, as far as they are certain. */
function firstSets(tail: string): readonly Uint8Array[] {
  const sets: Uint8Array[] = [];
  if (tail.startsWith('(') || hasChoice(tail)) {
    // The first count in an expression is the least of the bytes that come.
    const least = Number(/\{(\d{1,4})/.exec(tail)?.[1] ?? 0);
    return new Array(Math.min(MOST_FOLLOWING, least)).fill(ANY_TOKEN);
  }
  STEP.lastIndex = 0;
  while (sets.length < MOST_FOLLOWING) {
    const step = STEP.exec(tail);
    const set = step?.[1] === undefined ? undefined : setOf(step[1]);
    if (step === null || set === undefined) break;
    for (let n = Number(step[2] ?? 1); n > 0 && sets.length < MOST_FOLLOWING; n--) sets.push(set);
    if (step[3] !== undefined) break;
  }
  return sets;
}

/** `a|b` outside of any parenthesis: then nothing of it is certain. */
const hasChoice = (tail: string): boolean => /\|/.test(tail.replace(/\\.|\[(?:[^\]\\]|\\.)+\]|\([^()]*\)/g, ''));

function tokenCheck(word: Extract<Word, { is: 'token' }>, length: number): Check {
  const { tail, head, edges } = word.rule;
  const last = head === '' ? null : LAST_CLASS.exec(head);
  return {
    ...ALWAYS,
    how: 'token',
    length,
    follows: firstSets(tail),
    refused:
      head !== ''
        ? undefined
        : edges.includes('L')
          ? setOf('[\\w+/-]')
          : edges.includes('l')
            ? setOf('[A-Za-z0-9]')
            : undefined,
    before: last?.[1] === undefined ? undefined : setOf(last[1]),
  };
}

const ALWAYS: Check = {
  how: 'always',
  length: 0,
  follows: [],
  refused: undefined,
  before: undefined,
  answers: undefined,
  trim: 0,
  flag: '',
};

/** The check of a word of so many bytes. */
export function checkOf(word: Word, length: number): Check {
  switch (word.is) {
    case 'token':
      return tokenCheck(word, length);
    case 'context':
      return { ...ALWAYS, how: 'context', length: length - word.trim, trim: word.trim };
    case 'command':
      return word.flag === '' ? ALWAYS : { ...ALWAYS, how: 'flag', flag: word.flag };
    case 'shape':
      return word.next === 'any' ? ALWAYS : { ...ALWAYS, how: word.next, answers: answersOf(word.next) };
    case 'webhook':
    case 'key-begin':
    case 'putty-key':
    case 'data-block':
    case 'add-mask':
    case 'told':
      return ALWAYS;
    default:
      return word satisfies never;
  }
}

/** As `hasUserInfo` and `spaceFollows` say, but for an address without a user. */
const answersOf = (next: 'space' | 'address'): Uint8Array => (next === 'space' ? SPACE_ANSWERS : ADDRESS_ANSWERS);

const ESC = 0x1b;

const FREE = { before: ANY_BYTE, isLed: false, after: ANY_BYTE };
// By set of a check; one set may be what must come before one word and what must not before another.
const LED_BY = new Map<Uint8Array, ByteSet>();
const NOT_REFUSED_BY = new Map<Uint8Array, ByteSet>();
const FOLLOWED_BY = new Map<Uint8Array, ByteSet>();

function knownSet(known: Map<Uint8Array, ByteSet>, key: Uint8Array, isIn: (byte: number) => boolean): ByteSet {
  const set = known.get(key) ?? byteSet(isIn);
  known.set(key, set);
  return set;
}

/** What may stand beside a word with this check: with any other neighbour it says no. */
export function sidesOf(check: Check): Omit<GramSource, 'word' | 'isExact'> {
  if (check.how !== 'token') return FREE;
  const { before, refused, follows } = check;
  const [next] = follows;
  const isLed = before !== undefined;
  return {
    isLed,
    before: isLed
      ? knownSet(LED_BY, before, (byte) => byte === LAST_OF_COLOUR || before[byte] !== 0)
      : refused === undefined
        ? ANY_BYTE
        : knownSet(NOT_REFUSED_BY, refused, (byte) => byte === LAST_OF_COLOUR || refused[byte] !== 1),
    after: next === undefined ? ANY_BYTE : knownSet(FOLLOWED_BY, next, (byte) => byte === ESC || next[byte] !== 0),
  };
}

function tokenFollows(bytes: Uint8Array, to: number, check: Check): boolean {
  const start = to - check.length;
  const previous = start > 0 ? (bytes[start - 1] as number) : 0;
  // A letter before the word may be the end of a colour code: only the expression, which sees none, can tell.
  if (check.refused !== undefined && check.refused[previous] === 1 && previous !== LAST_OF_COLOUR) return false;
  if (check.before !== undefined && check.before[previous] === 0 && previous !== LAST_OF_COLOUR) return false;
  const { follows } = check;
  let at = to;
  for (let n = 0; n < follows.length; n++, at++) {
    while (bytes[at] === ESC) at = endOfEscape(bytes, at, bytes.length);
    if (at >= bytes.length || (follows[n] as Uint8Array)[bytes[at] as number] === 0) return false;
  }
  return true;
}

function flagFollows(bytes: Uint8Array, from: number, flag: string): boolean {
  const first = flag.charCodeAt(0);
  for (let at = from; at < bytes.length && at < from + 260; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x0a || byte === 0x0d) return false;
    if (byte === ESC || (byte === first && bytes[at + 1] === flag.charCodeAt(1))) return true;
  }
  return false;
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

const ADDRESS_ANSWERS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x40 || byte === ESC ? SAYS_YES : ((KINDS[byte] as number) & ADDRESS_END) === 0 ? GOES_ON : SAYS_NO,
);

/** Bytes of a name before `from`, at most as many as count: where it starts. */
function nameStart(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at > 0 && from - at < MAX_NAME_LEFT && ((KINDS[bytes[at - 1] as number] as number) & NAME) !== 0) at--;
  return at;
}

/** Twenty characters of a name or token with a digit among them: no word of prose. */
function randomFollows(bytes: Uint8Array, from: number): boolean {
  let digits = 0;
  for (let at = from; at < from + 20; at++) {
    const byte = bytes[at] as number;
    if (at >= bytes.length || ((KINDS[byte] as number) & NAME) === 0) return false;
    if (byte >= 0x30 && byte <= 0x39) digits++;
  }
  return digits >= 1;
}

/** A sign or a space before a name at the end of a line: `name: X_TOKEN`. */
const isLedTo = (bytes: Uint8Array, nameFrom: number): boolean =>
  ((KINDS[bytes[nameFrom - 1] as number] as number) & (SPACE | AFTER_NAME)) !== 0;

function endsLine(bytes: Uint8Array, from: number): boolean {
  let at = from;
  while (at < bytes.length && ((KINDS[bytes[at] as number] as number) & SPACE) !== 0) at++;
  return at >= bytes.length || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === ESC;
}

const PROSE_VERBS = new Set(['is', 'wa', 'va', 'ar', 'se', 'ch', 're', 'fo']);

/** After a name and a space: a separator, a verb (`is`), a listing's gap, or a flag or `set` before the name. */
function spaceLeadsOn(bytes: Buffer, nameFrom: number, space: number): boolean {
  let at = space;
  while (at < bytes.length && at - space < 24 && ((KINDS[bytes[at] as number] as number) & SPACE) !== 0) at++;
  const next = bytes[at] as number;
  if (
    next === 0x3d ||
    next === 0x3a ||
    next === 0x7c ||
    next === ESC ||
    next === 0x3f ||
    next === 0x5b ||
    next === 0x27 ||
    next === 0x22
  )
    return true;
  if (next === 0x0a || next === 0x0d || at >= bytes.length) return isLedTo(bytes, nameFrom);
  const previous = nameFrom > 0 ? (bytes[nameFrom - 1] as number) : 0x0a;
  if (at - space >= 2 || previous === 0x0a || previous === 0x0d || previous === 0x09) return true;
  const before = bytes[nameFrom] as number;
  if (before === 0x2d || bytes[nameFrom - 1] === 0x2f) return true;
  if (randomFollows(bytes, at)) return true;
  if (PROSE_VERBS.has(String.fromCharCode(next | 0x20, (bytes[at + 1] as number) | 0x20))) return true;
  return isSetByWords(bytes, nameFrom) || leadsToColon(bytes, at);
}

/** As `isSetBefore` and `startsLine`, on the bytes of the line before a name; a sequence among them is no text. */
function isSetByWords(bytes: Buffer, nameFrom: number): boolean {
  let from = nameFrom;
  while (from > 0 && nameFrom - from < MAX_BEFORE && bytes[from - 1] !== 0x0a && bytes[from - 1] !== 0x0d) {
    if (bytes[from - 1] === ESC) return true;
    from--;
  }
  const before = bytes.toString('latin1', from, nameFrom);
  return startsLine(before) || isSetBefore(before);
}

const isName = (byte: number | undefined): boolean => byte !== undefined && ((KINDS[byte] as number) & NAME) !== 0;

/** chosen: a word wears a colour and a weight at most; with more before it, it is looked at. */
const MOST_COLOURS = 3;

/** Where the colour codes begin that end at `to`. */
function beforeColours(bytes: Uint8Array, to: number): number {
  let from = to;
  for (let n = 0; n < MOST_COLOURS && bytes[from - 1] === LAST_OF_COLOUR; n++) {
    let at = from - 2;
    while (at > 0 && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x3b) at--;
    if (bytes[at] !== 0x5b || bytes[at - 1] !== ESC) return from;
    from = at - 1;
  }
  return from;
}

function afterColours(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let n = 0; n < MOST_COLOURS && bytes[at] === ESC; n++) at = endOfEscape(bytes, at, bytes.length);
  return at;
}

/** `PASSED` alone, in colour or not, is a test's result; what it starts with is a password in French. */
function isPassed(bytes: Buffer, from: number, to: number): boolean {
  if (((bytes[to] as number) | 0x20) !== 0x64 || to + 1 - from !== 6) return false;
  if (bytes.toString('latin1', from, to + 1).toLowerCase() !== 'passed') return false;
  const after = bytes[afterColours(bytes, to + 1)];
  return after !== ESC && !isName(after) && !isName(bytes[beforeColours(bytes, from) - 1]);
}

/** Words of running text that hold a name's letters: `author`, `keyboard`, `authentic…` before anything but a sign. */
function contextFollows(bytes: Buffer, to: number, check: Check): boolean {
  if (isWideVerb(bytes, to)) return true;
  let at = to;
  while (
    at < bytes.length &&
    at - to < MAX_NAME_RIGHT &&
    ((KINDS[bytes[at] as number] as number) & NAME) !== 0 &&
    !isWideSign(bytes, at)
  )
    at++;
  if (isWideSign(bytes, at) || isWideVerb(bytes, at - 3)) return true;
  const byte = at < bytes.length ? (bytes[at] as number) : 0x0a;
  const from = to - check.length;
  if (isPassed(bytes, from, to)) return false;
  if (byte === ESC) return true;
  if (((KINDS[byte] as number) & AFTER_NAME) !== 0)
    return !isBareKeyOrPass(bytes, to, check.length, byte) && !isIdleName(bytes, from, to);
  // `AccessToken[…]`: `tokens[0]` stands in much code.
  if (byte === 0x5b || byte === 0x7b) return randomFollows(bytes, at + 1);
  const start = nameStart(bytes, from);
  if (hasControlBefore(bytes, start)) return true;
  if (((KINDS[byte] as number) & SPACE) !== 0) return spaceLeadsOn(bytes, start, at) && !isIdleName(bytes, from, to);
  // A name at the very end of a line may have its value on the next one (`--token \`, `name: X_TOKEN`).
  return endsLine(bytes, byte === 0x2c ? at + 1 : at) && isLedTo(bytes, start) && !isIdleName(bytes, from, to);
}

/** `key:` and `PASS:` alone are a map's key and a test's result, by far the most frequent hits. */
function isBareKeyOrPass(bytes: Uint8Array, to: number, length: number, next: number): boolean {
  const first = bytes[to - length] as number;
  const before = to - length > 0 ? (bytes[to - length - 1] as number) : 0x20;
  if (((KINDS[before] as number) & NAME) !== 0) return false;
  if (length <= 4 && (first | 0x20) === 0x6b) {
    const isWordBefore =
      before === 0x20 && to - length > 1 && ((KINDS[bytes[to - length - 2] as number] as number) & NAME) !== 0;
    return (
      before !== 0x3f &&
      before !== 0x26 &&
      !isWordBefore &&
      (next === 0x3a || next === 0x3d || next === 0x22 || next === 0x27)
    );
  }
  return length === 4 && first === 0x50 && bytes[to - 1] === 0x53 && bytes[to] === 0x3a;
}

/** After `bearer` and `basic`: a space, a quote or a percent escape. */
function spaceFollows(byte: number | undefined): boolean {
  return (
    byte === ESC ||
    byte === 0x20 ||
    byte === 0x09 ||
    byte === 0x25 ||
    byte === 0x2b ||
    byte === 0x22 ||
    byte === 0x27 ||
    byte === 0x3d
  );
}

const SPACE_ANSWERS = Uint8Array.from({ length: 256 }, (_, byte) => (spaceFollows(byte) ? SAYS_YES : SAYS_NO));

/** True when the hit that ends before `to` may be a secret's. */
export function isWorthALook(bytes: Buffer, to: number, check: Check): boolean {
  switch (check.how) {
    case 'token':
      return tokenFollows(bytes, to, check);
    case 'context':
      return contextFollows(bytes, to - check.trim, check);
    case 'address':
      return hasUserInfo(bytes, to);
    case 'space':
      return spaceFollows(bytes[to]);
    case 'flag':
      return flagFollows(bytes, to, check.flag);
    case 'always':
      return true;
    default:
      return check.how satisfies never;
  }
}
