// The sidecar's work, without its socket: finished attempts of a server into the store, whichever way it hears of them.
// Every way leads through `once`, so that an attempt that is told three times is kept once.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import type { Attempt } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import type { FactTools } from '../store/facts.ts';
import type { Manifest } from '../store/manifest.ts';
import type { Masker } from '../store/mask.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Archiver } from './archiver.ts';
import { keepStored, mapTasks, type StoredOutcome } from './keep-stored.ts';
import { openKeptCaptures } from './kept-captures.ts';
import type { LogStorage, StoredLog } from './log-storage.ts';
import { type PullTools, pullAttempt } from './pull-logs.ts';
import type { WatchState } from './watch-state.ts';

export interface WatcherTools {
  readonly forge: Forge | undefined;
  readonly storage: LogStorage | undefined;
  readonly archiver: Archiver;
  readonly store: ObjectStore;
  readonly facts: FactTools;
  readonly newMasker: () => Masker;
  readonly state: WatchState;
  readonly host: string | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Told of each attempt that was kept now. */
  readonly onKept: (attempt: Attempt, manifest: Manifest) => void;
  /** One line for the journal. */
  readonly note: (line: string) => void;
}

/** What was done since the start: attempts, each counted once; `failed` counts failures that were told. */
export interface WatchCounts {
  kept: number;
  had: number;
  spooled: number;
  cut: number;
  failed: number;
  lost: number;
  notOnDisk: number;
}

/** An attempt may start so long before a runner's or a server's list shows it (chosen: clocks and slow lists). */
const OVERLAP_MS = 15 * 60_000;
/** chosen: a log that a runner finished goes to disk within seconds. */
const ON_DISK_AFTER_MS = 10 * 60_000;
/** chosen: some days of a busy server, 10 MB; what was forgotten is counted twice. */
const MAX_REMEMBERED = 100_000;
/** chosen: as `pull`; each is a request to the server. */
const LOGS_AT_ONCE = 4;
/** Measured on a disk that others fill: a log waits for it nine times, and a disk takes many such waits together. */
const STORED_AT_ONCE = 32;

/** Keeps what a server has finished; holds no cursor of its own but the state that it is given. */
export class Watcher {
  readonly counts: WatchCounts = { kept: 0, had: 0, spooled: 0, cut: 0, failed: 0, lost: 0, notOnDisk: 0 };
  readonly #tools: WatcherTools;
  readonly #underWay = new Map<string, Promise<StoredOutcome>>();
  readonly #named = new Set<string>();

  constructor(tools: WatcherTools) {
    this.#tools = tools;
  }

  /** Whatever is new in the server's own log storage. What failed is looked at again by the next round. */
  async takeStorage(): Promise<void> {
    const { storage, state, signal } = this.#tools;
    if (storage === undefined) return;
    const byRepo = new Map<string, StoredLog[]>();
    for await (const log of storage.list(signal, (repo, taskId) => !state.hasSeen(repo, taskId))) {
      const logs = byRepo.get(log.repo) ?? [];
      logs.push(log);
      byRepo.set(log.repo, logs);
    }
    for (const [repo, logs] of byRepo) await this.#takeStored(storage, repo, logs);
  }

  async #takeStored(storage: LogStorage, repo: string, logs: readonly StoredLog[]): Promise<void> {
    const { forge, state, signal } = this.#tools;
    const tasks = await mapTasks(forge, { repo, logs }, signal);
    if (tasks.why !== undefined && forge !== undefined)
      this.#tools.note(`${repo}: its logs are kept by their task ids alone: ${tasks.why}`);
    const tools = { ...this.#pullTools(), storage, host: this.#tools.host };
    await eachOf(logs, STORED_AT_ONCE, async (log) => {
      const found = tasks.byTask.get(log.taskId);
      const outcome = await this.#once(`${repo} ${log.taskId}`, () => keepStored(log, found, tools));
      this.#count(found?.attempt, outcome, log.path);
      // What was kept while the server was silent is completed when it speaks again.
      const isDone = found !== undefined || tasks.answered;
      if (isDone && (outcome.kind === 'kept' || outcome.kind === 'had')) state.addSeen(repo, log.taskId);
    });
    await this.#nameAbsent([...tasks.byTask.values()], repo, new Set(logs.map((log) => log.taskId)));
  }

  /** Tasks that ended a while ago and left nothing on disk: their logs are in the server's database, if anywhere. */
  async #nameAbsent(tasks: readonly ForgeAttempt[], repo: string, onDisk: ReadonlySet<string>): Promise<void> {
    const { state, now } = this.#tools;
    const { captures } = this.#pullTools();
    for (const { attempt, state: ended } of tasks) {
      const id = attempt.providerId ?? '';
      if (ended !== 'finished' || onDisk.has(id) || state.hasSeen(repo, id)) continue;
      if (attempt.conclusion === 'skipped' || now() - (attempt.finishedAtMs ?? now()) < ON_DISK_AFTER_MS) continue;
      if ((await captures.of(attempt)).length > 0 || !this.#isFirst(`absent ${repo} ${id}`)) continue;
      this.counts.notOnDisk += 1;
      this.#tools.note(`${repo}: task ${id} (${attempt.job ?? 'no job'}) left no log on disk; maybe in dbfs_data`);
    }
  }

