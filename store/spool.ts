// The spool: sealed logs on local disk that wait to be put into a store. A sealed log is `<capture>.zst` with
// `<capture>.json` beside it, which is written last; `<capture>.part` is a capture under way, `<capture>.room` keeps
// room for its note. Any number of processes may use one spool. Names are changed at once, as in a folder store.
import { closeSync, mkdirSync, openSync, renameSync, type Stats, writeFileSync } from 'node:fs';
import { copyFile, link, lstat, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from './crash-points.ts';
import { AppError, reasonOf, systemErrorCode } from './errors.ts';
import { fsError } from './fs-errors.ts';
import { syncFile, syncFolder } from './fs-folder.ts';
import type { Manifest } from './manifest.ts';
import { manifestToJson } from './manifest-json.ts';

/** A log whose capture has ended: its object lies in the spool, and nothing says so yet. */
export interface StagedLog {
  /** `as-it-is`: its bytes may not have reached the disk yet. */
  readonly purpose: 'to-seal' | 'as-it-is';
  readonly manifest: Manifest;
  /** The manifest's file, byte for byte as the first put had it: a later version might write it otherwise. */
  readonly manifestText: string;
  /** Where it is to be delivered: a folder path or `s3://bucket/prefix`. */
  readonly storeUrl: string;
  /** The compressed object. */
  readonly objectPath: string;
}

/** A log that outlasts a crash, with its note beside it. */
export interface SealedLog extends StagedLog {
  readonly sealed: true;
}

export interface Spool {
  readonly folder: string;
  /** Where a capture may write its object. The folder is made if need be, and room kept for the note of a seal. */
  stagePath(captureId: string, purpose: 'to-seal' | 'as-it-is'): Promise<string>;
  discardStaged(captureId: string): Promise<void>;
  /** Makes a staged object survive a crash: from now on `flush` can deliver it. */
  seal(log: StagedLog): Promise<SealedLog>;
  /** Sealed logs, oldest capture first. Unreadable ones are given to `onDamaged` and left alone. */
  list(onDamaged: (path: string, reason: string) => void): AsyncIterable<SealedLog>;
  /** After delivery. */
  remove(log: SealedLog): Promise<void>;
  /** Whether it still waits: another process may have delivered it. */
  has(log: SealedLog): Promise<boolean>;
  /** The same log as another capture: once it is durable under the new id, the old one is removed. */
  rename(log: SealedLog, captureId: string): Promise<SealedLog>;
  /** What all sealed logs take. */
  usedBytes(): Promise<number>;
  /** What ended captures and crashes left: files that no sealed log owns, untouched since `beforeMs`. */
  listLeftovers(beforeMs: number): AsyncIterable<SpoolLeftover>;
}

/** A file in the spool that nobody needs any more. */
export interface SpoolLeftover {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** chosen: a capture under way writes its file at least this often; no job runs that long without a line. */
export const SPOOL_LEFTOVER_AGE_MS = 7 * 24 * 3_600_000;

/** chosen: a manifest is some 2 KB, and must still find room when the log has filled the disk. */
const NOTE_ROOM_BYTES = 16_384;

/** A spool in `folder`, which is made at first use with mode 0700. */
export function openSpool(folder: string): Spool {
  const path = (captureId: string, ending: string): string => join(folder, `${captureId}.${ending}`);
  return {
    folder,
    async stagePath(captureId, purpose) {
      makeFolder(folder);
      if (purpose === 'as-it-is') return path(captureId, 'part');
      try {
        writeFileSync(path(captureId, 'room'), Buffer.alloc(NOTE_ROOM_BYTES), { mode: 0o600, flag: 'wx' });
      } catch {
        // The staging will say what is wrong.
      }
      return path(captureId, 'part');
    },
    async discardStaged(captureId) {
      for (const ending of ['part', 'room']) await removeFile(path(captureId, ending));
    },
    async seal(log) {
      const { id } = log.manifest.capture;
      try {
        if (log.purpose === 'as-it-is') await syncPath(log.objectPath);
        renameSync(path(id, 'part'), path(id, 'zst'));
        crashPoint('seal:named');
        await removeFile(path(id, 'room'));
        await writeNote(folder, log);
      } catch (error) {
        throw fsError(error, folder);
      }
      crashPoint('seal:noted');
      return { ...log, purpose: 'to-seal', objectPath: path(id, 'zst'), sealed: true };
    },
    list: (onDamaged) => listSealed(folder, onDamaged),
    async remove({ manifest }) {
      // The note first: a log without its note is a leftover, a note without its log would be a lie.
      await removeFile(path(manifest.capture.id, 'json'));
      crashPoint('spool:note-removed');
      await removeFile(path(manifest.capture.id, 'zst'));
      crashPoint('spool:removed');
    },
    has: async ({ manifest }) => (await findFile(path(manifest.capture.id, 'json'))) !== undefined,
    async rename(log, captureId) {
      const renamed = { ...log, manifest: { ...log.manifest, capture: { ...log.manifest.capture, id: captureId } } };
      const objectPath = path(captureId, 'zst');
      await link(log.objectPath, objectPath).catch(() => copyFile(log.objectPath, objectPath)); // no hard links here
      await writeNote(folder, renamed);
      crashPoint('flush:rekeyed');
      await this.remove(log);
      return { ...renamed, manifestText: manifestToJson(renamed.manifest), objectPath };
    },
    async usedBytes() {
      let sum = 0;
      for (const name of await namesIn(folder))
        if (SEALED.test(name)) sum += (await findFile(join(folder, name.replace(/json$/, 'zst'))))?.size ?? 0;
      return sum;
    },
    listLeftovers: (beforeMs) => listLeftovers(folder, beforeMs),
  };
}

const SEALED = /^[0-9a-z]{8}\.json$/;
const OURS = /^[0-9a-z]{8}\.(part|room|zst|json\.part)$/;

async function writeNote(
  folder: string,
  { manifest, storeUrl }: { readonly manifest: Manifest; readonly storeUrl: string },
): Promise<void> {
  const note = JSON.stringify({ store: storeUrl, manifest: JSON.parse(manifestToJson(manifest)) as unknown });
  await writeSynced(join(folder, `${manifest.capture.id}.json`), note);
  await syncFolder(folder);
}

/** Never what a symbolic link points at: somebody else may have put it there. */
const findFile = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined);

async function* listLeftovers(folder: string, beforeMs: number): AsyncGenerator<SpoolLeftover> {
  const names = await namesIn(folder);
  const sealed = new Set(names.filter((name) => SEALED.test(name)).map((name) => name.replace(/json$/, 'zst')));
  for (const name of names) {
    if (!OURS.test(name) || sealed.has(name)) continue;
    const path = join(folder, name);
    const facts = await findFile(path);
    if (facts !== undefined && facts.mtimeMs < beforeMs)
      yield { path, sizeBytes: facts.size, modifiedAtMs: facts.mtimeMs };
  }
}

/** Not at once: freeing what a file holds may wait for the disk. */
async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw spoolError(folder, cause);
  }
}

