// The distinct words of a block: 64 bytes a step say where words begin and end, and the last eight bytes of a word decide
// nearly every comparison.
import { foldInto } from './fold.ts';
import { addLongWord } from './grams.ts';
import { DOCUMENTS, MARKED, SLOTS, SLOTS_BYTES, TO_FOLDED } from './layout.ts';

export const MIN_WORD_BYTES: usize = 3;
export const MAX_WORD_BYTES: usize = 256;
const MIN_FRACTION_DIGITS: usize = 6;
const MAX_FRACTION_DIGITS: usize = 9;
/** `\u0001` and the letter behind it, as two bytes are read. */
const LONG_WORD: u16 = 0x6c01;
export const VISIBLE_MARK: u16 = 0x7601;
const FRACTION_HEAD: u16 = 0x6801;
const FRACTION_TAIL: u16 = 0x7401;
const FRACTION_MORE: u16 = 0x6d01;

/** chosen: an attacker's words may share hash values; after so many steps a repeated word is simply written again. */
const MAX_PROBES: u32 = 64;
const FIRST_SLOTS: u32 = 1 << 12;
/** Last eight bytes, hash, and where the word stands in its document. */
const SLOT_SHIFT: u32 = 4;

let slots: usize = SLOTS;
let slotCount: u32 = FIRST_SLOTS;
/** Takes a hash to its slot: the upper bits, as only they depend on every byte. */
let slotShift: u32 = 32 - 12;
let count: u32 = 0;
/** Of the document under way. A slot with a word before it is empty: it is of a block before. */
let documentStart: usize = DOCUMENTS;
let documentEnd: usize = DOCUMENTS;

/** The next frame: its documents take the place of the last one's. */
export function clearDocuments(): void {
  memory.fill(slots, 0, (<usize>slotCount) << SLOT_SHIFT);
  documentEnd = DOCUMENTS;
}

/** Begins the document of a block behind the last one. */
export function beginDocument(): void {
  documentStart = documentEnd;
  count = 0;
}

/** Words of the document under way. */
export function countWords(): u32 {
  return count;
}

/** Where the document under way ends. */
export function endOfDocument(): usize {
  return documentEnd;
}

/** Adds the words of the text `[from, to)`. A word that the range cuts counts as it stands there. */
export function addWords(from: usize, to: usize): void {
  let carry: u64 = 0;
  let start: usize = 0;
  for (let at = from; at < to; at += 64) {
    let bits = fold16(at) | (fold16(at + 16) << 16) | (fold16(at + 32) << 32) | (fold16(at + 48) << 48);
    const left = to - at;
    if (left < 64) bits &= ((<u64>1) << (<u64>left)) - 1;
    // A bit wherever a word begins or ends.
    let edges = bits ^ ((bits << 1) | carry);
    let isOpen = carry !== 0;
    carry = bits >> 63;
    while (edges !== 0) {
      const edge = at + <usize>ctz(edges);
      edges &= edges - 1;
      if (isOpen) {
        if (edge - start >= MIN_WORD_BYTES) takeWord(start, edge);
      } else start = edge;
      isOpen = !isOpen;
    }
  }
  if (carry !== 0 && to - start >= MIN_WORD_BYTES) takeWord(start, to);
}

/** Folds 16 bytes, and says which of them are of words. */
function fold16(at: usize): u64 {
  const bytes = v128.load(at);
  const isCapital = i8x16.lt_s(i8x16.add(bytes, i8x16.splat(<i8>(0x80 - 0x41))), i8x16.splat(<i8>(26 - 0x80)));
  const folded = v128.or(bytes, v128.and(isCapital, i8x16.splat(0x20)));
  v128.store(at, folded, TO_FOLDED);
  const isLetter = i8x16.lt_s(i8x16.add(folded, i8x16.splat(<i8>(0x80 - 0x61))), i8x16.splat(<i8>(26 - 0x80)));
  const isDigit = i8x16.lt_s(i8x16.add(bytes, i8x16.splat(<i8>(0x80 - 0x30))), i8x16.splat(<i8>(10 - 0x80)));
  const isOther = v128.or(i8x16.eq(bytes, i8x16.splat(0x5f)), i8x16.lt_s(bytes, i8x16.splat(0)));
  return <u64>(<u32>i8x16.bitmask(v128.or(v128.or(isLetter, isDigit), isOther)));
}

/** Adds the word `[start, end)` of the folded text unless it is there. */
function takeWord(start: usize, end: usize): void {
  const size = end - start;
  if (size > MAX_WORD_BYTES) {
    addMarked(LONG_WORD, 0, 0);
    addLongWord(start + TO_FOLDED, end + TO_FOLDED, documentEnd);
    return;
  }
  const at = start + TO_FOLDED;
  const tail = tailOf(at, size);
  const hash = hashOf(at, size, tail);
  if (isKnown(at, size, tail, hash)) return;
  if (size >= MIN_FRACTION_DIGITS && size <= MAX_FRACTION_DIGITS + 1 && isFraction(at, size)) addFraction(at, size);
  else insert(at, size, tail, hash);
}

/** The last eight bytes; a shorter word with zeros behind it. */
function tailOf(at: usize, size: usize): u64 {
  const tail = load<u64>(at + size - 8);
  return size >= 8 ? tail : tail >> ((8 - <u64>size) << 3);
}

