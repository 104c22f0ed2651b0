// Follows a server's own log storage, look by look. What has just ended is kept within seconds whatever the server's API
// does: a log that it does not name in time is kept by its task's id, and named by facts once it speaks.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import type { Attempt } from '../store/attempt.ts';
import { eachOf } from './each-of.ts';
import { keepStored, type StoredOutcome, type StoredTools } from './keep-stored.ts';
import type { KeptCaptures } from './kept-captures.ts';
import type { LogStorage, StoredLog } from './log-storage.ts';
import { pause } from './pause.ts';
import { storedKey, TaskAnswers } from './task-answers.ts';
import type { WatchState } from './watch-state.ts';

/** One attempt about to be kept: as whom, called what in the journal, and how. */
export interface Keeping {
  readonly attempt: Attempt | undefined;
  readonly name: string;
  readonly keep: () => Promise<StoredOutcome>;
}

export interface StorageLookTools {
  readonly storage: LogStorage;
  readonly forge: Forge | undefined;
  readonly state: WatchState;
  readonly host: string | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  /** For one look: what the store has is listed anew in each. */
  readonly pullTools: () => Omit<StoredTools, 'storage' | 'host'>;
  /** Keeps and counts it, unless the same task is being kept: then that outcome is given. */
  readonly once: (key: string, keeping: Keeping) => Promise<StoredOutcome>;
  /** Told of a task that ended a while ago and left nothing on disk. */
  readonly onAbsent: (repo: string, attempt: Attempt) => void;
}

/** How long a look lets the server speak, and how long it goes on taking logs; the rest is left to the next. */
export interface LookLimits {
  readonly patienceMs: number;
  readonly takeMs: number;
}

/** A look that ends when everything is kept. */
export const WITHOUT_LIMITS: LookLimits = { patienceMs: Number.POSITIVE_INFINITY, takeMs: Number.POSITIVE_INFINITY };
/** chosen: a third of the ten seconds in which a log is to be kept; a server that is well answers in a tenth of that. */
export const LOOK_LIMITS: LookLimits = { patienceMs: 3000, takeMs: 3000 };
/** chosen: what lay there longer is a backlog, which waits for the server's word: it is late already. */
const FRESH_MS = 60_000;
/** chosen: a log that a runner finished goes to disk within seconds. */
const ON_DISK_AFTER_MS = 10 * 60_000;
/** Measured on a disk that others fill: a log waits for it nine times, and a disk takes many such waits together. */
const STORED_AT_ONCE = 32;
/** chosen: naming what is kept already has time, and new logs have not. */
const NAME_MS = 1000;

