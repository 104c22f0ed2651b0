// The folder of a store: where a key lies in it, and that no symbolic link leads out of it.
// Calls that only touch names are made at once: each costs more on its way through the thread pool than in the system, and
// a kept log takes some sixty (measured: half of the processor time of a small log). What waits for the disk goes there.
import { type BigIntStats, closeSync, fsync, lstatSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { AppError, systemErrorCode } from './errors.ts';
import { fsError } from './fs-errors.ts';
import { findObjectKey, type ObjectKey } from './keys.ts';

/** Only the owner: logs may hold what masking did not know. */
const FOLDER_MODE = 0o700;

/** Whether `error` says that a name, or a folder on the way to it, is not there. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');

/** Makes an open file, by its descriptor, survive a power cut. */
export const syncFile: (file: number) => Promise<void> = promisify(fsync);

/**
 * chosen: who may put a link into a store can do so between a look and the reading behind it in any case; a tenth of a second
 * is what the reads of one log take.
 */
const SEEN_MS = 100;
const MAX_SEEN = 256;

interface FolderSync {
  readonly ended: Promise<void>;
  /** The sync after this one, for everybody who asks meanwhile. */
  next: Promise<void> | undefined;
}

const underWay = new Map<string, FolderSync>();

/**
 * Makes the names in `path` survive a power cut. Whoever asks while a sync of this folder is under way shares the next
 * one: logs that are kept side by side meet in the folders of feed and spool.
 */
export function syncFolder(path: string): Promise<void> {
  const current = underWay.get(path);
  if (current === undefined) return startSync(path);
  current.next ??= current.ended.then(() => startSync(path));
  return current.next;
}

function startSync(path: string): Promise<void> {
  const synced = syncNow(path);
  const ended = synced.then(
    () => undefined,
    () => undefined, // told to whoever asked for it; the next one is a try of its own
  );
  const own: FolderSync = { ended, next: undefined };
  underWay.set(path, own);
  void ended.then(() => underWay.get(path) === own && underWay.delete(path));
  return synced;
}

/** File systems that cannot sync a folder are taken at their word. */
async function syncNow(path: string): Promise<void> {
  const folder = openSync(path, 'r');
  try {
    await syncFile(folder);
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EBADF'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    closeSync(folder);
  }
}

/** Epoch ms of a `bigint` stat. */
export const modifiedAt = (stat: BigIntStats): number => Number(stat.mtimeNs / 1_000_000n);

/** The folder of one store. It need not be there until the first put. */
export class FsFolder {
  readonly path: string;
  #realRoot: string | undefined;
  /** Folders that were looked at, and until when that counts. */
  readonly #seenInside = new Map<string, number>();

  constructor(path: string) {
    this.path = path;
  }

  /** The file of `key`; no key can name one outside. */
  fileOf(key: ObjectKey): string {
    if (findObjectKey(key) === undefined)
      throw new AppError('STORE_DAMAGED', `${JSON.stringify(key)} is not a key of a store`, {
        hint: 'run `firstred verify` to see which entry names it',
      });
    return join(this.path, key);
  }

  /** STORE_MISSING unless the folder is there. */
  async requireRoot(): Promise<void> {
    await this.#root();
  }

  /** `requireInside` for who only reads: what was seen a moment ago counts. A log's manifest, tables and frames are one look. */
  async requireSeenInside(folder: string): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < (this.#seenInside.get(folder) ?? 0)) return;
    this.#seenInside.delete(folder);
    await this.requireInside(folder);
    if (this.#seenInside.size >= MAX_SEEN) this.#seenInside.clear();
    this.#seenInside.set(folder, nowMs + SEEN_MS);
  }

  /** STORE error if a link on the way to `file` leads out of the store; ENOENT is thrown as it is. */
  async requireInside(folder: string): Promise<void> {
    const root = await this.#root();
    const real = realpathSync.native(folder);
    if (real !== root && !real.startsWith(root + sep))
      throw new AppError('REFUSED', `${folder} is a symbolic link that leads out of the store`, {
        hint: 'put the real folder there; a store is not followed elsewhere',
      });
  }

  /** Makes `folder` and what is missing above it, durably, never through a link that leads out. */
  async ensureFolder(folder: string): Promise<void> {
    if (folder === this.path) return this.#ensureRoot();
    try {
      return await this.requireInside(folder);
    } catch (error) {
      if (error instanceof AppError ? error.code !== 'STORE_MISSING' : !isAbsent(error)) throw error;
    }
    const parent = dirname(folder);
    await this.ensureFolder(parent);
    makeFolder(folder);
    await this.requireInside(folder);
    await syncFolder(parent);
  }

  async #ensureRoot(): Promise<void> {
    if (this.#realRoot !== undefined) return;
    mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    await syncFolder(dirname(this.path)).catch(() => undefined); // the parent may be unreadable to us: chosen by the user
    await this.#root();
  }

  async #root(): Promise<string> {
    if (this.#realRoot !== undefined) return this.#realRoot;
    try {
      this.#realRoot = realpathSync.native(this.path);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw fsError(error, this.path);
      throw new AppError('STORE_MISSING', `there is no folder ${this.path}`, {
        hint: 'check the path of the store; the first `firstred archive` makes it',
        cause: error,
      });
    }
    return this.#realRoot;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    const found = lstatSync(folder);
    if (!found.isDirectory() && !found.isSymbolicLink())
      throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  }
}
