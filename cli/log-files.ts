// Local files and stdin as streams of log bytes; `.gz` and `.zst` are unpacked on the way, within bounds.
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError, reasonOf, systemErrorCode } from '../store/errors.ts';

/** SECURITY: 1 MB of gzip can hold 1 GB; a log above this is refused unless the file itself is that large. */
const MAX_UNPACKED_BYTES = 8 * 1024 ** 3;

/**
 * The bytes of the log in `path`, or of `stdin` for `-`. INPUT_MISSING, INPUT_UNREADABLE. The file is opened when the
 * first byte is asked for: a stream that fails before anybody listens would end the process.
 */
export async function openLogFile(
  path: string,
  stdin: AsyncIterable<Uint8Array>,
  options: { readonly chunks?: 'reused' } = {},
): Promise<AsyncIterable<Uint8Array>> {
  if (path === '-') return stdin;
  await checkFile(path);
  if (path.endsWith('.gz')) return bounded(() => unpackGzip(path), path);
  if (path.endsWith('.zst')) {
    const { unpackZstd } = await import('../store/zstd-stream.ts');
    return bounded(() => unpackZstd(readFileStream(path)), path);
  }
  return converted(() => (options.chunks === 'reused' ? readInTurns(path) : readFileStream(path)), path);
}

/** Measured: a tenth less processor time for an archive than with Node's 64 KiB, at the same memory. */
const READ_BYTES = 524_288;

const readFileStream = (path: string): ReadStream => createReadStream(path, { highWaterMark: READ_BYTES });

/**
 * Two pieces of memory take turns: one is read into while the other is worked on. New memory for every read is collected
 * so late that it came to 25 MB.
 */
async function* readInTurns(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    let [now, other] = [Buffer.alloc(READ_BYTES), Buffer.alloc(READ_BYTES)];
    let { bytesRead } = await file.read(now);
    while (bytesRead > 0) {
      const next = file.read(other);
      next.catch(() => undefined); // it is awaited later; until then it must not count as unhandled
      yield now.subarray(0, bytesRead);
      ({ bytesRead } = await next);
      [now, other] = [other, now];
    }
  } finally {
    await file.close();
  }
}

/** Both ends fail together: `pipe` alone would wait for ever for a file that cannot be read. */
function unpackGzip(path: string): AsyncIterable<Uint8Array> {
  const unpacked = createGunzip();
  pipeline(readFileStream(path), unpacked, () => undefined); // its error comes out of `unpacked`
  return unpacked;
}

/** How many bytes a file's log has; undefined where only reading tells: stdin, packed ones, what is not there. */
export async function sizeOfPlainFile(path: string): Promise<number | undefined> {
  if (path === '-' || /\.(gz|zst)$/.test(path)) return undefined;
  return stat(path).then(
    (facts) => facts.size,
    () => undefined,
  );
}

/** How a file's log is called when several are kept at once: its name without the endings of packers. */
export const logNameOf = (path: string): string => basename(path).replace(/\.(gz|zst)$/, '');

async function checkFile(path: string): Promise<void> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory())
      throw new AppError('INPUT_UNREADABLE', `${path} is a folder, not a log`, {
        hint: `name the files in it, for example '${path.replace(/\/$/, '')}/*.log'`,
      });
  } catch (cause) {
    throw cause instanceof AppError ? cause : unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): AppError {
  if (systemErrorCode(cause) === 'ENOENT')
    return new AppError('INPUT_MISSING', `there is no file ${path}`, {
      hint: 'check the path; nothing was kept of it',
      cause,
    });
  return new AppError('INPUT_UNREADABLE', `${path} cannot be read: ${reasonOf(cause)}`, {
    hint: 'check its rights and whether it is a whole file; nothing was kept of it',
    cause,
  });
}

async function* converted(open: () => AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* open();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function* bounded(open: () => AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of converted(open, path)) {
    total += chunk.byteLength;
    if (total > MAX_UNPACKED_BYTES)
      throw new AppError('INPUT_UNREADABLE', `${path} unpacks to more than ${MAX_UNPACKED_BYTES / 1024 ** 3} GiB`, {
        hint: 'unpack it yourself and keep the plain file, if it is no bomb',
      });
    yield chunk;
  }
}
