// The candidates of a common word, as far as a walk in the order of time has asked for them. Logs come into an index about in
// the order of their time, so a walk from the newest on needs few of them before it has its lines.
import type { BlockNumbers, BlockRange, BlockRequest } from './engines/engine.ts';
import { firstFrom } from './sorted-numbers.ts';

/** measured: so many are brought in under a millisecond. */
const FIRST_CHUNK = 1000;
/** chosen: each next piece is twice as large, so that going through all of them takes some ten questions. */
const MAX_CHUNK = 1_000_000;
const END = Number.MAX_SAFE_INTEGER;

/** Asks `blocksIn` for a growing piece of all blocks, from one end on. */
export class HeldBlocks {
  readonly #blocksIn: (request: BlockRequest) => BlockNumbers;
  readonly #end: BlockRequest['end'];
  #blocks: BlockNumbers = [];
  /** What is known: every candidate in here is in `#blocks`. */
  #known: BlockRange;
  #chunk = FIRST_CHUNK;

  constructor(blocksIn: (request: BlockRequest) => BlockNumbers, sort: 'new' | 'old') {
    this.#blocksIn = blocksIn;
    this.#end = sort === 'new' ? 'last' : 'first';
    this.#known = sort === 'new' ? { from: END, to: END } : { from: 0, to: 0 };
  }

  /** All candidates, where they are so few that one question brings them. */
  few(): BlockNumbers | undefined {
    if (this.#chunk === FIRST_CHUNK) this.#bringMore();
    return this.#known.from === 0 && this.#known.to === END ? this.#blocks : undefined;
  }

  /** The candidates in `range`, ascending. */
  blocksIn(range: BlockRange): BlockNumbers {
    while (range.from < this.#known.from || range.to > this.#known.to) this.#bringMore();
    return this.#blocks.slice(firstFrom(this.#blocks, range.from), firstFrom(this.#blocks, range.to));
  }

  #bringMore(): void {
    const limit = this.#chunk;
    this.#chunk = Math.min(limit * 2, MAX_CHUNK);
    const isDown = this.#end === 'last';
    const from = isDown ? 0 : this.#known.to;
    const to = isDown ? this.#known.from : END;
    const more = this.#blocksIn({ from, to, limit, end: this.#end });
    const isAll = more.length < limit;
    if (isDown) {
      this.#blocks = more.concat(this.#blocks);
      this.#known = { from: isAll ? 0 : (more[0] ?? 0), to: END };
    } else {
      this.#blocks = this.#blocks.concat(more);
      this.#known = { from: 0, to: isAll ? END : (more.at(-1) ?? 0) + 1 };
    }
  }
}
