// Which logs to look into and in what order: newest or oldest attempt first, few candidates all at once, many log by log.

import type { LogId } from '../store/log-id.ts';
import { BLOCKS_PER_FRAME } from './blocks.ts';
import type { BlockNumbers, BlockRange, CandidateSource } from './engines/engine.ts';
import { HeldBlocks } from './held-blocks.ts';
import type { LogIndexReader, SearchOptions } from './log-index.ts';
import type { LongLine } from './long-lines.ts';
import {
  type FoundLogColumns,
  LOGS_OF_BLOCKS,
  type LogBlocks,
  type LogPlace,
  selectBlocksOf,
  selectLogs,
  selectPlaces,
} from './statements-filter.ts';
import { type Place, selectAttempts } from './statements-order.ts';
import { FRAME_RUNS_OF_LOG, LONG_LINES } from './statements-text.ts';

/** A log with its candidate blocks. */
export interface LogWork {
  readonly row: FoundLogColumns;
  readonly slots: readonly number[] | 'all';
  readonly longLines: readonly LongLine[];
  /** The index alone shows that a line matches. */
  readonly isCertain: () => boolean;
}

/** chosen: with so few logs left by the filter, each is asked for by itself. */
const FEW_ATTEMPTS = 64;
/** chosen: a page of attempts; the first one is small, as most searches end on it. */
const FIRST_PAGE = 32;
const MAX_PAGE = 1024;
/** chosen: rows of logs are read so many at a time, the first of them few, as most searches end on those. */
const FIRST_ROWS = 4;
const MAX_ROWS = 64;
/** chosen: so many rows are brought in a millisecond. */
const FEW_LONG_LINES = 512;

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
  const walk = (works: Iterable<PlacedWork>, blocks: number | undefined, way: string): CandidateWalk => ({
    works: withRows(index, works, { source, exceptLogs: options.exceptLogs }),
    blocks,
    way: `${way}, ${byTime}`,
  });
  if (source === undefined) return walk(everyLog(index, undefined, options), undefined, 'every log');
  const held = new HeldBlocks((request) => source.blocksIn(request), options.sort);
  if (isNarrow(index, options)) {
    const blocksIn = (range: BlockRange): BlockNumbers =>
      source.isWide
        ? held.blocksIn(range)
        : source.blocksIn({ ...range, limit: Number.MAX_SAFE_INTEGER, end: 'first' });
    return walk(everyLog(index, { source, blocksIn }, options), undefined, 'filters first, then words');
  }
  const few = held.few();
  if (few !== undefined)
    return walk(fewLogs(index, source, { ...options, blocks: few }), few.length, 'words first, then filters');
  const blocksIn = (range: BlockRange): BlockNumbers => held.blocksIn(range);
  return walk(everyLog(index, { source, blocksIn }, options), undefined, 'log by log, its words');
}

const isNarrow = ({ db }: LogIndexReader, { filter, sort }: WalkOptions): boolean =>
  Object.values(filter).some((value) => value !== undefined) &&
  selectAttempts(db, filter, { sort, limit: FEW_ATTEMPTS + 1 }).length <= FEW_ATTEMPTS;

/** A log with candidates, before its row is read. */
interface PlacedWork {
  readonly place: LogBlocks;
  readonly slots: readonly number[] | 'all';
  readonly longLines: readonly LongLine[];
}

/** Reads the rows of logs when their turn comes, some at a time. */
function* withRows(
  { db }: LogIndexReader,
  works: Iterable<PlacedWork>,
  { source, exceptLogs }: Pick<WalkOptions, 'exceptLogs'> & { readonly source: CandidateSource | undefined },
): Generator<LogWork> {
  let size = FIRST_ROWS;
  let batch: PlacedWork[] = [];
  const read = function* (): Generator<LogWork> {
    const rows = new Map(
      selectLogs(
        db,
        batch.map(({ place }) => place.log),
      ).map((row) => [row.log, row]),
    );
    for (const { place, slots, longLines } of batch) {
      const row = rows.get(place.log); // undefined: it has left the index meanwhile
      if (row === undefined || exceptLogs?.has(row.log_id as LogId) === true) continue;
      yield { row, slots, longLines, isCertain: () => source?.isCertainIn(rangeOf(place)) === true };
    }
  };
  for (const work of works) {
    batch.push(work);
    if (batch.length < size) continue;
    yield* read();
    batch = [];
    size = Math.min(size * 2, MAX_ROWS);
  }
  if (batch.length > 0) yield* read();
}

/** A log that was to be read whole, with what `source` knows of it; undefined where it can have no match. */
export function narrowWork(work: LogWork, { source, blocksIn }: AskedByLog): LogWork | undefined {
  const { row } = work;
  const isCertain = (): boolean => source.isCertainIn(rangeOf(row));
  if (isCertain()) return { ...work, isCertain };
  const blocks = blocksIn(rangeOf(row));
  const longLines = work.longLines.filter((line) => mayMatch(source, row, line));
  if (blocks.length + longLines.length === 0) return undefined;
  return { row, slots: blocks.map((block) => block - row.first_block), longLines, isCertain };
}

const rangeOf = ({ first_block: from, block_count: count }: Omit<LogBlocks, 'log'>): BlockRange => ({
  from,
  to: from + count,
});

