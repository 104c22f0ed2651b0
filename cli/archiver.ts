// Keeps logs for `archive`, `run`, `pull` and `watch` alike: capture into the spool, deliver, index.
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '../store/attempt.ts';
import { type CaptureRequest, type CaptureTools, captureLog, stageLog } from '../store/capture.ts';
import { type Compressor, createCompressor } from '../store/compressor.ts';
import { deliver } from '../store/deliver.ts';
import { AppError } from '../store/errors.ts';
import { asDeliveryError, deliverSealed, type FlushCounts, type FlushOptions, flushSpool } from '../store/flush.ts';
import { fsError } from '../store/fs-errors.ts';
import { attemptKey } from '../store/keys.ts';
import { keysOfManifest, type Manifest } from '../store/manifest.ts';
import { openSpool, type SealedLog, type Spool, type StagedLog } from '../store/spool.ts';
import { showText } from '../store/visible-text.ts';
import { type IndexingOptions, startIndexing } from './archiver-index.ts';
import type { Config } from './config.ts';
import { type OpenedStore, openSession, type Session } from './session.ts';
import { toolName } from './version.ts';

/** A log that is sealed on this machine, to be delivered later. */
export interface SpooledLog {
  readonly state: 'spooled';
  readonly manifest: Manifest;
  readonly reason: AppError;
  readonly storeUrl: string;
  readonly folder: string;
  /** The folder outlasts this job. */
  readonly lasts: boolean;
}

/** What became of one log. */
export type KeptLog = { readonly state: 'created' | 'unchanged'; readonly manifest: Manifest } | SpooledLog;

export interface Archiver {
  /** STORE_FULL when neither store nor spool can take it. */
  keep(request: CaptureRequest): Promise<KeptLog>;
  /**
   * As `keep`, of an input that outlasts a crash of this process: it goes into the store without a seal first, which is
   * half of the work of a small log. Where the store does not take it, it is sealed as any other. It is indexed by
   * `indexBehind`, or at the end: a backlog is kept first.
   */
  keepRereadable(request: CaptureRequest): Promise<KeptLog>;
  /** Indexes what was kept and is not indexed yet, for so long and while `mayGoOn`; true when some are left. */
  indexBehind(budgetMs: number, mayGoOn?: () => boolean): Promise<boolean>;
  /** Delivers what waits. `everywhere`: also for other stores than the session's; else what was left by earlier calls. */
  flush(
    which: 'everywhere' | 'left-behind',
    told: Pick<FlushOptions, 'onProblem' | 'onProgress'>,
  ): Promise<FlushCounts>;
  close(): Promise<void>;
}

export interface ArchiverOptions extends IndexingOptions {
  readonly now: () => number;
}

/** chosen: whoever sealed a log delivers it within this time or is gone. */
const LEFT_BEHIND_MS = 60_000;
/** chosen: what a job's last step may deliver for others beside its own log; `flush` has no bound. */
const LEFT_BEHIND_LOGS = 50;

/** Opens the spool and a compressor for one process. */
export async function openArchiver(session: Session, options: ArchiverOptions): Promise<Archiver> {
  const { config } = session;
  const compressor: Compressor = createCompressor();
  const tool = toolName();
  let usable: ReturnType<typeof openUsableSpool> | undefined;
  const indexing = startIndexing(session, options);

  async function put(sealed: SealedLog, place: UsableSpool): Promise<KeptLog> {
    const { manifest } = sealed;
    try {
      const delivery = await deliverSealed(sealed, await session.store(), place.spool, { now: options.now });
      await indexing.now(manifest, delivery);
      return { state: delivery.state, manifest };
    } catch (error) {
      return spooled(sealed, { ...place, config }, error);
    }
  }
  async function putStaged(staged: StagedLog, place: UsableSpool): Promise<KeptLog> {
    const { manifest } = staged;
    try {
      const delivery = await deliver(staged, await session.store(), { now: options.now });
      await place.spool.discardStaged(manifest.capture.id);
      await indexing.later(manifest, delivery);
      return { state: delivery.state, manifest };
    } catch (error) {
      return spooled(await sealOrDrop(staged, place.spool), { ...place, config }, error);
    }
  }
  async function openPlace(): Promise<{ readonly place: UsableSpool; readonly tools: CaptureTools }> {
    usable ??= openUsableSpool(config);
    const place = await usable;
    const tools = { spool: place.spool, compressor, storeUrl: config.store, now: options.now, tool };
    return { place, tools };
  }
  return {
    indexBehind: indexing.behind,
    async keep(request) {
      const { place, tools } = await openPlace();
      return put(await captureLog(request, tools), place);
    },
    async keepRereadable(request) {
      const { place, tools } = await openPlace();
      return putStaged(await stageLog(request, tools, 'as-it-is'), place);
    },
    async flush(which, told) {
      const others = openOtherStores(config);
      try {
        return await flushSpool(openSpool(config.spool), {
          now: options.now,
          signal: options.signal,
          ...(which === 'everywhere' ? {} : { minAgeMs: LEFT_BEHIND_MS, limit: LEFT_BEHIND_LOGS }),
          storeFor: (url) =>
            url === config.store ? session.store() : which === 'everywhere' ? others.store(url) : undefined,
          // Logs of other stores are left to the sync of whoever looks at those.
          onDelivered: async (log, delivery) => {
            if (log.storeUrl === config.store) await indexing.now(log.manifest, delivery);
          },
          ...told,
        });
      } finally {
        await others.close();
      }
    },
    async close() {
      await indexing.end();
      await compressor.close();
    },
  };
}

