// What a command opens of store and index: each at its first use, all closed at the end.

import type { AnalyserPool } from '../indexer/analyser-pool.ts';
import type { PartialIndex } from '../indexer/index-parts.ts';
import type { IngestOptions } from '../indexer/ingest.ts';
import type { LogIndex, LogIndexReader } from '../indexer/log-index.ts';
import type { TeamIndex } from '../indexer/team-index.ts';
import { AppError } from '../store/errors.ts';
import type { Manifest } from '../store/manifest.ts';
import type { ObjectRemover, ObjectStore } from '../store/object-store.ts';
import type { CommandInput } from './command.ts';
import type { Config } from './config.ts';
import { note, tracedStore } from './trace.ts';

export type OpenedStore = ObjectStore & ObjectRemover;

/** What may be watched of an ingest. */
export type IngestWatch = Pick<IngestOptions, 'signal' | 'onProgress'>;

export interface Session {
  readonly config: Config;
  store(): Promise<OpenedStore>;
  /** The id in the store's `firstred.json`: what the index knows it by. */
  storeId(): Promise<string>;
  /** undefined when no index has been made yet. USAGE when it is a team's: that is asked by `ask`. */
  findIndex(): Promise<LogIndexReader | undefined>;
  indexForWriting(): Promise<LogIndex>;
  /** The index of a team, where one is configured. */
  team(): Promise<TeamIndex | undefined>;
  /**
   * The answer of `question`, which may be asked again and again until everything that it looks at is here, so it must only
   * look. NOT_FOUND when no index has been made yet.
   */
  ask<T>(question: (index: LogIndexReader) => Promise<T> | T): Promise<T>;
  /** Says early that logs with so much text are about to be prepared. */
  foresee(textBytes: number): Promise<void>;
  ingest(index: LogIndex, manifest: Manifest, options?: IngestWatch): Promise<'added' | 'unchanged'>;
  /** Reads and analyses a log, several side by side. What it gives then brings the log into the index, in order. */
  prepare(index: LogIndex, manifest: Manifest, options?: IngestWatch): Promise<() => 'added' | 'unchanged'>;
  /** After the last of several ingests: merges what they left behind. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Whether the store is a folder: near enough to index what is kept at once, and to read frames without a cache. */
const isFolderStore = ({ store }: Pick<Config, 'store'>): boolean => !store.startsWith('s3://');

/** Where frames that were read from a distant store are kept; undefined for a folder. */
export const frameCacheDirOf = (config: Pick<Config, 'store' | 'cache'>): string | undefined =>
  isFolderStore(config) ? undefined : config.cache;

/** Whether a command that keeps logs also indexes them here: with a folder, unless `--no-index` is given. */
export const indexesHere = (input: CommandInput, config: Pick<Config, 'store' | 'index'>): boolean =>
  !input.isOff('index') && isFolderStore(config) && !isTeamIndex(config);

/** Whether the index is a team's, served by an engine, and no file of this machine. */
export const isTeamIndex = ({ index }: Pick<Config, 'index'>): boolean => /^clickhouses?:\/\//i.test(index);

/** For what works on the index file itself. */
function refuseTeam(config: Config): void {
  if (isTeamIndex(config))
    throw new AppError('USAGE', 'the index of a team is no file, and this needs one', {
      hint: 'give --index FILE, an index of this machine, after `firstred sync --index FILE`',
    });
}

/** Nothing is opened yet. */
export function openSession(config: Config): Session {
  let store: Promise<OpenedStore> | undefined;
  let storeId: Promise<string> | undefined;
  let reader: LogIndexReader | undefined;
  let writer: LogIndex | undefined;
  let pool: AnalyserPool | undefined;
  const openPool = async (): Promise<AnalyserPool> => {
    const { createAnalyserPool } = await import('../indexer/analyser-pool.ts');
    pool ??= createAnalyserPool();
    return pool;
  };
  let team: Promise<TeamIndex> | undefined;
  let parts: Promise<PartialIndex> | undefined;
  const session: Session = {
    config,
    store: () => (store ??= openConfiguredStore(config)),
    storeId: () => (storeId ??= readStoreId(session)),
    async findIndex() {
      refuseTeam(config);
      const { openIndexReader } = await import('../indexer/open-index.ts');
      try {
        note(() => `index is ${config.index}, for reading`);
        reader ??= openIndexReader(config.index);
        return reader;
      } catch (error) {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },
    async indexForWriting() {
      refuseTeam(config);
      const { openIndex } = await import('../indexer/open-index.ts');
      note(() => `index is ${config.index}, for writing`);
      writer ??= openIndex(config.index);
      return writer;
    },
    async team() {
      if (isTeamIndex(config)) team ??= openConfiguredTeam(config);
      return team;
    },
    async ask(question) {
      const engine = await session.team();
      if (engine === undefined) return question(await requireIndex(session));
      await engine.require();
      parts ??= engine.openParts();
      const { askInParts } = await import('../indexer/index-parts.ts');
      return askInParts(await parts, question);
    },
    foresee: async (textBytes) => (await openPool()).expect(textBytes),
    ingest: async (index, manifest, watch) => (await session.prepare(index, manifest, watch))(),
    async prepare(index, manifest, watch) {
      const { holdLog, prepareLog } = await import('../indexer/ingest.ts');
      const options = { store: await session.storeId(), pool: await openPool(), ...watch };
      const log = await prepareLog(index, await session.store(), manifest, options);
      return () => holdLog(index, log);
    },
    async settle() {
      if (writer === undefined) return;
      const { settleIndex } = await import('../indexer/ingest.ts');
      settleIndex(writer);
    },
    async close() {
      reader?.close();
      writer?.close();
      await pool?.close();
      await parts?.then(({ reader: held }) => held.close()).catch(() => undefined); // it never opened: said already
      await team?.then((opened) => opened.close()).catch(() => undefined); // the same
      await store?.then((opened) => opened.close()).catch(() => undefined); // it never opened: said already
    },
  };
  return session;
}

async function openConfiguredStore(config: Config): Promise<OpenedStore> {
  const { openStore } = await import('../store/open-store.ts');
  note(() => `store is ${config.store}`);
  const store = await openStore(config.store, {
    endpoint: config.s3Endpoint,
    pathStyle: config.s3PathStyle,
    allowHttp: config.s3AllowHttp,
    region: config.s3Region,
    timeoutMs: config.storeTimeoutMs,
  });
  return tracedStore(store);
}

/** A store that nobody has written to has no id yet: its address stands in, and holds nothing. */
async function readStoreId(session: Session): Promise<string> {
  const { findStoreFormat } = await import('../store/store-format.ts');
  return (await findStoreFormat(await session.store()))?.storeId ?? session.config.store;
}

async function openConfiguredTeam({ index, env }: Config): Promise<TeamIndex> {
  const { openTeamIndex } = await import('../indexer/clickhouse/open-team-index.ts');
  return openTeamIndex(index, {
    credentials: { username: env['FIRSTRED_INDEX_USER'], password: env['FIRSTRED_INDEX_PASSWORD'] },
  });
}

/** Whether an index has been made, of this machine or of the team. */
export async function hasIndex(session: Session): Promise<boolean> {
  const team = await session.team();
  return team === undefined ? (await session.findIndex()) !== undefined : team.exists();
}

/** The index, or two lines that say how to make one. */
export async function requireIndex(session: Session): Promise<LogIndexReader> {
  const index = await session.findIndex();
  if (index !== undefined) return index;
  throw new AppError('NOT_FOUND', `there is no index ${session.config.index}`, {
    hint: 'run `firstred sync` to make it from the store, or `firstred archive` to keep a first log',
  });
}
