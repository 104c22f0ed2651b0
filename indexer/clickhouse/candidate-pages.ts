// Logs that may match, the newest attempts first, a page at a time. Few candidates are found all at once by their words;
// with many, attempts are gone through in the order of time and each page asks for its own.

import type { CandidateSource } from '../engines/engine.ts';
import type { LogIndex, SearchOptions } from '../log-index.ts';
import { openPassingIndex } from '../open-index.ts';
import type { Wanted } from '../query-words.ts';
import { firstFrom } from '../sorted-numbers.ts';
import { BLOCKS_OF_LOGS } from '../statements-parts.ts';
import type { EngineAnswers } from './asked-once.ts';
import { CAPTURE_COLUMNS_HEADED } from './capture-rows.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient } from './client.ts';
import { filterConditions, whereAll } from './filter-condition.ts';
import { addTied, type PlacedTiedLog, readTiedParts, readTiedTo, readTiedToLogs, type TiedLog } from './load.ts';
import { recentWindows } from './recent.ts';
import { number, text, texts, time } from './sql-text.ts';
import { findWords } from './vocabulary.ts';
import { partsOf, type WordsCondition, wordsCondition } from './words-condition.ts';

/** chosen: so many logs fit into a statement, and their attempts are sorted at once; with more, the newest come first. */
const FEW_LOGS = 2000;
/** chosen: the first page is small, as most searches end on it; a page's captures are held in memory. */
const FIRST_PAGE = 16;
const MAX_PAGE = 1024;
/** chosen: where the matches are far apart, a page that is in vain costs more than what it has too much. */
const GROWTH = 4;
/** chosen: of so few, another request costs more than the captures that it saves. */
const ONE_PAGE = 64;

/** Candidates of some attempts, which are in `index` as wholes. */
export interface CandidatePage {
  readonly index: LogIndex;
  /** undefined: nothing narrows, every log is to be read. */
  readonly source: CandidateSource | undefined;
  readonly isFirst: boolean;
}

export interface PageOptions {
  /** Who is asked for the words. */
  readonly words: EngineAnswers;
  readonly wanted: Wanted | undefined;
  readonly options: Pick<SearchOptions, 'filter' | 'sort' | 'signal'>;
}

interface Place {
  readonly timeMs: number;
  readonly attemptId: string;
}

/** An attempt of a page. */
interface PageAttempt {
  readonly attemptId: string;
  readonly circle: string;
}

/** Attempts in the order of time, and all that is tied to them. */
interface TiedPage {
  readonly attempts: readonly PageAttempt[];
  readonly tied: readonly TiedLog[];
}

const NOTHING_LEFT: TiedPage = { attempts: [], tied: [] };

/** Blocks of logs that have the words; of a log whose words are spread over a long line, none. */
type Slots = ReadonlyMap<string, readonly number[]>;

/** The candidates of one query, gone through once. */
export class CandidatePages {
  readonly #client: EngineClient;
  readonly #parts: PageOptions;
  #words: WordsCondition | undefined;
  #size = FIRST_PAGE;
  #place: Place | undefined;
  /** The blocks that have the words at all, where they are of few logs. */
  #few: Slots | 'many' | 'unknown' = 'unknown';
  /** Of few logs, all attempts that are left, in the order of time, and what is tied to them. */
  #left: TiedPage | undefined;
  #isFirst = true;
  #isEnd = false;

  constructor(client: EngineClient, parts: PageOptions) {
    this.#client = client;
    this.#parts = parts;
  }

