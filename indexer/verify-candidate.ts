// Reads the candidate blocks of one log and tests their lines: what comes out are matches, in the order of the text.
import { BLOCK_BYTES, BLOCKS_PER_FRAME, blockRange } from './blocks.ts';
import { type FoundLine, testLine, type VerifyOptions } from './found-line.ts';
import { type CompressedFrames, FRAMES_PER_READ, type ReadableLog } from './frame-reader.ts';
import { readLongLine } from './long-line.ts';
import { type LongLine, longLinesOf } from './long-lines.ts';
import { countLineFeeds } from './search-machine.ts';
import { HiddenPlaces } from './visible-line.ts';

/** What of a log is to be tested. */
export interface LogCandidate {
  readonly log: ReadableLog;
  /** Frame × BLOCKS_PER_FRAME + block, ascending; `all`: every block. */
  readonly slots: readonly number[] | 'all';
  /** Lines that reach over frames and may match, as runs of frames, ascending. */
  readonly longLines: readonly LongLine[];
}

const LF = 0x0a;

/** The frames that are read first. */
export const firstFrames = (candidate: LogCandidate): number[] =>
  framesOf(groupByFrame(candidate)).slice(0, FRAMES_PER_READ);

const framesOf = (groups: ReadonlyMap<number, unknown>): number[] => [...groups.keys()].sort((a, b) => a - b);

/** The matching lines of a candidate. `first`: its first frames, where they were read before. */
export async function* matchingLines(
  candidate: LogCandidate,
  options: VerifyOptions,
  first?: CompressedFrames,
): AsyncGenerator<FoundLine> {
  const { log } = candidate;
  const longLines = longLinesIn(candidate);
  const blocksOf = groupByFrame(candidate);
  const frames = framesOf(blocksOf);
  for (let at = 0; at < frames.length; at += FRAMES_PER_READ) {
    const part = frames.slice(at, at + FRAMES_PER_READ);
    options.signal?.throwIfAborted();
    const fetched = at === 0 && first !== undefined ? first : await options.reader.fetch(log, part);
    for (const n of part) {
      const blocks = blocksOf.get(n) ?? [];
      if (blocks.length > 0) yield* linesOfFrame(candidate, { n, blocks, fetched }, options);
      const long = longLines.find((line) => line.firstFrame === n);
      if (long !== undefined) {
        const found = await readLongLine(log, long, options);
        if (found !== undefined) yield found;
      }
    }
  }
}

/** Blocks by frame; a frame that a long line starts in is there too, so that its turn comes in order. */
function groupByFrame(candidate: LogCandidate): Map<number, number[]> {
  const { log, slots } = candidate;
  const groups = new Map<number, number[]>();
  const add = (frame: number): number[] => {
    const blocks = groups.get(frame) ?? [];
    groups.set(frame, blocks);
    return blocks;
  };
  if (slots === 'all') {
    const every = Array.from({ length: BLOCKS_PER_FRAME }, (_, k) => k);
    for (let n = 0; n < log.table.count; n++) add(n).push(...every);
  } else for (const slot of slots) add(Math.floor(slot / BLOCKS_PER_FRAME)).push(slot % BLOCKS_PER_FRAME);
  for (const line of longLinesIn(candidate)) add(line.firstFrame);
  return groups;
}

/** The frame table knows them all; candidates are those that the index lets through. */
const longLinesIn = ({ log, slots, longLines }: LogCandidate): readonly LongLine[] =>
  slots === 'all' ? longLinesOf(log.table) : longLines;

interface FrameWork {
  readonly n: number;
  readonly blocks: readonly number[];
  readonly fetched: CompressedFrames;
}

const linesOfFrame = ({ log }: LogCandidate, work: FrameWork, options: VerifyOptions): Iterable<FoundLine> =>
  options.reader.withRoom((room) =>
    linesOfText(options.reader.text(log, work.fetched, work.n, room), { log, work }, options),
  );

function* linesOfText(
  text: Buffer,
  { log, work }: { readonly log: ReadableLog; readonly work: FrameWork },
  options: VerifyOptions,
): Generator<FoundLine> {
  options.onFrame?.(text.length, work.blocks.filter((k) => k * BLOCK_BYTES < text.length).length);
  const whole = wholeLines(log, text, work.n);
  const counter = new LineCounter(text, log.table.firstLine[work.n] ?? 1);
  const next = lineFinder(text, options);
  for (const k of work.blocks) {
    const [blockStart, blockEnd] = blockRange(text, k);
    const end = Math.min(blockEnd, whole.end);
    for (let at = Math.max(blockStart, whole.start); at < end; ) {
      const start = next(at, end);
      if (start >= end) break;
      const lf = text.indexOf(LF, start);
      const lineEnd = lf < 0 ? text.length : lf;
      const found = testLine(text.subarray(start, lineEnd), options);
      if (found !== undefined) yield { ...found, line: counter.lineAt(start) };
      at = lineEnd + 1;
    }
  }
}

/** Gives the start of the next line in `[at, end)` that is worth testing, or `end`; to be asked in ascending order. */
function lineFinder(text: Buffer, { matcher, visible }: VerifyOptions): (at: number, end: number) => number {
  if (!visible) return (at, end) => matcher.nextLine(text, at, end);
  // Of a line with nothing hidden the visible text is the stored one.
  const hidden = new HiddenPlaces(text);
  let found = { start: -1, end: -1 };
  return (at, end) => {
    if (found.start < at || found.end !== end) found = { start: matcher.nextLine(text, at, end), end };
    const place = hidden.next(at);
    const lineWithHidden = place < end ? Math.max(at, text.lastIndexOf(LF, place) + 1) : end;
    return Math.min(found.start, lineWithHidden);
  };
}

/** The part of a frame's text that has whole lines; the others belong to lines that reach over frames. */
function wholeLines({ table }: ReadableLog, text: Buffer, n: number): { readonly start: number; readonly end: number } {
  const isCut = table.continues[n + 1] === 1;
  const firstEnd = text.indexOf(LF);
  const start = table.continues[n] !== 1 ? 0 : firstEnd < 0 ? text.length : firstEnd + 1;
  return { start, end: isCut ? text.lastIndexOf(LF) + 1 : text.length };
}

/** Line numbers of ascending places in a frame. */
class LineCounter {
  readonly #text: Buffer;
  #at = 0;
  #line: number;

  constructor(text: Buffer, firstLine: number) {
    this.#text = text;
    this.#line = firstLine;
  }

  lineAt(place: number): number {
    this.#line += countLineFeeds(this.#text, this.#at, place);
    this.#at = place;
    return this.#line;
  }
}
