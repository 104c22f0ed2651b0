// Tries a request to S3 again while that can help, and gives up in time. The SDK's own retries are off: they know
// neither streams nor a limit on the whole.
import pRetry from 'p-retry';
import { interrupted } from './object-body.ts';
import { isPassing, S3Failure } from './s3-errors.ts';

export interface RetryLimits {
  /** For the message of an interruption: `storing logs/…`. */
  readonly doing: string;
  /** Without any progress for so long the whole call ends; half of it ends one request. */
  readonly giveUpMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** One try of a call. */
export interface Try {
  /** Aborted when this try must end. */
  readonly signal: AbortSignal;
  /** Bytes moved: `bytes` so far in this try. Only more than any try had before counts against giving up. */
  moved(bytes: number): void;
  /** Ends the call with `error`, which is not the store's fault. */
  fail(error: unknown): void;
}

/** chosen: with waits from 1/200 to 1/10 of the limit they last about as long as the limit does. */
const RETRIES = 12;

/** The result of the first try that succeeds; throws the last S3Failure, or what `fail` was given. */
export async function retryS3<T>(limits: RetryLimits, run: (attempt: Try) => Promise<T>): Promise<T> {
  const whole = new AbortController();
  let last: unknown = new S3Failure('TimeoutError');
  let mostBytes = 0;
  const giveUp = setTimeout(() => whole.abort(last), limits.giveUpMs);
  const stop = (): void => whole.abort(interrupted(limits.doing));
  limits.signal?.addEventListener('abort', stop, { once: true });
  if (limits.signal?.aborted) stop();
  const moved = (bytes: number): void => {
    if (bytes <= mostBytes) return;
    mostBytes = bytes;
    giveUp.refresh();
  };
  try {
    return await pRetry(() => runOnce(run, { whole, moved, idleMs: limits.giveUpMs / 2 }), {
      retries: RETRIES,
      minTimeout: limits.giveUpMs / 200,
      maxTimeout: limits.giveUpMs / 10,
      randomize: true,
      signal: whole.signal,
      shouldRetry: ({ error }) => isPassing(error) && !whole.signal.aborted,
      onFailedAttempt: ({ error }) => {
        last = error;
      },
    });
  } finally {
    clearTimeout(giveUp);
    limits.signal?.removeEventListener('abort', stop);
  }
}

interface OneTry {
  readonly whole: AbortController;
  readonly moved: (bytes: number) => void;
  readonly idleMs: number;
}

async function runOnce<T>(run: (attempt: Try) => Promise<T>, { whole, moved, idleMs }: OneTry): Promise<T> {
  const own = new AbortController();
  const idle = setTimeout(() => own.abort(new S3Failure('TimeoutError')), idleMs);
  const signal = AbortSignal.any([whole.signal, own.signal]);
  const attempt: Try = {
    signal,
    moved: (bytes) => {
      idle.refresh();
      moved(bytes);
    },
    fail: (error) => whole.abort(error),
  };
  try {
    return await Promise.race([run(attempt), rejectedBy(signal)]);
  } finally {
    clearTimeout(idle);
  }
}

/** The SDK does not look at its signal while it waits for credentials; this does. */
const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
