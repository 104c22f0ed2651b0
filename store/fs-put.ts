// Puts one object into a folder so that it is there whole or not at all, and never over another.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  type linkSync,
  openSync,
  readdirSync,
  readSync,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { crashPoint } from './crash-points.ts';
import { systemErrorCode } from './errors.ts';
import { type FsFolder, modifiedAt, syncFile, syncFolder } from './fs-folder.ts';
import { TEMPORARY_MARK } from './fs-list.ts';
import type { ObjectKey } from './keys.ts';
import { readBody } from './object-body.ts';
import { takenByOther } from './object-errors.ts';
import type { ObjectBody, PutResult } from './object-store.ts';

/** Only the owner, as for the folders. */
const FILE_MODE = 0o600;
const CREATE_NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** 255 is what file systems take for a name; 17 go before this. */
const MAX_NAME_BYTES = 230;
/** chosen: large enough that a compare costs few calls, small beside the memory budget. */
const COMPARE_BYTES = 262_144;
/** chosen: a larger body may have to wait for the disk, which this thread must not; one frame never does. */
const WRITE_AT_ONCE_BYTES = 262_144;
/** What file systems without hard links answer (FAT, some network and FUSE mounts). */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES', 'EINVAL', 'EMLINK'];
/** chosen: `prune` may take away an empty folder between our two calls; three times in a row is something else. */
const FOLDER_TRIES = 3;

/** The one call that tests replace, to stand for a file system without hard links. */
export type LinkFile = typeof linkSync;

export interface FsPut {
  readonly folder: FsFolder;
  readonly key: ObjectKey;
  readonly body: ObjectBody;
  readonly signal: AbortSignal | undefined;
  readonly linkFile: LinkFile;
}

/** See `ObjectStore.putOnce`. System errors are thrown as they are. */
export async function putFile(put: FsPut): Promise<PutResult> {
  const file = put.folder.fileOf(put.key);
  for (let attempt = 1; ; attempt++) {
    await put.folder.ensureFolder(dirname(file));
    try {
      return await putIntoFolder(put, file);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || attempt === FOLDER_TRIES) throw error;
    }
  }
}

async function putIntoFolder(put: FsPut, file: string): Promise<PutResult> {
  const temporary = temporaryOf(file);
  const storedAtMs = await writeTemporary(put, temporary);
  crashPoint('put:temporary');
  const state = await placeFile(put, temporary, file);
  crashPoint('put:linked');
  await syncFolder(dirname(file)); // also when unchanged: the earlier put may have died before this line
  return { state, storedAtMs };
}

/** The file system's clock: the time that a new file gets. */
export async function readFileClock(folder: FsFolder): Promise<number> {
  await folder.ensureFolder(folder.path);
  const temporary = temporaryOf(join(folder.path, 'clock'));
  const handle = openSync(temporary, CREATE_NEW, FILE_MODE);
  try {
    return modifiedAt(fstatSync(handle, { bigint: true }));
  } finally {
    closeSync(handle);
    dropFile(temporary);
  }
}

/** `~`, 16 random characters, `~` and as much of the name as fits. */
const temporaryOf = (file: string): string =>
  join(dirname(file), `${TEMPORARY_MARK}${randomUUID().replaceAll('-', '').slice(-16)}${temporaryEnd(file)}`);

const temporaryEnd = (file: string): string => `${TEMPORARY_MARK}${basename(file)}`.slice(0, MAX_NAME_BYTES);

/** What cannot be removed now is a leftover, which `prune` finds. */
function dropFile(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It stays: see above.
  }
}

