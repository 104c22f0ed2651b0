// Finds the next word in a text that may be a secret's, as fast as can be: nearly all text has none. Words are looked for
// in the bytes as they came, and, where an escape sequence may part one, in the text that a terminal would show.
import { buildGrams, type GramSource, type Grams } from './mask-grams.ts';
import { type FindPlaces, findPlacesPlainly, SLICE_BYTES, SLOT_BITS } from './mask-places.ts';
import { startWasmFinder } from './mask-places-wasm.ts';
import { isWorthALook, type Probe, probesOfStates, probesOfWords, sidesOf } from './mask-probe.ts';
import { formsOfValue } from './mask-told.ts';
import { endOfEscape, visibleLine } from './mask-visible.ts';
import { isExact, type Word, type WordTable, wordTable } from './mask-words.ts';

const ESC = 0x1b;
const LF = 0x0a;
const CR = 0x0d;

/** A word as the bytes that it may stand as, where it begins, counted from its piece, and the cheap check of a hit. */
interface Spelling {
  readonly offset: number;
  readonly codes: Uint8Array;
  readonly isExact: boolean;
  readonly probe: Probe;
}

/** Words to look for, the cheap checks of their hits, and what lets most text pass without either. */
export interface MaskTables {
  readonly words: WordTable;
  /** By hit state of the automaton. */
  readonly probes: readonly Probe[];
  readonly grams: Grams;
  /** By slot of a piece, the words that may stand around it. */
  readonly spellings: readonly (readonly Spelling[] | undefined)[];
  /** 1 for two folded bytes that stand side by side in a word, at first << 8 | second. */
  readonly pairs: Uint8Array;
}

/** Tables for the rules and these values. */
export function buildTables(values: readonly string[]): MaskTables {
  const words = wordTable([...new Set(values.flatMap(formsOfValue))]);
  const probes = probesOfWords(words);
  const isExactAt = words.words.map(isExact);
  const grams = buildGrams(
    words.texts.map(
      (word, index): GramSource => ({
        word,
        isExact: isExactAt[index] as boolean,
        ...sidesOf(probes[index] as Probe),
      }),
    ),
  );
  const codes = words.texts.map((text) => Uint8Array.from(text, (sign) => sign.charCodeAt(0)));
  const spellings = grams.words.map((placed) =>
    placed?.map(({ index, offset }) => ({
      offset,
      codes: codes[index] as Uint8Array,
      isExact: isExactAt[index] as boolean,
      probe: probes[index] as Probe,
    })),
  );
  return { words, probes: probesOfStates(words, probes), grams, spellings, pairs: pairsOf(words.texts) };
}

function pairsOf(texts: readonly string[]): Uint8Array {
  const pairs = new Uint8Array(1 << 16);
  for (const text of texts) {
    for (let at = 1; at < text.length; at++)
      pairs[((text.charCodeAt(at - 1) | 0x20) << 8) | (text.charCodeAt(at) | 0x20)] = 1;
  }
  return pairs;
}

let findPlaces: FindPlaces | undefined;
const NO_PLACES = new Int32Array(0);
const NO_SPELLINGS: readonly Spelling[] = [];
const SLOT_MASK = (1 << SLOT_BITS) - 1;

/** One pass over the first `end` bytes of a buffer, forwards. */
export class HitScan {
  private readonly bytes: Buffer;
  private readonly end: number;
  private readonly find: FindPlaces;
  private tables: MaskTables | undefined;
  /** Where words may stand in the bytes from `looked` to `seen`, and how many of these places are done with. */
  private places: Int32Array = NO_PLACES;
  private done = 0;
  private looked = 0;
  private seen = 0;
  /** The next escape sequence from where the last look began; found once, however many words come before it. */
  private escape = -1;

  constructor(bytes: Buffer, end: number, find?: FindPlaces) {
    this.bytes = bytes;
    this.end = end;
    findPlaces ??= startWasmFinder() ?? findPlacesPlainly;
    this.find = find ?? findPlaces;
  }

