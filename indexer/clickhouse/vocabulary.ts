// All words that blocks have, by month: a part of a word is looked up here, among each word once, and not in every block.
import type { EngineAnswers } from './asked-once.ts';
import { type EngineClient, INDEX_LATER } from './client.ts';
import type { SealedWords } from './sealed-words.ts';
import { number, text, texts } from './sql-text.ts';
import { MonthWords } from './word-rows.ts';
import { type KnownWords, MAX_WORDS, NARROW_WORDS } from './words-condition.ts';

/** Words of these characters alone are in a table of their own: see schema.ts. */
const HEX_WORD = /^[0-9a-f]+$/;
const COLUMNS = ['month', 'word'] as const;
/** A statement may have 256 KiB. */
const MAX_LIST_BYTES = 60_000;

/** Words of blocks on their way to the engine: each once a month. */
export class NewWords {
  readonly #words = new Map<number, MonthWords>();

  /** `month` as the engine's toYYYYMM gives it. */
  add(month: number, words: SealedWords): void {
    const own = this.#words.get(month) ?? new MonthWords(month);
    this.#words.set(month, own);
    own.add(words);
  }

  /** After their blocks, so that whoever removes words sees the block that has them: see removeWords. */
  async send(client: EngineClient): Promise<void> {
    const rows = [...this.#words.values()].map((words) => words.rows());
    await client.insertText('word', COLUMNS, Buffer.concat(rows.map(({ word }) => word)), INDEX_LATER);
    await client.insertText('hex_word', COLUMNS, Buffer.concat(rows.map(({ hex }) => hex)), INDEX_LATER);
  }
}

/** The words that match each of the patterns, where they are no more than MAX_WORDS. Parts under three characters are not told. */
export async function findWords(client: EngineAnswers, patterns: readonly string[]): Promise<KnownWords> {
  const known = new Map<string, readonly string[]>();
  await Promise.all(
    patterns.map(async (pattern) => {
      const part = pattern.replaceAll(/[%\\]/g, '');
      const tables = HEX_WORD.test(part) ? ['word', 'hex_word'] : ['word'];
      const like = text(pattern);
      const limit = number(MAX_WORDS + 1);
      const [ask = '', ...more] = tables.map(
        (table) => `SELECT DISTINCT word FROM ${table} WHERE word LIKE ${like} LIMIT ${limit}`,
      );
      const all = [ask, ...more].map((each) => `(${each})`).join(' UNION ALL ');
      const rows = await client.rows(more.length === 0 ? ask : `SELECT DISTINCT word FROM (${all}) LIMIT ${limit}`);
      if (rows.length <= MAX_WORDS)
        known.set(
          pattern,
          rows.map((row) => String(row[0])),
        );
    }),
  );
  return fitting(known);
}

/** What fits into a statement, which has each list up to three times: short lists first. */
function fitting(known: KnownWords): KnownWords {
  const bytesOf = (words: readonly string[]): number => words.reduce((sum, word) => sum + word.length + 4, 0);
  const lists = [...known].map(([pattern, words]) => ({ pattern, words, bytes: bytesOf(words) }));
  let bytes = 0;
  return new Map(
    lists
      .sort((a, b) => a.bytes - b.bytes)
      .filter((list) => {
        bytes += list.bytes;
        return bytes <= MAX_LIST_BYTES || list.words.length <= NARROW_WORDS;
      })
      .map(({ pattern, words }) => [pattern, words]),
  );
}

/**
 * Removes the words that only the blocks of `logs` have. In one statement for each month: a block that comes meanwhile is either
 * seen by it, or its words are sent after it and stay.
 */
export async function removeWords(client: EngineClient, logs: readonly string[]): Promise<void> {
  const words = (condition: string): string =>
    `SELECT arrayJoin(splitByChar(' ', tokens)) FROM block WHERE ${condition}`;
  const rows = await client.rows(`SELECT DISTINCT toYYYYMM(placed) FROM block WHERE log IN ${texts(logs)}`);
  for (const month of rows.map((row) => Number(row[0]))) {
    const inMonth = `toYYYYMM(placed) = ${number(month)}`;
    const gone = words(`${inMonth} AND log IN ${texts(logs)}`);
    const kept = words(`${inMonth} AND log NOT IN ${texts(logs)}`);
    for (const table of ['word', 'hex_word'])
      await client.command(
        `DELETE FROM ${table} WHERE month = ${number(month)} AND word IN (${gone}) AND word NOT IN (${kept})`,
      );
  }
}
