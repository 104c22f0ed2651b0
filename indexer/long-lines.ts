// Lines that reach over frames, as the frame table shows them.
import type { FrameTable } from '../store/frame-table.ts';

/** A run of frames that one line reaches over. */
export interface LongLine {
  readonly firstFrame: number;
  readonly lastFrame: number;
}

/** Runs of frames that a line reaches over, ascending. */
export function longLinesOf(table: FrameTable): LongLine[] {
  const lines: { firstFrame: number; lastFrame: number }[] = [];
  for (let n = 1; n < table.count; n++) {
    if (table.continues[n] !== 1) continue;
    const last = lines.at(-1);
    // A frame that ends inside a line begins with the line's start or is filled by it: frames are cut at line ends.
    if (last !== undefined && last.lastFrame === n - 1 && table.firstLine[n] === table.firstLine[n - 1])
      last.lastFrame = n;
    else lines.push({ firstFrame: n - 1, lastFrame: n });
  }
  return lines;
}