/** Where there is no room for it, nothing of it stays. */
const sealOrDrop = (staged: StagedLog, spool: Spool): Promise<SealedLog> =>
  spool.seal(staged).catch(async (noRoom: unknown) => {
    await spool.discardStaged(staged.manifest.capture.id);
    throw noRoom;
  });

/** What a log is when its store did not take it. STORE_FULL when it has no room here either. */
async function spooled(
  sealed: SealedLog,
  { spool, lasts, config }: UsableSpool & { readonly config: Config },
  error: unknown,
): Promise<SpooledLog> {
  const reason = asDeliveryError(error, config.store);
  if ((await spool.usedBytes()) > config.spoolMaxBytes) {
    await spool.remove(sealed);
    throw spoolFull(config, reason);
  }
  const { manifest } = sealed;
  return { state: 'spooled', manifest, reason, storeUrl: config.store, folder: spool.folder, lasts };
}

interface UsableSpool {
  readonly spool: Spool;
  readonly lasts: boolean;
}

/** The spool of the settings, or where it can't be written (a home that is read-only) one that lasts as long as this job. */
async function openUsableSpool(config: Config): Promise<UsableSpool> {
  const spool = openSpool(config.spool);
  try {
    await mkdir(config.spool, { recursive: true, mode: 0o700 });
    await access(config.spool, constants.W_OK);
    return { spool, lasts: config.spoolLasts };
  } catch (error) {
    const folder = await mkdtemp(join(tmpdir(), 'firstred-spool-')).catch(() => undefined);
    if (folder === undefined) throw fsError(error, config.spool);
    return { spool: openSpool(folder), lasts: false };
  }
}

const spoolFull = (config: Config, reason: AppError): AppError =>
  new AppError(
    'STORE_FULL',
    `${config.store} did not take the log (${reason.message}) and the spool ${config.spool} is full: it is not kept`,
    {
      hint: `\`firstred flush\` empties the spool once the store is back; FIRSTRED_SPOOL_MAX (now ${config.spoolMaxBytes} bytes) bounds it`,
      cause: reason,
    },
  );

/** Stores of logs that were captured under other settings. */
function openOtherStores(config: Config): { store(url: string): Promise<OpenedStore>; close(): Promise<void> } {
  const sessions = new Map<string, Session>();
  return {
    store(url) {
      const session = sessions.get(url) ?? openSession({ ...config, store: url });
      sessions.set(url, session);
      return session.store();
    },
    async close() {
      for (const session of sessions.values()) await session.close();
    },
  };
}

/** What a person must know when `count` logs were not delivered, of which `first` is one. */
export function spooledText(count: number, first: SpooledLog): string {
  const [logs, wait, it] = count === 1 ? ['the log', 'waits', 'it'] : [`${count} logs`, 'wait', 'them'];
  const { message, hint, code } = first.reason;
  const what = `firstred: ${showText(first.storeUrl)} did not take ${logs}: ${showText(message)}\n`;
  // A store that only is away needs nothing done; rights, credentials and a missing bucket do.
  const remedy = code === 'STORE_UNAVAILABLE' ? '' : `${showText(hint)}; `;
  if (first.lasts)
    return `${what}  ${remedy}${logs} ${wait} in ${showText(first.folder)}: \`firstred flush\` delivers ${it}\n`;
  return `${what}  ${remedy}NOT KEPT beyond this job: set FIRSTRED_SPOOL to a folder that outlasts it, or mend the store\n`;
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
  return `${words.length === 0 ? 'an attempt without repo, sha or job' : words.join(' ')}${number === undefined ? '' : ` #${number}`}`;
}
