// The index of a team on ClickHouse: everything that commands ask of it, behind the types of team-index.ts.
import { AppError } from '../../store/errors.ts';
import type { Fact } from '../../store/facts.ts';
import { subjectOf } from '../fact-subject.ts';
import { BroughtParts, type IndexNeed, type PartialIndex } from '../index-parts.ts';
import type { LogIndex, LogIndexReader, Query, SearchOptions, SearchRun, StoreId, StoreReaders } from '../log-index.ts';
import { openPassingIndex } from '../open-index.ts';
import type { TeamIndex } from '../team-index.ts';
import { type EngineAddress, type EngineCredentials, parseEngineAddress } from './address.ts';
import { inChunks } from './chunks.ts';
import { hasLink, LINKS_AT_ONCE } from './circle.ts';
import { EngineClaims } from './claims.ts';
import { type ClientOptions, type EngineClient, openEngineClient } from './client.ts';
import { deriveLogs } from './derive.ts';
import { factRow, GENERAL_KINDS, readGeneralFacts, readTombstones } from './fact-rows.ts';
import {
  countGreens,
  countHeadlines,
  countOutcomes,
  countSignatures,
  findAttempts,
  findByRef,
  findExemplarAttempt,
  findFlakes,
  listDurations,
} from './find.ts';
import { EngineIngest } from './ingest.ts';
import { linkOfSubject } from './links.ts';
import { type FoundCircle, loadCircles } from './load.ts';
import { addParts } from './passing-index.ts';
import { searchEngine } from './search.ts';
import { number, text, texts } from './sql-text.ts';
import { dropTables, hasTables, makeTables } from './tables.ts';

export interface OpenTeamIndexOptions extends ClientOptions {
  readonly credentials?: EngineCredentials;
}

/** Connects to the engine at the first question. USAGE when the address is none. */
export async function openTeamIndex(address: string, options: OpenTeamIndexOptions = {}): Promise<TeamIndex> {
  const parsed = parseEngineAddress(address, options.credentials);
  return new ClickHouseIndex(await openEngineClient(parsed, options), parsed);
}

class ClickHouseIndex implements TeamIndex {
  readonly shown: string;
  readonly #client: EngineClient;
  readonly #address: EngineAddress;
  #isThere = false;

  constructor(client: EngineClient, address: EngineAddress) {
    this.#client = client;
    this.#address = address;
    this.shown = address.shown;
  }

  async exists(): Promise<boolean> {
    this.#isThere ||= await hasTables(this.#client, this.#address);
    return this.#isThere;
  }

