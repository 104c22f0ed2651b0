// A line that reaches over frames: up to 16 MiB it is tested whole, beyond in pieces that overlap, so that memory is bounded.

import { BLOCKS_PER_FRAME } from './blocks.ts';
import { type FoundLine, testLine, type VerifyOptions } from './found-line.ts';
import type { ReadableLog } from './frame-reader.ts';
import type { LongLine } from './long-lines.ts';

/** SECURITY: a pattern gets whole lines up to this. */
const MAX_WHOLE_BYTES = 16 * 1024 * 1024;
/** SECURITY: what two pieces of a longer line share; a match may be as long and is still found. */
const OVERLAP_BYTES = 65_536;
const LF = 0x0a;

/** The first match in the line, or undefined. */
export async function readLongLine(
  log: ReadableLog,
  { firstFrame, lastFrame }: LongLine,
  options: VerifyOptions,
): Promise<FoundLine | undefined> {
  const { table } = log;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let isPiece = false;
  let line = table.firstLine[firstFrame] ?? 1;
  for (let n = firstFrame; n <= lastFrame; n++) {
    options.signal?.throwIfAborted();
    const text = options.reader.text(log, await options.reader.fetch(log, [n]), n);
    options.onFrame?.(text.length, BLOCKS_PER_FRAME);
    const part = partOf(text, n === firstFrame, n === lastFrame);
    if (n === firstFrame) line += countLines(text, text.length - part.length);
    held.push(part);
    heldBytes += part.length;
    if (heldBytes < MAX_WHOLE_BYTES && n < lastFrame) continue;
    isPiece ||= n < lastFrame;
    const found = testLine(Buffer.concat(held), options);
    if (found !== undefined) return { ...found, line, clipped: found.clipped || isPiece };
    const rest = Buffer.concat(held).subarray(-OVERLAP_BYTES);
    held = [alignedRest(rest)];
    heldBytes = rest.length;
  }
  if (isPiece)
    options.onNote(
      `a line of over ${MAX_WHOLE_BYTES / 1024 / 1024} MiB was searched in pieces: matches longer than 64 KiB may be missed in it`,
    );
  return undefined;
}

/** The line's bytes in a frame: all after the last line end, or before the first. */
function partOf(text: Buffer, isFirst: boolean, isLast: boolean): Buffer {
  const end = isLast ? text.indexOf(LF) : -1;
  const start = isFirst ? text.lastIndexOf(LF) + 1 : 0;
  return text.subarray(start, end < 0 ? text.length : end);
}

/** From the first byte that begins a character. */
function alignedRest(rest: Buffer): Buffer {
  let start = 0;
  while (start < 3 && start < rest.length && ((rest[start] as number) & 0xc0) === 0x80) start++;
  return rest.subarray(start);
}

function countLines(text: Buffer, end: number): number {
  let count = 0;
  for (let at = text.indexOf(LF); at >= 0 && at < end; at = text.indexOf(LF, at + 1)) count++;
  return count;
}
