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
  /** Those of `later`, for so long, or until an interrupt. */
  behind(budgetMs: number): Promise<void>;
  /** All of them, or after an interrupt as many as go into a moment: the rest is left to the next sync. */
  end(): Promise<void>;
}

/** chosen: some 30 MB of manifests; whoever is further behind indexes each as it comes. */
const MAX_BEHIND = 10_000;
/** chosen: whoever stops a service waits ten seconds at least. */
const MOMENT_MS = 2000;

/** Opens no index before the first log. */
export function startIndexing(session: Session, options: IndexingOptions): Indexing {
  let canIndex = options.index;
  let last: Promise<void> = Promise.resolve();
  const waiting: (readonly [Manifest, Delivery])[] = [];
  async function indexNext(manifest: Manifest, delivery: Delivery): Promise<void> {
    if (!canIndex) return;
    try {
      await indexOne(session, manifest, delivery);
    } catch (error) {
      canIndex = !isWithoutSqlite(error);
      await options.onIndexFailure(reasonOf(error));
    }
  }
  const now: Indexing['now'] = (manifest, delivery) => {
    last = last.then(() => indexNext(manifest, delivery));
    return last;
  };
  async function behind(budgetMs: number, signal?: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    while (performance.now() - startedMs < budgetMs && signal?.aborted !== true) {
      const next = waiting.shift();
      if (next === undefined) return;
      await now(...next);
    }
  }
  return {
    now,
    behind: (budgetMs) => behind(budgetMs, options.signal),
    end: () => (options.signal.aborted ? behind(MOMENT_MS) : behind(Number.POSITIVE_INFINITY, options.signal)),
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