/** Holds no cursor of its own but the state that it is given. */
export class StorageLooks {
  readonly #tools: StorageLookTools;
  readonly #answers: TaskAnswers;
  /** Kept by this process under their ids alone: their names are still to come. */
  readonly #bare = new Set<string>();
  /** What others kept under ids alone before the first look: listing it costs a read of each of its folders. */
  #earlier: KeptCaptures | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tools: StorageLookTools) {
    this.#tools = tools;
    this.#answers = new TaskAnswers(tools.forge, tools.signal, tools.note);
  }

  /** Keeps what is new; true when more is ready than the limits let it take. One look at a time. */
  look(limits: LookLimits): Promise<boolean> {
    const look = this.#last.then(() => this.#look(limits));
    this.#last = look.catch(() => undefined);
    return look;
  }

  async #look({ patienceMs, takeMs }: LookLimits): Promise<boolean> {
    const logs = await this.#listNew();
    await this.#askFor(logs, patienceMs);
    const isReady = (log: StoredLog): boolean =>
      this.#answers.of(log) !== undefined || (this.#ageMs(log) >= patienceMs && this.#isFresh(log));
    const [bare, unkept] = parted(logs.filter(isReady), (log) => this.#bare.has(storedKey(log)));
    const [fresh, old] = parted(unkept, (log) => this.#isFresh(log));
    // Of what has just ended the first that came; of a backlog the newest, as that is asked for most.
    const inOrder = [...fresh.sort(byTask), ...old.sort((a, b) => byTask(b, a))];
    const tools = this.#tools.pullTools();
    this.#earlier ??= tools.captures;
    const left = await this.#take(inOrder, takeMs, { ...tools, earlier: this.#earlier });
    const unnamed = await this.#take(bare, Math.min(NAME_MS, takeMs), tools);
    await this.#nameAbsent(tools.captures, new Set(logs.map(storedKey)));
    return left + unnamed > 0;
  }

  async #listNew(): Promise<readonly StoredLog[]> {
    const { storage, state, signal } = this.#tools;
    const logs = new Map<string, StoredLog>();
    for await (const log of storage.list(signal, (repo, taskId) => !state.hasSeen(repo, taskId)))
      logs.set(storedKey(log), log);
    this.#answers.dropAllBut((key) => logs.has(key));
    return [...logs.values()];
  }

  /** Until all is said, or those that have just ended have waited long enough. */
  async #askFor(logs: readonly StoredLog[], patienceMs: number): Promise<void> {
    const unsaid = logs.filter((log) => this.#answers.of(log) === undefined);
    if (unsaid.length === 0) return;
    for (const repo of new Set(unsaid.map((log) => log.repo)))
      this.#answers.ask(
        repo,
        unsaid.filter((log) => log.repo === repo),
      );
    const settled = this.#answers.settled();
    if (patienceMs === Number.POSITIVE_INFINITY) return settled;
    const oldestMs = Math.max(0, ...unsaid.filter((log) => this.#isFresh(log)).map((log) => this.#ageMs(log)));
    const isSaid = new AbortController();
    await Promise.race([
      settled.finally(() => isSaid.abort()),
      pause(Math.max(0, patienceMs - oldestMs), isSaid.signal),
    ]);
  }

  /** How many were left when the time was over. */
  async #take(
    logs: readonly StoredLog[],
    takeMs: number,
    tools: Omit<StoredTools, 'storage' | 'host'>,
  ): Promise<number> {
    const { storage, host, signal } = this.#tools;
    const startedMs = performance.now();
    let left = logs.length;
    function* inTime(): Generator<StoredLog> {
      for (const log of logs) {
        if (signal.aborted || performance.now() - startedMs >= takeMs) return;
        left -= 1;
        yield log;
      }
    }
    await eachOf(inTime(), STORED_AT_ONCE, (log) => this.#keep(log, { ...tools, storage, host }));
    return left;
  }

  async #keep(log: StoredLog, tools: StoredTools): Promise<void> {
    const { state, once } = this.#tools;
    const key = storedKey(log);
    const answer = this.#answers.of(log);
    const found = answer?.kind === 'told' ? answer.found : undefined;
    // What was kept while the server was silent is named when it speaks again.
    const isDone = found !== undefined || (answer?.kind === 'untold' && answer.isFinal);
    this.#answers.drop(log);
    if (found !== undefined || !this.#bare.has(key)) {
      const keep = (): Promise<StoredOutcome> => keepStored(log, found, tools);
      const outcome = await once(key, { attempt: found?.attempt, name: log.path, keep });
      if (outcome.kind !== 'kept' && outcome.kind !== 'had') return;
    }
    if (!isDone) this.#bare.add(key);
    else {
      state.addSeen(log.repo, log.taskId);
      this.#bare.delete(key);
    }
  }

  /** Logs that left nothing on disk are in the server's database, if anywhere. */
  async #nameAbsent(captures: KeptCaptures, onDisk: ReadonlySet<string>): Promise<void> {
    const { state, now, onAbsent } = this.#tools;
    const isAbsent = (repo: string, { attempt, state: ended }: ForgeAttempt): boolean => {
      const taskId = attempt.providerId ?? '';
      if (ended !== 'finished' || attempt.conclusion === 'skipped') return false;
      if (onDisk.has(storedKey({ repo, taskId })) || state.hasSeen(repo, taskId)) return false;
      return now() - (attempt.finishedAtMs ?? now()) >= ON_DISK_AFTER_MS;
    };
    for (const { repo, tasks } of this.#answers.takeLists())
      for (const task of tasks)
        if (isAbsent(repo, task) && (await captures.of(task.attempt)).length === 0) onAbsent(repo, task.attempt);
  }

  #ageMs({ modifiedAtMs }: StoredLog): number {
    return this.#tools.now() - modifiedAtMs;
  }

  #isFresh(log: StoredLog): boolean {
    return this.#ageMs(log) < FRESH_MS;
  }
}

const byTask = (a: StoredLog, b: StoredLog): number => Number(BigInt(a.taskId) - BigInt(b.taskId));

function parted<T>(things: readonly T[], test: (thing: T) => boolean): readonly [T[], T[]] {
  return [things.filter(test), things.filter((thing) => !test(thing))];
}
