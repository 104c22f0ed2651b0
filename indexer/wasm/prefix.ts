// What stands in front of a line: byte-order mark, columns, a provider's time stamp.
import { isByteOrderMark } from './classes.ts';
import { skipEscape } from './escape.ts';
import { COLUMNS } from './layout.ts';
import { DAY, isProviderTime, readLineTime, timeEnd, timeKind, timeMs } from './time.ts';

const TAB: u8 = 0x09;
const DAY_MS: f64 = 86_400_000;
/** chosen: names of a job and a step are shorter. */
const COLUMNS_BYTES: usize = 400;

const UNKNOWN: i32 = 0;
const YES: i32 = 1;
const NO: i32 = 2;

/** Whether lines have columns: decided on the first line. */
let columns: i32 = UNKNOWN;
let columnsBytes: usize = 0;
let haveColumnsChanged: boolean = false;
let dayOffsetMs: f64 = 0;
let lastDayMs: f64 = -1;
let lineMs: f64 = NaN;
/** Where a program's own time stamp starts that was read just now; 0: nowhere. */
let stampAt: usize = 0;

/** The next log. */
export function clearPrefixes(): void {
  columns = UNKNOWN;
  columnsBytes = 0;
  dayOffsetMs = 0;
  lastDayMs = -1;
}

/** The next line is looked at by itself. */
export function forgetColumns(): void {
  columns = UNKNOWN;
}

/** Time of the line: epoch ms, or ms on the log's own clock; NaN without a time stamp. */
export function lineTimeMs(): f64 {
  return lineMs;
}

/** Bytes of the columns at COLUMNS when the line has others than the one before with some; else 0. */
export function changedColumns(): usize {
  return haveColumnsChanged ? columnsBytes : 0;
}

function mayBeTime(at: usize): boolean {
  const first = load<u8>(at);
  return first === 0x5b || (first >= 0x30 && first <= 0x39);
}

/** Start of the line behind what the provider put in front of it. */
export function skipPrefix(start: usize, end: usize): usize {
  let at = start;
  lineMs = NaN;
  stampAt = 0;
  haveColumnsChanged = false;
  if (isByteOrderMark(at)) at += 3;
  if (columns !== NO) at = skipColumns(at, end);
  // Buildkite: ESC _ bk;t=<epoch ms> BEL
  if (load<u8>(at) === 0x1b && load<u8>(at + 1) === 0x5f) return skipBuildkite(at, end);
  if (at >= end || !mayBeTime(at) || !readLineTime(at, end)) return at;
  if (!isProviderTime()) {
    stampAt = at;
    return at;
  }
  lineMs = timeMs();
  return skipStream(timeEnd(), end);
}

function skipBuildkite(at: usize, end: usize): usize {
  const stop = skipEscape(at, end);
  let ms: f64 = 0;
  for (let k = at + 2; k < stop; k++) {
    const digit = <i32>load<u8>(k) - 0x30;
    if (digit >= 0 && digit <= 9) ms = ms * 10 + <f64>digit;
  }
  if (ms > 1e12 && ms < 1e13) lineMs = ms;
  return stop;
}

/** `job TAB step TAB time`, as `gh run view --log` prints. */
function skipColumns(start: usize, end: usize): usize {
  const stop = min(end, start + COLUMNS_BYTES);
  const first = findTab(start, stop);
  const second = first < stop ? findTab(first + 1, stop) : stop;
  let at = second + 1;
  // The first line of each step has a byte-order mark of its own.
  if (second < stop && isByteOrderMark(at)) at += 3;
  if (second >= stop || !readLineTime(at, end) || !isProviderTime()) {
    if (columns === UNKNOWN && end > start) columns = NO;
    return start;
  }
  takeColumns(start, second - start);
  columns = YES;
  return at;
}

function findTab(from: usize, stop: usize): usize {
  let at = from;
  while (at < stop && load<u8>(at) !== TAB) at++;
  return at;
}

function takeColumns(start: usize, bytes: usize): void {
  if (bytes === columnsBytes && memory.compare(start, COLUMNS, bytes) === 0) return;
  memory.copy(COLUMNS, start, bytes);
  columnsBytes = bytes;
  haveColumnsChanged = true;
}

/** GitLab puts stream number, stream (`O` or `E`) and a continuation sign behind the time: `00O `, `01E+`. */
function skipStream(at: usize, end: usize): usize {
  if (at + 4 > end || !isHex(load<u8>(at)) || !isHex(load<u8>(at + 1))) return at;
  const stream = load<u8>(at + 2);
  const sign = load<u8>(at + 3);
  return (stream === 0x4f || stream === 0x45) && (sign === 0x20 || sign === 0x2b) ? at + 4 : at;
}

function isHex(c: u8): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x61 && c <= 0x66);
}

/** Where the text starts behind a program's own time stamps, which stay visible but are no part of the template. */
export function skipStamps(start: usize, end: usize): usize {
  let body = start;
  // Two of them occur: a tool inside a tool.
  for (let k = 0; k < 2; k++) {
    if (!mayBeTime(body) && load<u8>(body) !== 0x28) break;
    if (body !== stampAt && !readLineTime(body, end)) break;
    body = timeEnd();
    if (isNaN(lineMs)) lineMs = absoluteMs();
  }
  return body;
}

/** Times of day run on over midnight. */
function absoluteMs(): f64 {
  if (timeKind() !== DAY) return timeMs();
  if (lastDayMs >= 0 && timeMs() + dayOffsetMs < lastDayMs - DAY_MS / 2) dayOffsetMs += DAY_MS;
  lastDayMs = timeMs() + dayOffsetMs;
  return lastDayMs;
}
