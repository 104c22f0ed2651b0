// Which line of one log answers to which of another: an order-keeping alignment of template sequences. Templates that
// occur once in both are anchors (patience diff); what lies between two anchors is small enough for Myers.
import { diff } from 'fast-myers-diff';
import type { LogLines } from './lines.ts';

/** `toGreen[redLine]` is the green line that answers to it, 0 for none; `toRed` the reverse. */
export interface Alignment {
  readonly toGreen: Int32Array;
  readonly toRed: Int32Array;
}

/** Non-blank lines of a log: their numbers and template hashes. */
interface Sequence {
  readonly lines: Int32Array;
  readonly hashes: Uint32Array;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Rows times columns up to which Myers looks at a gap; a larger one without anchors is matched greedily (chosen). */
const MAX_MYERS_AREA = 1 << 20;
/** Anchors are looked for inside gaps again, this deep. */
const MAX_DEPTH = 12;

/** Which line of one log stands for which of the other, by their templates in order. */
export function alignLogs(red: LogLines, green: LogLines): Alignment {
  const toGreen = new Int32Array(red.count + 2);
  const toRed = new Int32Array(green.count + 2);
  const r = sequenceOf(red);
  const g = sequenceOf(green);
  const pair = (i: number, j: number): void => {
    toGreen[r.lines[i] as number] = g.lines[j] as number;
    toRed[g.lines[j] as number] = r.lines[i] as number;
  };
  alignSpan(r, g, { from: 0, to: r.lines.length }, { from: 0, to: g.lines.length }, 0, pair);
  return { toGreen, toRed };
}

function sequenceOf(log: LogLines): Sequence {
  const lines = new Int32Array(log.count);
  const hashes = new Uint32Array(log.count);
  let n = 0;
  for (let line = 1; line <= log.count; line++) {
    const hash = log.hash(line);
    if (hash === 0) continue;
    lines[n] = line;
    hashes[n++] = hash;
  }
  return { lines: lines.subarray(0, n), hashes: hashes.subarray(0, n) };
}

type Pair = (i: number, j: number) => void;

function alignSpan(r: Sequence, g: Sequence, rSpan: Span, gSpan: Span, depth: number, pair: Pair): void {
  let { from: i, to: iEnd } = rSpan;
  let { from: j, to: jEnd } = gSpan;
  while (i < iEnd && j < jEnd && r.hashes[i] === g.hashes[j]) pair(i++, j++);
  while (i < iEnd && j < jEnd && r.hashes[iEnd - 1] === g.hashes[jEnd - 1]) pair(--iEnd, --jEnd);
  if (i === iEnd || j === jEnd) return;
  const anchors = depth < MAX_DEPTH ? findAnchors(r, g, { from: i, to: iEnd }, { from: j, to: jEnd }) : [];
  if (anchors.length === 0) {
    alignGap(r, g, { from: i, to: iEnd }, { from: j, to: jEnd }, pair);
    return;
  }
  for (const [a, b] of anchors) {
    alignSpan(r, g, { from: i, to: a }, { from: j, to: b }, depth + 1, pair);
    pair(a, b);
    i = a + 1;
    j = b + 1;
  }
  alignSpan(r, g, { from: i, to: iEnd }, { from: j, to: jEnd }, depth + 1, pair);
}

/** Templates that occur once in both spans, thinned to the longest run that keeps both orders. */
function findAnchors(r: Sequence, g: Sequence, rSpan: Span, gSpan: Span): readonly (readonly [number, number])[] {
  const inGreen = placesOf(g, gSpan);
  const inRed = placesOf(r, rSpan);
  const pairs: [number, number][] = [];
  for (const [hash, i] of inRed) {
    const j = inGreen.get(hash);
    if (i >= 0 && j !== undefined && j >= 0) pairs.push([i, j]);
  }
  return longestRun(pairs);
}

/** Place of each hash that occurs once; -1 for those that occur more often. Ascending. */
function placesOf(sequence: Sequence, span: Span): Map<number, number> {
  const places = new Map<number, number>();
  for (let i = span.from; i < span.to; i++) {
    const hash = sequence.hashes[i] as number;
    places.set(hash, places.has(hash) ? -1 : i);
  }
  return places;
}

/** Longest strictly increasing run of the second places; pairs come ascending by the first. */
function longestRun(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const tails: number[] = [];
  const before = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, place], k) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[tails[middle] as number] as readonly [number, number])[1] < place) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[k] = tails[low - 1] as number;
    tails[low] = k;
  });
  const run: (readonly [number, number])[] = [];
  for (let k = tails.at(-1) ?? -1; k >= 0; k = before[k] as number) run.push(pairs[k] as readonly [number, number]);
  return run.reverse();
}

function alignGap(r: Sequence, g: Sequence, rSpan: Span, gSpan: Span, pair: Pair): void {
  const rows = rSpan.to - rSpan.from;
  const columns = gSpan.to - gSpan.from;
  if (rows * columns > MAX_MYERS_AREA) {
    matchGreedily(r, g, rSpan, gSpan, pair);
    return;
  }
  let i = rSpan.from;
  let j = gSpan.from;
  const left = r.hashes.subarray(rSpan.from, rSpan.to);
  const right = g.hashes.subarray(gSpan.from, gSpan.to);
  for (const [aFrom, aTo, bFrom, bTo] of diff(left, right)) {
    while (i < rSpan.from + aFrom && j < gSpan.from + bFrom) pair(i++, j++);
    i = rSpan.from + aTo;
    j = gSpan.from + bTo;
  }
  while (i < rSpan.to && j < gSpan.to) pair(i++, j++);
}

/** Order-keeping but not longest: each red line takes the next free green one of its template. */
function matchGreedily(r: Sequence, g: Sequence, rSpan: Span, gSpan: Span, pair: Pair): void {
  const places = new Map<number, number[]>();
  for (let j = gSpan.to - 1; j >= gSpan.from; j--) {
    const hash = g.hashes[j] as number;
    const list = places.get(hash);
    if (list === undefined) places.set(hash, [j]);
    else list.push(j);
  }
  // A window keeps one far match from using up all that lies between.
  const window = Math.max(200, Math.abs(rSpan.to - rSpan.from - (gSpan.to - gSpan.from)) + 50);
  let next = gSpan.from;
  for (let i = rSpan.from; i < rSpan.to; i++) {
    const list = places.get(r.hashes[i] as number);
    if (list === undefined) continue;
    while (list.length > 0 && (list.at(-1) as number) < next) list.pop();
    const j = list.at(-1);
    if (j === undefined || j - next > window) continue;
    pair(i, j);
    next = j + 1;
  }
}
