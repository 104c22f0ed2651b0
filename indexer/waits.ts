// Waits inside green logs: how much of an announced limit each took. Two ways of saying it: a line that counts ("270 s of
// 600 s"), and a line with the limit alone, which ends with the first later line about the same thing.

import type { LogLines } from './lines.ts';
import { announcesWait, contentWords } from './wait-words.ts';
import { durationUnitMs, findDurationsMs } from './why/duration.ts';
import { blurNumbers } from './why/templates.ts';

/** One wait of one log. */
export interface LogWait {
  /** The same for the same wait in other logs. */
  readonly key: string;
  readonly text: string;
  readonly line: number;
  readonly usedMs: number;
  readonly limitMs: number;
}

/** Shorter limits are hit by chance (chosen). */
const MIN_LIMIT_MS = 1000;
/** `270 s of 600 s`, `270/600s`, `270 s von 600 s`, `4 из 10 мин`: at most a word between, the second with a unit. */
const COUNTED =
  /(\d+(?:[.,]\d+)?)\s?(\p{L}{1,9})?\s*(?:\/|(?:\(?(?:out of|of a|of|von|de|sur|di|van|z|из|中|\/)\)?))\s*(\d+(?:[.,]\d+)?)\s?(\p{L}{1,9})/u;
/** Waits of one log, at most (chosen: a log with more of them polls). */
const MAX_WAITS = 200;
/** How far behind its announcement the end of a wait is looked for, in lines (chosen). */
const REACH = 20_000;

/** Every wait of a green log that came to an end, the fullest of each kind. */
export function findWaits(lines: LogLines): readonly LogWait[] {
  const waits = new Map<string, LogWait>();
  const open: Open[] = [];
  for (let line = 1; line <= lines.count && waits.size < MAX_WAITS; line++) {
    if (lines.hash(line) === 0) continue;
    const text = lines.body(line);
    if (open.length > 0) closeWaits(lines, line, text, open, waits);
    if (/\d/.test(text) && !lines.isMark(line)) addWait(lines, line, text, open, waits);
  }
  return [...waits.values()];
}

interface Open {
  readonly key: string;
  readonly line: number;
  readonly text: string;
  readonly limitMs: number;
  readonly atMs: number;
  readonly awaited: ReadonlySet<string>;
}

function addWait(lines: LogLines, line: number, text: string, open: Open[], waits: Map<string, LogWait>): void {
  const counted = findCounted(text);
  if (counted !== undefined) {
    keep(waits, { key: keyOf(text, counted.limitMs), text, line, ...counted });
    return;
  }
  const atMs = lines.timeMs(line);
  if (atMs === undefined || !announcesWait(text) || open.length >= MAX_WAITS) return;
  const limitMs = findDurationsMs(text).find((ms) => ms >= MIN_LIMIT_MS);
  if (limitMs === undefined) return;
  const awaited = new Set(contentWords(text));
  if (awaited.size > 0) open.push({ key: keyOf(text, limitMs), line, text, limitMs, atMs, awaited });
}

/** The counted part of a line: used and limit, both in ms. */
export function findCounted(text: string): { readonly usedMs: number; readonly limitMs: number } | undefined {
  const match = COUNTED.exec(text);
  if (match === null) return undefined;
  const unit = durationUnitMs(match[4] ?? '');
  const ownUnit = match[2] === undefined ? unit : durationUnitMs(match[2]);
  if (unit === undefined || ownUnit === undefined) return undefined;
  const usedMs = Number((match[1] ?? '').replace(',', '.')) * ownUnit;
  const limitMs = Number((match[3] ?? '').replace(',', '.')) * unit;
  return limitMs >= MIN_LIMIT_MS && usedMs <= limitMs ? { usedMs, limitMs } : undefined;
}

/** Ends the waits whose words the line repeats: most of them, and the limit is not said again. */
function closeWaits(lines: LogLines, line: number, text: string, open: Open[], waits: Map<string, LogWait>): void {
  let words: ReadonlySet<string> | undefined;
  for (let k = open.length - 1; k >= 0; k--) {
    const wait = open[k] as Open;
    if (line - wait.line > REACH) {
      open.splice(k, 1);
      continue;
    }
    words ??= new Set(contentWords(text));
    let common = 0;
    for (const word of wait.awaited) if (words.has(word)) common++;
    if (common * 2 < wait.awaited.size || common === 0 || findDurationsMs(text).includes(wait.limitMs)) continue;
    open.splice(k, 1);
    const endMs = lines.lastTimeMs(line);
    const usedMs = endMs === undefined ? -1 : Math.round(endMs - wait.atMs);
    if (usedMs >= 0 && usedMs <= wait.limitMs)
      keep(waits, { key: wait.key, text: wait.text, line: wait.line, usedMs, limitMs: wait.limitMs });
  }
}

/** The longest of a kind tells how near the limit came. */
function keep(waits: Map<string, LogWait>, wait: LogWait): void {
  if ((waits.get(wait.key)?.usedMs ?? -1) < wait.usedMs) waits.set(wait.key, wait);
}

const keyOf = (text: string, limitMs: number): string => `${limitMs} ${blurNumbers(text).replace(/\s+/g, ' ').trim()}`;
