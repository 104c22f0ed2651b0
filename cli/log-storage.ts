// A Gitea or Forgejo server's own log storage, read-only: a folder, or a bucket with the same layout. Task ids and
// repository names are told by the paths alone: `<owner>/<name>/<id % 256 as hex>/<id>.log`, or `.log.zst`.
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError, reasonOf, systemErrorCode } from '../store/errors.ts';
import type { ObjectKey } from '../store/keys.ts';
import { bodyOfFile } from '../store/object-body.ts';
import type { ObjectReader } from '../store/object-store.ts';
import type { Config } from './config.ts';

/** One task's log in the storage. */
export interface StoredLog {
  /** `owner/name`, as it was when the job ran. */
  readonly repo: string;
  readonly taskId: string;
  /** Below the storage's place. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The storage's clock: a server writes a log when its job has ended. */
  readonly modifiedAtMs: number;
}

export interface LogStorage {
  readonly place: string;
  /** Every task's log that is wanted, each once; other files are passed over. */
  list(signal: AbortSignal, isWanted?: (repo: string, taskId: string) => boolean): AsyncIterable<StoredLog>;
  /** The log's text. INPUT_UNREADABLE at its end when it is cut or damaged: what came before stands. */
  read(log: StoredLog): AsyncIterable<Uint8Array>;
  /** What the log is by now, against what was listed. */
  look(log: StoredLog): Promise<'same' | 'changed' | 'gone'>;
  close(): Promise<void>;
}

/** SECURITY: a log that unpacks to more is a bomb, or belongs into other hands. */
const MAX_UNPACKED_BYTES = 8 * 1024 ** 3;
/** `actions_log` may stand above, and a root above that. */
const LOG_PATH = /(?:^|\/)([^/]+\/[^/]+)\/([0-9a-f]{2})\/([1-9]\d{0,18})\.log(?:\.zst)?$/;
/** chosen: root, `actions_log`, owner, name, hex folder. */
const MAX_DEPTH = 6;

/** Opens the storage at a folder or an `s3://` address. INPUT_MISSING when there is no such folder. */
export async function openLogStorage(location: string, config: Config): Promise<LogStorage> {
  if (/^s3:/i.test(location)) return openBucket(location, config);
  const facts = await stat(location).catch((cause: unknown) => {
    throw new AppError('INPUT_MISSING', `there is no folder ${location}`, {
      hint: 'name the folder `actions_log` of the server, or s3://bucket/prefix',
      cause,
    });
  });
  if (!facts.isDirectory())
    throw new AppError('INPUT_UNREADABLE', `${location} is no folder`, {
      hint: 'name the folder `actions_log` of the server, or s3://bucket/prefix',
    });
  return openFolder(location);
}

/** What a path tells; undefined for anything that is no task's log, or lies where the server would not put it. */
export function storedLogOf(path: string, facts: Pick<StoredLog, 'sizeBytes' | 'modifiedAtMs'>): StoredLog | undefined {
  const [, repo, folder, taskId] = LOG_PATH.exec(path) ?? [];
  if (repo === undefined || taskId === undefined) return undefined;
  if (Number(BigInt(taskId) % 256n) !== Number.parseInt(folder ?? '', 16)) return undefined;
  const { sizeBytes, modifiedAtMs } = facts;
  return { repo, taskId, path, sizeBytes, modifiedAtMs };
}

type IsWanted = (repo: string, taskId: string) => boolean;
const everyLog: IsWanted = () => true;

/** chosen: folders of one turn, some milliseconds; whoever watches a storage looks through all of it every few seconds. */
const FOLDERS_AT_ONCE = 64;