  /**
   * Index after a word in [from, end) that may be a secret's, or -1; no line before that word's has one. `from` never
   * goes back from one call to the next.
   */
  next(tables: MaskTables, from: number, end: number): number {
    const hit = this.nextRaw(tables, from, end);
    const parted = this.nextParted(tables, from, hit < 0 ? end : hit);
    return parted < 0 ? hit : parted;
  }

  /** In the bytes as they came, inside sequences too. */
  private nextRaw(tables: MaskTables, from: number, end: number): number {
    if (this.tables !== tables) {
      this.places = NO_PLACES;
      this.done = 0;
      this.seen = from;
    }
    this.tables = tables;
    const range = { from, end };
    for (;;) {
      for (; this.done < this.places.length; this.done++) {
        const place = this.places[this.done] as number;
        const at = this.looked + (place >>> SLOT_BITS);
        if (at >= end) return -1;
        const hit = hitAt(tables, this.bytes, place, at, range);
        if (hit >= 0) return hit;
      }
      this.seen = Math.max(this.seen, from);
      if (this.seen >= end) return -1;
      const next = Math.min(this.seen + SLICE_BYTES, this.end);
      this.places = this.find(tables.grams.pieces, this.bytes, this.seen, next);
      this.done = 0;
      this.looked = this.seen;
      this.seen = next;
    }
  }

  /** In lines that have an escape sequence where a word may be parted by it. */
  private nextParted(tables: MaskTables, from: number, end: number): number {
    const { bytes } = this;
    /** Up to here no escape sequence needs a look at the text without it. */
    let seen = from;
    for (let at = this.escapeFrom(from); at < end; at = this.escapeFrom(at + 1)) {
      if (at < seen) continue;
      seen = afterEscapes(bytes, at, end);
      if (at === from || seen >= end || !areNeighbours(tables, bytes[at - 1], bytes[seen])) continue;
      const line = { from: lineStart(bytes, at, from), end: lineEnd(bytes, seen, end) };
      const hit = nextShownHit(tables, bytes, line);
      if (hit >= 0) return hit;
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
  const { table, classes, shift, firstHit, escapeState, depths } = words.automaton;
  let state = 0;
  /** Where the last sequence ended: what is near a word that began before it, no probe can see. */
  let whole = from;
  for (let at = from; at < end; at++) {
    const next = table[(state << shift) | (classes[bytes[at] as number] as number)] as number;
    if (next === escapeState) {
      whole = endOfEscape(bytes, at, end);
      at = whole - 1;
      continue;
    }
    state = next;
    if (next < firstHit) continue;
    const isParted = at + 1 - (depths[next] as number) < whole;
    if (!isParted && !isWorthALook(bytes, at + 1, probes[next - firstHit] as Probe)) continue;
    if (isInCase(words, next - firstHit, visibleLine(bytes, from, at + 1).text)) return at + 1;
  }
  return -1;
}

/** One of the words that end a text in this state is there as it must be. */
const isInCase = ({ automaton, words, texts }: WordTable, state: number, text: string): boolean =>
  (automaton.words[state] ?? []).some(
    (index) => !isExact(words[index] as Word) || text.endsWith(texts[index] as string),
  );

function isSpelled({ codes, isExact }: Spelling, bytes: Buffer, start: number, classes: Uint8Array): boolean {
  for (let n = 0; n < codes.length; n++) {
    const byte = bytes[start + n] as number;
    const code = codes[n] as number;
    if (byte !== code && (isExact || classes[byte] !== classes[code] || classes[byte] === 0)) return false;
  }
  return true;
}

/** Index after a word in [from, end) that may be a secret's, around a piece at `at`, or -1. */
function hitAt(tables: MaskTables, bytes: Buffer, place: number, at: number, { from, end }: Range): number {
  const spellings = tables.spellings[place & SLOT_MASK] ?? NO_SPELLINGS;
  for (let n = 0; n < spellings.length; n++) {
    const spelling = spellings[n] as Spelling;
    const start = at + spelling.offset;
    const to = start + spelling.codes.length;
    if (start < from || to > end || !isSpelled(spelling, bytes, start, tables.words.automaton.classes)) continue;
    if (isWorthALook(bytes, to, spelling.probe)) return to;
  }
  return -1;
}
