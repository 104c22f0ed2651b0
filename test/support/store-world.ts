// One simulated machine with a spool, an index and a store that fails on demand, and the tiny model of what must be
// visible in it. The model knows log ids and texts, nothing else.
import { join } from 'node:path';
import type { OpenedStore, Session } from '../../cli/session.ts';
import { syncIndex } from '../../cli/sync-index.ts';
import { listLogs } from '../../indexer/attempts.ts';
import { holdLog, ingestLog, prepareLog, settleIndex } from '../../indexer/ingest.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { auditStore, burialsIn, readAllFacts } from '../../store/audit.ts';
import { captureLog } from '../../store/capture.ts';
import { createCompressor } from '../../store/compressor.ts';
import { AppError } from '../../store/errors.ts';
import { deliverSealed, flushSpool } from '../../store/flush.ts';
import { DEFAULT_LOG_NAME } from '../../store/manifest.ts';
import { createOpenMasker } from '../../store/mask.ts';
import { buryLog, findFeedKeys, listCaptures, removeCapture, removeLeftover } from '../../store/prune-store.ts';
import { addFeedEntry, adoptLog } from '../../store/repair.ts';
import { openSpool } from '../../store/spool.ts';
import { makeAttempt } from './attempts.ts';
import { Crash, faultyStore, type StoreFault } from './faulty-store.ts';
import { readLogsOf } from './kept-logs.ts';
import { MemoryStore } from './memory-store.ts';

const STORE_ID = 'Stest';
const TOOLS = { by: 'test', tool: 'test' };

/** Gives the fault of each call to a store in turn; one for the whole of a step. */
export type FaultPlan = (call: string) => StoreFault | undefined;

/** Where a world keeps its logs. `Plan` says what goes wrong during one step. */
export interface WorldStore<Plan> {
  /** What is really there. */
  readonly direct: OpenedStore;
  /** The way to it during one step. */
  connect(plan: Plan | undefined): OpenedStore;
}

/** A store in memory, whose calls fail as the plan says. */
export function memoryWorld(): WorldStore<FaultPlan> & { faults: number } {
  let nowMs = Date.parse('2026-05-04T09:00:00.000Z');
  const direct = new MemoryStore(() => {
    nowMs += 60_000;
    return nowMs;
  });
  const world = {
    direct,
    faults: 0,
    connect: (plan: FaultPlan | undefined) =>
      faultyStore(direct, (call) => {
        const fault = plan?.(call);
        if (fault !== undefined) world.faults += 1;
        return fault;
      }),
  };
  return world;
}

export class StoreWorld<Plan> {
  /** What was ever given to `archive`: nothing else may become visible. Text by log id. */
  readonly attempted = new Map<string, string>();
  /** Sealed or told to be kept: must be visible, at the latest after a flush. */
  readonly owed = new Set<string>();
  /** Somebody asked for it to be forgotten: may be there or not. */
  readonly forgotten = new Set<string>();
  readonly #folder: string;
  readonly #store: WorldStore<Plan>;
  readonly #compressor = createCompressor();
  #flushes = 0;

  constructor(folder: string, store: WorldStore<Plan>) {
    this.#folder = folder;
    this.#store = store;
  }