function hashOf(at: usize, size: usize, tail: u64): u32 {
  let rest: u64 = size;
  const stop = at + size;
  for (let from = at; from + 8 < stop; from += 8) {
    rest = (rest ^ load<u64>(from)) * 0x9e3779b97f4a7c15;
    rest ^= rest >> 29;
  }
  return <u32>(((tail ^ rest) * 0xd6e8feb86659fd93) >> 32);
}

function isKnown(at: usize, size: usize, tail: u64, hash: u32): boolean {
  const mask = slotCount - 1;
  let slot = hash >> slotShift;
  for (let probes: u32 = 0; probes < MAX_PROBES; probes++) {
    const entry = slots + ((<usize>slot) << SLOT_SHIFT);
    const own = <usize>load<u32>(entry, 12);
    if (own < documentStart) return false;
    if (load<u64>(entry) === tail && load<u32>(entry, 8) === hash && (size < 8 || isSame(at, size, own))) return true;
    slot = (slot + 1) & mask;
  }
  return false;
}

/** Whether the word of the document at `own` is `[at, at + size)`. */
function isSame(at: usize, size: usize, own: usize): boolean {
  if (load<u8>(own + size) !== 0x20) return false;
  let i: usize = 0;
  for (; i + 8 <= size; i += 8) if (load<u64>(own + i) !== load<u64>(at + i)) return false;
  return i === size || load<u64>(own + size - 8) === load<u64>(at + size - 8);
}

function insert(at: usize, size: usize, tail: u64, hash: u32): void {
  if (count * 2 + 2 > slotCount) widen();
  count++;
  const own = documentEnd;
  const end = copyWord(at, size, own);
  store<u8>(end, 0x20);
  documentEnd = end + 1;
  // A word with K or ſ is written again each time: that it is another one now would have to be looked for.
  if (end === own + size) link(own, tail, hash);
}

function link(own: usize, tail: u64, hash: u32): void {
  const mask = slotCount - 1;
  let slot = hash >> slotShift;
  for (let probes: u32 = 0; probes < MAX_PROBES; probes++) {
    const entry = slots + ((<usize>slot) << SLOT_SHIFT);
    if (<usize>load<u32>(entry, 12) < documentStart) {
      store<u64>(entry, tail);
      store<u32>(entry, hash, 8);
      store<u32>(entry, <u32>own, 12);
      return;
    }
    slot = (slot + 1) & mask;
  }
}

/** Goes over to the other table, of twice the size. */
function widen(): void {
  const old = slots;
  const oldEnd = old + ((<usize>slotCount) << SLOT_SHIFT);
  slots = old === SLOTS ? SLOTS + SLOTS_BYTES : SLOTS;
  slotCount *= 2;
  slotShift--;
  memory.fill(slots, 0, (<usize>slotCount) << SLOT_SHIFT);
  for (let entry = old; entry < oldEnd; entry += 1 << SLOT_SHIFT) {
    const own = <usize>load<u32>(entry, 12);
    if (own >= documentStart) link(own, load<u64>(entry), load<u32>(entry, 8));
  }
}

/** Writes a word as the index has it, with K (KELVIN SIGN) and ſ (LONG S) as k and s. Gives its end. */
function copyWord(at: usize, size: usize, own: usize): usize {
  let high: u64 = 0;
  for (let i: usize = 0; i < size; i += 8) {
    const bytes = load<u64>(at + i);
    store<u64>(own + i, bytes);
    high |= bytes;
  }
  // Bytes behind the word may count too: they only cost the slower way.
  if ((high & 0x8080808080808080) === 0) return own + size;
  return foldInto(at, size, own);
}

/** Adds a word that only the visible text has. */
export function addVisible(from: usize, to: usize): void {
  if (to - from <= MAX_WORD_BYTES) addMarked(VISIBLE_MARK, from, to);
  else {
    addMarked(LONG_WORD, 0, 0);
    addLongWord(from, to, documentEnd);
  }
}

/** Adds `mark` and the bytes `[from, to)`, of which a word has at most MAX_WORD_BYTES. */
function addMarked(mark: u16, from: usize, to: usize): void {
  store<u16>(MARKED, mark);
  addFolded(MARKED, foldInto(from, to - from, MARKED + 2) - MARKED);
}

/** Adds the word `[at, at + size)`, which is folded, unless it is there. */
export function addFolded(at: usize, size: usize): void {
  const tail = tailOf(at, size);
  const hash = hashOf(at, size, tail);
  if (!isKnown(at, size, tail, hash)) insert(at, size, tail, hash);
}

function isDigit(byte: u8): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether the folded word is the fraction of a second of a time of day: `:48.4514824Z`, `:48,451482`. */
function isFraction(at: usize, size: usize): boolean {
  if (load<u8>(at - 4) !== 0x3a || !isDigit(load<u8>(at - 3)) || !isDigit(load<u8>(at - 2))) return false;
  const point = load<u8>(at - 1);
  if (point !== 0x2e && point !== 0x2c) return false;
  const digits = load<u8>(at + size - 1) === 0x7a ? size - 1 : size;
  if (digits < MIN_FRACTION_DIGITS || digits > MAX_FRACTION_DIGITS) return false;
  for (let i: usize = 0; i < digits; i++) if (!isDigit(load<u8>(at + i))) return false;
  return true;
}

function addFraction(at: usize, size: usize): void {
  const digits = isDigit(load<u8>(at + size - 1)) ? size : size - 1;
  addMarked(FRACTION_HEAD, at, at + 4);
  const end = min<usize>(digits, 7);
  addMarked(FRACTION_TAIL, at + 3, at + end);
  if (end < digits) addMarked(FRACTION_MORE, 0, 0);
}
