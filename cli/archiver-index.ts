// The local index's part of keeping logs: one log after the other, at once or when there is time.
import { crashPoint } from '../store/crash-points.ts';
import type { Delivery } from '../store/deliver.ts';
import { AppError, reasonOf } from '../store/errors.ts';
import type { ObjectKey } from '../store/keys.ts';
import { MAX_MANIFEST_BYTES, type Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { Session } from './session.ts';

export interface IndexingOptions {
  /** Whether kept logs go into the local index. */
  readonly index: boolean;
  /** Told when a log is kept but could not be indexed: keeping goes on. */
  readonly onIndexFailure: (reason: string) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Indexing {
  now(manifest: Manifest, delivery: Delivery): Promise<void>;
  later(manifest: Manifest, delivery: Delivery): Promise<void>;
  /** Those of `later`, for so long, while `mayGoOn`, or until an interrupt. True when some are left. */
  behind(budgetMs: number, mayGoOn?: () => boolean): Promise<boolean>;
  /** All of them, or after an interrupt as many as go into a moment: the rest is left to the next sync. */
  end(): Promise<void>;
}

/** chosen: some 30 MB of manifests; whoever is further behind indexes each as it comes. */
const MAX_BEHIND = 10_000;
/** Measured: 1,000 small logs cost the same in transactions of 8, 32 or 2,000; a short one holds this thread up less. */
const LOGS_A_FLUSH = 16;
/** chosen: whoever stops a service waits ten seconds at least. */
const MOMENT_MS = 2000;

/** Opens no index before the first log. */
export function startIndexing(session: Session, options: IndexingOptions): Indexing {
  let canIndex = options.index;
  /** Indexed, and not to be found yet. */
  let held = 0;
  let last: Promise<void> = Promise.resolve();
  const waiting: (readonly [Manifest, Delivery])[] = [];
  async function indexNext(manifest: Manifest, delivery: Delivery): Promise<void> {
    if (!canIndex) return;
    try {
      await indexOne(session, manifest, delivery);
      held += 1;
    } catch (error) {
      canIndex = !isWithoutSqlite(error);
      await options.onIndexFailure(reasonOf(error));
    }
  }
  const now: Indexing['now'] = (manifest, delivery) => {
    last = last.then(() => indexNext(manifest, delivery));
    return last;
  };
  async function behind(budgetMs: number, mayGoOn: () => boolean): Promise<boolean> {
    const startedMs = performance.now();
    while (performance.now() - startedMs < budgetMs && mayGoOn()) {
      const next = waiting.shift();
      if (next === undefined) break;
      await now(...next);
      if (held >= LOGS_A_FLUSH) await flush();
    }
    if (held > 0) await flush();
    return waiting.length > 0;
  }
  /** What was indexed by either way is found from here on. */
  async function flush(): Promise<void> {
    held = 0;
    try {
      (await session.indexForWriting()).flush();
    } catch (error) {
      await options.onIndexFailure(reasonOf(error));
    }
  }
  const isWanted = (): boolean => !options.signal.aborted;
  return {
    now,
    behind: (budgetMs, mayGoOn = () => true) => behind(budgetMs, () => isWanted() && mayGoOn()),
    end: async () =>
      void (await (options.signal.aborted
        ? behind(MOMENT_MS, () => true)
        : behind(Number.POSITIVE_INFINITY, isWanted))),
    async later(manifest, delivery) {
      if (waiting.length >= MAX_BEHIND) await now(manifest, delivery);
      else if (canIndex) waiting.push([manifest, delivery]);
    },
  };
}

/** The manifest of the capture that was there before: it may not have been indexed here yet. */
async function readKeptManifest(store: ObjectReader, key: ObjectKey): Promise<Manifest> {
  const [{ parseManifest }, { readSmall }] = await Promise.all([
    import('../store/manifest-schema.ts'),
    import('../store/object-store.ts'),
  ]);
  return parseManifest(await readSmall(store, key, MAX_MANIFEST_BYTES), key);
}

async function indexOne(session: Session, manifest: Manifest, { state, manifestKey }: Delivery): Promise<void> {
  const kept = state === 'created' ? manifest : await readKeptManifest(await session.store(), manifestKey);
  const index = await session.indexForWriting();
  await session.ingest(index, kept);
  crashPoint('archive:indexed');
}

/** Then none of the next logs can be indexed either, and saying so once is enough. */
const isWithoutSqlite = (error: unknown): boolean => error instanceof AppError && error.code === 'INDEX_UNSUPPORTED';
