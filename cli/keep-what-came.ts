// A log on its way from a server, of which a part is worth more than nothing.
import { AppError, type ErrorCode } from '../store/errors.ts';

/** A log that breaks off after its first bytes ends there instead of being thrown away. */
export function keepWhatCame(
  log: AsyncIterable<Uint8Array>,
  passing: readonly ErrorCode[] = ['PROVIDER_UNAVAILABLE'],
): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly reason: () => string | undefined;
} {
  let reason: string | undefined;
  async function* read(): AsyncGenerator<Uint8Array> {
    let begun = false;
    try {
      for await (const chunk of log) {
        begun = true;
        yield chunk;
      }
    } catch (error) {
      if (!begun || !(error instanceof AppError) || !passing.includes(error.code)) throw error;
      reason = error.message;
    }
  }
  return { chunks: read(), reason: () => reason };
}