function inOrder(places: LogPlace[], sort: 'new' | 'old'): LogPlace[] {
  const sign = sort === 'new' ? -1 : 1;
  const ownFirst = (name: string): number => (name === 'log' ? 0 : 1);
  return places.sort(
    (a, b) =>
      sign * (a.time_ms - b.time_ms || a.attempt_key - b.attempt_key) ||
      ownFirst(a.log_name) - ownFirst(b.log_name) ||
      (a.log_name < b.log_name ? -1 : a.log_name > b.log_name ? 1 : a.log - b.log),
  );
}

/** The logs of a few candidate blocks. */
function* fewLogs(
  { db }: LogIndexReader,
  source: CandidateSource,
  options: WalkOptions & { readonly blocks: BlockNumbers },
): Generator<PlacedWork> {
  const { blocks, filter, sort, afterMark = 0 } = options;
  const blocksOf = new Map<number, number[]>();
  db.numbers(LOGS_OF_BLOCKS, { blocks: JSON.stringify(blocks) }).forEach((log, n) => {
    const own = blocksOf.get(log);
    if (own === undefined) blocksOf.set(log, [blocks[n] as number]);
    else own.push(blocks[n] as number);
  });
  const longLines = byLog(db.all(LONG_LINES, { limit: Number.MAX_SAFE_INTEGER }));
  const logs = [...new Set([...blocksOf.keys(), ...longLines.keys()])].filter((log) => log > afterMark);
  for (const place of inOrder(selectPlaces(db, filter, logs), sort)) {
    const work = {
      place,
      slots: (blocksOf.get(place.log) ?? [])
        .map((block) => block - place.first_block)
        .filter((slot) => slot < place.block_count),
      longLines: (longLines.get(place.log) ?? []).filter((line) => mayMatch(source, place, line)),
    };
    if (work.slots.length + work.longLines.length > 0) yield work;
  }
}

interface LongLineRow {
  readonly log: number;
  readonly first_frame: number;
  readonly last_frame: number;
}

function byLog(rows: readonly LongLineRow[]): Map<number, LongLine[]> {
  const found = new Map<number, LongLine[]>();
  for (const { log, first_frame: firstFrame, last_frame: lastFrame } of rows) {
    const known = found.get(log) ?? [];
    found.set(log, known);
    known.push({ firstFrame, lastFrame });
  }
  return found;
}

/** Whether the words of a line that reaches over frames may be those that are looked for. */
const mayMatch = (
  source: CandidateSource,
  { first_block: first }: Pick<LogBlocks, 'first_block'>,
  line: LongLine,
): boolean =>
  source.mayMatchAcross({
    from: first + line.firstFrame * BLOCKS_PER_FRAME,
    to: first + (line.lastFrame + 1) * BLOCKS_PER_FRAME,
  });

/** Candidates that are asked for log by log. */
export interface AskedByLog {
  readonly source: CandidateSource;
  readonly blocksIn: (range: BlockRange) => BlockNumbers;
}

/** `source`, asked in few large questions. */
export function askedInPieces(source: CandidateSource, sort: 'new' | 'old'): AskedByLog {
  const held = new HeldBlocks((request) => source.blocksIn(request), sort);
  return { source, blocksIn: (range) => held.blocksIn(range) };
}

/** Log by log in the order of time; those without a candidate block are passed over. */
function* everyLog({ db }: LogIndexReader, asked: AskedByLog | undefined, options: WalkOptions): Generator<PlacedWork> {
  const { filter, sort, afterMark = 0 } = options;
  const runsOf = longLineFinder(db);
  let last: Place | undefined;
  for (let attempts = FIRST_PAGE; ; attempts = Math.min(attempts * 2, MAX_PAGE)) {
    const places = selectAttempts(db, filter, { sort, limit: attempts, place: last });
    const keys = places.map((each) => each.attemptKey);
    for (const place of selectBlocksOf(db, keys, { afterLog: afterMark })) {
      const work = workOf(asked, place, runsOf(place.log));
      if (work !== undefined) yield work;
    }
    if (places.length < attempts) return;
    last = places.at(-1);
  }
}

/** What asks for the lines of a log that reach over frames: few logs have one, so all are brought at once while that is so. */
function longLineFinder(db: LogIndexReader['db']): (log: number) => readonly LongLine[] {
  const rows = db.all(LONG_LINES, { limit: FEW_LONG_LINES + 1 });
  if (rows.length <= FEW_LONG_LINES) {
    const few = byLog(rows);
    return (log) => few.get(log) ?? [];
  }
  return (log) =>
    db.all(FRAME_RUNS_OF_LOG, { log }).map((run) => ({ firstFrame: run.first_frame, lastFrame: run.last_frame }));
}

function workOf(asked: AskedByLog | undefined, place: LogBlocks, runs: readonly LongLine[]): PlacedWork | undefined {
  if (asked === undefined) return { place, slots: 'all', longLines: runs };
  const slots = asked.blocksIn(rangeOf(place)).map((block) => block - place.first_block);
  const longLines = runs.filter((run) => mayMatch(asked.source, place, run));
  return slots.length === 0 && longLines.length === 0 ? undefined : { place, slots, longLines };
}
