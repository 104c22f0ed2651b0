// One log of a server's own storage into the store: who it is, whether it is kept already, and keeping it. What `rescue`
// does with each and `watch` with each new one.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import { type Attempt, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import { writeFact } from '../store/facts.ts';
import { DEFAULT_LOG_NAME } from '../store/manifest.ts';
import { attemptToJson } from '../store/manifest-json.ts';
import { keepWhatCame } from './keep-what-came.ts';
import { isWhole, type KeptCaptures } from './kept-captures.ts';
import type { LogStorage, StoredLog } from './log-storage.ts';
import type { PullOutcome, PullTools } from './pull-logs.ts';

/** What is known of the tasks of one repository, from the lowest id that was asked for. */
export interface TaskMap {
  readonly byTask: ReadonlyMap<string, ForgeAttempt>;
  /** Why nothing is known, where nothing is. */
  readonly why: string | undefined;
  /** Asking again would bring no more. */
  readonly answered: boolean;
}

/** Asks the server for the tasks of `repo` (owner/name) down to the lowest of these logs; its silence is told, not thrown. */
export async function mapTasks(
  forge: Forge | undefined,
  { repo, logs }: { readonly repo: string; readonly logs: readonly StoredLog[] },
  signal: AbortSignal,
): Promise<TaskMap> {
  const byTask = new Map<string, ForgeAttempt>();
  const [lowest = 0n] = logs.map((log) => BigInt(log.taskId)).sort((a, b) => (a < b ? -1 : 1));
  const range = { repo, downTo: String(lowest), detailed: new Set(logs.map((log) => log.taskId)) };
  if (forge === undefined) return { byTask, why: 'no CI server is configured', answered: true };
  if (forge.tasks === undefined)
    return { byTask, why: forge.gaps.attempts ?? 'the server lists no tasks', answered: true };
  try {
    for await (const found of forge.tasks(range, signal))
      if (found.attempt.providerId !== undefined) byTask.set(found.attempt.providerId, found);
    return { byTask, why: undefined, answered: true };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
    return { byTask, why: error.message, answered: error.code !== 'PROVIDER_UNAVAILABLE' };
  }
}

/** What became of one stored log. */
export type StoredOutcome =
  | PullOutcome
  /** It changed while it was read: it is still being written, or was replaced. */
  | { readonly kind: 'changed' };

export interface StoredTools extends Omit<PullTools, 'forge'> {
  readonly storage: LogStorage;
  /** `host` of repositories that the server does not tell. */
  readonly host: string | undefined;
  /** Where captures under the ids alone are looked up, if not in `captures`: what was there when it first looked. */
  readonly earlier?: KeptCaptures;
}

/** Whether the log is here already, whole, under what the server tells or under what the path alone does. */
export async function keptAlready(
  log: StoredLog,
  found: ForgeAttempt | undefined,
  { captures, earlier = captures, host, facts }: Pick<StoredTools, 'captures' | 'earlier' | 'host' | 'facts'>,
): Promise<PullOutcome | undefined> {
  const bare = bareAttempt(log, found?.attempt.repo ?? (host === undefined ? log.repo : `${host}/${log.repo}`));
  const known = found === undefined ? [] : await captures.of(found.attempt);
  const whole = known.find(isWhole);
  if (whole !== undefined) return { kind: 'had', manifest: whole };
  const rough = (await earlier.of(bare)).find(isWhole);
  if (rough === undefined) return undefined;
  if (found !== undefined && facts !== undefined && rough.attempt.partial) await complete(bare, found, facts);
  return { kind: 'had', manifest: rough };
}

/** Keeps it unless it is here; reads it twice at most, changes nothing in the storage. */
export async function keepStored(
  log: StoredLog,
  found: ForgeAttempt | undefined,
  tools: StoredTools,
): Promise<StoredOutcome> {
  if (found !== undefined && found.state !== 'finished') return { kind: 'unfinished' };
  const had = await keptAlready(log, found, tools);
  if (had !== undefined) return had;
  const tail = new LogTail();
  const cut = keepWhatCame(tail.pass(tools.storage.read(log)), ['PROVIDER_UNAVAILABLE', 'INPUT_UNREADABLE']);
  let changed = false;
  try {
    const job = found === undefined ? await jobOfHead(tools.storage, log) : undefined;
    const bare = bareAttempt(log, tools.host === undefined ? log.repo : `${tools.host}/${log.repo}`);
    const kept = await tools.archiver.keepRereadable({
      attempt: () => found?.attempt ?? { ...bare, job, conclusion: tail.saysFailed() ? 'failure' : 'unknown' },
      logName: DEFAULT_LOG_NAME,
      how: 'rescue',
      input: (async function* () {
        yield* cut.chunks;
        // What vanished while it was read came to its end all the same: nobody else has it any more.
        if ((await tools.storage.look(log)) !== 'changed') return;
        changed = true;
        throw new AppError('INPUT_UNREADABLE', `${log.path} changed while it was read`, { hint: 'it is read again' });
      })(),
      masker: tools.newMasker(),
      cutReason: cut.reason,
    });
    return { kind: 'kept', log: kept, cutReason: cut.reason() };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
    if (changed) return { kind: 'changed' };
    return error.code === 'NOT_FOUND' ? { kind: 'gone', why: error.message, copies: 0 } : { kind: 'failed', error };
  }
}

const bareAttempt = (log: StoredLog, repo: string): Attempt => ({
  ...UNKNOWN_ATTEMPT,
  provider: 'gitea',
  repo,
  providerId: log.taskId,
  partial: true,
});

async function complete(
  bare: Attempt,
  { attempt }: ForgeAttempt,
  { store, tools }: NonNullable<PullTools['facts']>,
): Promise<void> {
  const subject = { repo: bare.repo ?? '', providerId: bare.providerId };
  const set = { ...attemptToJson(attempt), conclusion: undefined, labels: undefined, limitMs: undefined };
  await writeFact(store, { kind: 'identity', subject, set }, tools);
  if (attempt.conclusion !== 'unknown')
    await writeFact(store, { kind: 'conclusion', subject, conclusion: attempt.conclusion }, tools);
}

/** chosen: the runner names the job in its first rows. */
const HEAD_BYTES = 4096;

/** The YAML key of the job, from the runner's first rows: the matrix values are not in it. */
async function jobOfHead(storage: LogStorage, log: StoredLog): Promise<string | undefined> {
  let head = '';
  try {
    for await (const chunk of storage.read(log)) {
      head += Buffer.from(chunk.subarray(0, HEAD_BYTES)).toString('utf8');
      if (head.length >= HEAD_BYTES) break;
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  const [, task, job] = /received task (\d+) of job ([^\s,]+)/.exec(head) ?? [];
  return task === log.taskId ? job : undefined;
}

/** chosen: the runner's last row is shorter. */
const TAIL_BYTES = 512;

/** The end of what passes by. A red that the runner's last row claims counts; a green needs the server's word. */
class LogTail {
  #tail = Buffer.alloc(0);

  async *pass(log: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of log) {
      this.#tail = Buffer.concat([this.#tail, chunk.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
      yield chunk;
    }
  }

  saysFailed(): boolean {
    return /Job failed\s*$/.test(this.#tail.toString('utf8'));
  }
}