  get #spool(): ReturnType<typeof openSpool> {
    return openSpool(join(this.#folder, 'spool'));
  }

  /** Ends as a command does: failures of the store and deaths are survived, anything else is a bug. */
  async #survive(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (error instanceof Crash || (error instanceof AppError && error.code === 'STORE_UNAVAILABLE')) return;
      throw error;
    }
  }

  async archive(attempt: number, text: string, plan?: Plan): Promise<void> {
    const tools = {
      spool: this.#spool,
      compressor: this.#compressor,
      storeUrl: 'memory',
      now: Date.now,
      tool: 'test',
    };
    const sealed = await captureLog(
      {
        attempt: () => makeAttempt({ attempt }),
        logName: DEFAULT_LOG_NAME,
        how: 'file',
        input: (async function* () {
          yield Buffer.from(text);
        })(),
        masker: createOpenMasker(),
      },
      tools,
    );
    const { logId } = sealed.manifest;
    this.attempted.set(logId, text);
    if (!this.forgotten.has(logId)) this.owed.add(logId);
    await this.#survive(async () => {
      await deliverSealed(sealed, this.#store.connect(plan), this.#spool, { now: Date.now });
    });
  }

  async flush(plan?: Plan): Promise<void> {
    const aheadMs = (this.#flushes++ % 2) * 13 * 3_600_000; // every other time the logs have waited for long
    const store = this.#store.connect(plan);
    await this.#survive(async () => {
      await flushSpool(this.#spool, {
        now: () => Date.now() + aheadMs,
        storeFor: async () => store,
        onDelivered: async () => undefined,
        onProblem: async (what, reason) => {
          if (reason.cause instanceof Crash || reason.code === 'STORE_UNAVAILABLE') return;
          throw new Error(`${what}: ${reason.message}`);
        },
      });
    });
  }

  /** Forgets one of the visible logs, as far as it gets. */
  async forget(choice: number, plan?: Plan): Promise<void> {
    const visible = await readLogsOf(this.#store.direct);
    const chosen = visible[choice % Math.max(1, visible.length)]?.manifest;
    if (chosen === undefined) return;
    const { logId } = chosen;
    const { keysOfManifest } = await import('../../store/manifest.ts');
    this.owed.delete(logId);
    this.forgotten.add(logId);
    const store = this.#store.connect(plan);
    await this.#survive(async () => {
      const manifestKeys = await listCaptures(store, keysOfManifest(chosen).manifest);
      await buryLog(store, { logId, manifestKeys, reason: 'test' }, TOOLS);
      const feed = await findFeedKeys(store, new Set(manifestKeys));
      for (const key of manifestKeys) await removeCapture(store, key, feed.get(key) ?? []);
    });
  }

  /** `verify --repair`, then with `clear` what `prune --leftovers` does. */
  async repair(clear: boolean, plan?: Plan): Promise<void> {
    const store = this.#store.connect(plan);
    await this.#survive(async () => {
      const report = await auditStore(store, { depth: 'bytes' });
      if (report.damaged.length > 0) throw new Error(JSON.stringify(report.damaged));
      for (const key of report.missingFeed) await addFeedEntry(store, key);
      const isBuried = burialsIn((await readAllFacts(store, () => undefined)).all);
      for (const each of report.leftovers)
        if (each.kind === 'feed' && (await adoptLog(store, each, isBuried))) continue;
        else if (clear) await removeLeftover(store, each);
    });
  }

  /** What a sync into an index that may be old or new then lists. */
  async sync(index: string, plan?: Plan): Promise<readonly string[] | undefined> {
    const store = this.#store.connect(plan);
    const writer = openIndex(join(this.#folder, `${index}.db`));
    const session: Session = {
      config: { cache: this.#folder } as Session['config'],
      store: async () => store,
      storeId: async () => STORE_ID,
      findIndex: async () => writer,
      indexForWriting: async () => writer,
      team: async () => undefined,
      ask: async (question) => question(writer),
      foresee: async () => undefined,
      ingest: (target, manifest) => ingestLog(target, store, manifest, { store: STORE_ID }),
      prepare: async (target, manifest) => {
        const log = await prepareLog(target, store, manifest, { store: STORE_ID });
        return () => holdLog(target, log);
      },
      settle: async () => settleIndex(writer),
      close: async () => undefined,
    };
    let listed: readonly string[] | undefined;
    try {
      await this.#survive(async () => {
        await syncIndex(session, {
          full: false,
          signal: new AbortController().signal,
          onProblem: async (what) => {
            throw new Error(what);
          },
        });
        listed = listLogs(writer, {}, { limit: undefined }).map((row) => row.logId);
      });
    } finally {
      writer.close();
    }
    return listed;
  }

  /** Throws unless everything that is visible is whole, was attempted, and nothing owed is neither visible nor waiting. */
  async check(): Promise<ReadonlySet<string>> {
    const visible = new Set<string>();
    for (const { manifest, text } of await readLogsOf(this.#store.direct)) {
      if (this.attempted.get(manifest.logId) !== text) throw new Error(`${manifest.logId} is not what was kept`);
      visible.add(manifest.logId);
    }
    const waiting = new Set<string>();
    for await (const { manifest } of this.#spool.list((path, why) => {
      throw new Error(`${path}: ${why}`);
    }))
      waiting.add(manifest.logId);
    for (const logId of this.owed) if (!visible.has(logId) && !waiting.has(logId)) throw new Error(`${logId} is lost`);
    return visible;
  }

  /** Logs that a sync must list: visible, and not buried. */
  async expectedList(): Promise<readonly string[]> {
    const isBuried = burialsIn((await readAllFacts(this.#store.direct, () => undefined)).all);
    const found = new Set<string>();
    for (const { manifest } of await readLogsOf(this.#store.direct)) {
      const { keysOfManifest } = await import('../../store/manifest.ts');
      if (!isBuried(keysOfManifest(manifest).manifest, manifest.logId)) found.add(manifest.logId);
    }
    return [...found].sort();
  }

  /** The network is back: everything owed becomes visible, and every index lists just that. */
  async settle(indexes: readonly string[]): Promise<void> {
    await this.flush();
    const visible = await this.check();
    for (const logId of this.owed) if (!visible.has(logId)) throw new Error(`${logId} was not delivered`);
    await this.repair(true);
    const expected = await this.expectedList();
    for (const index of [...indexes, 'fresh']) {
      const listed = (await this.sync(index)) ?? [];
      const sorted = [...listed].sort();
      if (JSON.stringify(sorted) !== JSON.stringify(expected))
        throw new Error(`${index} lists ${sorted.join()} in place of ${expected.join()}`);
    }
    const { damaged, missingFeed, leftovers } = await auditStore(this.#store.direct, { depth: 'bytes' });
    const left = leftovers.filter(({ kind }) => kind !== 'buried');
    if (damaged.length + missingFeed.length + left.length > 0)
      throw new Error(`verify finds ${JSON.stringify({ damaged, missingFeed, left })}`);
  }

  async close(): Promise<void> {
    await this.#compressor.close();
  }
}