function openFolder(root: string): LogStorage {
  let folders = 0;
  async function* walk(path: string, depth: number, isWanted: IsWanted): AsyncGenerator<StoredLog> {
    folders += 1;
    if (folders % FOLDERS_AT_ONCE === 0) await setImmediate();
    for (const entry of entriesOf(join(root, path))) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      // Symbolic links are neither: nothing outside of the storage is read.
      if (entry.isDirectory() && depth < MAX_DEPTH) yield* walk(below, depth + 1, isWanted);
      const found = entry.isFile() ? storedLogOf(below, NOT_LOOKED_AT) : undefined;
      if (found === undefined || !isWanted(found.repo, found.taskId)) continue;
      const facts = factsOf(join(root, below));
      if (facts !== undefined) yield { ...found, ...facts };
    }
  }
  return {
    place: root,
    async *list(signal, isWanted = everyLog) {
      for await (const log of walk('', 1, isWanted)) {
        signal.throwIfAborted();
        yield log;
      }
    },
    read: (log) => textOf(log, () => bodyOfFile(join(root, log.path), log.sizeBytes).open(), root),
    look: async (log) => compared(log, factsOf(join(root, log.path))?.sizeBytes),
    close: async () => undefined,
  };
}

/** In the order of their names. A folder that goes while it is walked is a repository that was deleted. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return [];
    throw unreadable(folder, cause);
  }
}

const compared = (log: StoredLog, sizeBytes: number | undefined): 'same' | 'changed' | 'gone' =>
  sizeBytes === undefined ? 'gone' : sizeBytes === log.sizeBytes ? 'same' : 'changed';

const NOT_LOOKED_AT = { sizeBytes: 0, modifiedAtMs: 0 };

/** undefined when it vanished: the server cleans up when it likes. */
function factsOf(path: string): Pick<StoredLog, 'sizeBytes' | 'modifiedAtMs'> | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    return { sizeBytes: size, modifiedAtMs: mtimeMs };
  } catch {
    return undefined;
  }
}

async function openBucket(location: string, config: Config): Promise<LogStorage> {
  const [{ parseS3Location }, { openS3Store }] = await Promise.all([
    import('../store/s3-location.ts'),
    import('../store/s3-store.ts'),
  ]);
  const { bucket, prefix } = parseS3Location(location);
  const store = await openS3Store({
    bucket,
    prefix,
    endpoint: config.s3Endpoint,
    pathStyle: config.s3PathStyle,
    allowHttp: config.s3AllowHttp,
    region: config.s3Region,
    giveUpMs: config.storeTimeoutMs,
  });
  const reader: ObjectReader = store;
  const key = (log: StoredLog): ObjectKey => log.path as ObjectKey;
  return {
    place: location,
    async *list(signal, isWanted = everyLog) {
      for await (const object of reader.list('')) {
        signal.throwIfAborted();
        const log = storedLogOf(object.key, object);
        if (log !== undefined && isWanted(log.repo, log.taskId)) yield log;
      }
    },
    read: (log) => textOf(log, () => reader.get(key(log)), location),
    look: async (log) => compared(log, (await reader.stat(key(log)))?.sizeBytes),
    close: () => store.close(),
  };
}

async function* textOf(
  log: StoredLog,
  open: () => AsyncIterable<Uint8Array>,
  place: string,
): AsyncGenerator<Uint8Array> {
  const name = `${place}/${log.path}`;
  let total = 0;
  try {
    for await (const chunk of log.path.endsWith('.zst') ? await unpacked(open()) : open()) {
      total += chunk.byteLength;
      if (total > MAX_UNPACKED_BYTES) throw new Error(`it unpacks to more than ${MAX_UNPACKED_BYTES / 1024 ** 3} GiB`);
      yield chunk;
    }
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT')
      throw new AppError('NOT_FOUND', `${name} is gone`, { hint: 'the server has cleaned it up', cause });
    throw unreadable(name, cause);
  }
}

async function unpacked(input: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { unpackZstdPrefix } = await import('../store/zstd-stream.ts');
  return unpackZstdPrefix(input);
}

const unreadable = (name: string, cause: unknown): AppError =>
  new AppError('INPUT_UNREADABLE', `${name} cannot be read: ${reasonOf(cause)}`, {
    hint: 'check its rights, and whether it is a whole file; nothing is ever changed there',
    cause,
  });
