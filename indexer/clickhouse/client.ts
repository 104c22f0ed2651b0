// The one door to ClickHouse: statements and inserts over HTTP, tried again while that can help. Knows no table.
import { Readable } from 'node:stream';
import type { ClickHouseClient } from '@clickhouse/client';
import pRetry from 'p-retry';
import { AppError, reasonOf, systemErrorCode } from '../../store/errors.ts';
import type { EngineAddress } from './address.ts';

/** A row as the engine gives it: columns in order. Whole numbers may come as text. */
export type EngineRow = readonly unknown[];

/** How rows are taken in. */
export type InsertSettings = Readonly<Record<string, string>>;

/**
 * Indexes are made when parts are merged, once for all that comes together: made with each insert they are made again in every
 * merge. A part without them is looked through, and small: a large one is a merged one. Measured on 43 MB of words of 553 MB of
 * logs: 2.2 s of the engine for 4.6 s, and merging takes less too.
 */
export const INDEX_LATER: InsertSettings = { materialize_skip_indexes_on_insert: '0' };

/** Old logs that are brought in together may lie in more months than the 100 that ClickHouse lets one insert touch. */
const ANY_MONTHS: InsertSettings = { max_partitions_per_insert_block: '0' };

export interface EngineClient {
  rows(query: string): Promise<readonly EngineRow[]>;
  /** undefined: there is no such table. */
  rowsIfThere(query: string): Promise<readonly EngineRow[] | undefined>;
  /** Asks until what was written before is seen: a replica may be behind by seconds. INDEX_BUSY when it stays so. */
  rowsOnce(query: string, isThere: (rows: readonly EngineRow[]) => boolean): Promise<readonly EngineRow[]>;
  /** Adds rows given as objects. */
  insert(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** Adds rows given as tab-separated text. */
  insertText(
    table: string,
    columns: readonly [string, ...string[]],
    body: Buffer,
    settings?: InsertSettings,
  ): Promise<void>;
  command(query: string): Promise<void>;
  /** The same; nothing happens where one of its tables is not there. */
  commandIfThere(query: string): Promise<void>;
  close(): Promise<void>;
}

export interface ClientOptions {
  readonly signal?: AbortSignal | undefined;
  /** After so long without an answer a request has failed. */
  readonly requestMs?: number;
  /** How often a failed request is sent again, with growing waits. */
  readonly retries?: number;
}

/** chosen: longer than any statement of ours takes on 10 GB; an engine that hangs is noticed. */
const REQUEST_MS = 60_000;
/** chosen: with waits of 0.1 to 5 s that is 10 to 20 s, longer than a restart takes. Who waits for an answer gives up then. */
const RETRIES = 7;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** ClickHouse's codes of what passes: time-outs, memory, too many queries or parts, network, Keeper, read-only replica. */
const PASSING = new Set([
  '159',
  '202',
  '203',
  '209',
  '210',
  '236',
  '241',
  '242',
  '252',
  '285',
  '286',
  '319',
  '425',
  '473',
  '999',
]);
const UNKNOWN_TABLE = '60';
/** Who one is, what one may. */
const REFUSED = new Set(['192', '193', '194', '195', '497', '516']);

const SEQUENTIAL = { insert_quorum: 'auto', insert_quorum_parallel: 0, select_sequential_consistency: '1' } as const;

/** Connects at the first statement. */
export async function openEngineClient(address: EngineAddress, options: ClientOptions = {}): Promise<EngineClient> {
  const { createClient } = await import('@clickhouse/client');
  const client = createClient({
    url: address.url,
    username: address.username,
    password: address.password,
    database: address.database,
    application: 'firstred',
    request_timeout: options.requestMs ?? REQUEST_MS,
    // Workers must see each other's captures on whichever replica answers.
    ...(address.isReplicated ? { clickhouse_settings: SEQUENTIAL } : {}),
    // chosen: what fails is an AppError here; the client's own lines would go to the terminal.
    log: { level: 127 },
  });
  return new RetryingClient(client, address, options);
}

/** The replica that answered does not have everything yet. */
class BehindError extends Error {}

class RetryingClient implements EngineClient {
  readonly #client: ClickHouseClient;
  readonly #address: EngineAddress;
  readonly #options: ClientOptions;

  constructor(client: ClickHouseClient, address: EngineAddress, options: ClientOptions) {
    this.#client = client;
    this.#address = address;
    this.#options = options;
  }

  rows(query: string): Promise<readonly EngineRow[]> {
    return this.#retry(() => this.#ask(query));
  }

