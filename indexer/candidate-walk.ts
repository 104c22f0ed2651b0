// Which logs to look into and in what order: newest or oldest attempt first, few candidates all at once, many log by log.

import type { LogId } from '../store/log-id.ts';
import { BLOCKS_PER_FRAME } from './blocks.ts';
import type { BlockNumbers, CandidateSource } from './engines/engine.ts';
import type { LogIndexReader, SearchOptions } from './log-index.ts';
import type { LongLine } from './long-lines.ts';
import { firstFrom } from './sorted-numbers.ts';
import { type LogRowColumns, RANGE_OF_BLOCK, selectLogsOf, selectPrimaries } from './statements-filter.ts';
import { type Place, selectAttempts } from './statements-order.ts';
import { FRAME_RUNS_OF_LOG, LONG_LINES } from './statements-text.ts';

/** A log with its candidate blocks. */
export interface LogWork {
  readonly row: LogRowColumns;
  readonly slots: readonly number[] | 'all';
  readonly longLines: readonly LongLine[];
  /** The index alone shows that a line matches. */
  readonly isCertain: () => boolean;
}

/** measured: the logs of so many blocks are looked up and sorted in about 15 ms; with more, the newest logs come first. */
const MANY_BLOCKS = 5000;
/** chosen: with so few logs left by the filter, each is asked for by itself. */
const FEW_ATTEMPTS = 64;
/** chosen: a page of attempts; the first one is small, as most searches end on it. */
const FIRST_PAGE = 32;
const MAX_PAGE = 1024;
const ALL_BLOCKS = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: Number.MAX_SAFE_INTEGER };

type WalkOptions = Pick<SearchOptions, 'filter' | 'sort' | 'afterMark' | 'exceptLogs'>;

/** Logs that may have a match, in order. `source` undefined: every log that the filter lets through. */
export interface CandidateWalk {
  readonly works: Iterator<LogWork>;
  /** Candidate blocks, where they were counted. */
  readonly blocks: number | undefined;
  /** In what order things are done, in words. */
  readonly way: string;
}

/** Decides how to go through the candidates. */
export function walkCandidates(
  index: LogIndexReader,
  source: CandidateSource | undefined,
  options: WalkOptions,
): CandidateWalk {
  const byTime = `${options.sort === 'new' ? 'newest' : 'oldest'} attempts first`;
  if (source === undefined)
    return { works: everyLog(index, undefined, options), blocks: undefined, way: `every log, ${byTime}` };
  if (isNarrow(index, options))
    return { works: everyLog(index, source, options), blocks: undefined, way: `filters first, then words, ${byTime}` };
  const blocks = source.blocksIn(ALL_BLOCKS);
  if (blocks.length <= MANY_BLOCKS) {
    const works = inOrder(fewLogs(index, source, { ...options, blocks }), options.sort).values();
    return { works, blocks: blocks.length, way: `words first, then filters, ${byTime}` };
  }
  const held = { ...boundSource(source), blocksIn: (range: Range) => between(blocks, range) };
  return { works: everyLog(index, held, options), blocks: blocks.length, way: `words, then log by log, ${byTime}` };
}

const isNarrow = ({ db }: LogIndexReader, { filter, sort }: WalkOptions): boolean =>
  Object.values(filter).some((value) => value !== undefined) &&
  selectAttempts(db, filter, { sort, limit: FEW_ATTEMPTS + 1 }).length <= FEW_ATTEMPTS;

const boundSource = (source: CandidateSource): CandidateSource => ({
  terms: (detail) => source.terms(detail),
  blocksIn: (range) => source.blocksIn(range),
  mayMatchAcross: (range) => source.mayMatchAcross(range),
  isCertainIn: (range) => source.isCertainIn(range),
});

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The part of ascending numbers in `[from, to)`. */
const between = (blocks: BlockNumbers, { from, to }: Range): BlockNumbers =>
  blocks.slice(firstFrom(blocks, from), firstFrom(blocks, to));

function inOrder(works: LogWork[], sort: 'new' | 'old'): LogWork[] {
  const sign = sort === 'new' ? -1 : 1;
  const ownFirst = (name: string): number => (name === 'log' ? 0 : 1);
  return works.sort(
    ({ row: a }, { row: b }) =>
      sign * (a.time_ms - b.time_ms || a.attempt_key - b.attempt_key) ||
      ownFirst(a.log_name) - ownFirst(b.log_name) ||
      (a.log_name < b.log_name ? -1 : a.log_name > b.log_name ? 1 : a.log - b.log),
  );
}

