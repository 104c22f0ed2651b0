// A line as people see it, for searching: without escape sequences and overstrikes. Unlike line-visible.ts it keeps all
// text, what a carriage return overwrote too: a search must find more, never less.
import { skipEscape } from './line-visible.ts';

const ESC = 0x1b;
const BACKSPACE = 0x08;

/** Whether `bytes` has anything that the visible text lacks. */
export const hasHidden = (bytes: Uint8Array): boolean => bytes.includes(ESC) || bytes.includes(BACKSPACE);

/** Visible bytes of a line, and the places in them where something was left out. */
export interface VisibleBytes {
  readonly bytes: Uint8Array;
  readonly joins: readonly number[];
}

/** `line` without escape sequences; a backspace takes the character before it away, as overstriking does. */
export function visibleBytes(line: Uint8Array): VisibleBytes {
  const out = new Uint8Array(line.length);
  const joins: number[] = [];
  let size = 0;
  for (let at = 0; at < line.length; ) {
    const byte = line[at] as number;
    if (byte === ESC) at = skipEscape(line, at, line.length);
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
