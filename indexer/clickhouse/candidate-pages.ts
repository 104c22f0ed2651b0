// Logs that may match, the newest attempts first, a page at a time. Few candidates are found all at once by their words;
// with many, attempts are gone through in the order of time and each page asks for its own.

import type { CandidateSource } from '../engines/engine.ts';
import type { LogIndex, SearchOptions } from '../log-index.ts';
import type { Wanted } from '../query-words.ts';
import { firstFrom } from '../sorted-numbers.ts';
import { BLOCKS_OF_LOGS } from '../statements-parts.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient, EngineRow } from './client.ts';
import { filterConditions, whereAll } from './filter-condition.ts';
import { loadAttempts } from './load.ts';
import { recentWindows } from './recent.ts';
import { number, text, texts, time } from './sql-text.ts';
import { type WordsCondition, wordsCondition } from './words-condition.ts';

/** chosen: the attempts of so many logs are sorted at once; with more, the newest come first. */
const FEW_LOGS = 2000;
/** chosen: the first page is small, as most searches end on it; a page's captures are held in memory. */
const FIRST_PAGE = 32;
const MAX_PAGE = 1024;

/** Candidates of some attempts, which are in `index` as wholes. */
export interface CandidatePage {
  readonly index: LogIndex;
  /** undefined: nothing narrows, every log is to be read. */
  readonly source: CandidateSource | undefined;
  readonly isFirst: boolean;
}

export interface PageOptions {
  readonly wanted: Wanted | undefined;
  readonly openPage: () => Promise<LogIndex>;
  readonly options: Pick<SearchOptions, 'filter' | 'sort' | 'signal'>;
}

interface Place {
  readonly timeMs: number;
  readonly attemptId: string;
}

/** A log of a page, and when its rows of words are found. */
interface PageLog {
  readonly log: string;
  readonly attemptId: string;
  readonly placedMs: number;
}

/** The candidates of one query, gone through once. */
export class CandidatePages {
  readonly #client: EngineClient;
  readonly #parts: PageOptions;
  readonly #words: WordsCondition | undefined;
  #size = FIRST_PAGE;
  #place: Place | undefined;
  /** The logs that have the words at all; undefined: too many to be named. */
  #few: readonly string[] | 'many' | 'unknown' = 'unknown';
  #isFirst = true;
  #isEnd = false;

  constructor(client: EngineClient, parts: PageOptions) {
    this.#client = client;
    this.#parts = parts;
    this.#words = parts.wanted === undefined ? undefined : wordsCondition(parts.wanted);
  }

