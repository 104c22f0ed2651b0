// One way through the candidates of one query: plan, lines, and afterwards the logs that were not reached.
import { AppError, reasonOf } from '../store/errors.ts';
import type { LogId } from '../store/log-id.ts';
import { logRowOf, objectKeyOfRow } from './attempts.ts';
import { BLOCKS_PER_FRAME } from './blocks.ts';
import { type AskedByLog, askedInPieces, type LogWork, narrowWork, walkCandidates } from './candidate-walk.ts';
import type { CandidateSource, EngineAnswer } from './engines/engine.ts';
import { openTextEngine } from './engines/fts.ts';
import type { FoundLine, VerifyOptions } from './found-line.ts';
import type { FrameReader, ReadableLog } from './frame-reader.ts';
import { createMatcher } from './line-matcher.ts';
import type { LogIndexReader, LogRow, Query, SearchOptions } from './log-index.ts';
import { LogQueue } from './log-queue.ts';
import type { SearchTally } from './search-tally.ts';
import { type LogRowColumns, selectVolume } from './statements-filter.ts';
import { matchingLines } from './verify-candidate.ts';
import { findHelper, startHelper, type VerifyHelper } from './verify-helper.ts';
import { type LinesOfLog, type OpenedLog, WideLines } from './wide-lines.ts';

/** What every pass of a search shares. */
export interface PassTools {
  readonly index: LogIndexReader;
  readonly reader: FrameReader;
  readonly tally: SearchTally;
  readonly options: SearchOptions;
  /** How a log's frames are found. */
  readonly openLog: (work: LogWork) => Promise<ReadableLog>;
  /** Why no index is asked, when none is. */
  readonly noIndex: string | undefined;
  /** Candidates that are known already. */
  readonly candidates?: CandidateSource | undefined;
}

/** A matching line with the log it is in. */
export interface PassLine {
  readonly work: LogWork;
  readonly row: LogRow;
  readonly log: ReadableLog;
  readonly found: FoundLine;
}

/** chosen: so much is tested in a fifth of a second; who waits longer wants to know why. */
const MUCH_BYTES = 64 * 1024 * 1024;
/** measured: some 20 ms; more than half of all searches end within half of it. */
const FRAMES_BEFORE_HELPER = 48;
/** measured: tested in the time that a second thread takes to start. */
const FEW_CANDIDATES = 150;
/** chosen: logs tested side by side when only counting. */
const COUNTED_AT_ONCE = 8;

/** The candidates of a query, gone through once: for lines, or for nothing but whether a log has one. */
export class SearchPass {
  readonly #query: Query;
  readonly #tools: PassTools;
  readonly #verify: VerifyOptions;
  readonly #queue: LogQueue;
  #findCountSource: (() => CandidateSource | undefined) | undefined;
  #counted: AskedByLog | 'all' | undefined;

