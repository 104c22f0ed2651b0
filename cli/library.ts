// What programs get of firstred: the commands as functions, with the JSON of the command line as their answers. The types
// of this file stand alone, as they are all that the package publishes.
import { AppError, type ErrorCode } from '../store/errors.ts';
import { type Command, type CommandIo, commandInput } from './command.ts';
import { type Config, processSources, readConfig } from './config.ts';
import { ioOf, piecesOf } from './serve-ask.ts';

/** Where logs are kept. Settings that are not given come from where the command line has them. */
export interface StoreOptions {
  /** Of an S3 store that is not Amazon's. */
  readonly s3Endpoint?: string;
  readonly s3PathStyle?: boolean;
  readonly s3Region?: string;
}

/** A store, from `openStore`. */
export interface Store {
  /** A folder's path, or `s3://bucket/prefix`. */
  readonly location: string;
  readonly options: StoreOptions;
}

/** An index of a store on this machine, from `openIndex`. */
export interface Index {
  readonly store: Store;
  /** The SQLite file; undefined where the command line has it. */
  readonly file: string | undefined;
  /** Brings what is new in the store into the index. */
  sync(options?: Cancellable): Promise<SyncCounts>;
}

/** A call that can be given up. */
export interface Cancellable {
  readonly signal?: AbortSignal;
}

/** What a sync brought. */
export interface SyncCounts {
  readonly added: number;
  readonly unchanged: number;
  readonly facts: number;
  readonly pending: number;
  readonly unreadable: number;
  /** Logs that were left for a sync without filters. */
  readonly leftOut: number;
}

/** Whose log it is; what is not given comes from the CI job's environment, as on the command line. */
export interface AttemptFields {
  /** `host/owner/name`. */
  readonly repo?: string;
  readonly sha?: string;
  readonly testedSha?: string;
  readonly workflow?: string;
  readonly job?: string;
  readonly run?: string;
  readonly attempt?: number;
  readonly providerId?: string;
  /** The provider's word, or `red` or `green`. */
  readonly conclusion?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly branch?: string;
  readonly pr?: number;
  readonly event?: string;
  readonly url?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Options of `archive`. */
export interface ArchiveOptions extends Cancellable {
  /** Of a further log of the attempt, such as a service's. */
  readonly name?: string;
  /** The log is searchable at once in this index, where the store is a folder; else at its next `sync`. */
  readonly index?: Index;
  /** Values that must not be kept, by the names of the environment variables that hold them. */
  readonly maskEnv?: readonly string[];
}

/** A log that is kept: in the store, or (`spooled`) on this machine until the store answers. */
export interface ArchivedLog {
  readonly logId: string;
  readonly attemptKey: string | null;
  readonly key: string;
  readonly state: 'created' | 'unchanged' | 'spooled';
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly lines: number;
  readonly masked: number;
}

/** An attempt as the index knows it. */
export interface IndexedAttempt {
  readonly repo: string | null;
  readonly sha: string | null;
  readonly testedSha: string | null;
  readonly workflow: string | null;
  readonly job: string | null;
  readonly run: string | null;
  readonly attempt: number | null;
  readonly conclusion: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly branch: string | null;
  readonly pr: number | null;
  readonly url: string | null;
}

/** What is looked for, and where. */
export interface SearchOptions extends Cancellable {
  /** The query is a regular expression in RE2 syntax, not a literal. */
  readonly regex?: boolean;
  readonly word?: boolean;
  readonly ignoreCase?: boolean;
  readonly caseSensitive?: boolean;
  readonly repo?: string;
  readonly sha?: string;
  /** A glob, as the next. */
  readonly workflow?: string;
  readonly job?: string;
  readonly branch?: string;
  readonly conclusion?: string;
  /** `7d`, or a date. */
  readonly since?: string;
  readonly until?: string;
  readonly sort?: 'new' | 'old';
  readonly limit?: number;
}

/** A matching line; `start` and `end` are UTF-16 offsets in `text`. */
export interface Match {
  readonly logId: string;
  readonly line: number;
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly clipped?: true;
  readonly attempt: IndexedAttempt;
}

/** In how many attempts it occurs, red and green apart. */
export interface SearchSummary {
  readonly attempts: number;
  readonly logs: number;
  readonly lines: number;
  readonly red: number;
  readonly green: number;
  readonly redTotal: number;
  readonly greenTotal: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly elapsedMs: number;
  readonly partial: boolean;
  readonly countsComplete: boolean;
}

/** Options of `why`. */
export interface WhyOptions extends Cancellable {
  /** Logs to compare with, instead of the attempts of the same SHA. */
  readonly against?: readonly string[];
}

/** What made an attempt red, best first; where nothing is known the first mechanism is `unknown`. */
export interface WhyAnswer {
  readonly ref: string;
  readonly hypotheses: readonly {
    readonly mechanism: string;
    /** 0 to 1. */
    readonly confidence: number;
    readonly sentence: string;
    readonly evidence: readonly { readonly ref: string; readonly line: number; readonly text: string }[];
    readonly facts: Readonly<Record<string, unknown>>;
  }[];
  readonly rejected: readonly { readonly mechanism: string; readonly reason: string }[];
  readonly compared: { readonly red: readonly string[]; readonly green: readonly string[] };
}

/** What is thrown: `message` says what happened, `hint` what to do, `code` is a word for programs (docs/cli.md). */
export interface FirstredError extends Error {
  readonly code: string;
  readonly hint: string;
}

/** Whether an error is one of ours. */
export const isFirstredError = (error: unknown): error is FirstredError => error instanceof AppError;

/** A store at a folder's path or `s3://bucket/prefix`. Throws USAGE where there can be none. */
export async function openStore(location: string, options: StoreOptions = {}): Promise<Store> {
  const store: Store = { location, options };
  const { openSession } = await import('./session.ts');
  const session = openSession(await configOf(store, undefined));
  try {
    await session.store();
  } finally {
    await session.close();
  }
  return store;
}

/** The index of a store in the file `file`, made where there is none, with all that the store has. */
export async function openIndex(store: Store, file?: string, options: Cancellable = {}): Promise<Index> {
  const index: Index = {
    store,
    file,
    sync: async ({ signal } = {}) => {
      const { sync } = await import('./commands/sync.ts');
      return (await answerOf<SyncCounts>({ command: sync, store, file, signal })) as SyncCounts;
    },
  };
  await index.sync(options);
  return index;
}

/** Keeps a log: the file of that path, or what a stream gives. Nothing unmasked is kept. */
export async function archive(
  store: Store,
  log: string | AsyncIterable<Uint8Array>,
  attempt: AttemptFields,
  options: ArchiveOptions = {},
): Promise<ArchivedLog> {
  const { archive: command } = await import('./commands/archive.ts');
  const { labels = {}, ...fields } = attempt;
  const rows = await answerOf<readonly (ArchivedLog | FailedLog)[]>({
    command,
    store,
    file: options.index?.file,
    signal: options.signal,
    args: [typeof log === 'string' ? log : '-'],
    stdin: typeof log === 'string' ? undefined : log,
    options: {
      ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)])),
      label: Object.entries(labels).map(([name, value]) => `${name}=${value}`),
      name: options.name,
      maskEnv: options.maskEnv,
      ...(options.index === undefined ? { index: false } : {}),
    },
  });
  const [row] = rows ?? [];
  if (row === undefined) throw new AppError('INPUT_MISSING', 'there was no log to keep', { hint: 'check its path' });
  if (row.state !== 'failed') return row;
  throw new AppError(row.error.code as ErrorCode, row.error.message, { hint: row.error.hint ?? 'try again' });
}

