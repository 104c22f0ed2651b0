// The line model: all lines of one log with visible text, time, step, flags and template. Lines are LF-ended and
// numbered from 1, as ripgrep counts them; raw bytes stay as they are.

import { returnLoops, takeLoops } from './byte-loops.ts';
import { LineScanner, linePieces, loadPiece } from './line-scanner.ts';
import { LINE_ECHO, LINE_ERROR_MARK, LINE_MARK, LINE_TRACE, type LogStep } from './line-step.ts';
import { readLine, readTemplate } from './single-line.ts';

/** The lines of one log. Line arguments are 1-based; a line that is not there is blank. */
export interface LogLines {
  /** The log id, or the path as given. */
  readonly ref: string;
  readonly count: number;
  /** Lines left blank because the log is too large to hold; 0 for nearly all. */
  readonly dropped: number;
  readonly steps: readonly LogStep[];
  /** Bytes of the line as they are in the log, without the LF. */
  raw(line: number): Uint8Array;
  /** What a person sees: without provider prefix, colours, overwritten parts; at most about 4,600 bytes of it. */
  text(line: number): string;
  /** `text` without a program's own time stamp in front. */
  body(line: number): string;
  /** The bytes of `body`: a view that the next call of any method may overwrite. */
  bodyBytes(line: number): Uint8Array;
  /** Hash of the template of the body; 0 when blank. Equal templates of any two logs have equal hashes. */
  hash(line: number): number;
  /** How often each template hash occurs in the log. Computed at first use. */
  readonly counts: ReadonlyMap<number, number>;
  /** The template itself, for showing. */
  template(line: number): string;
  /**
   * Epoch ms where the stamp has a date; else ms on the log's own clock (time of day, running on over midnight, or
   * seconds since some start). undefined without a stamp.
   */
  timeMs(line: number): number | undefined;
  /** As `timeMs`, or of the nearest earlier line that has one. */
  lastTimeMs(line: number): number | undefined;
  /** Index into `steps`; -1 outside all. */
  stepOf(line: number): number;
  /** Provider's mark (group, section): no output of the job. */
  isMark(line: number): boolean;
  /** Echo of the script or its environment, or a shell's trace: words such as "error" mean nothing there. */
  isEcho(line: number): boolean;
  /** `##[error]…`, `::error …::…`. */
  isErrorMark(line: number): boolean;
}

/**
 * A text is held whole up to twice this size; of a longer one as much of its head and of its tail, the lines between
 * are blank (chosen: causes stand near the end, environments at the start, and half a GiB fits in memory).
 */
const MAX_PART_BYTES = 1 << 28;

const decoder = new TextDecoder();

class LoadedLines implements LogLines {
  readonly ref: string;
  readonly count: number;
  readonly dropped: number;
  readonly steps: readonly LogStep[];
  readonly #bytes: Uint8Array;
  readonly #starts: Uint32Array;
  readonly #hashes: Uint32Array;
  readonly #times: Float64Array;
  readonly #flags: Uint8Array;
  #stepOf: Int32Array | undefined;
  #counts: ReadonlyMap<number, number> | undefined;

  constructor(ref: string, bytes: Uint8Array, dropped: number) {
    this.ref = ref;
    this.dropped = dropped;
    this.#bytes = bytes;
    const count = countLines(bytes);
    this.count = count;
    const starts = new Uint32Array(count + 2);
    const hashes = new Uint32Array(count + 2);
    const times = new Float64Array(count + 2).fill(Number.NaN);
    const flags = new Uint8Array(count + 2);
    const loops = takeLoops();
    const scanner = new LineScanner(loops, 'times');
    for (const [from, to] of linePieces(bytes, 0, bytes.length)) {
      const first = loops.run.lineCount() + 1;
      scanner.scan(loadPiece(loops, bytes.subarray(from, to)), (stop) => {
        flags[stop.line] = stop.flags;
      });
      const last = loops.run.lineCount();
      // Hash, start and time of each line: 16 bytes.
      for (let line = first, at = loops.at.DOCUMENTS; line <= last; line++, at += 16) {
        hashes[line] = loops.uint32[at >> 2] as number;
        starts[line] = from + (loops.uint32[(at >> 2) + 1] as number);
        times[line] = loops.float64[(at >> 3) + 1] as number;
      }
    }
    returnLoops(loops);
    starts[count + 1] = bytes.length === 0 || bytes.at(-1) === 0x0a ? bytes.length : bytes.length + 1;
    this.steps = scanner.finishSteps();
    this.#starts = starts;
    this.#hashes = hashes;
    this.#times = times;
    this.#flags = flags;
  }

