// All words that blocks have, by month: a part of a word is looked up here, among each word once, and not in every block.
import type { EngineClient } from './client.ts';
import { number, text, texts } from './sql-text.ts';
import { type KnownWords, MAX_WORDS } from './words-condition.ts';

/** Words of these characters alone are in a table of their own: see schema.ts. */
const HEX_WORD = /^[0-9a-f]+$/;
const COLUMNS = ['month', 'word'] as const;
/**
 * Their index is made when parts are merged: most words of a batch are in the table already, and to look through the newest ones
 * without it takes no time.
 */
const INDEX_LATER = { materialize_skip_indexes_on_insert: '0' };

/** Words of blocks on their way to the engine: each once a month. */
export class NewWords {
  readonly #words = new Map<number, Set<string>>();

  /** `month` as the engine's toYYYYMM gives it. */
  add(month: number, words: readonly string[]): void {
    const own = this.#words.get(month) ?? new Set();
    this.#words.set(month, own);
    for (const word of words) own.add(word);
  }

  /** After their blocks, so that whoever removes words sees the block that has them: see removeWords. */
  async send(client: EngineClient): Promise<void> {
    const bodies = { word: [] as string[], hex_word: [] as string[] };
    for (const [month, words] of this.#words)
      for (const word of words) bodies[HEX_WORD.test(word) ? 'hex_word' : 'word'].push(`${month}\t${word}\n`);
    for (const table of ['word', 'hex_word'] as const)
      await client.insertText(table, COLUMNS, Buffer.from(bodies[table].join(''), 'latin1'), INDEX_LATER);
  }
}

/** The words that match each of the patterns, where they are no more than MAX_WORDS. Parts under three characters are not told. */
export async function findWords(client: EngineClient, patterns: readonly string[]): Promise<KnownWords> {
  const known = new Map<string, readonly string[]>();
  await Promise.all(
    patterns.map(async (pattern) => {
      const part = pattern.replaceAll(/[%\\]/g, '');
      const tables = HEX_WORD.test(part) ? ['word', 'hex_word'] : ['word'];
      const like = text(pattern);
      const limit = number(MAX_WORDS + 1);
      const ask = tables.map((table) => `(SELECT DISTINCT word FROM ${table} WHERE word LIKE ${like} LIMIT ${limit})`);
      const rows = await client.rows(`SELECT DISTINCT word FROM (${ask.join(' UNION ALL ')}) LIMIT ${limit}`);
      if (rows.length <= MAX_WORDS)
        known.set(
          pattern,
          rows.map((row) => String(row[0])),
        );
    }),
  );
  return known;
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