interface FailedLog {
  readonly state: 'failed';
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** Matching lines, as they are found; what `next()` gives last is the summary. */
export async function* search(
  index: Index,
  query: string,
  options: SearchOptions = {},
): AsyncGenerator<Match, SearchSummary | undefined, undefined> {
  const { search: command } = await import('./commands/search.ts');
  const { signal, ...given } = options;
  const told = Object.entries(given).map(([name, value]) => [name, typeof value === 'boolean' ? value : textOf(value)]);
  let held = '';
  for await (const piece of piecesFrom({
    command,
    store: index.store,
    file: index.file,
    signal,
    args: [query],
    options: Object.fromEntries(told),
  })) {
    const lines = (held + piece).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines) {
      const row = JSON.parse(line) as Match | { readonly summary: SearchSummary };
      if ('summary' in row) return row.summary;
      yield row;
    }
  }
  return undefined;
}

/** Names the mechanism of a red attempt: a log id, or any other REF (docs/cli.md). */
export async function why(index: Index, ref: string, options: WhyOptions = {}): Promise<WhyAnswer> {
  const { why: command } = await import('./commands/why.ts');
  const { signal, against } = options;
  const { store, file } = index;
  return (await answerOf<WhyAnswer>({ command, store, file, signal, args: [ref], options: { against } })) as WhyAnswer;
}

const textOf = (value: string | number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

interface Call {
  readonly command: Command;
  readonly store: Store;
  readonly file: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly args?: readonly string[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly stdin?: AsyncIterable<Uint8Array> | undefined;
}

function configOf({ location, options }: Store, file: string | undefined): Promise<Config> {
  const { s3PathStyle, ...texts } = options;
  const flags = { store: location, ...(file === undefined ? {} : { index: file }), ...texts };
  return readConfig({ ...processSources(), flags: s3PathStyle === true ? { ...flags, s3PathStyle } : flags });
}

/** What a command prints with `--json`. */
async function* piecesFrom(call: Call): AsyncGenerator<string> {
  const given = new AbortController();
  const signal = call.signal === undefined ? given.signal : AbortSignal.any([call.signal, given.signal]);
  const config = await configOf(call.store, call.file);
  const input = commandInput(call.args ?? [], { ...call.options, json: true, quiet: true });
  const world = (stdout: CommandIo['stdout']): CommandIo => {
    const io = ioOf({ config, now: Date.now, signal, stdout });
    return call.stdin === undefined ? io : { ...io, stdin: call.stdin };
  };
  try {
    yield* piecesOf((stdout) => call.command.run(input, world(stdout)), signal);
  } finally {
    given.abort(); // whoever stops reading stops the command
  }
}

async function answerOf<T>(call: Call): Promise<T | undefined> {
  let text = '';
  for await (const piece of piecesFrom(call)) text += piece;
  return text.trim() === '' ? undefined : (JSON.parse(text) as T);
}
