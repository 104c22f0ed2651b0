// In which blocks one of some words is: asked for lines that reach over frames, of which a log has few or none.
import type { IndexReadDatabase } from '../database.ts';
import { firstFrom } from '../sorted-numbers.ts';
import { MATCH_BLOCKS, MATCH_LAST_BLOCKS } from '../statements-text.ts';
import type { BlockNumbers, BlockRange } from './engine.ts';

/** measured: so many are brought in under a millisecond. */
const FEW_BLOCKS = 1000;
/** chosen: so many small questions take as long as bringing all blocks of a common word. */
const SMALL_QUESTIONS = 32;
/** chosen: of many words, each small question takes as long as some hundred blocks. */
const WIDE_QUESTIONS = 6;
const ALL = Number.MAX_SAFE_INTEGER;

type Limited = BlockRange & { readonly limit: number };

const paramsOf = (match: string, { from, to, limit }: Limited) =>
  ({ match: Buffer.from(match, 'latin1'), from: BigInt(from), to: BigInt(to), limit: BigInt(limit) }) as const;

/** The first blocks that fit a MATCH expression (one byte a character), ascending. */
export const matchBlocks = (db: IndexReadDatabase, match: string, range: Limited): number[] =>
  db.numbers(MATCH_BLOCKS, paramsOf(match, range));

/** The last ones, descending. */
export const matchLastBlocks = (db: IndexReadDatabase, match: string, range: Limited): number[] =>
  db.numbers(MATCH_LAST_BLOCKS, paramsOf(match, range));

/** The blocks of a MATCH expression: all of them where they are few or asked for often. */
export class TermBlocks {
  readonly #db: IndexReadDatabase;
  readonly #match: string;
  #all: BlockNumbers | undefined;
  #asked = 0;

  /** `isWide`: each question takes long. */
  constructor(db: IndexReadDatabase, match: string, { isWide }: { readonly isWide: boolean }) {
    this.#db = db;
    this.#match = match;
    if (isWide) this.#asked = SMALL_QUESTIONS - WIDE_QUESTIONS;
  }

  hasIn({ from, to }: BlockRange): boolean {
    if (this.#all === undefined && this.#asked === 0) {
      const few = matchBlocks(this.#db, this.#match, { from: 0, to: ALL, limit: FEW_BLOCKS });
      if (few.length < FEW_BLOCKS) this.#all = few;
    }
    if (this.#all === undefined && this.#asked++ < SMALL_QUESTIONS)
      return matchBlocks(this.#db, this.#match, { from, to, limit: 1 }).length > 0;
    this.#all ??= matchBlocks(this.#db, this.#match, { from: 0, to: ALL, limit: ALL });
    return (this.#all[firstFrom(this.#all, from)] ?? to) < to;
  }
}
