// Walks over the lines of a log with the loops of wasm/lines.ts, which stop at the lines that have to be seen: marks of
// runners, and what its user asks for. The one pass behind LogLines (all lines at hand) and LogAnalyser (streaming).
import type { ByteLoops } from './byte-loops.ts';
import { type LogStep, StepTracker } from './line-step.ts';

/** Why the scan stands on a line, as bits; the same numbers stand in wasm/lines.ts. */
const HIDDEN = 2;
const MARK = 32;
/** Any of these: the steps have to see the line. */
const STEP = 1 | HIDDEN | MARK;
/** Its template is the first of its kind. */
export const STOP_NEW = 4;
/** Its template was marked. */
export const STOP_MARKED = 8;
/** An error rule may match it: `FOUND` has the bits. */
export const STOP_NEEDLE = 16;

/** What is kept of lines that are not stopped at: templates with their counts, or time and hash of each. */
export type Kept = 'templates' | 'times';

/** Bytes that go into the memory at once, unless a line is longer: its lines have room where they are recorded. */
const PIECE_BYTES = 131_072;
/** A line is kept whole up to here; of a longer one only head and tail are looked at. */
const MAX_LINE_BYTES = 1 << 20;
const KEPT_BYTES = 1 << 16;
/** Of a line that starts like a mark, and of one that may hide one (chosen: eight short parts). */
const MARK_BYTES = 600;
const HIDDEN_BYTES = 700;
const LF = 0x0a;
const TAB = 0x09;
const decoder = new TextDecoder();

/** A line that the scan stands on; until the next one. Places are in the loops' memory. */
export interface LineStop {
  readonly why: number;
  /** 1-based, LF-ended lines. */
  readonly line: number;
  /** LINE_… flags; those of all other lines are 0. */
  readonly flags: number;
  /** Template hash of the body; 0 when blank. */
  readonly hash: number;
  /** Number of its template. */
  readonly index: number;
  /** The visible text behind a program's own time stamp. */
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

/** Follows the lines of one log, piece by piece. */
export class LineScanner {
  readonly #loops: ByteLoops;
  readonly #steps = new StepTracker();

  constructor(loops: ByteLoops, kept: Kept) {
    this.#loops = loops;
    loops.run.beginLog(kept === 'templates' ? 0 : 1);
  }

  /** Scans whole lines, in place or copied there; only the last piece of a log may lack the final LF. */
  scan(bytes: number, onStop: (stop: LineStop) => void): void {
    const { run } = this.#loops;
    run.beginPiece(bytes);
    for (let why = run.nextStop(); why !== 0; why = run.nextStop()) onStop(this.#stop(why));
  }

  #stop(why: number): LineStop {
    const { at, uint32, run } = this.#loops;
    const line = lineAt(this.#loops);
    const steps = this.#steps;
    let flags = 0;
    if ((why & STEP) !== 0) {
      const columnsBytes = uint32[(at.LINE >> 2) + 11] as number;
      if (columnsBytes > 0) steps.takeColumns(line.line, line.timeMs, this.#stepName(columnsBytes));
      flags = steps.take(line.line, Number.isNaN(line.timeMs) ? undefined : line.timeMs, {
        mark: (why & MARK) === 0 ? undefined : this.#text(line.bodyStart, line.bodyEnd, MARK_BYTES),
        hidden: (why & HIDDEN) === 0 ? undefined : this.#text(line.rawBody, line.rawEnd, HIDDEN_BYTES),
        isBlank: line.bodyStart === line.bodyEnd,
      });
      run.stopAlways(steps.isEcho ? 1 : 0);
    }
    const { bodyStart, bodyEnd, hash, index } = line;
    return { why, line: line.line, flags, hash, index, bodyStart, bodyEnd };
  }

  /** The second of the columns. */
  #stepName(columnsBytes: number): string {
    const { at, bytes } = this.#loops;
    const columns = bytes.subarray(at.COLUMNS, at.COLUMNS + columnsBytes);
    return decoder.decode(columns.subarray(columns.indexOf(TAB) + 1));
  }

  #text(from: number, to: number, most: number): string {
    return decoder.decode(this.#loops.bytes.subarray(from, Math.min(to, from + most)));
  }

  /** Steps, once all lines are in. */
  finishSteps(): readonly LogStep[] {
    const { run } = this.#loops;
    const lastTimeMs = run.lastTimeMs();
    return this.#steps.finish(run.lineCount(), Number.isNaN(lastTimeMs) ? undefined : lastTimeMs);
  }
}

/** What wasm/lines.ts wrote of the line that it stands on. */
export function lineAt({ at, uint32, float64 }: ByteLoops) {
  const first = at.LINE >> 2;
  const word = (n: number): number => uint32[first + n] as number;
  return {
    /** Epoch ms, or ms on the log's own clock (`hh:mm:ss` made monotonic over midnight); NaN without a time stamp. */
    timeMs: float64[at.LINE >> 3] as number,
    line: word(2),
    /** The raw line behind the provider's prefix. */
    rawBody: word(4),
    rawEnd: word(5),
    visibleStart: word(6),
    bodyStart: word(7),
    bodyEnd: word(8),
    hash: word(9),
    index: word(10),
  };
}

/** Cuts `text[from, to)` into pieces that end at line ends; a longer line is a piece by itself. */
export function* linePieces(text: Uint8Array, from: number, to: number): Generator<readonly [number, number]> {
  for (let start = from, end = from; start < to; start = end) {
    end = Math.min(to, start + PIECE_BYTES);
    if (end === to) yield [start, end];
    else {
      const last = text.lastIndexOf(LF, end - 1) + 1;
      const next = last > start ? last : text.indexOf(LF, end) + 1;
      end = next === 0 || next > to ? to : next;
      yield [start, end];
    }
  }
}

/** Puts a piece into the loops' memory and gives its size; of a monster line only head and tail. */
export function loadPiece(loops: ByteLoops, piece: Uint8Array): number {
  const clipped = piece.length > MAX_LINE_BYTES ? clipLine(piece) : piece;
  loops.bytes.set(clipped, loops.at.TEXT);
  return clipped.length;
}

/** Head and tail of a monster line, which is all that is looked at; a shorter one as it is. */
export function clipLine(line: Uint8Array): Uint8Array {
  if (line.length <= MAX_LINE_BYTES) return line;
  const cut = new Uint8Array(2 * KEPT_BYTES);
  cut.set(line.subarray(0, KEPT_BYTES));
  cut.set(line.subarray(line.length - KEPT_BYTES), KEPT_BYTES);
  return cut;
}
