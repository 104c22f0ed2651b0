// A line of bytes as the text that a terminal would show, with the way back to the bytes: colour codes inside a token
// do not hide it. Which sequences are shown to people is visible-text.ts.

const ESC = 0x1b;
const BEL = 0x07;
/** A string sequence (a hyperlink, a title) longer than this is read as text; bounds the look-ahead. */
const MAX_STRING = 4_096;

/**
 * Index after the escape sequence that starts at `at`, at most `end`; only the introducer of one that is not closed in
 * its line, so that its text is looked at.
 */
export function endOfEscape(bytes: Uint8Array, at: number, end: number): number {
  const kind = at + 1 < end ? (bytes[at + 1] as number) : 0;
  if (kind === 0x5b) return endOfCsi(bytes, at + 2, end);
  if (kind === 0x5d || kind === 0x50 || kind === 0x58 || kind === 0x5e || kind === 0x5f)
    return endOfString(bytes, at + 2, end);
  let next = at + 1;
  while (next < end && (bytes[next] as number) >= 0x20 && (bytes[next] as number) <= 0x2f) next++;
  const final = next < end ? (bytes[next] as number) : 0;
  return final >= 0x30 && final <= 0x7e ? next + 1 : at + 1;
}

function endOfCsi(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] as number) >= 0x20 && (bytes[at] as number) <= 0x3f) at++;
  const final = at < end ? (bytes[at] as number) : 0;
  return final >= 0x40 && final <= 0x7e ? at + 1 : from;
}

function endOfString(bytes: Uint8Array, from: number, end: number): number {
  const limit = Math.min(end, from + MAX_STRING);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at] as number;
    if (byte === BEL) return at + 1;
    if (byte === ESC) return bytes[at + 1] === 0x5c && at + 1 < end ? at + 2 : from;
    if (byte === 0x0a || byte === 0x0d) return from;
  }
  return from;
}

/** A line as text (one unit a byte) and where each unit stood. */
export interface VisibleLine {
  readonly text: string;
  /** Byte index of unit `n` relative to the line's start; undefined when nothing was taken out. */
  readonly origin: Uint32Array | undefined;
  /** Contents of titles, hyperlinks and the like, which a terminal does not show and the log holds all the same. */
  readonly strings: readonly { readonly from: number; readonly to: number }[];
}

/** A shorter string holds no secret. */
const MIN_STRING = 6;

/** Bytes [from, to) without escape sequences. */
export function visibleLine(bytes: Buffer, from: number, to: number): VisibleLine {
  const first = bytes.indexOf(ESC, from);
  if (first < 0 || first >= to) return { text: bytes.toString('latin1', from, to), origin: undefined, strings: [] };
  const kept = Buffer.allocUnsafe(to - from);
  const origin = new Uint32Array(to - from);
  const strings: { readonly from: number; readonly to: number }[] = [];
  let count = 0;
  let at = from;
  while (at < to) {
    const byte = bytes[at] as number;
    if (byte === ESC) {
      const next = endOfEscape(bytes, at, to);
      const endBytes = bytes[next - 1] === BEL ? 1 : 2; // or ESC and a backslash
      if (next - at > MIN_STRING && bytes[at + 1] !== 0x5b)
        strings.push({ from: at + 2 - from, to: next - endBytes - from });
      at = next;
      continue;
    }
    kept[count] = byte;
    origin[count++] = at - from;
    at++;
  }
  return { text: kept.toString('latin1', 0, count), origin, strings };
}
