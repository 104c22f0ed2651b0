// The rows of a log: its lines, with a row before each step that can be folded. A million lines cost no more than its steps.
import type { LogStep } from './shapes.ts';

/** What stands in a row. */
export type LogRow =
  | { readonly kind: 'line'; readonly line: number; readonly step: LogStep | undefined }
  | { readonly kind: 'step'; readonly step: LogStep; readonly folded: boolean };

interface Part {
  readonly firstRow: number;
  readonly rows: number;
  readonly firstLine: number;
  readonly step: LogStep | undefined;
  readonly isHead: boolean;
  readonly folded: boolean;
}

/** Rows of one log with some steps folded. */
export class LogRows {
  readonly count: number;
  readonly #parts: readonly Part[];

  constructor(lines: number, steps: readonly LogStep[], folded: ReadonlySet<number>) {
    const parts: Part[] = [];
    let row = 0;
    let next = 1;
    const add = (part: Omit<Part, 'firstRow'>): void => {
      if (part.rows <= 0) return;
      parts.push({ ...part, firstRow: row });
      row += part.rows;
    };
    for (const step of steps) {
      if (step.firstLine < next || step.firstLine > lines) continue; // a step inside the one before it
      add({ rows: step.firstLine - next, firstLine: next, step: undefined, isHead: false, folded: false });
      const isFolded = folded.has(step.firstLine);
      const last = Math.min(step.lastLine, lines);
      add({ rows: 1, firstLine: step.firstLine, step, isHead: true, folded: isFolded });
      if (!isFolded)
        add({ rows: last - step.firstLine + 1, firstLine: step.firstLine, step, isHead: false, folded: false });
      next = last + 1;
    }
    add({ rows: lines - next + 1, firstLine: next, step: undefined, isHead: false, folded: false });
    this.#parts = parts;
    this.count = row;
  }

  at(row: number): LogRow | undefined {
    const part = this.#partOf(row, (each) => each.firstRow);
    if (part === undefined) return undefined;
    if (part.isHead && part.step !== undefined) return { kind: 'step', step: part.step, folded: part.folded };
    return { kind: 'line', line: part.firstLine + row - part.firstRow, step: part.step };
  }

  /** The row of a line; of a folded one its step's. */
  rowOf(line: number): number {
    const part = this.#partOf(line, (each) => each.firstLine);
    if (part === undefined) return 0;
    return part.isHead ? part.firstRow : part.firstRow + Math.min(line - part.firstLine, part.rows - 1);
  }

  /** The last part that begins at or before `value`. */
  #partOf(value: number, begin: (part: Part) => number): Part | undefined {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (begin(this.#parts[middle] as Part) <= value) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low];
  }
}
