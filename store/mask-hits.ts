// Finds the next word in a text that may be a secret's, as fast as can be: nearly all text has none. Words are looked for
// in the bytes as they came, and, where an escape sequence may part one, in the text that a terminal would show.
import { backOf, bitOf, buildGrams, FOLD, type GramSource, type Grams, hashOf, MIX } from './mask-grams.ts';
import { isWorthALook, type Probe, probesOf, sidesOf } from './mask-probe.ts';
import { formsOfValue } from './mask-told.ts';
import { endOfEscape } from './mask-visible.ts';
import { type WordTable, wordTable } from './mask-words.ts';

const ESC = 0x1b;
const LF = 0x0a;
const CR = 0x0d;

/** Words to look for, the cheap checks of their hits, and what lets most text pass without either. */
export interface MaskTables {
  readonly words: WordTable;
  readonly probes: readonly Probe[];
  readonly grams: Grams;
  /** 1 for two folded bytes that stand side by side in a word, at first << 8 | second. */
  readonly pairs: Uint8Array;
}

/** Tables for the rules and these values. */
export function buildTables(values: readonly string[]): MaskTables {
  const words = wordTable([...new Set(values.flatMap(formsOfValue))]);
  const sources = words.texts.map((word, index): GramSource => ({ word, ...sidesOf(words, index) }));
  return { words, probes: probesOf(words), grams: buildGrams(sources), pairs: pairsOf(words.texts) };
}

function pairsOf(texts: readonly string[]): Uint8Array {
  const pairs = new Uint8Array(1 << 16);
  for (const text of texts) {
    for (let at = 1; at < text.length; at++)
      pairs[((text.charCodeAt(at - 1) | 0x20) << 8) | (text.charCodeAt(at) | 0x20)] = 1;
  }
  return pairs;
}

/** One pass over the bytes of a buffer, forwards. */
export class HitScan {
  private readonly bytes: Buffer;
  private readonly view: Int32Array;
  /** The next escape sequence from where the last look began; found once, however many words come before it. */
  private escape = -1;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  }

  /** Index after a word in [from, end) that may be a secret's, or -1; no line before that word's has one. */
  next(tables: MaskTables, from: number, end: number): number {
    const { bytes, view } = this;
    let at = from;
    /** Up to here no escape sequence needs a look at the text without it. */
    let seen = from;
    while (at < end) {
      const sequence = Math.min(this.escapeFrom(at), end);
      const hit = nextRawHit(tables, view, bytes, { from: at, end: Math.min(sequence + 1, end) });
      if (hit >= 0) return hit;
      at = sequence + 1;
      if (sequence < seen || sequence >= end) continue;
      seen = afterEscapes(bytes, sequence, end);
      if (sequence === from || seen >= end || !areNeighbours(tables, bytes[sequence - 1], bytes[seen])) continue;
      const line = { from: lineStart(bytes, sequence, from), end: lineEnd(bytes, seen, end) };
      const parted = nextShownHit(tables, bytes, line);
      if (parted >= 0) return parted;
      seen = line.end;
    }
    return -1;
  }

  private escapeFrom(at: number): number {
    if (this.escape < at) {
      const found = this.bytes.indexOf(ESC, at);
      this.escape = found < 0 ? this.bytes.length : found;
    }
    return this.escape;
  }
}

interface Range {
  readonly from: number;
  readonly end: number;
}

/** Index after the sequences that stand side by side from `at` on. */
function afterEscapes(bytes: Buffer, at: number, end: number): number {
  let after = at;
  while (after < end && bytes[after] === ESC) after = endOfEscape(bytes, after, end);
  return after;
}

const areNeighbours = ({ pairs }: MaskTables, first: number | undefined, second: number | undefined): boolean =>
  pairs[(((first ?? 0) | 0x20) << 8) | ((second ?? 0) | 0x20)] === 1;

function lineStart(bytes: Buffer, at: number, from: number): number {
  let start = at;
  while (start > from && bytes[start - 1] !== LF && bytes[start - 1] !== CR) start--;
  return start;
}

