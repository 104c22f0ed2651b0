// The index of a team, which is somewhere else and served by an engine: everything that commands ask of it. Types only. What
// needs more than one answer is asked over an index in memory that `openParts` gives: see index-parts.ts.
import type { Fact } from '../store/facts.ts';
import type { Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { AnalyserPool } from './analyser-pool.ts';
import type { PartialIndex } from './index-parts.ts';
import type { Query, SearchOptions, SearchRun, StoreId, StoreReaders } from './log-index.ts';

/** What may be watched of an ingest. */
export interface TeamIngestOptions {
  readonly store: StoreId;
  /** Where logs are analysed; else on this thread. */
  readonly pool?: AnalyserPool | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of text taken since the last call. */
  readonly onProgress?: ((textBytes: number) => void) | undefined;
}

/** Logs on their way into the index. */
export interface TeamIngest {
  /** Whether it is time to `commit`. */
  readonly isFull: boolean;
  /** Reads one log. STORE_DAMAGED leaves what was added before as it was. */
  add(reader: ObjectReader, manifest: Manifest, options: TeamIngestOptions): Promise<void>;
  /** Everything that was added is there for everybody when this ends. May be repeated after it failed. */
  commit(): Promise<unknown>;
}

/** What of some objects is not to be done by this worker. */
export interface Taken {
  /** In the index, with all that follows. */
  readonly done: ReadonlySet<string>;
  /** Somebody else who is alive has it. */
  readonly held: ReadonlySet<string>;
}

/** The work that several workers divide among them. What one of them claims and does not end falls to the others. */
export interface SharedWork {
  /** Takes `keys` for this worker: but for those given, nobody else who is alive was there before. */
  claim(keys: readonly string[]): Promise<Taken>;
  look(keys: Iterable<string>): Promise<Taken>;
  /** Gives back what was claimed and not done. */
  release(keys: readonly string[]): Promise<void>;
  /** This worker has ended: all that it claimed is free. */
  close(): Promise<void>;
}

export interface TeamIndex {
  /** The address, without credentials. */
  readonly shown: string;
  /** Whether it has been made. INDEX_TOO_NEW, INDEX_DAMAGED. */
  exists(): Promise<boolean>;
  /** NOT_FOUND unless it has been made. */
  require(): Promise<void>;
  /** Makes it where it is not there, or brings it up to this version. */
  make(): Promise<void>;
  /** Empties it. */
  rebuild(): Promise<void>;
  /** Which of these objects of the store are in, with all that follows from them. */
  findDone(store: StoreId, keys: Iterable<string>): Promise<ReadonlySet<string>>;
  /** Up to when a list of the store is in, epoch ms; 0 when nothing is. */
  findCursorMs(store: StoreId, name: string): Promise<number>;
  /** Never goes back. */
  setCursorMs(store: StoreId, name: string, atMs: number): Promise<void>;
  openIngest(): TeamIngest;
  /** `worker`: a name that no other has. */
  shareWork(store: StoreId, worker: string): SharedWork;
  /** Adds facts and what follows from them. `key`: the object that the fact was read from, which is then done. */
  addFacts(store: StoreId, facts: readonly { readonly key: string | undefined; readonly fact: Fact }[]): Promise<void>;
  openParts(): Promise<PartialIndex>;
  /** Finds the lines of `query`: exactly those that a full scan would find. */
  search(readers: StoreReaders, query: Query, options: SearchOptions): SearchRun;
  close(): Promise<void>;
}
