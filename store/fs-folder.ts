// The folder of a store: where a key lies in it, and that no symbolic link leads out of it.
import { type BigIntStats, realpathSync } from 'node:fs';
import { lstat, mkdir, open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { AppError, systemErrorCode } from './errors.ts';
import { fsError } from './fs-errors.ts';
import { findObjectKey, type ObjectKey } from './keys.ts';

/** Only the owner: logs may hold what masking did not know. */
const FOLDER_MODE = 0o700;

/** Whether `error` says that a name, or a folder on the way to it, is not there. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(systemErrorCode(error) ?? '');

/** Makes the names in `path` survive a power cut. File systems that cannot sync a folder are taken at their word. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EBADF'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

/** Epoch ms of a `bigint` stat. */
export const modifiedAt = (stat: BigIntStats): number => Number(stat.mtimeNs / 1_000_000n);

/** The folder of one store. It need not be there until the first put. */
export class FsFolder {
  readonly path: string;
  #realRoot: string | undefined;

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
    await makeFolder(folder);
    await this.requireInside(folder);
    await syncFolder(parent);
  }

  async #ensureRoot(): Promise<void> {
    if (this.#realRoot !== undefined) return;
    await mkdir(this.path, { recursive: true, mode: FOLDER_MODE });
    await syncFolder(dirname(this.path)).catch(() => undefined); // the parent may be unreadable to us: chosen by the user
    await this.#root();
  }

  async #root(): Promise<string> {
    if (this.#realRoot !== undefined) return this.#realRoot;
    try {
      this.#realRoot = await realpath(this.path);
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

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    if (!(await lstat(folder)).isDirectory() && !(await lstat(folder)).isSymbolicLink())
      throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  }
}