  async make(): Promise<void> {
    if (await this.exists()) return;
    await makeTables(this.#client, this.#address);
  }

  async rebuild(): Promise<void> {
    this.#isThere = false;
    await dropTables(this.#client);
    await makeTables(this.#client, this.#address);
  }

  async findDone(store: StoreId, keys: Iterable<string>): Promise<ReadonlySet<string>> {
    const done = new Set<string>();
    for (const chunk of inChunks(keys))
      for (const [key] of await this.#client.rows(
        `SELECT DISTINCT key FROM done WHERE store = ${text(store)} AND key IN ${texts(chunk)}`,
      ))
        done.add(String(key));
    return done;
  }

  async findCursorMs(store: StoreId, name: string): Promise<number> {
    const [row] = await this.#client.rows(
      `SELECT max(at_ms) FROM cursor WHERE store = ${text(store)} AND name = ${text(name)}`,
    );
    return Number(row?.[0] ?? 0);
  }

  async setCursorMs(store: StoreId, name: string, atMs: number): Promise<void> {
    if ((await this.findCursorMs(store, name)) >= atMs) return;
    await this.#client.insert('cursor', [{ store, name, at_ms: Number(number(atMs)) }]);
  }

  shareWork(store: StoreId, worker: string): EngineClaims {
    return new EngineClaims(this.#client, { store, worker });
  }

  openIngest(): EngineIngest {
    return new EngineIngest(this.#client);
  }

  async addFacts(
    store: StoreId,
    facts: readonly { readonly key: string | undefined; readonly fact: Fact }[],
  ): Promise<void> {
    for (const chunk of inChunks(facts)) {
      await this.#client.insert(
        'fact',
        chunk.map(({ fact }) => factRow({ store, fact })),
      );
      await this.#seeFacts(chunk.map(({ fact }) => fact));
      const touched = await this.#touchedBy(chunk.map(({ fact }) => fact));
      for (const logs of inChunks(touched)) await deriveLogs(this.#client, { logs });
      await this.#client.insert(
        'done',
        chunk.flatMap(({ key }) => (key === undefined ? [] : [{ store, key }])),
      );
    }
  }

  async #seeFacts(facts: readonly Fact[]): Promise<void> {
    const wanted = new Set(facts.map(({ id }) => id));
    const subjects = texts(new Set(facts.map(subjectOf)));
    const query = `SELECT DISTINCT id FROM fact WHERE kind IN ${texts(new Set(facts.map(({ kind }) => kind)))} AND subject IN ${subjects}`;
    await this.#client.rowsOnce(query, (rows) => {
      const seen = new Set(rows.map(([id]) => String(id)));
      return [...wanted].every((id) => seen.has(id));
    });
  }

  /** The logs whose rows say something else by these facts. */
  async #touchedBy(facts: readonly Fact[]): Promise<ReadonlySet<string>> {
    const logs = new Set<string>();
    const subjects = new Set<string>();
    const renamed = new Set<string>();
    for (const fact of facts) {
      if (fact.kind === 'tombstone') logs.add(fact.logId);
      else if (fact.kind === 'rename') renamed.add(fact.from);
      else if (fact.kind === 'conclusion' || fact.kind === 'identity') subjects.add(linkOfSubject(subjectOf(fact)));
    }
    const add = async (query: string): Promise<void> => {
      for (const [log] of await this.#client.rows(query)) logs.add(String(log));
    };
    for (const chunk of inChunks(subjects, LINKS_AT_ONCE)) {
      const tied = hasLink(chunk);
      await add(
        `SELECT DISTINCT log FROM capture_by_time WHERE ${tied} UNION ALL SELECT DISTINCT log FROM log_by_time WHERE ${tied}`,
      );
    }
    if (renamed.size > 0) {
      const repos = texts(renamed);
      await add(
        `SELECT DISTINCT log FROM capture_by_time WHERE home IN ${repos} UNION ALL SELECT DISTINCT log FROM log_by_time FINAL WHERE repo IN ${repos}`,
      );
    }
    return logs;
  }

  async openParts(): Promise<PartialIndex> {
    const facts = await readGeneralFacts(this.#client, GENERAL_KINDS);
    const index = openPassingIndex();
    addParts(index, [], facts);
    const parts = new BroughtParts();
    const reader: LogIndexReader = { file: this.shown, db: index.db, parts, close: () => index.close() };
    return { reader, bring: (need) => this.#bring(need, index, parts) };
  }

  async #bring(need: IndexNeed, index: LogIndex, parts: BroughtParts): Promise<void> {
    const client = this.#client;
    const load = async (circles: Promise<readonly FoundCircle[]>): Promise<undefined> => {
      await loadCircles(client, index, await circles);
      return undefined;
    };
    const answer = async (): Promise<unknown> => {
      switch (need.kind) {
        case 'attempts':
          return load(findAttempts(client, need));
        case 'ref':
          if (need.ref.logIdPrefix !== undefined)
            addParts(index, [], await readTombstones(client, need.ref.logIdPrefix));
          return load(findByRef(client, need));
        case 'flakes':
          return load(findFlakes(client, need));
        case 'exemplar':
          return load(findExemplarAttempt(client, need));
        case 'counts':
          return countOutcomes(client, need.filter);
        case 'greens':
          return (await countGreens(client, { kind: 'greensOf', of: [need] })).get(need);
        case 'greensOf':
          for (const [each, greens] of await countGreens(client, need)) parts.add(each, greens);
          return undefined;
        case 'signatures':
          return countSignatures(client, need);
        case 'headlines':
          return countHeadlines(client, need);
        case 'durations':
          return listDurations(client, need);
        default:
          return need satisfies never;
      }
    };
    parts.add(need, await answer());
  }

  search(readers: StoreReaders, query: Query, options: SearchOptions): SearchRun {
    return searchEngine({ client: this.#client, readers, query, options });
  }

  async require(): Promise<void> {
    if (await this.exists()) return;
    throw new AppError('NOT_FOUND', `there is no index in ${this.shown}`, {
      hint: 'run `firstred sync` to make it from the store',
    });
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
