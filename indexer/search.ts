// Answers a query from the index and the store: candidates → lines that really match → what stands under them.
import { AppError, reasonOf } from '../store/errors.ts';
import { countAttempts, getFrameTable, logRowOf } from './attempts.ts';
import { type LogWork, walkCandidates } from './candidate-walk.ts';
import type { CandidateSource } from './engines/engine.ts';
import { openTextEngine } from './engines/fts.ts';
import type { FoundLine } from './found-line.ts';
import { FrameReader, type ReadableLog } from './frame-reader.ts';
import { readContext } from './line-context.ts';
import { createMatcher, type LineMatcher } from './line-matcher.ts';
import type {
  LogIndexReader,
  Match,
  Query,
  SearchOptions,
  SearchRun,
  SearchSummary,
  StoreReaders,
} from './log-index.ts';
import { SearchTally } from './search-tally.ts';
import { LAST_LOG } from './statements.ts';
import { selectVolume } from './statements-filter.ts';
import { matchingLines } from './verify-candidate.ts';

/** Finds the lines of `query`: exactly those that a full scan would find. */
export function search(index: LogIndexReader, readers: StoreReaders, query: Query, options: SearchOptions): SearchRun {
  const work = new Search({ index, readers, query, options });
  return { matches: work.matches(), summary: () => work.summary() };
}

interface Asked {
  readonly index: LogIndexReader;
  readonly readers: StoreReaders;
  readonly query: Query;
  readonly options: SearchOptions;
}

class Search {
  readonly #asked: Asked;
  readonly #reader: FrameReader;
  readonly #matcher: LineMatcher;
  readonly #tally = new SearchTally();
  #source: CandidateSource | undefined;
  #works: Iterator<LogWork> | undefined;
  #mark = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
    this.#matcher = createMatcher(asked.query);
    this.#reader = new FrameReader(asked.readers, { cacheDir: asked.options.frameCacheDir });
  }

  async *matches(): AsyncGenerator<Match> {
    const { options } = this.#asked;
    const works = this.#plan();
    let given = 0;
    const verifyStartMs = performance.now();
    for (let next = works.next(); !next.done; next = works.next()) {
      for await (const match of this.#matchesOf(next.value)) {
        given++;
        yield match;
        if (given === options.limit) {
          this.#tally.verifyMs = performance.now() - verifyStartMs;
          return;
        }
      }
    }
    this.#tally.isWhole = true;
    this.#tally.verifyMs = performance.now() - verifyStartMs;
  }

  /** Looks the words up; from here on the candidates come one log after another. */
  #plan(): Iterator<LogWork> {
    const { index, query, options } = this.#asked;
    const startMs = performance.now();
    const answer = openTextEngine(index.db, query);
    const planned = performance.now();
    if (answer.kind === 'source') {
      this.#source = answer.source;
      this.#tally.terms = answer.source.terms;
    } else {
      this.#tally.scanReason = answer.reason;
      options.onScan?.(answer.reason, () => selectVolume(index.db, options.filter).raw_bytes);
    }
    this.#mark = index.db.get(LAST_LOG, {})?.id ?? 0;
    const walk = walkCandidates(index, this.#source, options);
    this.#works = walk.works;
    this.#tally.candidateBlocks = walk.blocks;
    this.#tally.planMs = planned - startMs;
    this.#tally.candidatesMs = performance.now() - planned;
    return this.#works;
  }

  /** Matches of one log, as the mode wants them. A log that can't be read is noted and passed over. */
  async *#matchesOf(work: LogWork): AsyncGenerator<Match> {
    const { mode, contextLines } = this.#asked.options;
    const row = logRowOf(work.row);
    try {
      const log = this.#readable(work);
      for await (const found of this.#linesOf(work, log)) {
        this.#tally.addLine(work.row);
        if (mode === 'count') continue;
        const context = await readContext({ reader: this.#reader, log, line: found.line, count: contextLines });
        const { line, text, span, visible, clipped } = found;
        yield { log: row, line, text, clipped, start: span.start, end: span.end, visible, ...context };
        if (mode === 'files') break;
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
      this.#tally.unreadable.push({ logId: row.logId, reason: reasonOf(error) });
    }
  }

  #readable(work: LogWork): ReadableLog {
    const { store, objectKey } = logRowOf(work.row);
    return { store, objectKey, table: getFrameTable(this.#asked.index, work.row.log) };
  }

  #linesOf(work: LogWork, log: ReadableLog): AsyncGenerator<FoundLine> {
    const { query, options } = this.#asked;
    return matchingLines(
      { log, slots: work.slots, longLines: work.longLines },
      {
        reader: this.#reader,
        matcher: this.#matcher,
        visible: query.visible,
        signal: options.signal,
        onFrame: (textBytes) => options.onProgress?.(textBytes),
        onNote: (note) => this.#tally.notes.add(note),
      },
    );
  }

  /** Whether any line of the log matches: all that counting needs. */
  async #hasMatch(work: LogWork): Promise<boolean> {
    try {
      for await (const _found of this.#linesOf(work, this.#readable(work))) return true;
      return false;
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
      this.#tally.unreadable.push({ logId: logRowOf(work.row).logId, reason: reasonOf(error) });
      return false;
    }
  }

  async summary(): Promise<SearchSummary> {
    const { index, options } = this.#asked;
    const startMs = performance.now();
    await this.#countOn();
    const countMs = performance.now() - startMs;
    this.#reader.close();
    return this.#tally.summary({
      total: countAttempts(index, options.filter),
      framesRead: this.#reader.framesRead,
      bytesRead: this.#reader.bytesRead,
      mark: this.#mark,
      countMs,
    });
  }

  /** Goes on after the last line given, one match a log, until all logs were looked at or the time is up. */
  async #countOn(): Promise<void> {
    const { options } = this.#asked;
    const works = this.#works;
    if (works === undefined || this.#tally.isWhole) return;
    const deadlineMs = options.budgetMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.budgetMs;
    for (;;) {
      if (performance.now() > deadlineMs || options.signal?.aborted === true) {
        this.#tally.isCountCut = true;
        return;
      }
      const next = works.next();
      if (next.done) return;
      if (this.#tally.hasAttempt(next.value.row)) continue;
      if (await this.#hasMatch(next.value)) this.#tally.addAttempt(next.value.row);
    }
  }
}