/** After the line's end, with which a word may end. */
function lineEnd(bytes: Buffer, at: number, end: number): number {
  let to = at;
  while (to < end && bytes[to] !== LF && bytes[to] !== CR) to++;
  return Math.min(to + 1, end);
}

/** The automaton over the text without its escape sequences. */
function nextShownHit({ words, probes }: MaskTables, bytes: Buffer, { from, end }: Range): number {
  const { table, classes, shift, firstHit, escapeState } = words.automaton;
  let state = 0;
  for (let at = from; at < end; at++) {
    const next = table[(state << shift) | (classes[bytes[at] as number] as number)] as number;
    if (next === escapeState) {
      at = endOfEscape(bytes, at, end) - 1;
      continue;
    }
    state = next;
    if (next >= firstHit && isWorthALook(bytes, at + 1, probes[next - firstHit] as Probe)) return at + 1;
  }
  return -1;
}

/** Words in the bytes as they came, inside sequences too; a sequence begins at the last byte at most. */
function nextRawHit(tables: MaskTables, view: Int32Array, bytes: Buffer, { from, end }: Range): number {
  const { bits } = tables.grams;
  const base = bytes.byteOffset;
  let group = (base + from) >> 2;
  // A group of four needs the next one too; what is left is too short for that.
  const last = Math.min((base + end + 3) >> 2, view.length - 1);
  let here = (view[group] as number) | FOLD;
  for (; group < last; group++) {
    const next = (view[group + 1] as number) | FOLD;
    const middle = (here >>> 16) | (next << 16);
    const a = Math.imul(here << 8, MIX);
    const b = Math.imul(here & ~0xff, MIX);
    const c = Math.imul(middle << 8, MIX);
    const d = Math.imul(middle & ~0xff, MIX);
    const inFour = bitOf(bits, a) | (bitOf(bits, b) << 1) | (bitOf(bits, c) << 2) | (bitOf(bits, d) << 3);
    here = next;
    if (inFour === 0) continue;
    const first = (group << 2) - base;
    for (let n = 0; n < 4; n++) {
      const at = first + n;
      if (((inFour >>> n) & 1) === 0 || at < from || at >= end) continue;
      const hit = hitAt(tables, bytes, at, { from, end });
      if (hit >= 0) return hit;
    }
  }
  for (let at = Math.max((group << 2) - base, from); at < end; at++) {
    const hit = hitAt(tables, bytes, at, { from, end });
    if (hit >= 0) return hit;
  }
  return -1;
}

/** Bytes beyond a buffer count as spaces. */
const foldedAt = (bytes: Buffer, at: number): number =>
  at >= 0 && at < bytes.length ? (bytes[at] as number) | 0x20 : 0x20;

/** Index after a word whose piece starts at `at` and that may be a secret's, or -1. */
function hitAt(tables: MaskTables, bytes: Buffer, at: number, { from, end }: Range): number {
  const hash = hashOf(foldedAt(bytes, at) | (foldedAt(bytes, at + 1) << 8) | (foldedAt(bytes, at + 2) << 16));
  if (bitOf(tables.grams.bits, hash) === 0) return -1;
  const back = backOf(tables.grams, hash, foldedAt(bytes, at - 1), foldedAt(bytes, at + 3));
  return back < 0 ? -1 : walk(tables, bytes, at, { from: Math.max(from, at - back), end });
}

/** Walks from where a word with a piece at `at` may begin until no word is open that began before it. */
function walk({ words, probes }: MaskTables, bytes: Buffer, at: number, { from, end }: Range): number {
  const { table, classes, shift, firstHit, escapeState, depths } = words.automaton;
  let state = 0;
  for (let here = from; here < end; here++) {
    state = table[(state << shift) | (classes[bytes[here] as number] as number)] as number;
    if (state === escapeState) return -1;
    if (state >= firstHit && isWorthALook(bytes, here + 1, probes[state - firstHit] as Probe)) return here + 1;
    if (here >= at + 2 && here + 1 - (depths[state] as number) > at) return -1;
  }
  return -1;
}
