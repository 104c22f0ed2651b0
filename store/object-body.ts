// Reads a body for a back end: the bytes that were promised, or an error that says whose fault it is.
import { createReadStream, readFileSync } from 'node:fs';
import { AppError, systemErrorCode } from './errors.ts';
import type { ObjectKey } from './keys.ts';
import type { ObjectBody } from './object-store.ts';

/** chosen: some frames; a stream costs four turns through the thread pool, which is more than reading so much. */
const READ_AT_ONCE_BYTES = 1_048_576;

/** The bytes of a file that is `sizeBytes` long. */
export const bodyOfFile = (path: string, sizeBytes: number): ObjectBody => ({
  sizeBytes,
  open: () => (sizeBytes > READ_AT_ONCE_BYTES ? createReadStream(path) : readAtOnce(path)),
});

async function* readAtOnce(path: string): AsyncGenerator<Uint8Array> {
  yield readFileSync(path);
}

/** The error of a call that was interrupted by its signal. */
export const interrupted = (what: string): AppError =>
  new AppError('INTERRUPTED', `interrupted while ${what}`, { hint: 'run the command again' });

/**
 * All bytes of `body`. INPUT_MISSING or INPUT_UNREADABLE when its source fails or has another size than was said, so
 * that it is never taken for a failure of the store; INTERRUPTED when `signal` is aborted.
 */
export async function* readBody(key: ObjectKey, body: ObjectBody, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  let sizeBytes = 0;
  try {
    for await (const chunk of body.open()) {
      if (signal?.aborted) throw interrupted(`storing ${key}`);
      sizeBytes += chunk.byteLength;
      if (sizeBytes > body.sizeBytes) break;
      yield chunk;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = systemErrorCode(error);
    throw new AppError(
      code === 'ENOENT' ? 'INPUT_MISSING' : 'INPUT_UNREADABLE',
      `the bytes to store as ${key} cannot be read${code === undefined ? '' : ` (${code})`}`,
      { hint: 'check the disk that they lie on, then run the command again', cause: error },
    );
  }
  if (sizeBytes !== body.sizeBytes)
    throw new AppError('INPUT_UNREADABLE', `${key}: the bytes to store are not the ${body.sizeBytes} that were said`, {
      hint: 'they changed while they were stored; run the command again',
    });
}
