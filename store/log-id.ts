// The short, permanent name of a kept log, and the canonical JSON that it is made from.
import { createHash } from 'node:crypto';
import type { Attempt } from './attempt.ts';

/** `L` and 16 characters of lower-case Crockford base32. */
export type LogId = string & { readonly __brand: 'LogId' };

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** `bytes` in lower-case Crockford base32, five bits a character, the last padded with zero bits. */
export function crockford32(bytes: Uint8Array): string {
  let out = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += CROCKFORD.charAt((held >> bits) & 31);
    }
  }
  return bits === 0 ? out : out + CROCKFORD.charAt((held << (5 - bits)) & 31);
}

/** The id of the log `logName` of `attempt` with this masked text. The same text of the same attempt: the same id. */
export function logIdOf(attempt: Attempt, logName: string, textSha256: string): LogId {
  const parts = [
    attempt.repo,
    attempt.sha,
    attempt.workflow,
    attempt.job,
    attempt.run,
    attempt.attempt,
    attempt.providerId,
    logName,
    textSha256,
  ].map((p) => p ?? null);
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return `L${crockford32(hash.subarray(0, 10))}` as LogId;
}

/** The whole id that `text` is, or undefined. */
export const findLogId = (text: string): LogId | undefined =>
  /^L[0-9a-hjkmnp-tv-z]{16}$/.test(text) ? (text as LogId) : undefined;

/** Whether `text` is a log id or a start of one with six or more characters. */
export const isLogIdPrefix = (text: string): boolean => /^L[0-9a-hjkmnp-tv-z]{5,16}$/.test(text);