  /** The next page that has a candidate; undefined at the end. */
  async next(): Promise<CandidatePage | undefined> {
    if (this.#few === 'unknown') this.#few = await this.#findFew();
    while (!this.#isEnd) {
      this.#parts.options.signal?.throwIfAborted();
      const logs = await this.#nextLogs();
      if (logs.length === 0) continue;
      const slots = this.#words === undefined ? undefined : await this.#slotsOf(logs, this.#words);
      if (slots?.size === 0) continue;
      const index = await this.#parts.openPage();
      const wanted = slots === undefined ? logs : logs.filter(({ log }) => slots.has(log));
      await loadAttempts(
        this.#client,
        index,
        wanted.map(({ attemptId }) => attemptId),
      );
      const source = slots === undefined ? undefined : sourceOf(index, slots, this.#words?.words ?? []);
      const isFirst = this.#isFirst;
      this.#isFirst = false;
      return { index, source, isFirst };
    }
    return undefined;
  }

  /** Asks for the words alone: most queries have few candidates, and then the order of time is a matter of sorting. */
  async #findFew(): Promise<readonly string[] | 'many'> {
    if (this.#words === undefined) return 'many';
    const own = filterConditions(this.#parts.options.filter);
    const narrowed =
      own.length === 0 ? '' : `AND log IN (SELECT log FROM log FINAL ${whereAll('is_primary = 1', ...own)})`;
    const { ofBlock, ofLog } = this.#words;
    const found = await this.#client.rows(
      `SELECT DISTINCT log FROM block WHERE ${ofBlock} ${narrowed} LIMIT ${FEW_LOGS + 1}`,
    );
    const logs = new Set(found.map((row) => String(row[0])));
    if (ofLog !== undefined && logs.size <= FEW_LOGS) {
      const spread = await this.#client.rows(
        `SELECT log FROM block WHERE log IN (SELECT log FROM log FINAL ${whereAll('has_long_lines = 1', 'is_primary = 1', ...own)})
         GROUP BY log HAVING ${ofLog} LIMIT ${FEW_LOGS + 1}`,
      );
      for (const row of spread) logs.add(String(row[0]));
    }
    return logs.size > FEW_LOGS ? 'many' : [...logs];
  }

  /** The primary logs of the next attempts in the order of time. */
  async #nextLogs(): Promise<readonly PageLog[]> {
    const { filter, sort } = this.#parts.options;
    const few = this.#few === 'many' || this.#few === 'unknown' ? undefined : this.#few;
    if (few?.length === 0) {
      this.#isEnd = true;
      return [];
    }
    const own =
      few === undefined ? [] : [`attempt_id IN (SELECT attempt_id FROM log FINAL WHERE log IN ${texts(few)})`];
    const direction = sort === 'new' ? 'DESC' : 'ASC';
    const isRecent =
      sort === 'new' && few === undefined && filter.sinceMs === undefined && filter.untilMs === undefined;
    let rows: readonly EngineRow[] = [];
    for (const window of isRecent ? recentWindows(this.#place?.timeMs) : [[]]) {
      rows = await this.#client.rows(
        `SELECT time_ms, attempt_id FROM log FINAL
         ${whereAll('is_lead = 1', ...window, ...filterConditions(filter), ...own, ...this.#after(sort))}
         ORDER BY time_ms ${direction}, attempt_id ${direction} LIMIT ${number(this.#size)}`,
      );
      if (rows.length === this.#size) break;
    }
    this.#isEnd = rows.length < this.#size;
    this.#size = Math.min(this.#size * 2, MAX_PAGE);
    const last = rows.at(-1);
    if (last === undefined) return [];
    this.#place = { timeMs: Number(last[0]), attemptId: String(last[1]) };
    return this.#primariesOf(rows.map((row) => String(row[1])));
  }

  #after(sort: 'new' | 'old'): readonly string[] {
    if (this.#place === undefined) return [];
    const { timeMs, attemptId } = this.#place;
    return [`(time_ms, attempt_id) ${sort === 'new' ? '<' : '>'} (${number(timeMs)}, ${text(attemptId)})`];
  }

  async #primariesOf(attemptIds: readonly string[]): Promise<readonly PageLog[]> {
    const found: PageLog[] = [];
    for (const chunk of inChunks(attemptIds))
      for (const [log, attemptId, placedMs] of await this.#client.rows(
        `SELECT log, attempt_id, toUnixTimestamp64Milli(placed) FROM log FINAL
         WHERE is_primary = 1 AND attempt_id IN ${texts(chunk)}`,
      ))
        found.push({ log: String(log), attemptId: String(attemptId), placedMs: Number(placedMs) });
    return found;
  }

  /** Blocks of these logs that have the words; of a log whose words are spread over a long line, none. */
  async #slotsOf(
    logs: readonly PageLog[],
    { ofBlock, ofLog }: WordsCondition,
  ): Promise<ReadonlyMap<string, readonly number[]>> {
    const slots = new Map<string, readonly number[]>();
    for (const chunk of inChunks(logs)) {
      const times = chunk.map(({ placedMs }) => placedMs);
      // Each capture's words are at its own time, and a log's row at the earliest of them.
      const within = `placed BETWEEN ${time(Math.min(...times))} AND ${time(Math.max(...times))}`;
      const of = texts(chunk.map(({ log }) => log));
      const rows = await this.#client.rows(
        `SELECT log, groupUniqArray(n) FROM block WHERE ${within} AND log IN ${of} AND ${ofBlock} GROUP BY log`,
      );
      for (const [log, own] of rows) slots.set(String(log), (own as readonly unknown[]).map(Number));
      if (ofLog === undefined) continue;
      const spread = await this.#client.rows(
        `SELECT log FROM block WHERE ${within} AND log IN (SELECT log FROM log FINAL WHERE has_long_lines = 1 AND log IN ${of})
         GROUP BY log HAVING ${ofLog}`,
      );
      for (const [log] of spread) if (!slots.has(String(log))) slots.set(String(log), []);
    }
    return slots;
  }
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