  raw(line: number): Uint8Array {
    if (line < 1 || line > this.count) return new Uint8Array(0);
    return this.#bytes.subarray(this.#starts[line] as number, (this.#starts[line + 1] as number) - 1);
  }

  text(line: number): string {
    return decoder.decode(readLine(this.raw(line)).visible);
  }

  body(line: number): string {
    return decoder.decode(this.bodyBytes(line));
  }

  template(line: number): string {
    return readTemplate(this.raw(line));
  }

  bodyBytes(line: number): Uint8Array {
    return readLine(this.raw(line)).body;
  }

  hash(line: number): number {
    return this.#hashes[line] ?? 0;
  }

  get counts(): ReadonlyMap<number, number> {
    this.#counts ??= countHashes(this.#hashes);
    return this.#counts;
  }

  timeMs(line: number): number | undefined {
    const ms = this.#times[line];
    return ms === undefined || Number.isNaN(ms) ? undefined : ms;
  }

  lastTimeMs(line: number): number | undefined {
    for (let at = Math.min(line, this.count); at > 0; at--) {
      const ms = this.#times[at] as number;
      if (!Number.isNaN(ms)) return ms;
    }
    return undefined;
  }

  stepOf(line: number): number {
    this.#stepOf ??= stepTable(this.steps, this.count);
    return this.#stepOf[line] ?? -1;
  }

  isMark(line: number): boolean {
    return ((this.#flags[line] ?? 0) & LINE_MARK) !== 0;
  }

  isEcho(line: number): boolean {
    return ((this.#flags[line] ?? 0) & (LINE_ECHO | LINE_TRACE)) !== 0;
  }

  isErrorMark(line: number): boolean {
    return ((this.#flags[line] ?? 0) & LINE_ERROR_MARK) !== 0;
  }
}

function countFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) count++;
  return count;
}

function countLines(bytes: Uint8Array): number {
  const count = countFeeds(bytes);
  return bytes.length > 0 && bytes.at(-1) !== 0x0a ? count + 1 : count;
}

function countHashes(hashes: Uint32Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const hash of hashes) if (hash !== 0) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return counts;
}

function stepTable(steps: readonly LogStep[], count: number): Int32Array {
  const table = new Int32Array(count + 2).fill(-1);
  steps.forEach((step, index) => {
    table.fill(index, step.firstLine, step.lastLine + 1);
  });
  return table;
}

/** Lines of a text that is at hand. Costs one pass; text and templates are decoded on demand. */
export const readLines = (ref: string, text: Uint8Array | string): LogLines =>
  new LoadedLines(ref, typeof text === 'string' ? new TextEncoder().encode(text) : text, 0);

/** Lines of a text that comes in pieces; see MAX_PART_BYTES for very large ones. */
export async function loadLines(
  ref: string,
  pieces: AsyncIterable<Uint8Array>,
  maxPartBytes = MAX_PART_BYTES,
): Promise<LogLines> {
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let dropped = 0;
  for await (const piece of pieces) {
    const cut = Math.min(piece.length, maxPartBytes - headBytes);
    if (cut > 0) head.push(piece.subarray(0, cut));
    headBytes += cut;
    if (cut < piece.length) {
      tail.push(piece.subarray(cut));
      tailBytes += piece.length - cut;
    }
    while (tailBytes - (tail[0]?.length ?? 0) >= maxPartBytes) {
      const out = tail.shift() as Uint8Array;
      tailBytes -= out.length;
      dropped += countFeeds(out);
    }
  }
  // A dropped line keeps its line feed, so that all numbers stay what they are in the log.
  const blanks = new Uint8Array(dropped).fill(0x0a);
  const parts = [...head, blanks, ...tail];
  return new LoadedLines(ref, parts.length === 2 ? (parts[0] as Uint8Array) : Buffer.concat(parts), dropped);
}