  /** Attempts of a repository since its cursor, which then moves to the oldest that has not ended. */
  async poll(repo: string, firstSinceMs: number): Promise<void> {
    const { forge, state, now } = this.#tools;
    if (forge?.attempts === undefined) return;
    const startedMs = now();
    const sinceMs = state.cursor(repo) ?? firstSinceMs;
    const open = await this.#takeAttempts(forge.attempts({ repo, by: 'since', sinceMs }, this.#tools.signal));
    state.setCursor(repo, Math.max(sinceMs, Math.min(startedMs, ...open) - OVERLAP_MS));
  }

  /** The attempts of one run, of which a webhook told. A server that lists no runs is polled instead. */
  async takeRun(repo: string, run: string): Promise<void> {
    const { forge } = this.#tools;
    if (forge?.attempts === undefined) return;
    try {
      await this.#takeAttempts(forge.attempts({ repo, by: 'run', run }, this.#tools.signal));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'PROVIDER_UNSUPPORTED') throw error;
      await this.poll(repo, this.#tools.now() - OVERLAP_MS);
    }
  }

  /** Gives the starts of those that have not ended, and of those that failed: they are asked for again. */
  async #takeAttempts(attempts: AsyncIterable<ForgeAttempt>): Promise<readonly number[]> {
    const tools = this.#pullTools();
    const again: number[] = [];
    const failures: AppError[] = [];
    await eachOf(attempts, LOGS_AT_ONCE, async (found) => {
      const { attempt } = found;
      const { forge } = this.#tools;
      if (forge === undefined) return;
      const key = `${attempt.repo} ${attempt.providerId ?? `${attempt.run} ${attempt.job} ${attempt.attempt}`}`;
      const outcome = await this.#once(key, () => pullAttempt(found, { ...tools, forge }));
      this.#count(attempt, outcome, attempt.job ?? 'a job');
      if (outcome.kind === 'failed') failures.push(outcome.error);
      if (outcome.kind === 'failed' || outcome.kind === 'unfinished')
        again.push(attempt.startedAtMs ?? this.#tools.now());
    });
    const [first] = failures;
    if (first !== undefined) this.#tools.note(`${first.message}: tried again later`);
    return again;
  }

  /** Tools of one round: what the store has is listed anew in each. */
  #pullTools(): Omit<PullTools, 'forge'> {
    const { archiver, store, newMasker, signal, facts } = this.#tools;
    return { archiver, captures: openKeptCaptures(store), facts: { store, tools: facts }, newMasker, signal };
  }

  /** While an attempt is being kept, whoever asks for it gets the same outcome. */
  #once(key: string, keep: () => Promise<StoredOutcome>): Promise<StoredOutcome> {
    const before = this.#underWay.get(key);
    if (before !== undefined) return before;
    const outcome = keep().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, outcome);
    return outcome;
  }

  #isFirst(key: string): boolean {
    if (this.#named.has(key)) return false;
    this.#named.add(key);
    const [oldest] = this.#named;
    if (this.#named.size > MAX_REMEMBERED && oldest !== undefined) this.#named.delete(oldest);
    return true;
  }

  #count(attempt: Attempt | undefined, outcome: StoredOutcome, name: string): void {
    const { counts } = this;
    const { note, onKept } = this.#tools;
    // Each look tells of it again.
    if (outcome.kind === 'had' && this.#isFirst(`had ${outcome.manifest.logId}`)) counts.had += 1;
    if (outcome.kind === 'kept') {
      this.#isFirst(`had ${outcome.log.manifest.logId}`);
      counts.kept += 1;
      if (outcome.log.state === 'spooled') counts.spooled += 1;
      if (outcome.cutReason !== undefined) counts.cut += 1;
      onKept(attempt ?? outcome.log.manifest.attempt, outcome.log.manifest);
    }
    if (outcome.kind === 'failed' && this.#isFirst(`failed ${name} ${outcome.error.message}`)) {
      counts.failed += 1;
      note(`${name}: ${outcome.error.message}: tried again later`);
    }
    const isLost = outcome.kind === 'gone' && outcome.copies === 0;
    if (isLost && this.#isFirst(`lost ${attempt?.repo} ${attempt?.providerId} ${name}`)) {
      counts.lost += 1;
      note(`${name} is lost: ${outcome.why}`);
    }
  }
}

async function eachOf<T>(
  things: AsyncIterable<T> | Iterable<T>,
  width: number,
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for await (const thing of things) {
    const done: Promise<void> = work(thing).finally(() => underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= width) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}
