// Logs on their way to be tested: the next ones are being read while one is tested, more of them the longer it goes on, so
// that a search which ends on the first log reads little and a long one never waits for the store.
import type { LogWork } from './candidate-walk.ts';
import type { CompressedFrames, FrameReader, ReadableLog } from './frame-reader.ts';
import { firstFrames } from './verify-candidate.ts';

/** A log whose first frames are there or under way. */
export interface ReadyLog {
  readonly work: LogWork;
  /** Rejects when the log can't be read. */
  readonly opened: Promise<{ readonly log: ReadableLog; readonly first: CompressedFrames }>;
}

/** chosen: as many requests as hide the latency of an object store; each holds at most 64 frames. */
const MAX_AHEAD = 8;

/** Candidates in order, the next of them already being read. */
export class LogQueue {
  readonly #works: Iterator<LogWork>;
  readonly #open: (work: LogWork) => ReadyLog['opened'];
  readonly #ready: ReadyLog[] = [];
  readonly #maxAhead: number;
  #returned: readonly LogWork[] = [];
  #ahead = 1;
  #taken = 0;

  /** `isSlow`: the store answers after a while. A folder answers at once, and reading ahead of the limit is wasted. */
  constructor(
    works: Iterator<LogWork>,
    tools: { readonly reader: FrameReader; readonly openLog: (work: LogWork) => Promise<ReadableLog> },
    { isSlow }: { readonly isSlow: boolean },
  ) {
    this.#works = works;
    this.#maxAhead = isSlow ? MAX_AHEAD : 1;
    this.#open = async (work) => {
      const log = await tools.openLog(work);
      return { log, first: await tools.reader.fetch(log, firstFrames({ log, ...work })) };
    };
  }

  next(): ReadyLog | undefined {
    while (this.#ready.length < this.#ahead && this.#readAhead());
    this.#taken++;
    if (this.#taken >= this.#ahead && this.#ahead < this.#maxAhead) this.#ahead *= 2;
    return this.#ready.shift();
  }

  /** Starts reading one more log; false at the end. */
  #readAhead(): boolean {
    const next = this.#works.next();
    if (next.done) return false;
    const opened = this.#open(next.value);
    opened.catch(() => undefined); // awaited when its turn comes; until then it must not count as unhandled
    this.#ready.push({ work: next.value, opened });
    return true;
  }

  /** They were taken and are not done. */
  putBack(works: readonly LogWork[]): void {
    this.#returned = works;
  }

  /** The rest, without reading ahead. */
  *rest(): Generator<LogWork> {
    yield* this.#returned;
    for (const { work } of this.#ready.splice(0)) yield work;
    for (let next = this.#works.next(); !next.done; next = this.#works.next()) yield next.value;
  }
}
