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
import { eachOf } from './each-of.ts';
import type { StoredOutcome } from './keep-stored.ts';
import { openKeptCaptures } from './kept-captures.ts';
import type { LogStorage } from './log-storage.ts';
import { type PullTools, pullAttempt } from './pull-logs.ts';
import { type Keeping, LOOK_LIMITS, type LookLimits, StorageLooks } from './storage-looks.ts';
import { storedKey } from './task-answers.ts';
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
/** chosen: some days of a busy server, 10 MB; what was forgotten is counted twice. */
const MAX_REMEMBERED = 100_000;
/** chosen: as `pull`; each is a request to the server. */
const LOGS_AT_ONCE = 4;

/** Keeps what a server has finished; holds no cursor of its own but the state that it is given. */
export class Watcher {
  readonly counts: WatchCounts = { kept: 0, had: 0, spooled: 0, cut: 0, failed: 0, lost: 0, notOnDisk: 0 };
  readonly #tools: WatcherTools;
  readonly #underWay = new Map<string, Promise<StoredOutcome>>();
  readonly #named = new Set<string>();
  readonly #looks: StorageLooks | undefined;

  constructor(tools: WatcherTools) {
    const { storage } = tools;
    this.#tools = tools;
    this.#looks =
      storage === undefined
        ? undefined
        : new StorageLooks({
            ...tools,
            storage,
            pullTools: () => this.#pullTools(),
            once: (key, keeping) => this.#once(key, keeping),
            onAbsent: (repo, attempt) => this.#onAbsent(repo, attempt),
          });
  }

  /** Whatever is new in the server's own log storage; true when more is ready than the limits let it take. */
  async takeStorage(limits: LookLimits = LOOK_LIMITS): Promise<boolean> {
    return (await this.#looks?.look(limits)) ?? false;
  }

  /** Whether a log is being kept now: what else there is to do can wait. */
  get isKeeping(): boolean {
    return this.#underWay.size > 0;
  }

  #onAbsent(repo: string, { providerId, job }: Attempt): void {
    if (!this.#isFirst(`absent ${repo} ${providerId}`)) return;
    this.counts.notOnDisk += 1;
    this.#tools.note(`${repo}: task ${providerId} (${job ?? 'no job'}) left no log on disk; maybe in dbfs_data`);
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
      const keep = (): Promise<StoredOutcome> => pullAttempt(found, { ...tools, forge });
      const outcome = await this.#once(keyOf(attempt), { attempt, name: attempt.job ?? 'a job', keep });
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

  /** While an attempt is being kept, whoever asks for it gets the same outcome; it is counted once. */
  #once(key: string, { attempt, name, keep }: Keeping): Promise<StoredOutcome> {
    const before = this.#underWay.get(key);
    if (before !== undefined) return before;
    const outcome = keep()
      .then((kept) => {
        this.#count(attempt, kept, name);
        return kept;
      })
      .finally(() => this.#underWay.delete(key));
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

/** The same whether the API or the storage told of it. */
function keyOf({ repo = '', providerId, run, job, attempt }: Attempt): string {
  const short = repo.split('/').slice(-2).join('/');
  return storedKey({ repo: short, taskId: providerId ?? `${run} ${job} ${attempt}` });
}
