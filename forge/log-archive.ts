// The zip with the logs of a run, as GitHub and Forgejo send it: fetched to a file, then read entry by entry. Names in
// it are only compared, never used as paths; sizes are checked while reading, not believed.
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, reasonOf } from '../store/errors.ts';
import type { ForgeAttempt } from './forge.ts';

/** Whole logs of jobs, by job. Must be closed, which removes the file. */
export interface LogArchive {
  /** The log of the attempt's job; undefined when it is not there, or not under a name of its own. */
  find(attempt: ForgeAttempt): AsyncIterable<Uint8Array> | undefined;
  close(): Promise<void>;
}

/** chosen: a run has at most some thousand jobs of some dozen steps. */
const MAX_ENTRIES = 200_000;
/** chosen: beyond this a run's logs are better fetched one by one, and a lying server fills no disk. */
const MAX_ARCHIVE_BYTES = 20 * 1024 ** 3;

/** The part of yauzl that is used here; the package brings no types. */
interface Yauzl {
  openPromise(
    path: string,
    options: { readonly autoClose: false; readonly lazyEntries: true; readonly decodeStrings: false },
  ): Promise<ZipFile>;
}

interface ZipFile {
  readonly entryCount: number;
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<Readable>;
  close(): void;
}

interface Entry {
  /** Undecoded, as asked for by `decodeStrings: false`. */
  readonly fileName: Buffer;
  isEncrypted(): boolean;
}

const loadYauzl = (): Yauzl => createRequire(import.meta.url)('yauzl') as Yauzl;

/** Writes the zip in `chunks` to a temporary file and reads its table of contents. `what` names it in errors. */
export async function openLogArchive(chunks: AsyncIterable<Uint8Array>, what: string): Promise<LogArchive> {
  const folder = await mkdtemp(join(tmpdir(), 'firstred-logs-'));
  try {
    const path = join(folder, 'logs.zip');
    await pipeline(Readable.from(bounded(chunks, what)), createWriteStream(path, { mode: 0o600 }));
    const zip = await loadYauzl().openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false });
    const logs = await jobLogs(zip, what);
    const close = async (): Promise<void> => {
      zip.close();
      await rm(folder, { recursive: true, force: true });
    };
    return { find: ({ attempt }) => readLog(zip, logs.get(fileNameOf(attempt.job ?? '')), what), close };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error instanceof AppError ? error : damaged(what, error);
  }
}

async function* bounded(chunks: AsyncIterable<Uint8Array>, what: string): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_ARCHIVE_BYTES) throw damaged(what, new Error(`it is over ${MAX_ARCHIVE_BYTES} bytes`));
    yield chunk;
  }
}

/** Entries with a job's whole log: `3_test (20).txt` at the top. Of a name that stands twice none is taken. */
async function jobLogs(zip: ZipFile, what: string): Promise<ReadonlyMap<string, Entry>> {
  if (zip.entryCount > MAX_ENTRIES) throw damaged(what, new Error(`it has ${zip.entryCount} entries`));
  const found = new Map<string, Entry>();
  const twice = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const name = /^-?\d+_([^/]+)\.txt$/s.exec(entry.fileName.toString('utf8'))?.[1];
    if (name === undefined || entry.isEncrypted()) continue;
    if (found.has(name)) twice.add(name);
    found.set(name, entry);
  }
  for (const name of twice) found.delete(name);
  return found;
}

/** A job's name as a file's: what some file system forbids is left out. */
const fileNameOf = (job: string): string => job.replace(/[<>:"/\\|?*\u0000-\u001f]/g, '');

function readLog(zip: ZipFile, entry: Entry | undefined, what: string): AsyncIterable<Uint8Array> | undefined {
  if (entry === undefined) return undefined;
  async function* read(from: Entry): AsyncGenerator<Uint8Array> {
    try {
      // yauzl ends with an error when the entry is longer or shorter than the table says.
      for await (const chunk of await zip.openReadStreamPromise(from)) yield chunk as Uint8Array;
    } catch (error) {
      throw damaged(what, error);
    }
  }
  return read(entry);
}

const damaged = (what: string, cause: unknown): AppError =>
  new AppError('PROVIDER_UNAVAILABLE', `the ${what} is no whole zip file (${reasonOf(cause)})`, {
    hint: 'try again, or pull its jobs one by one',
    cause,
  });
