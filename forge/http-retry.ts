// When and how long to wait before asking again: only for answers known to pass, and never longer than bounded.
import pRetry from 'p-retry';
import { AppError } from '../store/errors.ts';

/** Time as the requests see it, injected so that tests wait for nothing. */
export interface Clock {
  now(): number;
  /** Resolves after `waitMs`; rejects when aborted. */
  sleep(waitMs: number, signal: AbortSignal): Promise<void>;
}

/** Thrown inside the retry loop for an answer that may pass. */
export class PassingFailure extends Error {
  readonly waitMs: number | undefined;
  readonly final: AppError;

  constructor(final: AppError, waitMs: number | undefined) {
    super(final.message);
    this.waitMs = waitMs;
    this.final = final;
  }
}

/** chosen: with the pauses below a server has some 15 s to come back. */
const MAX_RETRIES = 4;
const FIRST_PAUSE_MS = 1_000;
/** chosen: a job's post-step must not wait for the next full hour; longer limits are told with their time. */
const LONGEST_WAIT_MS = 60_000;

/** Runs `ask` again on a `PassingFailure`, after the wait that it names or 1, 2, 4, 8 s. */
export async function withRetries<T>(
  ask: () => Promise<T>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  try {
    return await pRetry(ask, {
      retries: MAX_RETRIES,
      minTimeout: 0,
      factor: 1,
      signal,
      shouldRetry: ({ error }) => error instanceof PassingFailure && (error.waitMs ?? 0) <= LONGEST_WAIT_MS,
      onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
        if (!(error instanceof PassingFailure) || retriesLeft === 0) return;
        const waitMs = error.waitMs ?? FIRST_PAUSE_MS * 2 ** (attemptNumber - 1);
        if (waitMs <= LONGEST_WAIT_MS) await clock.sleep(waitMs, signal);
      },
    });
  } catch (error) {
    throw error instanceof PassingFailure ? error.final : error;
  }
}

/**
 * The wait that an answer asks for, in ms: `Retry-After` in seconds or as a date, else the reset time of a used-up
 * `X-RateLimit`. Dates are read against the server's own `Date`, since our clock may be wrong. undefined: not said.
 */
export function askedWaitMs(headers: Headers, nowMs: number): number | undefined {
  const serverNow = Date.parse(headers.get('date') ?? '');
  const now = Number.isFinite(serverNow) ? serverNow : nowMs;
  const after = headers.get('retry-after')?.trim();
  if (after !== undefined && /^\d{1,9}$/.test(after)) return Number(after) * 1000;
  const date = Date.parse(after ?? '');
  if (Number.isFinite(date)) return Math.max(0, date - now);
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  if (headers.get('x-ratelimit-remaining') !== '0' || !Number.isFinite(reset)) return undefined;
  return Math.max(0, reset * 1000 - now);
}

/** Whether an answer says that it will pass: rate limits (on GitHub 403 too) and gateways without their server. */
export const isPassing = (status: number, headers: Headers): boolean =>
  status === 429 ||
  status === 502 ||
  status === 503 ||
  status === 504 ||
  (status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0'));

/** Turns the failure of a wait that is too long into one that says until when. */
export function rateLimited(final: AppError, waitMs: number | undefined): AppError {
  if (waitMs === undefined) return final;
  const minutes = Math.ceil(waitMs / 60_000);
  return new AppError('PROVIDER_UNAVAILABLE', final.message, {
    hint: `the server asks to wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}: try again then`,
    cause: final.cause,
  });
}
