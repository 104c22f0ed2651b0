// Keeps logs for `archive`, `run`, `pull` and `watch` alike: capture into the spool, deliver, index.
import type { Attempt } from '../store/attempt.ts';
import { type CaptureRequest, captureLog } from '../store/capture.ts';
import { type Compressor, createCompressor } from '../store/compressor.ts';
import { deliver } from '../store/deliver.ts';
import { AppError, reasonOf } from '../store/errors.ts';
import { attemptKey, type ObjectKey } from '../store/keys.ts';
import { keysOfManifest, MAX_MANIFEST_BYTES, type Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { openSpool, type SealedLog, type Spool } from '../store/spool.ts';
import { showText } from '../store/visible-text.ts';
import type { Config } from './config.ts';
import type { Session } from './session.ts';
import { toolName } from './version.ts';

/** What became of one log. `spooled`: sealed on this machine, to be delivered later. */
export type KeptLog =
  | { readonly state: 'created' | 'unchanged'; readonly manifest: Manifest }
  | { readonly state: 'spooled'; readonly manifest: Manifest; readonly reason: AppError };

export interface Archiver {
  readonly spool: Spool;
  keep(request: CaptureRequest): Promise<KeptLog>;
  /** Delivers what waits in the spool for the session's own store; gives the number of each outcome. */
  flush(onFailure: (log: SealedLog, reason: AppError) => Promise<void>): Promise<FlushCounts>;
  close(): Promise<void>;
}

export interface FlushCounts {
  readonly delivered: number;
  readonly waiting: number;
}

export interface ArchiverOptions {
  /** Whether kept logs go into the local index at once. */
  readonly index: boolean;
  /** Told when a log is kept but could not be indexed: keeping goes on. */
  readonly onIndexFailure: (reason: string) => Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Opens the spool and a compressor for one process. */
export async function openArchiver(session: Session, options: ArchiverOptions): Promise<Archiver> {
  const { config } = session;
  const spool = openSpool(config.spool);
  const compressor: Compressor = createCompressor();
  const tools = { spool, compressor, storeUrl: config.store, now: options.now, tool: toolName() };
  let indexing: Promise<void> = Promise.resolve();

  async function put(sealed: SealedLog): Promise<KeptLog> {
    const { manifest } = sealed;
    try {
      const store = await session.store();
      const { state, manifestKey } = await deliver(sealed, store, { now: options.now });
      await spool.remove(sealed);
      if (options.index) {
        const kept = state === 'created' ? manifest : await readKeptManifest(store, manifestKey);
        indexing = indexing.then(() => indexOne(session, kept, options));
        await indexing;
      }
      return { state, manifest };
    } catch (error) {
      return { state: 'spooled', manifest, reason: asStoreError(error, config.store) };
    }
  }
  return {
    spool,
    keep: async (request) => put(await captureLog(request, tools)),
    async flush(onFailure) {
      let delivered = 0;
      let waiting = 0;
      for await (const sealed of spool.list(() => undefined)) {
        if (sealed.storeUrl !== config.store) continue;
        const kept = await put(sealed);
        if (kept.state === 'spooled') {
          waiting += 1;
          await onFailure(sealed, kept.reason);
        } else delivered += 1;
      }
      return { delivered, waiting };
    },
    close: () => compressor.close(),
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

async function indexOne(session: Session, manifest: Manifest, options: ArchiverOptions): Promise<void> {
  try {
    const index = await session.indexForWriting();
    await session.ingest(index, manifest);
  } catch (error) {
    await options.onIndexFailure(reasonOf(error));
  }
}

const asStoreError = (error: unknown, store: string): AppError =>
  error instanceof AppError
    ? error
    : new AppError('STORE_UNAVAILABLE', `cannot put into ${store}: ${reasonOf(error)}`, {
        hint: 'the log waits in the spool: run `firstred flush` later',
        cause: error,
      });

/** What a person must know when `count` logs were not delivered. */
export function spooledText(count: number, reason: AppError, config: Config): string {
  const { spool, spoolLasts, store } = config;
  const [logs, wait, it] = count === 1 ? ['the log', 'waits', 'it'] : [`${count} logs`, 'wait', 'them'];
  const what = `firstred: ${showText(store)} did not take ${logs}: ${showText(reason.message)}\n`;
  if (spoolLasts) return `${what}  ${logs} ${wait} in ${showText(spool)}: \`firstred flush\` delivers ${it}\n`;
  return `${what}  NOT KEPT beyond this job: set FIRSTRED_SPOOL to a folder that outlasts it, or mend the store\n`;
}

/** One row of `archive --json`. */
export function keptRow(kept: KeptLog): Record<string, unknown> {
  const { manifest } = kept;
  return {
    logId: manifest.logId,
    attemptKey: attemptKey(manifest.attempt),
    key: keysOfManifest(manifest).object,
    state: kept.state,
    rawBytes: manifest.text.sizeBytes,
    storedBytes: manifest.object.sizeBytes,
    lines: manifest.text.lines,
    masked: Object.values(manifest.masking.counts).reduce((a, b) => a + b, 0),
    ...(kept.state === 'spooled' ? { error: { code: kept.reason.code, message: kept.reason.message } } : {}),
  };
}

/** How an attempt is called in messages: `acme/widgets 4f2a91c test (20) #2`. */
export function attemptWords(attempt: Attempt): string {
  const words = [attempt.repo, attempt.sha?.slice(0, 10), attempt.workflow, attempt.job].filter((w) => w !== undefined);
  const number = attempt.attempt ?? (attempt.providerId === undefined ? undefined : `t${attempt.providerId}`);
  return `${words.length === 0 ? 'an unnamed attempt' : words.join(' ')}${number === undefined ? '' : ` #${number}`}`;
}
