// A search over the engine: which logs may match, the newest first, page by page; each page becomes an index in memory, and
// the same code as always tests its lines. So the engine decides only what need not be read.

import type {
  Match,
  OutcomeCounts,
  Query,
  SearchOptions,
  SearchRun,
  SearchSummary,
  StoreReaders,
} from '../log-index.ts';
import { wantedWords } from '../query-words.ts';
import { runSearch } from '../search.ts';
import { askOnce, type EngineAnswers } from './asked-once.ts';
import { type CandidatePage, CandidatePages } from './candidate-pages.ts';
import type { EngineClient } from './client.ts';
import { countOutcomes, sumRawBytes } from './find.ts';
import { SummarySum } from './summary-sum.ts';

export interface EngineSearch {
  readonly client: EngineClient;
  readonly readers: StoreReaders;
  readonly query: Query;
  readonly options: SearchOptions;
}

/** Finds the lines of `query`: exactly those that a full scan would find. */
export function searchEngine(parts: EngineSearch): SearchRun {
  const search = new PagedSearch(parts);
  return { matches: search.matches(), summary: () => search.summary() };
}

const WHY_SCAN = 'the query has no run of three or more letters or digits that every match must contain';
const SECOND_LOOK = 'no stored line has this; these have it as people see them, without colour codes (--visible)';

/** More keys than one page has. */
const PAGE_KEYS = 2 ** 32;

/** Each page numbers its own logs and attempts; over all pages the numbers must differ. */
const onPage = (match: Match, offset: number): Match => ({
  ...match,
  log: {
    ...match.log,
    logKey: match.log.logKey + offset,
    attempt: { ...match.log.attempt, attemptKey: match.log.attempt.attemptKey + offset },
  },
});

class PagedSearch {
  readonly #parts: EngineSearch;
  readonly #words: EngineAnswers;
  readonly #sum = new SummarySum();
  #pages: CandidatePages | undefined;
  /** A page whose matches were left before their end. */
  #open: { readonly page: CandidatePage; readonly run: SearchRun } | undefined;
  /** What is looked for now: the query, or in the second look its visible form. */
  #query: Query;
  #given = 0;
  #pageNumber = 0;
  #isWhole = false;
  /** Of all attempts that the filter lets through: counted while the first page is looked for. */
  #total: Promise<OutcomeCounts> | undefined;

  constructor(parts: EngineSearch) {
    this.#parts = parts;
    this.#words = askOnce(parts.client);
    this.#query = parts.query;
  }

  async *matches(): AsyncGenerator<Match> {
    const { query } = this.#parts;
    yield* this.#matchesOf(query);
    if (!this.#isWhole || this.#sum.lines > 0 || query.visible) return;
    this.#isWhole = false;
    yield* this.#matchesOf({ ...query, visible: true });
    if (this.#given > 0 || this.#sum.lines > 0) this.#sum.note(SECOND_LOOK);
  }

  async *#matchesOf(query: Query): AsyncGenerator<Match> {
    const { client, options } = this.#parts;
    this.#query = query;
    const wanted = wantedWords(query);
    this.#pages = new CandidatePages(client, { words: this.#words, wanted, options });
    for (;;) {
      const page = await this.#nextPage();
      if (page === undefined) break;
      const run = this.#run(query, page);
      this.#open = { page, run };
      const offset = this.#pageNumber++ * PAGE_KEYS;
      for await (const match of run.matches) {
        yield onPage(match, offset);
        this.#given++;
        if (this.#given === options.limit) return;
      }
      await this.#end();
    }
    this.#isWhole = true;
  }

  async #nextPage(): Promise<CandidatePage | undefined> {
    const { options, client } = this.#parts;
    const startMs = performance.now();
    void this.#countTotal().catch(() => undefined); // told when it is wanted
    const page = await this.#pages?.next();
    this.#sum.candidatesMs += performance.now() - startMs;
    if (page?.isFirst === true && page.source === undefined && options.onScan !== undefined) {
      const rawBytes = await sumRawBytes(client, options.filter);
      options.onScan(WHY_SCAN, () => rawBytes);
    }
    return page;
  }

  #countTotal(): Promise<OutcomeCounts> {
    this.#total ??= countOutcomes(this.#parts.client, this.#parts.options.filter);
    return this.#total;
  }

  #run(query: Query, page: CandidatePage, options: Partial<SearchOptions> = {}): SearchRun {
    const { onScan: _, ...rest } = this.#parts.options;
    const limit = rest.limit === undefined ? undefined : rest.limit - this.#given;
    return runSearch({
      index: page.index,
      readers: this.#parts.readers,
      query,
      options: { ...rest, limit, ...options },
      noIndex: page.source === undefined ? WHY_SCAN : undefined,
      candidates: page.source,
      looksOnce: true,
      openLog: undefined,
    });
  }

  /** Takes the open page's summary in and lets it go. */
  async #end(): Promise<void> {
    if (this.#open === undefined) return;
    const { page, run } = this.#open;
    this.#open = undefined;
    this.#sum.add(await run.summary());
    page.index.close();
  }

  async summary(): Promise<SearchSummary> {
    const { options } = this.#parts;
    const startMs = performance.now();
    const deadlineMs = options.budgetMs === undefined ? Number.POSITIVE_INFINITY : startMs + options.budgetMs;
    await this.#end();
    while (!this.#isWhole) {
      if (performance.now() > deadlineMs || options.signal?.aborted === true) {
        this.#sum.isCountCut = true;
        break;
      }
      const page = await this.#nextPage();
      if (page === undefined) break;
      await this.#countPage(page, deadlineMs);
    }
    this.#sum.countMs = performance.now() - startMs;
    return this.#sum.summary({ total: await this.#countTotal(), linesComplete: this.#isWhole });
  }

  /** Which attempts of a page match, without their lines: one line is looked for, the rest is counting. */
  async #countPage(page: CandidatePage, deadlineMs: number): Promise<void> {
    const budgetMs = deadlineMs === Number.POSITIVE_INFINITY ? undefined : Math.max(1, deadlineMs - performance.now());
    const run = this.#run(this.#query, page, { limit: 1, mode: 'files', contextLines: 0, budgetMs });
    for await (const _ of run.matches) break;
    this.#sum.addCounted(await run.summary());
    page.index.close();
  }
}
