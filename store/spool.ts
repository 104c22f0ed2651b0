// The spool: sealed logs on local disk that wait to be put into a store. A sealed log is `<capture>.zst` with
// `<capture>.json` beside it, which is written last; `<capture>.part` is a capture under way.
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, reasonOf, systemErrorCode } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { manifestToJson } from './manifest-json.ts';

export interface SealedLog {
  readonly manifest: Manifest;
  /** Where it is to be delivered: a folder path or `s3://bucket/prefix`. */
  readonly storeUrl: string;
  /** The compressed object. */
  readonly objectPath: string;
}

export interface Spool {
  readonly folder: string;
  /** Where a capture may write its object. The folder is made if need be. */
  stagePath(captureId: string): Promise<string>;
  discardStaged(captureId: string): Promise<void>;
  /** Makes a staged object survive a crash: from now on `flush` can deliver it. */
  seal(log: { readonly manifest: Manifest; readonly storeUrl: string }): Promise<SealedLog>;
  /** Sealed logs, oldest capture first. Unreadable ones are given to `onDamaged` and left alone. */
  list(onDamaged: (path: string, reason: string) => void): AsyncIterable<SealedLog>;
  /** After delivery. */
  remove(log: SealedLog): Promise<void>;
}

/** A spool in `folder`, which is made at first use with mode 0700. */
export function openSpool(folder: string): Spool {
  const path = (captureId: string, ending: string): string => join(folder, `${captureId}.${ending}`);
  return {
    folder,
    async stagePath(captureId) {
      await makeFolder(folder);
      return path(captureId, 'part');
    },
    discardStaged: (captureId) => rm(path(captureId, 'part'), { force: true }),
    async seal({ manifest, storeUrl }) {
      const { id } = manifest.capture;
      const objectPath = path(id, 'zst');
      await rename(path(id, 'part'), objectPath);
      const note = JSON.stringify({ store: storeUrl, manifest: JSON.parse(manifestToJson(manifest)) as unknown });
      await writeSynced(path(id, 'json'), note);
      await syncFolder(folder);
      return { manifest, storeUrl, objectPath };
    },
    list: (onDamaged) => listSealed(folder, onDamaged),
    async remove({ manifest }) {
      await rm(path(manifest.capture.id, 'json'), { force: true });
      await rm(path(manifest.capture.id, 'zst'), { force: true });
    },
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
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
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listSealed(
  folder: string,
  onDamaged: (path: string, reason: string) => void,
): AsyncGenerator<SealedLog> {
  const names = (await namesIn(folder)).filter((name) => /^[0-9a-z]{8}\.json$/.test(name));
  const found: { readonly path: string; readonly objectPath: string; readonly atMs: number }[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined); // another flush may have delivered it just now
    if (facts !== undefined) found.push({ path, objectPath: path.replace(/json$/, 'zst'), atMs: facts.mtimeMs });
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
  return {
    manifest: parseManifest(Buffer.from(JSON.stringify(note.manifest)), path),
    storeUrl: note.store,
    objectPath,
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
