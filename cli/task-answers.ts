// What a server says of the logs in its own storage, asked beside the keeping: a server that is slow or away holds no log up.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import { reasonOf } from '../store/errors.ts';
import { mapTasks } from './keep-stored.ts';
import type { StoredLog } from './log-storage.ts';
import { pause } from './pause.ts';
import { WorkQueue } from './work-queue.ts';

/** The server's word on one stored log. */
export type TaskAnswer =
  | { readonly kind: 'told'; readonly found: ForgeAttempt }
  /** `isFinal`: asking again would bring no more. */
  | { readonly kind: 'untold'; readonly isFinal: boolean };

/** Every task of a repository that one asking told. */
export interface ToldTasks {
  readonly repo: string;
  readonly tasks: readonly ForgeAttempt[];
}

/** chosen: as logs that are pulled at once; each asking is a row of requests. */
const REPOS_AT_ONCE = 4;

/** Names a stored log: `owner/name` and the task's id. */
export const storedKey = ({ repo, taskId }: Pick<StoredLog, 'repo' | 'taskId'>): string => `${repo} ${taskId}`;

/** Asks for each repository once at a time, and holds the answers until they are dropped. */
export class TaskAnswers {
  readonly #answers = new Map<string, TaskAnswer>();
  readonly #asked = new Set<string>();
  readonly #queue: WorkQueue;
  readonly #forge: Forge | undefined;
  readonly #signal: AbortSignal;
  readonly #note: (line: string) => void;
  #lists: ToldTasks[] = [];

  constructor(forge: Forge | undefined, signal: AbortSignal, note: (line: string) => void) {
    this.#forge = forge;
    this.#signal = signal;
    this.#note = note;
    const onFailure = (repo: string, error: unknown): void => note(`${repo}: ${reasonOf(error)}: asked again later`);
    this.#queue = new WorkQueue({ width: REPOS_AT_ONCE, tries: 1, pause, signal, onFailure });
  }

  of(log: StoredLog): TaskAnswer | undefined {
    return this.#answers.get(storedKey(log));
  }

  drop(log: StoredLog): void {
    this.#answers.delete(storedKey(log));
  }

  /** Forgets what was said of logs that are there no more. */
  dropAllBut(isThere: (key: string) => boolean): void {
    for (const key of this.#answers.keys()) if (!isThere(key)) this.#answers.delete(key);
  }

  /** Begins to ask for `logs` of `repo`, unless it is being asked for others: then the next call does. */
  ask(repo: string, logs: readonly StoredLog[]): void {
    if (logs.length === 0 || this.#asked.has(repo)) return;
    this.#asked.add(repo);
    this.#queue.push(repo, () => this.#ask(repo, logs).finally(() => this.#asked.delete(repo)));
  }

  /** Resolves when nothing is being asked. */
  settled(): Promise<void> {
    return this.#queue.idle();
  }

  /** What was told since the last call. */
  takeLists(): readonly ToldTasks[] {
    const lists = this.#lists;
    this.#lists = [];
    return lists;
  }

  async #ask(repo: string, logs: readonly StoredLog[]): Promise<void> {
    const tasks = await mapTasks(this.#forge, { repo, logs }, this.#signal);
    if (tasks.why !== undefined && this.#forge !== undefined)
      this.#note(`${repo}: its logs are kept by their task ids alone: ${tasks.why}`);
    for (const log of logs) {
      const found = tasks.byTask.get(log.taskId);
      this.#answers.set(
        storedKey(log),
        found === undefined ? { kind: 'untold', isFinal: tasks.answered } : { kind: 'told', found },
      );
    }
    this.#lists.push({ repo, tasks: [...tasks.byTask.values()] });
  }
}
