// Answers a query from the index and the store: candidates → lines that really match → what stands under them.
import { countAttempts, objectKeyOfRow } from './attempts.ts';
import type { CandidateSource } from './engines/engine.ts';
import { FrameReader } from './frame-reader.ts';
import { unpackFrameTable } from './frame-table-blob.ts';
import { readContext } from './line-context.ts';
import type {
  LogIndexReader,
  Match,
  Query,
  SearchOptions,
  SearchRun,
  SearchSummary,
  StoreReaders,
} from './log-index.ts';
import { type PassTools, SearchPass } from './search-pass.ts';
import { SearchTally } from './search-tally.ts';
import { LAST_LOG } from './statements.ts';

/** Finds the lines of `query`: exactly those that a full scan would find. */
export function search(index: LogIndexReader, readers: StoreReaders, query: Query, options: SearchOptions): SearchRun {
  return runSearch({ index, readers, query, options, noIndex: undefined, openLog: undefined });
}

/** What a search is made of; `openLog` and `noIndex` differ where no index of the text is there. */
export interface SearchParts {
  readonly index: LogIndexReader;
  readonly readers: StoreReaders;
  readonly query: Query;
  readonly options: SearchOptions;
  readonly openLog: PassTools['openLog'] | undefined;
  readonly noIndex: string | undefined;
  /** Candidates that another index found, in place of this one's. */
  readonly candidates?: CandidateSource | undefined;
  /** Whoever asks looks at the visible text himself, once nothing else is found. */
  readonly looksOnce?: boolean;
}

/** The search over given parts. */
export function runSearch(parts: SearchParts): SearchRun {
  const run = new Search(parts);
  return { matches: run.matches(), summary: () => run.summary() };
}

class Search {
  readonly #parts: SearchParts;
  readonly #tools: PassTools;
  readonly #reader: FrameReader;
  readonly #tally = new SearchTally();
  #pass: SearchPass | undefined;
  #given = 0;

  constructor(parts: SearchParts) {
    this.#parts = parts;
    const { index, options } = parts;
    this.#reader = new FrameReader(parts.readers, { cacheDir: options.frameCacheDir });
    this.#tools = {
      index,
      options,
      reader: this.#reader,
      tally: this.#tally,
      noIndex: parts.noIndex,
      candidates: parts.candidates,
      openLog:
        parts.openLog ??
        (async ({ row }) => ({
          store: row.store,
          objectKey: objectKeyOfRow(row),
          table: unpackFrameTable(row.frames),
        })),
    };
  }

  async *matches(): AsyncGenerator<Match> {
    const { index, query, looksOnce } = this.#parts;
    this.#tally.mark = index.db.get(LAST_LOG, {})?.id ?? 0;
    yield* this.#matchesOf(query, { afterNothing: false });
    if (!this.#tally.isWhole || this.#tally.lines > 0 || query.visible || looksOnce === true) return;
    this.#tally.isWhole = false;
    yield* this.#matchesOf({ ...query, visible: true }, { afterNothing: true });
    if (this.#tally.lines > 0)
      this.#tally.notes.add(
        'no stored line has this; these have it as people see them, without colour codes (--visible)',
      );
  }

  async *#matchesOf(query: Query, way: { readonly afterNothing: boolean }): AsyncGenerator<Match> {
    const { mode, limit, contextLines } = this.#parts.options;
    this.#reader.notesBare = !query.visible && this.#parts.looksOnce !== true;
    this.#pass = new SearchPass(query, this.#tools, way);
    const startMs = performance.now();
    for await (const { work, row, log, found } of this.#pass.lines({
      onePerLog: mode === 'files',
      most: () => (limit === undefined ? undefined : limit - this.#given),
    })) {
      this.#tally.addLine(work.row);
      this.#reader.notesBare = false;
      if (mode === 'count') continue;
      const context = await readContext({ reader: this.#reader, log, line: found.line, count: contextLines });
      const { line, text, span, visible, clipped } = found;
      yield { log: row, line, text, clipped, start: span.start, end: span.end, visible, ...context };
      if (++this.#given === limit) {
        this.#tally.verifyMs += performance.now() - startMs;
        return;
      }
    }
    this.#tally.verifyMs += performance.now() - startMs;
    this.#tally.isWhole = true;
  }

  async summary(): Promise<SearchSummary> {
    const { index, options } = this.#parts;
    const startMs = performance.now();
    if (!this.#tally.isWhole && this.#pass !== undefined) {
      const deadlineMs = options.budgetMs === undefined ? Number.POSITIVE_INFINITY : startMs + options.budgetMs;
      this.#tally.isCountCut = !(await this.#pass.countRest(deadlineMs));
    }
    const countMs = performance.now() - startMs;
    this.#reader.close();
    const { framesRead, bytesRead, fetchMs, unpackMs } = this.#reader;
    const read = { framesRead, bytesRead, fetchMs, unpackMs };
    return this.#tally.summary({ total: countAttempts(index, options.filter), read, countMs });
  }
}
