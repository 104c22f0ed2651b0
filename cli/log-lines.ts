// Cuts a stream of log bytes into numbered lines. A line ends at LF; a last one without LF counts.
import type { LineRange } from './refs.ts';

export interface NumberedLine {
  readonly number: number;
  /** Without its LF; a CR before it is still there. */
  readonly bytes: Uint8Array;
}

/** chosen: what is beyond this of one line is not held, only counted; `show --raw` gives it. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** Lines of `range`; the first byte of `text` belongs to line `firstNumber`. Stops reading after the range. */
export async function* linesIn(
  text: AsyncIterable<Uint8Array>,
  options: { readonly range: LineRange; readonly firstNumber: number },
): AsyncGenerator<NumberedLine> {
  const { range } = options;
  let number = options.firstNumber;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const hold = (part: Uint8Array): void => {
    if (number < range.first || heldBytes >= MAX_LINE_BYTES || part.byteLength === 0) return;
    held.push(part.slice(0, MAX_LINE_BYTES - heldBytes));
    heldBytes += part.byteLength;
  };
  for await (const chunk of text) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, from)) {
      hold(bytes.subarray(from, at));
      if (number >= range.first) yield { number, bytes: Buffer.concat(held) };
      number += 1;
      if (number > range.last) return;
      held = [];
      heldBytes = 0;
      from = at + 1;
    }
    hold(bytes.subarray(from));
  }
  if (heldBytes > 0) yield { number, bytes: Buffer.concat(held) };
}