  /** The next page that has a candidate; undefined at the end. */
  async next(): Promise<CandidatePage | undefined> {
    if (this.#few === 'unknown') this.#few = await this.#findFew();
    while (!this.#isEnd) {
      this.#parts.options.signal?.throwIfAborted();
      const { attempts, tied } = (await this.#nextOfFew()) ?? (await this.#nextAttempts());
      if (attempts.length === 0) continue;
      const onPage = new Set(attempts.map(({ attemptId }) => attemptId));
      const logs = tied.filter(({ attemptId, isPrimary }) => isPrimary && onPage.has(attemptId));
      const slots = await this.#slotsOf(logs);
      if (slots?.size === 0) continue;
      const wanted = slots === undefined ? logs : logs.filter(({ log }) => slots.has(log));
      return this.#pageOf(attempts, { tied, wanted, slots });
    }
    return undefined;
  }

  async #pageOf(
    attempts: readonly PageAttempt[],
    parts: {
      readonly tied: readonly TiedLog[];
      readonly wanted: readonly TiedLog[];
      readonly slots: Slots | undefined;
    },
  ): Promise<CandidatePage> {
    const ids = new Set(parts.wanted.map(({ attemptId }) => attemptId));
    const circles = new Set(attempts.filter(({ attemptId }) => ids.has(attemptId)).map(({ circle }) => circle));
    const tied = parts.tied.filter((each) => circles.has(each.circle));
    const reading = readTiedParts(this.#client, { tied, columns: CAPTURE_COLUMNS_HEADED });
    const index = openPassingIndex(); // while the engine answers
    await addTied(this.#client, index, await reading);
    const source = parts.slots === undefined ? undefined : sourceOf(index, parts.slots, this.#words?.words ?? []);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return { index, source, isFirst };
  }

  /**
   * Asks for the words alone: most queries have few candidates, and then the order of time is a matter of sorting. A part of very
   * many words is common, and blocks are looked at page by page.
   */
  async #findFew(): Promise<Slots | 'many'> {
    const { words, wanted, options } = this.#parts;
    if (wanted === undefined) return 'many';
    this.#words = wordsCondition(wanted, await findWords(words, partsOf(wanted)));
    if (this.#words?.isNarrow !== true) return 'many';
    const own = filterConditions(options.filter);
    const ownLogs =
      own.length === 0 ? undefined : `SELECT log FROM log_by_time FINAL ${whereAll('is_primary = 1', ...own)}`;
    const slots = await askSlots(words, this.#words, {
      within: ownLogs === undefined ? [] : [`log IN (${ownLogs})`],
      long: `SELECT log FROM log_by_time FINAL ${whereAll('has_long_lines = 1', 'is_primary = 1', ...own)}`,
      limit: `LIMIT ${number(FEW_LOGS + 1)}`,
    });
    return slots.size > FEW_LOGS ? 'many' : slots;
  }

  /** The next page of few logs: all about them comes with one question. undefined: they are many. */
  async #nextOfFew(): Promise<TiedPage | undefined> {
    if (typeof this.#few === 'string') return undefined;
    this.#left ??= this.#few.size === 0 ? NOTHING_LEFT : await this.#readFew(this.#few);
    const { attempts: left, tied } = this.#left;
    const size = left.length <= ONE_PAGE ? left.length : this.#size;
    this.#isEnd = left.length <= size;
    const page = { attempts: left.slice(0, size), tied };
    this.#left = { attempts: left.slice(size), tied };
    this.#size = Math.min(this.#size * GROWTH, MAX_PAGE);
    return page;
  }

  async #readFew(few: Slots): Promise<TiedPage> {
    const { filter, sort } = this.#parts.options;
    const tied = await readTiedToLogs(this.#client, { logs: new Set(few.keys()), passing: filterConditions(filter) });
    const own = tied.filter(({ log, isPrimary }) => isPrimary && few.has(log));
    const wanted = new Set(own.map(({ attemptId }) => attemptId));
    return { attempts: inOrder(tied, sort).filter(({ attemptId }) => wanted.has(attemptId)), tied };
  }

  /** The next attempts in the order of time. */
  async #nextAttempts(): Promise<TiedPage> {
    const { filter, sort } = this.#parts.options;
    const direction = sort === 'new' ? 'DESC' : 'ASC';
    const isRecent = sort === 'new' && filter.sinceMs === undefined && filter.untilMs === undefined;
    let tied: readonly PlacedTiedLog[] = [];
    let attempts: readonly PlacedTiedLog[] = [];
    for (const window of isRecent ? recentWindows(this.#place?.timeMs) : [[]]) {
      const passing = [...window, ...filterConditions(filter), ...this.#after(sort)];
      const circles = `SELECT circle, circle_from, circle_to FROM log_by_time FINAL ${whereAll('is_lead = 1', ...passing)}
        ORDER BY time_ms ${direction}, attempt_id ${direction} LIMIT ${number(this.#size)}`;
      tied = await readTiedTo(this.#client, { circles, passing });
      attempts = inOrder(tied, sort).slice(0, this.#size);
      if (attempts.length === this.#size) break;
    }
    this.#isEnd = attempts.length < this.#size;
    this.#size = Math.min(this.#size * GROWTH, MAX_PAGE);
    const last = attempts.at(-1);
    if (last !== undefined) this.#place = { timeMs: last.timeMs, attemptId: last.attemptId };
    const circles = new Set(attempts.map(({ circle }) => circle));
    return { attempts, tied: tied.filter(({ circle }) => circles.has(circle)) };
  }

  #after(sort: 'new' | 'old'): readonly string[] {
    if (this.#place === undefined) return [];
    const { timeMs, attemptId } = this.#place;
    return [`(time_ms, attempt_id) ${sort === 'new' ? '<' : '>'} (${number(timeMs)}, ${text(attemptId)})`];
  }

  /** Where the words are in these logs; undefined: nothing narrows. */
  async #slotsOf(logs: readonly TiedLog[]): Promise<Slots | undefined> {
    if (this.#words === undefined) return undefined;
    const words = this.#words;
    if (typeof this.#few !== 'string') {
      const few = this.#few;
      return new Map(logs.flatMap(({ log }) => (few.has(log) ? [[log, few.get(log) ?? []] as const] : [])));
    }
    const asked = [...inChunks(logs)].map((chunk) => {
      const times = chunk.map(({ placedMs }) => placedMs);
      // Each capture's words are at its own time, and a log's row at the earliest of them.
      const homes = `home IN ${texts(new Set(chunk.map(({ home }) => home)))}`;
      const placed = `placed BETWEEN ${time(Math.min(...times))} AND ${time(Math.max(...times))}`;
      const of = `log IN ${texts(chunk.map(({ log }) => log))}`;
      return askSlots(this.#client, words, {
        within: [homes, placed, of],
        long: `SELECT log FROM log_by_time FINAL ${whereAll('has_long_lines = 1', placed, of)}`,
        limit: '',
      });
    });
    return new Map((await Promise.all(asked)).flatMap((slots) => [...slots]));
  }
}

/** Those that stand for attempts that pass, in the order of time. */
function inOrder(tied: readonly PlacedTiedLog[], sort: 'new' | 'old'): readonly PlacedTiedLog[] {
  const sign = sort === 'new' ? -1 : 1;
  const before = (a: PlacedTiedLog, b: PlacedTiedLog): number =>
    a.timeMs - b.timeMs || (a.attemptId < b.attemptId ? -1 : 1);
  return tied.filter(({ isPassing }) => isPassing).sort((a, b) => sign * before(a, b));
}

/** A part of very many words is looked for in the words of the blocks at hand: they are few, and the index of all words is not. */
const settingsOf = ({ looksInBlocks }: WordsCondition): string =>
  looksInBlocks ? 'SETTINGS use_text_index_like_evaluation_by_dictionary_scan = 0' : '';

/** Logs with the blocks that fit; a log with long lines may have all words and no block that has them. `long`: a query of those. */
async function askSlots(
  client: EngineAnswers,
  words: WordsCondition,
  { within, long, limit }: { readonly within: readonly string[]; readonly long: string; readonly limit: string },
): Promise<Slots> {
  const { ofBlock, ofLog, some } = words;
  const end = `${limit} ${settingsOf(words)}`;
  const [found, spread] = await Promise.all([
    client.rows(`SELECT log, groupUniqArray(n) FROM block ${whereAll(...within, ofBlock)} GROUP BY log ${end}`),
    ofLog === undefined
      ? []
      : client.rows(
          `SELECT log FROM block ${whereAll(...within, `(${some})`, `log IN (${long})`)} GROUP BY log HAVING ${ofLog} ${end}`,
        ),
  ]);
  const slots = new Map<string, readonly number[]>();
  for (const [log, own] of found) slots.set(String(log), (own as readonly unknown[]).map(Number));
  for (const [log] of spread) if (!slots.has(String(log))) slots.set(String(log), []);
  return slots;
}

/** The candidates as the search over the page's index asks for them. */
function sourceOf(
  index: LogIndex,
  slots: ReadonlyMap<string, readonly number[]>,
  words: readonly string[],
): CandidateSource {
  const blocks: number[] = [];
  const ranges: { readonly from: number; readonly to: number }[] = [];
  for (const { log_id: log, first_block: first, block_count: count } of index.db.all(BLOCKS_OF_LOGS, {})) {
    const own = slots.get(log);
    if (own === undefined) continue;
    ranges.push({ from: first, to: first + count });
    for (const slot of [...own].sort((a, b) => a - b)) blocks.push(first + slot);
  }
  return {
    isWide: false,
    blocksIn: ({ from, to, limit, end }) => {
      const found = blocks.slice(firstFrom(blocks, from), firstFrom(blocks, to));
      return end === 'first' ? found.slice(0, limit) : found.slice(Math.max(0, found.length - limit));
    },
    mayMatchAcross: ({ from, to }) => ranges.some((range) => range.from < to && from < range.to),
    isCertainIn: () => false,
    terms: () => words.map((word) => ({ text: word, expansions: 1, blocks: undefined })),
  };
}
