// Finds the next word in a text that may be a secret's, as fast as can be: nearly all text has none. Words are looked for
// in the bytes as they came, and, where an escape sequence may part one, in the text that a terminal would show.
import { type FindWords, SLICE_BYTES } from './find.ts';
import { hasPair, hasPiece, type WordImage } from './image.ts';
import { isWorthALook } from './probe.ts';
import { checkAt, findWords, hasWord, type MaskTables, wordFinder } from './tables.ts';
import { endOfEscape, visibleLine } from './visible.ts';

const ESC = 0x1b;
const LF = 0x0a;
const CR = 0x0d;
const NO_WORDS = new Int32Array(0);

/** One pass over the first `end` bytes of a buffer, forwards. */
export class HitScan {
  private readonly bytes: Buffer;
  private readonly end: number;
  private readonly find: FindWords;
  private tables: MaskTables | undefined;
  /** Words whose pieces lie in the bytes from `looked` to `seen`, and how far these are done with. */
  private words: Int32Array = NO_WORDS;
  private done = 0;
  private looked = 0;
  private seen = 0;
  /** The next escape sequence from where the last look began; found once, however many words come before it. */
  private escape = -1;

  constructor(bytes: Buffer, end: number, find: FindWords = wordFinder()) {
    this.bytes = bytes;
    this.end = end;
    this.find = find;
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
      this.words = NO_WORDS;
      this.done = 0;
      this.seen = from;
    }
    this.tables = tables;
    for (;;) {
      for (; this.done < this.words.length; this.done += 2) {
        const index = this.words[this.done + 1] as number;
        const to = this.looked + (this.words[this.done] as number);
        const start = to - (tables.texts[index] as string).length;
        if (start >= end) return -1;
        if (start >= from && to <= end && isWorthALook(this.bytes, to, checkAt(tables, index))) return to;
      }
      this.seen = Math.max(this.seen, from);
      if (this.seen >= end) return -1;
      const next = Math.min(this.seen + SLICE_BYTES, this.end);
      const { words, seen } = this.find(tables.image, this.bytes, { from: this.seen, end: next, look: 'first' });
      this.words = words;
      this.done = 0;
      this.looked = this.seen;
      this.seen = seen;
    }
  }

  /** In lines that have an escape sequence where a word may be parted by it. */
  private nextParted(tables: MaskTables, from: number, end: number): number {
    const { bytes } = this;
    /** Up to here no escape sequence needs a look at the text without it; `shown` are the last bytes of text before. */
    let seen = from;
    let shown = LINE_START;
    for (let at = this.escapeFrom(from); at < end; at = this.escapeFrom(at + 1)) {
      if (at < seen) continue;
      shown = withBytes(shown, bytes, { from: seen, end: at });
      seen = afterEscapes(bytes, at, end);
      if (at === from || seen >= end || !mayPart(tables.image, bytes, shown, seen)) continue;
      const line = { from: lineStart(bytes, at, from), end: lineEnd(bytes, seen, end) };
      const hit = nextShownHit(tables, bytes, line);
      if (hit >= 0) return hit;
      seen = line.end;
      shown = LINE_START;
    }
    return -1;
  }

  private escapeFrom(at: number): number {
    if (this.escape < at) this.escape = nextEscape(this.bytes, at);
    return this.escape;
  }
}

/** chosen: in a log that has colours the next sequence is mostly nearer; a call of `indexOf` costs about as much. */
const NEAR = 96;

function nextEscape(bytes: Buffer, from: number): number {
  const near = Math.min(from + NEAR, bytes.length);
  for (let at = from; at < near; at++) if (bytes[at] === ESC) return at;
  const found = bytes.indexOf(ESC, near);
  return found < 0 ? bytes.length : found;
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

/** Three line ends: no word begins with one. */
const LINE_START = 0x0a0a0a;

/** The last three bytes of text, the last one lowest, after those of a range. */
function withBytes(shown: number, bytes: Buffer, { from, end }: Range): number {
  let last = shown;
  for (let at = Math.max(from, end - 3); at < end; at++) last = ((last << 8) | (bytes[at] as number)) & 0xffffff;
  return last;
}

/** A word may stand on both sides of the sequences that end at `to`: all text that is near it is compared with words. */
function mayPart(image: WordImage, bytes: Buffer, before: number, to: number): boolean {
  const first = bytes[to] as number;
  if (!hasPair(image, before & 0xff, first)) return false;
  const second = nextShown(bytes, to + 1);
  const third = nextShown(bytes, second + 1);
  return hasPiece(image, before, first | ((bytes[second] ?? LF) << 8) | ((bytes[third] ?? LF) << 16));
}

/** Where the next byte of text is, at `at` or behind the sequences there. */
const nextShown = (bytes: Buffer, at: number): number =>
  bytes[at] === ESC ? afterEscapes(bytes, at, bytes.length) : at;

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

/** chosen: the lines that have colours are short; for a longer one there is memory of its own. */
const SCRATCH_BYTES = 4_096;
let scratch: Buffer | undefined;

/** The bytes of a range without its escape sequences; they hold until the next call. */
function shownBytes(bytes: Buffer, { from, end }: Range): Buffer {
  scratch ??= Buffer.alloc(SCRATCH_BYTES);
  const shown = end - from > SCRATCH_BYTES ? Buffer.allocUnsafe(end - from) : scratch;
  let length = 0;
  for (let at = from; at < end; ) {
    const byte = bytes[at] as number;
    if (byte === ESC) at = endOfEscape(bytes, at, end);
    else {
      shown[length++] = byte;
      at++;
    }
  }
  return shown.subarray(0, length);
}

/** In the text without its escape sequences. What is near a word that one parts, no cheap check can see. */
function nextShownHit(tables: MaskTables, bytes: Buffer, { from, end }: Range): number {
  if (!hasWord(tables, shownBytes(bytes, { from, end }))) return -1;
  const { text, origin } = visibleLine(bytes, from, end);
  for (const { index, to } of findWords(tables, text)) {
    const { length } = tables.texts[index] as string;
    const last = origin === undefined ? to - 1 : (origin[to - 1] as number);
    const first = origin === undefined ? to - length : (origin[to - length] as number);
    const isParted = last - first >= length;
    if (isParted || isWorthALook(bytes, from + last + 1, checkAt(tables, index))) return from + last + 1;
  }
  return -1;
}
