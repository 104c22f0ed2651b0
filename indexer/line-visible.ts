// What a person sees of a line: without byte-order mark, escape sequences, overwritten text and control bytes.
// Works on bytes into a reused buffer, because it runs over every byte that is indexed.

/** Bytes looked at from the start of a line. Longer lines are minified files, dumps or progress bars (chosen). */
export const LINE_HEAD_BYTES = 4096;
/** Bytes looked at from the end of a longer line: an overwritten progress line ends with what stayed visible (chosen). */
const LINE_TAIL_BYTES = 512;

const ESC = 0x1b;
const CR = 0x0d;
const BEL = 0x07;

/** End of the escape sequence that starts at `at`, bounded by `end`; an unknown one is two bytes long. */
export function skipEscape(bytes: Uint8Array, at: number, end: number): number {
  const kind = bytes[at + 1];
  let i = at + 2;
  if (kind === 0x5b /* [ */) {
    while (i < end && ((bytes[i] as number) < 0x40 || (bytes[i] as number) > 0x7e)) i++;
    return Math.min(i + 1, end);
  }
  // OSC, DCS, APC, PM: text up to BEL or ESC \ (Buildkite's time stamps, hyperlinks, titles).
  if (kind === 0x5d || kind === 0x50 || kind === 0x5f || kind === 0x5e) {
    const stop = Math.min(end, at + 4096);
    while (i < stop) {
      if (bytes[i] === BEL) return i + 1;
      if (bytes[i] === ESC && bytes[i + 1] === 0x5c) return Math.min(i + 2, end);
      i++;
    }
    return Math.min(at + 2, end);
  }
  if (kind === 0x28 || kind === 0x29 || kind === 0x23) return Math.min(at + 3, end);
  return Math.min(at + 2, end);
}

/** Start of what the last carriage return left visible: the last part that is not blank. */
function visibleStart(bytes: Uint8Array, start: number, end: number): number {
  let partEnd = end;
  for (;;) {
    let at = partEnd - 1;
    while (at >= start && bytes[at] !== CR) at--;
    if (at < start) return start;
    if (hasText(bytes, at + 1, partEnd) || isErasing(bytes, at + 1, partEnd)) return at + 1;
    partEnd = at;
  }
}

/** `ESC [ K`, `ESC [ 0 K`, `ESC [ 2 K` right behind the carriage return: nothing before it stays visible. */
function isErasing(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] !== ESC || bytes[start + 1] !== 0x5b || start + 2 >= end) return false;
  const parameter = bytes[start + 2];
  return parameter === 0x4b || ((parameter === 0x30 || parameter === 0x32) && bytes[start + 3] === 0x4b);
}

function hasText(bytes: Uint8Array, start: number, end: number): boolean {
  let i = start;
  while (i < end) {
    const b = bytes[i] as number;
    if (b === ESC) i = skipEscape(bytes, i, end);
    else if (b > 0x20) return true;
    else i++;
  }
  return false;
}

/** A reused buffer and the part of it, or of the log itself, that holds the visible bytes of the last line. */
export class VisibleLine {
  /** Holds the visible bytes: the log itself where nothing had to be removed. Valid until the next `take`. */
  bytes: Uint8Array;
  start = 0;
  end = 0;
  readonly #scratch = new Uint8Array(LINE_HEAD_BYTES + LINE_TAIL_BYTES + 8);

  constructor() {
    this.bytes = this.#scratch;
  }

  /** Takes the line `[start, end)` (without its LF). `plain` promises that no ESC, inner CR or other control is in it. */
  take(bytes: Uint8Array, start: number, end: number, plain: 'plain' | 'unknown'): void {
    let to = end;
    if (to > start && bytes[to - 1] === CR) to--;
    let from = start;
    if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) from += 3;
    if (plain === 'plain' && to - from <= LINE_HEAD_BYTES) {
      this.bytes = bytes;
      this.start = from;
      this.end = to;
      return;
    }
    this.bytes = this.#scratch;
    this.start = 0;
    this.end = this.#copy(bytes, from, to);
  }

  #copy(bytes: Uint8Array, from: number, to: number): number {
    if (to - from <= LINE_HEAD_BYTES + LINE_TAIL_BYTES) {
      return this.#append(bytes, visibleStart(bytes, from, to), to, 0);
    }
    const tail = to - LINE_TAIL_BYTES;
    const shown = visibleStart(bytes, tail, to);
    if (shown > tail) return this.#append(bytes, shown, to, 0);
    const middle = this.#append(bytes, from, from + LINE_HEAD_BYTES, 0);
    // The cut is shown as "…" (UTF-8), so that nobody takes the two parts for one word.
    this.#scratch.set([0xe2, 0x80, 0xa6], middle);
    return this.#append(bytes, tail, to, middle + 3);
  }

  #append(bytes: Uint8Array, from: number, to: number, at: number): number {
    const out = this.#scratch;
    let n = at;
    let i = from;
    while (i < to) {
      const b = bytes[i] as number;
      if (b === ESC) i = skipEscape(bytes, i, to);
      else {
        if (b >= 0x20 || b === 0x09) out[n++] = b;
        i++;
      }
    }
    return n;
  }
}
