// Red and green logs with human truth, in the folders of the labelled corpora, and how answers on them are scored: as
// the shared scorer does through the command line, here on the functions.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { diffLogs } from '../../indexer/diff.ts';
import { findErrors } from '../../indexer/errors.ts';
import { readLines } from '../../indexer/lines.ts';

interface Interval {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

export interface LabelledPair {
  readonly name: string;
  /** Pairs of one project share vocabulary: they belong into the same fold. */
  readonly project: string;
  readonly red: Buffer;
  readonly green: Buffer;
  /** The first annotator's intervals, and those of all; LF lines of red. */
  readonly first: readonly Interval[];
  readonly any: readonly Interval[];
  /** Truth is lines, not only a step: diff can be scored. */
  readonly hasLines: boolean;
}

/** All pairs below `root` that have a truth. */
export function readPairs(root: string): LabelledPair[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const folders = files.filter((file) => file.endsWith('fail.log')).map((file) => join(root, file, '..'));
  return folders.sort().flatMap((folder) => readPair(root, folder) ?? []);
}

function readPair(root: string, folder: string): LabelledPair | undefined {
  const names = readdirSync(folder);
  const green = ['pass.log', 'success.log'].find((name) => names.includes(name));
  if (green === undefined) return undefined;
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const red = read('fail.log');
  const name = relative(root, folder);
  const common = { name, red, green: read(green) };
  if (names.includes('groundtruth')) {
    const lines = lfLines(red.toString('latin1'));
    const first = parseIntervals(read('groundtruth').toString(), lines);
    const second = names.includes('groundtruth2') ? parseIntervals(read('groundtruth2').toString(), lines) : [];
    const project = name.replace(/^\d+-/, '').replace(/_(?:run)?\d+$/, '');
    return { ...common, project, first, any: [...first, ...second], hasLines: true };
  }
  if (!names.includes('label.json')) return undefined;
  const first = parseLabel(read('label.json').toString());
  return { ...common, project: name.split('/')[0] ?? name, first, any: first, hasLines: false };
}

/** LF line of each line that counts a bare CR as a line end, as one set's truth does. */
function lfLines(text: string): readonly number[] {
  const map = [0];
  let line = 1;
  for (const [ended] of text.matchAll(/[^\r\n]*(?:\r\n|\n|\r|$)/g)) {
    map.push(line);
    if (ended.endsWith('\n')) line++;
  }
  return map;
}

const parseIntervals = (text: string, lines: readonly number[]): Interval[] =>
  text.split('\n').flatMap((row) => {
    const [, kind = '', from = '', to = from] = /^([EC]) (\d+)(?:-(\d+))?$/.exec(row.trim()) ?? [];
    const start = lines[Number(from)];
    return kind === '' || start === undefined
      ? []
      : [{ kind, from: start, to: lines[Number(to)] ?? lines.at(-1) ?? start }];
  });

/** One JSON object, or one a line. */
function parseLabel(text: string): Interval[] {
  const objects = text.match(/\{[^}]*\}/g) ?? [];
  return objects.map((object) => {
    const { start, end } = JSON.parse(object) as { start: number; end: number };
    return { kind: 'E', from: start, to: end };
  });
}

const isInside = (line: number, intervals: readonly Interval[]): boolean =>
  intervals.some(({ from, to }) => from <= line && line <= to);

export interface PairScore {
  readonly pair: LabelledPair;
  /** The first line shown is marked: 1 or 0. */
  readonly top1: number;
  /** Share of marked intervals that one of the first ten lines touches. */
  readonly hit10: number;
}

export function scoreErrors(pair: LabelledPair, baseline: 'green' | 'none'): PairScore {
  const green = baseline === 'green' ? [readLines('green', pair.green)] : [];
  const { lines } = findErrors(readLines('red', pair.red), green, { limit: 10 });
  const marked = pair.first.filter(({ kind }) => kind === 'E');
  const touched = marked.filter(({ from, to }) => lines.some(({ line }) => from <= line && line <= to));
  const [shown] = lines;
  return {
    pair,
    top1: shown !== undefined && isInside(shown.line, pair.any) ? 1 : 0,
    hit10: marked.length === 0 ? 1 : touched.length / marked.length,
  };
}

/** Share of the marked red lines that are listed, and share of the listed ones that are marked. */
export function scoreDiff(pair: LabelledPair): { readonly recall: number; readonly precision: number } {
  const want = new Set<number>();
  for (const { from, to } of pair.first) for (let line = from; line <= to; line++) want.add(line);
  const { lines } = diffLogs(readLines('red', pair.red), readLines('green', pair.green));
  const got = new Set(lines.filter(({ side }) => side === 'red').map(({ line }) => line));
  const both = [...got].filter((line) => want.has(line)).length;
  return { recall: want.size === 0 ? 1 : both / want.size, precision: got.size === 0 ? 0 : both / got.size };
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
