// A list of work that any number of workers go through at once, each from somewhere else: what another has is passed over, and
// taken up again in the end in case that one has died.
import { randomInt } from 'node:crypto';
import type { SharedWork } from '../indexer/team-index.ts';
import { pause } from './pause.ts';

/** chosen: looked at by one question to the engine; a statement holds so many keys. */
const LOOK = 250;
/** chosen: while others still have something, it is asked for so often whether they have ended. */
const WAIT_MS = 500;
/** chosen: batches get smaller towards the end, so that workers end together, but a commit costs the engine what ten logs cost. */
const SHARES = 4;
const LEAST = 24;

export interface DividedWork<K extends string> {
  readonly work: SharedWork;
  readonly keys: readonly K[];
  /** At most so many at once. */
  readonly batch: number;
  readonly signal: AbortSignal;
  /** So many more were done by others. */
  readonly onDone?: (count: number) => void;
  /** Does some of it; gives what could not be done, which is for others to try. */
  take(keys: readonly K[]): Promise<readonly K[]>;
}

/** Ends when all of it is done, by whomever, or was tried here. */
export async function divideWork<K extends string>(parts: DividedWork<K>): Promise<void> {
  const { work, signal } = parts;
  const start = parts.keys.length === 0 ? 0 : randomInt(parts.keys.length);
  let open = [...parts.keys.slice(start), ...parts.keys.slice(0, start)];
  while (open.length > 0) {
    const held: K[] = [];
    while (open.length > 0) {
      signal.throwIfAborted();
      const look = open.slice(0, LOOK);
      const taken = await work.look(look);
      parts.onDone?.(taken.done.size);
      held.push(...look.filter((key) => !taken.done.has(key) && taken.held.has(key)));
      const free = look.filter((key) => !taken.done.has(key) && !taken.held.has(key));
      const size = Math.min(parts.batch, Math.max(LEAST, Math.ceil(open.length / SHARES)));
      open = [...free.slice(size), ...open.slice(LOOK)];
      held.push(...(await takeBatch(parts, free.slice(0, size))));
    }
    open = held;
    if (open.length > 0) await pause(WAIT_MS, signal);
  }
}

/** Gives those that another claimed a moment before, or has ended meanwhile. */
async function takeBatch<K extends string>(parts: DividedWork<K>, batch: readonly K[]): Promise<readonly K[]> {
  const { work } = parts;
  if (batch.length === 0) return [];
  // Whoever had it before may have ended it since.
  const { done, held } = await work.claim(batch);
  parts.onDone?.(done.size);
  const left = await parts.take(batch.filter((key) => !done.has(key) && !held.has(key)));
  if (left.length > 0) await work.release(left);
  return batch.filter((key) => held.has(key) && !done.has(key));
}
