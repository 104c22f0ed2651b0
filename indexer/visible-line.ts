// A line as people see it, for searching: without escape sequences and overstrikes. Unlike wasm/shown.ts it keeps all
// text, what a carriage return overwrote too: a search must find more, never less.

const ESC = 0x1b;
const BACKSPACE = 0x08;
const BEL = 0x07;

/** Whether `bytes` has anything that the visible text lacks. */
export const hasHidden = (bytes: Uint8Array): boolean => bytes.includes(ESC) || bytes.includes(BACKSPACE);

/** The first place from `from` on where something is hidden; `bytes.length` when there is none. */
export class HiddenPlaces {
  readonly #bytes: Uint8Array;
  #escape = -1;
  #backspace = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Ascending `from` only: each byte is looked at once. */
  next(from: number): number {
    this.#escape = this.#find(ESC, this.#escape, from);
    this.#backspace = this.#find(BACKSPACE, this.#backspace, from);
    return Math.min(this.#escape, this.#backspace);
  }

  #find(byte: number, last: number, from: number): number {
    if (last >= from) return last;
    const at = this.#bytes.indexOf(byte, from);
    return at < 0 ? this.#bytes.length : at;
  }
}

/** Visible bytes of a line, and the places in them where something was left out. */
export interface VisibleBytes {
  readonly bytes: Uint8Array;
  readonly joins: readonly number[];
}

/** `text[from, to)` without escape sequences; a backspace takes the character before it away, as overstriking does. */
export function visibleBytes(text: Uint8Array, from: number, to: number): VisibleBytes {
  const out = new Uint8Array(to - from);
  const joins: number[] = [];
  let size = 0;
  for (let at = from; at < to; ) {
    const byte = text[at] as number;
    if (byte === ESC) at = skipEscape(text, at, to);
    else if (byte === BACKSPACE) {
      size = previousCharacter(out, size);
      at++;
    } else {
      out[size++] = byte;
      at++;
      continue;
    }
    joins.push(size);
  }
  return { bytes: out.subarray(0, size), joins };
}

/** Where the UTF-8 character before `end` starts. */
function previousCharacter(bytes: Uint8Array, end: number): number {
  let at = end - 1;
  while (at > 0 && end - at < 4 && ((bytes[at] as number) & 0xc0) === 0x80) at--;
  return Math.max(at, 0);
}

/** As wasm/escape.ts: the end of the escape sequence that starts at `at`, bounded by `end`; an unknown one is two bytes long. */
function skipEscape(bytes: Uint8Array, at: number, end: number): number {
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
