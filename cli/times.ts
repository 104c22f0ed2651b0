// Durations and times as people type and read them. All sums are in epoch milliseconds.
import parseDuration from 'parse-duration';
import { AppError } from '../store/errors.ts';

/** chosen: a century bounds what arithmetic on dates must bear. */
const MAX_DURATION_MS = 100 * 366 * 86_400_000;

/** `90s`, `1h30m`, `7d` → ms. USAGE for anything else. */
export function parseDurationMs(text: string): number {
  const ms = /^[\d.\s]*$/.test(text) ? null : parseDuration(text);
  if (ms === null || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS)
    throw new AppError('USAGE', `'${text}' is no duration`, { hint: 'write it as 90s, 45m, 12h or 7d' });
  return ms;
}

/** `2026-11-01`, `2026-11-01T09:00:00Z` or a duration before `nowMs` → epoch ms. A date without a zone is UTC. */
export function parseTimeMs(text: string, nowMs: number): number {
  if (/^\d{4}-\d\d-\d\d/.test(text)) {
    const zoned = /T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`;
    const timeMs = Date.parse(zoned);
    if (!Number.isNaN(timeMs)) return timeMs;
  }
  try {
    return nowMs - parseDurationMs(text.replace(/\s+ago$/, ''));
  } catch {
    throw new AppError('USAGE', `'${text}' is no time`, { hint: 'write 2026-11-01, 2026-11-01T09:00:00Z or 7d (ago)' });
  }
}

const UNITS = [
  ['y', 365 * 86_400_000],
  ['mo', 30 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `3d ago`; `just now` within a second, `in 5m` for a clock that runs ahead. */
export function ageOf(timeMs: number, nowMs: number): string {
  const past = nowMs - timeMs;
  const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(past) >= ms) ?? ['s', 1000];
  const amount = Math.floor(Math.abs(past) / unitMs);
  if (amount === 0) return 'just now';
  return past > 0 ? `${amount}${unit} ago` : `in ${amount}${unit}`;
}

/** `1h 02m`, `4m 10s`, `3.2s`, `80ms`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m ${two((ms / 1000) % 60)}s`;
  return `${Math.floor(ms / 3_600_000)}h ${two((ms / 60_000) % 60)}m`;
}
