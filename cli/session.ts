// What a command opens of store and index: each at its first use, all closed at the end.

import type { AnalyserPool } from '../indexer/analyser-pool.ts';
import type { IngestOptions } from '../indexer/ingest.ts';
import type { LogIndex, LogIndexReader } from '../indexer/log-index.ts';
import { AppError } from '../store/errors.ts';
import type { Manifest } from '../store/manifest.ts';
import type { ObjectRemover, ObjectStore } from '../store/object-store.ts';
import type { CommandInput } from './command.ts';
import type { Config } from './config.ts';

export type OpenedStore = ObjectStore & ObjectRemover;

/** What may be watched of an ingest. */
export type IngestWatch = Pick<IngestOptions, 'signal' | 'onProgress'>;

export interface Session {
  readonly config: Config;
  store(): Promise<OpenedStore>;
  /** The id in the store's `firstred.json`: what the index knows it by. */
  storeId(): Promise<string>;
  /** undefined when no index has been made yet. */
  findIndex(): Promise<LogIndexReader | undefined>;
  indexForWriting(): Promise<LogIndex>;
  ingest(index: LogIndex, manifest: Manifest, options?: IngestWatch): Promise<'added' | 'unchanged'>;
  /** Reads and analyses a log, several side by side. What it gives then brings the log into the index, in order. */
  prepare(index: LogIndex, manifest: Manifest, options?: IngestWatch): Promise<() => 'added' | 'unchanged'>;
  /** After the last of several ingests: merges what they left behind. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Whether the store is a folder: near enough to index what is kept at once, and to read frames without a cache. */
export const isFolderStore = ({ store }: Pick<Config, 'store'>): boolean => !store.startsWith('s3://');

/** Where frames that were read from a distant store are kept; undefined for a folder. */
export const frameCacheDirOf = (config: Pick<Config, 'store' | 'cache'>): string | undefined =>
  isFolderStore(config) ? undefined : config.cache;

/** Whether a command that keeps logs also indexes them here: with a folder, unless `--no-index` is given. */
export const indexesHere = (input: CommandInput, config: Pick<Config, 'store'>): boolean =>
  !input.isOff('index') && isFolderStore(config);

/** Nothing is opened yet. */
export function openSession(config: Config): Session {
  let store: Promise<OpenedStore> | undefined;
  let storeId: Promise<string> | undefined;
  let reader: LogIndexReader | undefined;
  let writer: LogIndex | undefined;
  let pool: AnalyserPool | undefined;
  const session: Session = {
    config,
    store: () => (store ??= openConfiguredStore(config)),
    storeId: () => (storeId ??= readStoreId(session)),
    async findIndex() {
      const { openIndexReader } = await import('../indexer/open-index.ts');
      try {
        reader ??= openIndexReader(config.index);
        return reader;
      } catch (error) {
        if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },
    async indexForWriting() {
      const { openIndex } = await import('../indexer/open-index.ts');
      writer ??= openIndex(config.index);
      return writer;
    },
    ingest: async (index, manifest, watch) => (await session.prepare(index, manifest, watch))(),
    async prepare(index, manifest, watch) {
      const { holdLog, prepareLog } = await import('../indexer/ingest.ts');
      const { createAnalyserPool } = await import('../indexer/analyser-pool.ts');
      pool ??= createAnalyserPool();
      const options = { store: await session.storeId(), pool, ...watch };
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
      await store?.then((opened) => opened.close()).catch(() => undefined); // it never opened: said already
    },
  };
  return session;
}

async function openConfiguredStore(config: Config): Promise<OpenedStore> {
  const { openStore } = await import('../store/open-store.ts');
  return openStore(config.store, {
    endpoint: config.s3Endpoint,
    pathStyle: config.s3PathStyle,
    region: config.s3Region,
    timeoutMs: config.storeTimeoutMs,
  });
}

/** A store that nobody has written to has no id yet: its address stands in, and holds nothing. */
async function readStoreId(session: Session): Promise<string> {
  const { findStoreFormat } = await import('../store/store-format.ts');
  return (await findStoreFormat(await session.store()))?.storeId ?? session.config.store;
}

/** The index, or two lines that say how to make one. */
export async function requireIndex(session: Session): Promise<LogIndexReader> {
  const index = await session.findIndex();
  if (index !== undefined) return index;
  throw new AppError('NOT_FOUND', `there is no index ${session.config.index}`, {
    hint: 'run `firstred sync` to make it from the store, or `firstred archive` to keep a first log',
  });
}
