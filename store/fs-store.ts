// A store in a folder. What makes a put safe is in fs-put.ts, the order of listings in fs-list.ts.
import { type BigIntStats, closeSync, constants, fstatSync, linkSync, lstatSync, openSync, readSync } from 'node:fs';
import { lstat, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { AppError, systemErrorCode } from './errors.ts';
import { fsError } from './fs-errors.ts';
import { FsFolder, isAbsent, modifiedAt, syncFolder } from './fs-folder.ts';
import { TEMPORARY_MARK, type WalkOptions, walkFiles } from './fs-list.ts';
import { type LinkFile, putFile, readFileClock } from './fs-put.ts';
import { findObjectKey, type ObjectKey } from './keys.ts';
import { endsBeforeRange, notFound } from './object-errors.ts';
import type {
  ByteRange,
  Leftover,
  ObjectBody,
  ObjectRemover,
  ObjectStat,
  ObjectStore,
  PutResult,
} from './object-store.ts';

/** chosen: one compressed frame in one read (frames hold 256 KiB of text). */
const READ_BYTES = 262_144;

/** `linkFile` is for tests: a file system without hard links. */
export interface FsStoreOptions {
  readonly linkFile?: LinkFile;
}

/** A store in `folder`, which the first put makes. USAGE when something else than a folder is there. */
export async function openFsStore(folder: string, options: FsStoreOptions = {}): Promise<ObjectStore & ObjectRemover> {
  const path = resolve(folder);
  try {
    if (!(await stat(path)).isDirectory()) throw notAFolder(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOTDIR') throw notAFolder(path);
    if (systemErrorCode(error) !== 'ENOENT') throw fsError(error, path);
  }
  return new FsStore(path, options.linkFile ?? linkSync);
}

const notAFolder = (path: string): AppError =>
  new AppError('USAGE', `the store ${path} is a file, not a folder`, { hint: 'name a folder, or s3://bucket/prefix' });

class FsStore implements ObjectStore, ObjectRemover {
  readonly url: string;
  readonly #folder: FsFolder;
  readonly #linkFile: LinkFile;

  constructor(path: string, linkFile: LinkFile) {
    this.url = path;
    this.#folder = new FsFolder(path);
    this.#linkFile = linkFile;
  }

  /**
   * Calls the system at once: a search takes hundreds of frames from as many files, and each of the four calls for one costs
   * more on its way through the thread pool than in the system (measured: 1.3 ms a frame in place of 0.7).
   */
  async *get(key: ObjectKey, range?: ByteRange): AsyncIterable<Uint8Array> {
    const file = await this.#open(key);
    try {
      const found = fstatSync(file);
      if (!found.isFile()) throw notFound(key);
      const { start, end } = range ?? { start: 0, end: found.size };
      if (start < 0 || start > end || end > found.size) throw endsBeforeRange(key, found.size);
      for (let at = start; at < end; ) {
        const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, end - at));
        const bytesRead = readSync(file, buffer, 0, buffer.byteLength, at);
        if (bytesRead === 0) throw endsBeforeRange(key, at);
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } catch (error) {
      throw fsError(error, this.#folder.fileOf(key));
    } finally {
      closeSync(file);
    }
  }

  async stat(key: ObjectKey): Promise<ObjectStat | undefined> {
    const file = this.#folder.fileOf(key);
    try {
      await this.#folder.requireInside(dirname(file));
      const found = findFileFacts(await lstat(file, { bigint: true }));
      return found === undefined ? undefined : { key, ...found };
    } catch (error) {
      if (!isAbsent(error)) throw fsError(error, file);
      await this.#folder.requireRoot();
      return undefined;
    }
  }

  async *list(prefix: string, after = ''): AsyncIterable<ObjectStat> {
    for await (const path of this.#walk({ prefix, after })) {
      const key = findObjectKey(path);
      const found = key === undefined ? undefined : this.#findFacts(path);
      if (key !== undefined && found !== undefined) yield { key, ...found };
    }
  }

  async putOnce(key: ObjectKey, body: ObjectBody, signal?: AbortSignal): Promise<PutResult> {
    try {
      return await putFile({ folder: this.#folder, key, body, signal, linkFile: this.#linkFile });
    } catch (error) {
      throw fsError(error, this.#folder.fileOf(key));
    }
  }

  async clockMs(): Promise<number> {
    try {
      return await readFileClock(this.#folder);
    } catch (error) {
      throw fsError(error, this.url);
    }
  }

  async remove(key: ObjectKey): Promise<void> {
    await this.#unlink(this.#folder.fileOf(key));
  }

  async *listLeftovers(): AsyncIterable<Leftover> {
    for await (const path of this.#walk({ prefix: '', after: '', temporary: true })) {
      const found = this.#findFacts(path);
      const name = path.slice(path.lastIndexOf('/') + 1);
      const key = dirname(path) === '.' ? keyName(name) : `${dirname(path)}/${keyName(name)}`;
      if (found !== undefined) yield { id: path, key, ...found };
    }
  }

  async removeLeftover(leftover: Leftover): Promise<void> {
    const file = resolve(this.url, leftover.id);
    const isOurs = file.startsWith(this.url + sep) && file.slice(dirname(file).length + 1).startsWith(TEMPORARY_MARK);
    if (!isOurs)
      throw new AppError('USAGE', `${leftover.id} is no leftover`, { hint: 'take leftovers from listLeftovers only' });
    await this.#unlink(file);
  }

  async close(): Promise<void> {}

  async #open(key: ObjectKey): Promise<number> {
    const file = this.#folder.fileOf(key);
    try {
      await this.#folder.requireSeenInside(dirname(file));
      // NONBLOCK: a pipe that someone put there must not hang us
      return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (!isAbsent(error)) throw fsError(error, file);
      await this.#folder.requireRoot();
      throw notFound(key);
    }
  }

  async *#walk(options: WalkOptions): AsyncIterable<string> {
    await this.#folder.requireRoot();
    try {
      yield* walkFiles(this.url, options);
    } catch (error) {
      throw fsError(error, this.url);
    }
  }

  /** Without a promise for each file: measured, that took eight times as long for 20,000 of them. */
  #findFacts(path: string): FileFacts | undefined {
    try {
      return findFileFacts(lstatSync(join(this.url, path), { bigint: true }));
    } catch (error) {
      if (isAbsent(error)) return undefined; // pruned since its folder was read
      throw fsError(error, join(this.url, path));
    }
  }

  /** Removes a file and the folders that it leaves empty, so that listings don't walk the history of what is gone. */
  async #unlink(file: string): Promise<void> {
    try {
      await this.#folder.requireInside(dirname(file));
      await unlink(file);
      await syncFolder(dirname(file)); // prune relies on the order of its removals
    } catch (error) {
      if (!isAbsent(error)) throw fsError(error, file);
    }
    for (let folder = dirname(file); folder !== this.url; folder = dirname(folder)) {
      const gone = await rmdir(folder).then(
        () => true,
        () => false,
      );
      if (!gone) return;
    }
  }
}

type FileFacts = Omit<ObjectStat, 'key'>;

const findFileFacts = (found: BigIntStats): FileFacts | undefined =>
  found.isFile() ? { sizeBytes: Number(found.size), modifiedAtMs: modifiedAt(found) } : undefined;

/** The name of the object in a temporary file's name. */
const keyName = (temporary: string): string => temporary.slice(temporary.indexOf(TEMPORARY_MARK, 1) + 1);
