// Times, durations, sizes, names and conclusions as the page writes them.
import { showName } from '../../store/visible-text.ts';
import type { AttemptJson } from './shapes.ts';

const UNITS = [
  ['y', 365 * 86_400_000],
  ['mo', 30 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `3d`, `5min`: how long ago. */
export function age(iso: string | null, nowMs = Date.now()): string {
  if (iso === null) return '';
  const past = nowMs - Date.parse(iso);
  const [unit, unitMs] = UNITS.find(([, ms]) => Math.abs(past) >= ms) ?? ['s', 1000];
  const amount = Math.floor(Math.abs(past) / unitMs);
  return past < 0 ? `in ${amount}${unit}` : `${amount}${unit}`;
}

/** `1h 02m`, `4m 10s`, `3.2s`, `80ms`. */
export function duration(ms: number | null): string {
  if (ms === null) return '';
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m ${two((ms / 1000) % 60)}s`;
  return `${Math.floor(ms / 3_600_000)}h ${two((ms / 60_000) % 60)}m`;
}

/** `4.9 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const [unit, factor] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  return `${(bytes / (factor as number)).toFixed(bytes / (factor as number) < 10 ? 1 : 0)} ${unit}`;
}

/** `1,234,567`. Not by the browser's own rules of languages: loading those took 30 ms of opening a log. */
export const count = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `3 lines`, `1 line`. */
export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/** How long an attempt took. */
export const tookMs = (a: AttemptJson): number | null =>
  a.startedAt === null || a.finishedAt === null ? null : Date.parse(a.finishedAt) - Date.parse(a.startedAt);

/** A name from outside in one line, nothing in it hidden or reordered. */
export const name = (text: string | null, absent = '–'): string =>
  text === null || text === '' ? absent : showName(text);

/** `2026-05-04 09:00`, in UTC as everywhere. */
export const moment = (iso: string | null): string => (iso === null ? '' : `${iso.slice(0, 10)} ${iso.slice(11, 16)}`);

/** red: failure or timed out; green: success; the rest neither. */
export const outcome = (conclusion: string): 'red' | 'green' | 'other' =>
  conclusion === 'failure' || conclusion === 'timed_out' ? 'red' : conclusion === 'success' ? 'green' : 'other';

const SIGNS = { red: '✗', green: '✓', other: '–' } as const;

/** A sign beside the colour, for those who don't see it. */
export const sign = (conclusion: string): string => SIGNS[outcome(conclusion)];

/** The number that people see for an attempt; with a tilde where it is only the rank by time. */
export const attemptNumber = (a: AttemptJson): string =>
  a.attempt !== null ? String(a.attempt) : a.number === null ? '?' : `~${a.number}`;