  /** `afterNothing`: a pass over the stored text has found nothing, so frames in which all is visible are passed over. */
  constructor(query: Query, tools: PassTools, options: { readonly afterNothing: boolean }) {
    this.#query = query;
    this.#tools = tools;
    this.#verify = {
      reader: tools.reader,
      matcher: createMatcher(query),
      visible: query.visible,
      signal: tools.options.signal,
      onFrame: (textBytes, blocks) => {
        tools.tally.blocksRead += blocks;
        this.#noteBytes(textBytes);
      },
      onNote: (note) => tools.tally.notes.add(note),
    };
    const works = this.#plan();
    const isSlow = tools.options.frameCacheDir !== undefined;
    this.#queue = new LogQueue(options.afterNothing ? withoutBare(works, tools.reader) : works, tools, { isSlow });
  }

  /** Says once that words which are nearly everywhere make a search as long as one without them. */
  #noteBytes(textBytes: number): void {
    const { index, options, tally } = this.#tools;
    const before = tally.bytesTested;
    tally.bytesTested += textBytes;
    if (tally.scanReason === undefined && before < MUCH_BYTES && tally.bytesTested >= MUCH_BYTES)
      options.onWide?.(() => selectVolume(index.db, options.filter).raw_bytes);
    options.onProgress?.(textBytes);
  }

  /** Looks the words up; from here on the candidates come one log after another. */
  #plan(): Iterator<LogWork> {
    const { index, options, tally } = this.#tools;
    const startMs = performance.now();
    const answer = this.#askEngine();
    const plannedMs = performance.now();
    let source: CandidateSource | undefined;
    if (answer.kind === 'source') {
      source = answer.source;
      tally.terms = source.terms(options.explain === true ? 'counted' : 'names');
    } else {
      if (tally.scanReason === undefined)
        options.onScan?.(answer.reason, () => selectVolume(index.db, options.filter).raw_bytes);
      tally.scanReason = answer.reason;
      this.#findCountSource = answer.findSource;
    }
    const walk = walkCandidates(index, source, options);
    tally.candidateBlocks = walk.blocks;
    tally.way = walk.way;
    tally.planMs += plannedMs - startMs;
    tally.candidatesMs += performance.now() - plannedMs;
    return walk.works;
  }

  #askEngine(): EngineAnswer {
    const { index, noIndex, candidates } = this.#tools;
    if (candidates !== undefined) return { kind: 'source', source: candidates };
    return noIndex === undefined ? openTextEngine(index.db, this.#query) : { kind: 'scan', reason: noIndex };
  }

  /** Matching lines, log by log. `most`: how many are still wanted; undefined: all. */
  async *lines(options: {
    readonly onePerLog: boolean;
    readonly most: () => number | undefined;
  }): AsyncGenerator<PassLine> {
    for (let opened = await this.#open(); opened !== undefined; opened = await this.#open()) {
      yield* this.#linesOf({ opened, lines: 'to be tested', failure: undefined }, options);
      const helper = this.#findHelper(options.most());
      if (helper !== undefined) return yield* this.#wideLines(helper, options);
    }
  }

  /** The next log that can be opened. */
  async #open(): Promise<OpenedLog | undefined> {
    for (let ready = this.#queue.next(); ready !== undefined; ready = this.#queue.next()) {
      try {
        return { work: ready.work, ...(await ready.opened) };
      } catch (error) {
        this.#note(ready.work.row, error);
      }
    }
    return undefined;
  }

  async *#linesOf(
    { opened, lines, failure }: LinesOfLog,
    options: { readonly onePerLog: boolean },
  ): AsyncGenerator<PassLine> {
    const { work, log, first } = opened;
    let row: LogRow | undefined;
    try {
      for await (const found of lines === 'to be tested'
        ? matchingLines({ log, ...work }, this.#verify, first)
        : lines) {
        row ??= logRowOf(work.row);
        yield { work, row, log, found };
        if (options.onePerLog) break;
      }
    } catch (error) {
      this.#note(work.row, error);
    }
    if (failure !== undefined) this.#note(work.row, new AppError(failure.code, failure.message, failure));
  }

  /** The second thread, where much was read and lines are few: started early, as the search goes on without it until it is there. */
  #findHelper(most: number | undefined): VerifyHelper | undefined {
    if (most === undefined || this.#verify.reader.framesRead < FRAMES_BEFORE_HELPER) return undefined;
    const { candidateBlocks } = this.#tools.tally;
    if (candidateBlocks === undefined || candidateBlocks > FEW_CANDIDATES) startHelper();
    return findHelper();
  }

  async *#wideLines(
    helper: VerifyHelper,
    options: { readonly onePerLog: boolean; readonly most: () => number | undefined },
  ): AsyncGenerator<PassLine> {
    const wide = new WideLines({
      helper,
      query: this.#query,
      verify: this.#verify,
      wanted: () => ({ most: options.most() ?? Number.POSITIVE_INFINITY, onePerLog: options.onePerLog }),
      next: () => this.#open(),
    });
    try {
      for await (const each of wide.logs()) yield* this.#linesOf(each, options);
    } finally {
      this.#queue.putBack(wide.rest());
    }
  }

  /** Goes on after the lines that were taken: which other logs match, until the time is up. False: it was. */
  async countRest(deadlineMs: number): Promise<boolean> {
    const { tally, options } = this.#tools;
    let open: LogWork[] = [];
    const test = async (): Promise<void> => {
      const works = open;
      open = [];
      const matches = await Promise.all(works.map((work) => this.#hasMatch(work)));
      works.forEach((work, n) => {
        if (matches[n] === true) tally.addAttempt(work.row);
      });
    };
    for (const work of this.#queue.rest()) {
      if (performance.now() > deadlineMs || options.signal?.aborted === true) return false;
      if (tally.hasAttempt(work.row)) continue;
      const narrowed = this.#narrow(work);
      if (narrowed === undefined) continue;
      if (narrowed.isCertain()) tally.addAttempt(work.row);
      else open.push(narrowed);
      if (open.length === COUNTED_AT_ONCE) await test();
    }
    await test();
    return true;
  }

  /** A log that is to be read whole, as far as the words that were too many for the lines let it through. */
  #narrow(work: LogWork): LogWork | undefined {
    if (this.#counted === undefined) {
      const source = this.#findCountSource?.();
      this.#counted = source === undefined ? 'all' : askedInPieces(source, this.#tools.options.sort);
    }
    return work.slots !== 'all' || this.#counted === 'all' ? work : narrowWork(work, this.#counted);
  }

  /** Whether any line of the log matches: all that counting needs. */
  async #hasMatch(work: LogWork): Promise<boolean> {
    try {
      const log = await this.#tools.openLog(work);
      for await (const _found of matchingLines({ log, ...work }, this.#verify)) return true;
    } catch (error) {
      this.#note(work.row, error);
    }
    return false;
  }

  /** A log that can't be read is noted and passed over. */
  #note(row: LogRowColumns, error: unknown): void {
    if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
    this.#tools.tally.unreadable.push({ logId: row.log_id as LogId, reason: reasonOf(error) });
  }
}

/** What of the candidates may have a match in the visible text alone. */
function* withoutBare(works: Iterator<LogWork>, reader: FrameReader): Generator<LogWork> {
  for (let next = works.next(); !next.done; next = works.next()) {
    const work = next.value;
    const objectKey = objectKeyOfRow(work.row);
    const every = Array.from({ length: work.slots === 'all' ? work.row.block_count : 0 }, (_, slot) => slot);
    const slots = (work.slots === 'all' ? every : work.slots).filter(
      (slot) => !reader.isBare(objectKey, Math.floor(slot / BLOCKS_PER_FRAME)),
    );
    if (slots.length === every.length && work.slots === 'all') yield work;
    else if (slots.length + work.longLines.length > 0) yield { ...work, slots };
  }
}
