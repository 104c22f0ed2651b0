// Which lines of two logs answer each other, for a view that shows both side by side.
import type { LogDiff } from '../indexer/diff.ts';
import type { LogLines } from '../indexer/lines.ts';
import { alignLogs } from '../indexer/template-align.ts';

export interface AlignedLogs {
  readonly redLines: number;
  readonly greenLines: number;
  /** Runs of lines that answer each other: first line in red, in green, and how many. Ascending on both sides. */
  readonly aligned: readonly (readonly [red: number, green: number, count: number])[];
  /** Moved lines of `diff` in pairs. */
  readonly moved: readonly (readonly [red: number, green: number])[];
}

/** The alignment that the differences rest on. */
export function alignedLogs(red: LogLines, green: LogLines, diff: LogDiff): AlignedLogs {
  const { toGreen } = alignLogs(red, green);
  const aligned: [number, number, number][] = [];
  let lastGreen = 0;
  for (let line = 1; line <= red.count; line++) {
    const run = aligned.at(-1);
    let answer = toGreen[line] ?? 0;
    // Blank lines have no template: those that follow a pair on both sides answer each other.
    if (red.hash(line) === 0 && run !== undefined && run[0] === line - run[2] && green.hash(lastGreen + 1) === 0)
      answer = lastGreen + 1;
    if (answer <= lastGreen || answer > green.count) continue;
    lastGreen = answer;
    if (run !== undefined && run[0] + run[2] === line && run[1] + run[2] === answer) run[2] += 1;
    else aligned.push([line, answer, 1]);
  }
  return { redLines: red.count, greenLines: green.count, aligned, moved: movedPairs(red, green, diff) };
}

/** A moved template occurs once on each side, so its hash finds its other line. */
function movedPairs(red: LogLines, green: LogLines, diff: LogDiff): (readonly [number, number])[] {
  const moved = diff.lines.filter((line) => line.kind === 'moved');
  const inGreen = new Map(moved.filter((row) => row.side === 'green').map((row) => [green.hash(row.line), row.line]));
  return moved.flatMap((row) => {
    const other = row.side === 'red' ? inGreen.get(red.hash(row.line)) : undefined;
    return other === undefined ? [] : [[row.line, other] as const];
  });
}
