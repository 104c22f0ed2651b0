// A line as people see it, for searching: without escape sequences and overstrikes. Unlike line-visible.ts it keeps all
// text, what a carriage return overwrote too: a search must find more, never less.
import { skipEscape } from './line-visible.ts';

const ESC = 0x1b;
const BACKSPACE = 0x08;

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