/** Writes and syncs the whole body; the new file's time is the store's clock. */
async function writeTemporary(put: FsPut, temporary: string): Promise<number> {
  const handle = openSync(temporary, CREATE_NEW, FILE_MODE);
  try {
    await copyBody(put, handle, 0);
    return modifiedAt(fstatSync(handle, { bigint: true }));
  } catch (error) {
    dropFile(temporary);
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** Writes the body from `from` on at its place and syncs. */
async function copyBody(put: FsPut, handle: number, from: number): Promise<void> {
  let offset = 0;
  for await (const chunk of readBody(put.key, put.body, put.signal)) {
    const skip = Math.min(Math.max(from - offset, 0), chunk.byteLength);
    await writeAll(handle, chunk.subarray(skip), { position: offset + skip, whole: put.body.sizeBytes });
    offset += chunk.byteLength;
  }
  await syncFile(handle);
}

const writeLater = promisify(write);

/** `whole`: the size of all that is written. */
async function writeAll(
  handle: number,
  chunk: Uint8Array,
  { position, whole }: { readonly position: number; readonly whole: number },
): Promise<void> {
  for (let done = 0; done < chunk.byteLength; ) {
    const left = chunk.byteLength - done;
    done +=
      whole <= WRITE_AT_ONCE_BYTES
        ? writeSync(handle, chunk, done, left, position + done)
        : (await writeLater(handle, chunk, done, left, position + done)).bytesWritten;
  }
}

async function placeFile(put: FsPut, temporary: string, file: string): Promise<PutResult['state']> {
  try {
    put.linkFile(temporary, file);
  } catch (error) {
    const code = systemErrorCode(error) ?? '';
    if (NO_LINKS.includes(code)) return createExclusively(put, temporary, file);
    dropFile(temporary);
    if (code === 'EEXIST') return compareFile(put, file);
    throw error;
  }
  dropFile(temporary);
  return 'created';
}

/**
 * Without links the name and the bytes can't come in one step: a reader may see a short object for a moment, and a
 * crash leaves one. So long our temporary file stays and says so: a later put of the same object completes it. No byte
 * that is there is ever changed or taken away, as another put may be completing it now.
 */
async function createExclusively(put: FsPut, temporary: string, file: string): Promise<PutResult['state']> {
  let handle: number;
  try {
    handle = openSync(file, CREATE_NEW, FILE_MODE);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') dropFile(temporary);
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return completeFile(put, temporary, file);
  }
  try {
    await copyBody(put, handle, 0);
  } finally {
    closeSync(handle);
  }
  dropFile(temporary);
  return 'created';
}

async function completeFile(put: FsPut, temporary: string, file: string): Promise<PutResult['state']> {
  const same = await commonStart(put, file);
  const isUnfinished = same.kind === 'short' && hasOtherTemporary(file, temporary);
  if (same.kind !== 'same' && !isUnfinished) {
    dropFile(temporary);
    throw takenByOther(put.key);
  }
  if (same.kind === 'short') {
    const handle = openSync(file, constants.O_WRONLY | constants.O_NOFOLLOW);
    try {
      await copyBody(put, handle, same.sizeBytes);
    } finally {
      closeSync(handle);
    }
  }
  dropFile(temporary);
  return same.kind === 'short' ? 'created' : 'unchanged';
}

/** Whether a put of `file` began before ours and did not end. */
function hasOtherTemporary(file: string, own: string): boolean {
  const names = readdirSync(dirname(file));
  const end = temporaryEnd(file);
  return names.some((name) => name.startsWith(TEMPORARY_MARK) && name.slice(17) === end && name !== basename(own));
}

async function compareFile(put: FsPut, file: string): Promise<PutResult['state']> {
  const same = await commonStart(put, file);
  if (same.kind !== 'same') throw takenByOther(put.key);
  return 'unchanged';
}

type Comparison =
  | { readonly kind: 'same' | 'differs' }
  /** What is there is a start of the body. */
  | { readonly kind: 'short'; readonly sizeBytes: number };

async function commonStart(put: FsPut, file: string): Promise<Comparison> {
  const handle = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(handle);
    if (!stat.isFile() || stat.size > put.body.sizeBytes) return { kind: 'differs' };
    const buffer = Buffer.allocUnsafe(COMPARE_BYTES);
    let offset = 0;
    for await (const chunk of readBody(put.key, put.body, put.signal)) {
      for (let at = 0; at < chunk.byteLength && offset < stat.size; ) {
        const want = Math.min(buffer.byteLength, chunk.byteLength - at, stat.size - offset);
        const bytesRead = readSync(handle, buffer, 0, want, offset);
        if (bytesRead === 0) return { kind: 'differs' };
        if (buffer.compare(chunk, at, at + bytesRead, 0, bytesRead) !== 0) return { kind: 'differs' };
        at += bytesRead;
        offset += bytesRead;
      }
      if (offset === stat.size) break;
    }
    return stat.size === put.body.sizeBytes ? { kind: 'same' } : { kind: 'short', sizeBytes: stat.size };
  } finally {
    closeSync(handle);
  }
}
