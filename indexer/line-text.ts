// Bytes of a line → the text that is shown and that patterns run on. Invalid bytes are U+FFFD when shown.

const REPLACEMENT = Buffer.from('\ufffd', 'utf8');

/** The line as shown; UTF-16 offsets of matches are offsets in this. */
export const shownText = (line: Uint8Array): string => asBuffer(line).toString('utf8');

/** UTF-16 length of the shown text of `line[0, end)`; `end` is where a character starts. */
export const shownLength = (line: Uint8Array, end: number): number => asBuffer(line).toString('utf8', 0, end).length;

/**
 * The line for a pattern: as shown, but with a line feed, which no line has, for what is not valid UTF-8. So `.` never
 * matches it, as in ripgrep, and offsets stay those of the shown text.
 */
export function patternText(line: Uint8Array): string {
  const bytes = asBuffer(line);
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  // A real U+FFFD is text: cut there, and what is replaced between is invalid.
  const parts: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const real = bytes.indexOf(REPLACEMENT, start);
    const end = real < 0 ? bytes.length : real;
    parts.push(bytes.toString('utf8', start, end).replaceAll('\ufffd', '\n'));
    start = end + (real < 0 ? 1 : REPLACEMENT.length);
  }
  return parts.join('\ufffd');
}

/** The same memory as a Buffer, whose search and decoding are native. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
