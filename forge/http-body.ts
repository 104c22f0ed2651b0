// Reading of answers: bounded, with an end to waiting, and with an error where a body was cut.
import { AppError } from '../store/errors.ts';
import type { AnswerSource, RequestNote } from './http-failure.ts';

/** chosen: a log that stops for a minute is stuck. */
const IDLE_TIMEOUT_MS = 60_000;

/** Ends a request that gets no headers or no more body in time, or whose caller gives up. */
export class Watchdog {
  readonly signal: AbortSignal;
  rang = false;
  readonly #own = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#own.signal]);
  }

  restart(timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.rang = true;
      this.#own.abort();
    }, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Whose body it is. */
export interface BodyContext {
  readonly note: RequestNote;
  readonly source: AnswerSource;
  readonly signal: AbortSignal;
}

/** The body in pieces; the time that the reader takes is not counted. */
export async function* bodyChunks(
  response: Response,
  watchdog: Watchdog,
  context: BodyContext,
): AsyncGenerator<Uint8Array> {
  try {
    watchdog.restart(IDLE_TIMEOUT_MS);
    for await (const chunk of response.body ?? []) {
      watchdog.stop();
      yield chunk;
      watchdog.restart(IDLE_TIMEOUT_MS);
    }
  } catch (error) {
    if (context.signal.aborted) throw interrupted(context.note, error);
    const how = watchdog.rang ? 'stood still' : 'was cut';
    throw new AppError(
      'PROVIDER_UNAVAILABLE',
      `the ${context.note.what} ${how} on its way from ${context.source.host}`,
      {
        hint: 'try again later',
        cause: error,
      },
    );
  } finally {
    watchdog.stop();
  }
}

/** All of a body that must not be longer than `limitBytes`. */
export async function readBounded(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  note: RequestNote,
): Promise<Uint8Array> {
  const body = await readUpTo(chunks, limitBytes + 1);
  if (body.byteLength <= limitBytes) return body;
  throw new AppError('PROVIDER_UNAVAILABLE', `the answer for the ${note.what} is over ${limitBytes} bytes`, {
    hint: 'no list of this API is that long: check the address of the server',
  });
}

/** The first `limitBytes` or fewer; the rest is not fetched. */
export async function readUpTo(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    sizeBytes += chunk.byteLength;
    if (sizeBytes >= limitBytes) break;
  }
  return Buffer.concat(parts).subarray(0, limitBytes);
}

/** The error of a request that its caller gave up. */
export const interrupted = (note: RequestNote, cause: unknown): AppError =>
  new AppError('INTERRUPTED', `stopped while asking for the ${note.what}`, { hint: 'run the command again', cause });
