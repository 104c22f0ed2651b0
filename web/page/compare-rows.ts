// Rows of two logs side by side: lines that answer each other share a row, what only one has stands alone.
import type { DiffJson, DiffLine } from './shapes.ts';

/** A row: line numbers, 0 where a side has none; or a gap that stands for rows not shown. */
export type PairRow =
  | { readonly kind: 'pair'; readonly red: number; readonly green: number }
  | { readonly kind: 'gap'; readonly id: number; readonly rows: number };

interface Run {
  readonly firstRow: number;
  readonly rows: number;
  readonly red: number;
  readonly redCount: number;
  readonly green: number;
  readonly greenCount: number;
  readonly isAligned: boolean;
}

/** Every row of the two logs, found by number. */
export class AllPairs {
  readonly count: number;
  readonly #runs: readonly Run[];

  constructor({ aligned, redLines, greenLines }: Pick<DiffJson, 'aligned' | 'redLines' | 'greenLines'>) {
    const runs: Run[] = [];
    let [row, red, green] = [0, 1, 1];
    const add = (redCount: number, greenCount: number, isAligned: boolean): void => {
      const rows = Math.max(redCount, greenCount);
      if (rows > 0) runs.push({ firstRow: row, rows, red, redCount, green, greenCount, isAligned });
      row += rows;
      red += redCount;
      green += greenCount;
    };
    for (const [r, g, n] of aligned) {
      add(r - red, g - green, false);
      add(n, n, true);
    }
    add(redLines - red + 1, greenLines - green + 1, false);
    this.#runs = runs;
    this.count = row;
  }

  at(row: number): { readonly red: number; readonly green: number; readonly isAligned: boolean } {
    const run = this.#find((each) => each.firstRow <= row);
    if (run === undefined) return { red: 0, green: 0, isAligned: false };
    const by = row - run.firstRow;
    return {
      red: by < run.redCount ? run.red + by : 0,
      green: by < run.greenCount ? run.green + by : 0,
      isAligned: run.isAligned,
    };
  }

  rowOf(side: 'red' | 'green', line: number): number {
    const run = this.#find((each) => each[side] <= line);
    return run === undefined ? 0 : run.firstRow + Math.min(line - run[side], run.rows - 1);
  }

  #find(fits: (run: Run) => boolean): Run | undefined {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (fits(this.#runs[middle] as Run)) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low];
  }
}

/** Lines shown around a difference (chosen: as diff tools do). */
const AROUND = 3;
/** Rows that opening a gap shows at each of its ends. */
const OPENED = 20;

/** Rows with a difference and some around them; the others as gaps. `opened`: how often each gap was opened. */
export function differenceRows(
  pairs: AllPairs,
  lines: readonly DiffLine[],
  opened: ReadonlyMap<number, number>,
): readonly PairRow[] {
  const shown = new Set<number>();
  for (const line of lines) {
    const at = pairs.rowOf(line.side, line.line);
    for (let row = Math.max(0, at - AROUND); row <= Math.min(pairs.count - 1, at + AROUND); row++) shown.add(row);
  }
  const rows: PairRow[] = [];
  let next = 0;
  const gap = (to: number): void => {
    const room = (opened.get(next) ?? 0) * OPENED;
    const [from, end] = [Math.min(to, next + room), Math.max(Math.min(to, next + room), to - room)];
    for (let row = next; row < from; row++) rows.push({ kind: 'pair', ...pairs.at(row) });
    if (end > from) rows.push({ kind: 'gap', id: next, rows: end - from });
    for (let row = end; row < to; row++) rows.push({ kind: 'pair', ...pairs.at(row) });
  };
  for (const row of [...shown].sort((a, b) => a - b)) {
    if (row > next) gap(row);
    rows.push({ kind: 'pair', ...pairs.at(row) });
    next = row + 1;
  }
  if (next < pairs.count) gap(pairs.count);
  return rows;
}