/** The logs of a few candidate blocks, unordered. */
function fewLogs(
  { db }: LogIndexReader,
  source: CandidateSource,
  options: WalkOptions & { readonly blocks: BlockNumbers },
): LogWork[] {
  const { blocks, filter, afterMark = 0 } = options;
  const candidates = new Map<number, { readonly blocks: BlockNumbers; readonly longLines: LongLine[] }>();
  for (let at = 0; at < blocks.length; ) {
    const block = blocks[at] as number;
    const range = db.get(RANGE_OF_BLOCK, { block });
    const end = range === undefined ? block + 1 : Math.max(block + 1, range.first_block + range.block_count);
    let next = at;
    while (next < blocks.length && (blocks[next] as number) < end) next++;
    if (range !== undefined) candidates.set(range.log, { blocks: blocks.slice(at, next), longLines: [] });
    at = next;
  }
  for (const line of db.all(LONG_LINES, {})) {
    if (!mayMatch(source, line)) continue;
    const known = candidates.get(line.log) ?? { blocks: [], longLines: [] };
    candidates.set(line.log, known);
    known.longLines.push({ firstFrame: line.first_frame, lastFrame: line.last_frame });
  }
  const logs = [...candidates.keys()].filter((log) => log > afterMark);
  return selectPrimaries(db, filter, logs)
    .filter((row) => !isExcept(row, options))
    .map((row) => {
      const { blocks: own = [], longLines = [] } = candidates.get(row.log) ?? {};
      return {
        row,
        slots: own.map((block) => block - row.first_block).filter((slot) => slot < row.block_count),
        longLines,
        isCertain: () => isCertain(source, row),
      };
    })
    .filter(({ slots, longLines }) => slots.length + longLines.length > 0);
}

const isExcept = (row: LogRowColumns, { exceptLogs }: WalkOptions): boolean =>
  exceptLogs?.has(row.log_id as LogId) === true;

const isCertain = (source: CandidateSource, { first_block: from, block_count: count }: LogRowColumns): boolean =>
  source.isCertainIn({ from, to: from + count });

const mayMatch = (
  source: CandidateSource,
  line: { readonly first_block: number; readonly first_frame: number; readonly last_frame: number },
): boolean =>
  source.mayMatchAcross({
    from: line.first_block + line.first_frame * BLOCKS_PER_FRAME,
    to: line.first_block + (line.last_frame + 1) * BLOCKS_PER_FRAME,
  });

/** Log by log in the order of time; those without a candidate block are passed over. */
function* everyLog(
  { db }: LogIndexReader,
  source: CandidateSource | undefined,
  options: WalkOptions,
): Generator<LogWork> {
  const { filter, sort, afterMark = 0 } = options;
  let place: Place | undefined;
  for (let attempts = FIRST_PAGE; ; attempts = Math.min(attempts * 2, MAX_PAGE)) {
    const places = selectAttempts(db, filter, { sort, limit: attempts, place });
    const keys = places.map((each) => each.attemptKey);
    for (const row of selectLogsOf(db, keys, { which: 'primaries', sort, afterLog: afterMark })) {
      const work = isExcept(row, options) ? undefined : workOf(db, source, row);
      if (work !== undefined) yield work;
    }
    if (places.length < attempts) return;
    place = places.at(-1);
  }
}

function workOf(
  db: LogIndexReader['db'],
  source: CandidateSource | undefined,
  row: LogRowColumns,
): LogWork | undefined {
  const runs = db.all(FRAME_RUNS_OF_LOG, { log: row.log }).map((run) => ({
    firstFrame: run.first_frame,
    lastFrame: run.last_frame,
  }));
  if (source === undefined) return { row, slots: 'all', longLines: runs, isCertain: () => false };
  const { first_block: from, block_count: count } = row;
  const blocks = source.blocksIn({ from, to: from + count, limit: count });
  const longLines = runs.filter((run) =>
    mayMatch(source, { first_block: from, first_frame: run.firstFrame, last_frame: run.lastFrame }),
  );
  if (blocks.length === 0 && longLines.length === 0) return undefined;
  return { row, slots: blocks.map((block) => block - from), longLines, isCertain: () => isCertain(source, row) };
}
