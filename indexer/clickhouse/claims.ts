// Who is reading what: workers that fill one index at once say so in the engine, so that each log is read by one of them. No
// lock: a claim only keeps others from doing the same work. Claims of a worker that is not heard of any more count for nothing,
// and a log that two have read all the same is there once.
import type { StoreId } from '../log-index.ts';
import type { SharedWork, Taken } from '../team-index.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient } from './client.ts';
import { number, text, texts } from './sql-text.ts';

/** chosen: a worker that is killed holds up its logs for so long. */
const SILENCE_S = 10;
/** chosen: two may get lost before a worker counts as dead. */
const BEAT_MS = 3_000;
/** The row by which a worker says that it is there; no object has this key. */
const BEAT = '';

export interface ClaimsOptions {
  readonly store: StoreId;
  /** Unlike any other worker's. */
  readonly worker: string;
}

/** The claims of one worker. All times are the engine's, so that wrong clocks of workers make no difference. */
export class EngineClaims implements SharedWork {
  readonly #client: EngineClient;
  readonly #options: ClaimsOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(client: EngineClient, options: ClaimsOptions) {
    this.#client = client;
    this.#options = options;
    // A beat that is lost is followed by the next; without any, others take the work over.
    this.#timer = setInterval(() => void this.#put([BEAT]).catch(() => undefined), BEAT_MS);
    this.#timer.unref();
  }

  async claim(keys: readonly string[]): Promise<Taken> {
    await this.#put([BEAT, ...keys]);
    // Whoever claims the same at the same moment sees both claims too, and the earlier one has it.
    return this.look(keys);
  }

  async look(keys: Iterable<string>): Promise<Taken> {
    const { store, worker } = this.#options;
    const taken = { done: new Set<string>(), held: new Set<string>() };
    for (const chunk of inChunks(keys)) {
      const ours = `store = ${text(store)} AND key IN ${texts(chunk)}`;
      const rows = await this.#client.rows(
        `SELECT key, 1 FROM done WHERE ${ours} UNION ALL
         SELECT key, 0 FROM (SELECT key, worker, min(at) AS since FROM claim
           WHERE ${ours} AND worker IN (${LIVING(store)}) GROUP BY key, worker HAVING max(is_over) = 0)
         GROUP BY key HAVING argMin(worker, (since, worker)) != ${text(worker)}`,
      );
      for (const [key, isDone] of rows) taken[Number(isDone) === 1 ? 'done' : 'held'].add(String(key));
    }
    return taken;
  }

  async release(keys: readonly string[]): Promise<void> {
    await this.#put(keys, { isOver: true });
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#put([BEAT], { isOver: true });
  }

  async #put(keys: readonly string[], { isOver } = { isOver: false }): Promise<void> {
    const { store, worker } = this.#options;
    await this.#client.insert(
      'claim',
      keys.map((key) => ({ store, key, worker, is_over: isOver ? 1 : 0 })),
    );
  }
}

/** Workers that were heard of lately and have not ended. */
const LIVING = (store: StoreId): string =>
  `SELECT worker FROM claim WHERE store = ${text(store)} AND key = ${text(BEAT)}
   GROUP BY worker HAVING max(is_over) = 0 AND max(at) > now64(6, 'UTC') - INTERVAL ${number(SILENCE_S)} SECOND`;
