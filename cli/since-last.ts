// What `search --since-last NAME` remembers: which logs were given, in a file of this user alone.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, reasonOf, systemErrorCode } from '../store/errors.ts';
import type { LogId } from '../store/log-id.ts';

/** What an earlier call saw. */
export interface SinceLast {
  /** Query, flags and filters in one text: with other ones the name starts anew. */
  readonly question: string;
  /** Of the index that `mark` belongs to; null: the mark counts for nothing. */
  readonly generation: number | null;
  readonly mark: number;
  /** Logs that had a match, in the order in which they were given. */
  readonly logs: readonly LogId[];
}

/** chosen: 4 MB of JSON; a query that half of all logs match is no alert. */
const MAX_LOGS = 200_000;
const FORMAT = 1;

/** The file of `name` for this store. */
export function sinceLastFile(stateFolder: string, store: string, name: string): string {
  if (!/^[\w.-]{1,64}$/.test(name) || /^\.+$/.test(name))
    throw new AppError('USAGE', `--since-last '${name.slice(0, 80)}' is no name for this`, {
      hint: 'use up to 64 letters, digits, hyphens, points and underscores',
    });
  const place = createHash('sha256').update(store).digest('hex').slice(0, 12);
  return join(stateFolder, 'since-last', `${name}-${place}.json`);
}

/** What the last call left; undefined when there was none. */
export async function findSinceLast(file: string): Promise<SinceLast | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (isSinceLast(json)) return json;
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return undefined;
    throw unreadable(file, reasonOf(cause), cause);
  }
  throw unreadable(file, 'it is not what this version writes', undefined);
}

const unreadable = (file: string, reason: string, cause: unknown): AppError =>
  new AppError('INPUT_UNREADABLE', `${file} cannot be read: ${reason}`, {
    hint: 'remove the file; the next call then gives everything once more',
    cause,
  });

function isSinceLast(json: unknown): json is SinceLast {
  if (typeof json !== 'object' || json === null) return false;
  const { format, question, generation, mark, logs } = json as Readonly<Record<string, unknown>>;
  return (
    format === FORMAT &&
    typeof question === 'string' &&
    (generation === null || typeof generation === 'number') &&
    typeof mark === 'number' &&
    Array.isArray(logs) &&
    logs.every((log) => typeof log === 'string')
  );
}

/** Replaces what is remembered in one step: a crash leaves the old file or the new one. */
export async function saveSinceLast(file: string, state: SinceLast): Promise<void> {
  const text = `${JSON.stringify({ format: FORMAT, ...state, logs: state.logs.slice(-MAX_LOGS) })}\n`;
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new AppError('INPUT_UNREADABLE', `${file} cannot be written: ${reasonOf(cause)}`, {
      hint: 'the next call gives the same lines again; check the folder, or set XDG_STATE_HOME',
      cause,
    });
  }
}