  rowsIfThere(query: string): Promise<readonly EngineRow[] | undefined> {
    return this.#retry(async () => {
      try {
        return await this.#ask(query);
      } catch (error) {
        if (engineCode(error) === UNKNOWN_TABLE) return undefined;
        throw error;
      }
    });
  }

  rowsOnce(query: string, isThere: (rows: readonly EngineRow[]) => boolean): Promise<readonly EngineRow[]> {
    return this.#retry(async () => {
      const rows = await this.#ask(query);
      if (!isThere(rows)) throw new BehindError('what was written is not seen yet');
      return rows;
    });
  }

  async insert(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#retry(() =>
      this.#client.insert({
        table,
        values: [...rows],
        format: 'JSONEachRow',
        clickhouse_settings: ANY_MONTHS,
        ...this.#signal,
      }),
    );
  }

  async insertText(
    table: string,
    columns: readonly [string, ...string[]],
    body: Buffer,
    settings?: InsertSettings,
  ): Promise<void> {
    if (body.length === 0) return;
    await this.#retry(() =>
      this.#client.insert({
        table,
        columns: [...columns],
        values: Readable.from([body], { objectMode: false }),
        format: 'TabSeparated',
        clickhouse_settings: { ...ANY_MONTHS, ...settings },
        ...this.#signal,
      }),
    );
  }

  async command(query: string): Promise<void> {
    await this.#retry(() => this.#client.command({ query, ...this.#signal }));
  }

  async commandIfThere(query: string): Promise<void> {
    await this.#retry(async () => {
      try {
        await this.#client.command({ query, ...this.#signal });
      } catch (error) {
        if (engineCode(error) !== UNKNOWN_TABLE) throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #ask(query: string): Promise<EngineRow[]> {
    const answer = await this.#client.query({ query, format: 'JSONCompactEachRow', ...this.#signal });
    return (await answer.json()) as EngineRow[];
  }

  get #signal(): { readonly abort_signal?: AbortSignal } {
    const { signal } = this.#options;
    return signal === undefined ? {} : { abort_signal: signal };
  }

  /** Every statement of ours may be sent twice: equal rows fold together. */
  async #retry<T>(send: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    try {
      return await pRetry(send, {
        retries: this.#options.retries ?? RETRIES,
        minTimeout: FIRST_WAIT_MS,
        maxTimeout: LONGEST_WAIT_MS,
        randomize: true,
        ...(signal === undefined ? {} : { signal }),
        shouldRetry: ({ error }) => isPassing(error) && signal?.aborted !== true,
      });
    } catch (error) {
      if (signal?.aborted === true)
        throw new AppError('INTERRUPTED', 'interrupted while asking the index', {
          hint: 'run it again: nothing is lost or doubled',
        });
      throw convertError(error, this.#address);
    }
  }
}

/** The number that ClickHouse gave the error; undefined where it is not one of its own. Node's codes are words. */
function engineCode(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  return code !== undefined && /^\d+$/.test(code) ? code : undefined;
}

/** Whether trying again may help: no answer, or an answer that says so. */
export function isPassing(error: unknown): boolean {
  if (error instanceof BehindError) return true;
  const code = engineCode(error);
  if (code !== undefined) return PASSING.has(code);
  return systemErrorCode(error) !== undefined || /socket hang up|timeout|aborted|closed/i.test(reasonOf(error));
}

/** Only the kind of the engine's error is told: its text repeats the statement, which holds words of a log. */
function convertError(error: unknown, { shown }: EngineAddress): AppError {
  const code = engineCode(error);
  const kind = error instanceof Error && 'type' in error && typeof error.type === 'string' ? `, ${error.type}` : '';
  if (code !== undefined && REFUSED.has(code))
    return new AppError('REFUSED', `${shown} refuses: code ${code}${kind}`, {
      hint: 'look at the user in the address, FIRSTRED_INDEX_USER and FIRSTRED_INDEX_PASSWORD, and at its rights',
    });
  if (code === '81')
    return new AppError('NOT_FOUND', `${shown} has no such database`, { hint: 'make it: CREATE DATABASE …' });
  if (code !== undefined && !PASSING.has(code))
    return new AppError('INDEX_DAMAGED', `${shown} cannot answer: code ${code}${kind}`, {
      hint: 'look into its log; it must be ClickHouse 26.2 or newer. `firstred reindex` makes its tables anew',
    });
  if (error instanceof BehindError)
    return new AppError('INDEX_BUSY', `${shown}: ${error.message}`, {
      hint: 'a replica is far behind: look at system.replicas, then run it again; nothing is lost or doubled',
    });
  const why = code === undefined ? (systemErrorCode(error) ?? 'no answer in time') : `code ${code}${kind}`;
  return new AppError('INDEX_BUSY', `${shown} does not answer: ${why}`, {
    hint: 'try again: nothing is lost or doubled. Is the engine running, and the address right?',
  });
}