/** A system error of the spool's folder as people can act on it; anything else stays as it is. */
export function spoolError(folder: string, cause: unknown): unknown {
  const code = cause instanceof AppError ? undefined : systemErrorCode(cause);
  if (code === undefined) return cause;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('STORE_FULL', `no space is left for the log in the spool folder ${folder}`, {
      hint: 'free some space there, or set FIRSTRED_SPOOL to a folder with room; nothing was kept of the log',
      cause,
    });
  return new AppError('INPUT_UNREADABLE', `the spool folder ${folder} cannot be used: ${reasonOf(cause)}`, {
    hint: 'set FIRSTRED_SPOOL to a folder that can be written; nothing was kept of the log',
    cause,
  });
}

/** Under another name first, so that a reader never sees half a note. */
async function writeSynced(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`;
  await removeFile(temporary); // what a crash left
  const file = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    await syncFile(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

async function syncPath(path: string): Promise<void> {
  const file = openSync(path, 'r');
  try {
    await syncFile(file);
  } finally {
    closeSync(file);
  }
}

async function* listSealed(
  folder: string,
  onDamaged: (path: string, reason: string) => void,
): AsyncGenerator<SealedLog> {
  const names = (await namesIn(folder)).filter((name) => SEALED.test(name));
  const found: { readonly path: string; readonly objectPath: string; readonly atMs: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const facts = await findFile(path); // another flush may have delivered it just now
    if (facts === undefined) continue;
    const objectPath = path.replace(/json$/, 'zst');
    const object = await findFile(objectPath);
    if (facts.isFile() && object?.isFile() !== false) found.push({ path, objectPath, atMs: facts.mtimeMs });
    else onDamaged(path, 'it is no file, or leads to another one');
  }
  found.sort((a, b) => a.atMs - b.atMs || (a.path < b.path ? -1 : 1));
  for (const { path, objectPath } of found) {
    try {
      const sealed = await readNote(path, objectPath);
      if (sealed !== undefined) yield sealed;
    } catch (error) {
      onDamaged(path, reasonOf(error));
    }
  }
}

async function readNote(path: string, objectPath: string): Promise<SealedLog | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  const { parseManifest } = await import('./manifest-schema.ts');
  const note = JSON.parse(text) as { readonly store?: unknown; readonly manifest?: unknown };
  if (typeof note.store !== 'string') throw new Error('it does not say where it is to be delivered');
  const manifestText = `${JSON.stringify(note.manifest, null, 2)}\n`; // keys keep their order
  const manifest = parseManifest(Buffer.from(manifestText), path);
  return { manifest, manifestText, storeUrl: note.store, objectPath, purpose: 'to-seal', sealed: true };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
