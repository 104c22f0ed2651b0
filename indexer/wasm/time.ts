// Time stamps at the start of a line, in the forms that runners and programs write: epoch ms of them.

/** How to read `timeMs`: absolute, since midnight, or since some start (kernel logs). */
export const EPOCH: i32 = 0;
export const DAY: i32 = 1;
export const START: i32 = 2;

/** The last stamp: where it ends (spaces behind it included), what it says, and whether it is a provider's own prefix. */
let stampEnd: usize = 0;
let stampMs: f64 = 0;
let stampKind: i32 = EPOCH;
let stampIsProvider: boolean = false;

/** Of the clock or zone that was read last. */
let clockEnd: usize = 0;
let clockDigits: i32 = 0;

/** Where the last stamp ends, spaces behind it included. */
export function timeEnd(): usize {
  return stampEnd;
}
/** What it says, in ms; `timeKind` says since when. */
export function timeMs(): f64 {
  return stampMs;
}
/** EPOCH, DAY or START. */
export function timeKind(): i32 {
  return stampKind;
}
/** A provider's own prefix is no part of the visible text; a program's is. */
export function isProviderTime(): boolean {
  return stampIsProvider;
}

function isDigit(at: usize): boolean {
  return <u32>load<u8>(at) - 0x30 < 10;
}

/** Two digits, or -1. */
function two(at: usize): i32 {
  return isDigit(at) && isDigit(at + 1) ? (<i32>load<u8>(at) - 0x30) * 10 + <i32>load<u8>(at + 1) - 0x30 : -1;
}

/** Reads `hh:mm:ss[.,fraction]` at `i`. Returns ms of the day, or -1; `clockEnd` is behind it. */
function readClock(i: usize, end: usize): f64 {
  const h = two(i);
  if (h < 0 || h > 24 || load<u8>(i + 2) !== 0x3a || i + 8 > end) return -1;
  const m = two(i + 3);
  const s = two(i + 6);
  if (m < 0 || m > 59 || load<u8>(i + 5) !== 0x3a || s < 0 || s > 60) return -1;
  let at = i + 8;
  let ms: f64 = 0;
  clockDigits = 0;
  if ((load<u8>(at) === 0x2e || load<u8>(at) === 0x2c) && isDigit(at + 1) && at + 1 < end) {
    at++;
    let scale: f64 = 100;
    while (at < end && isDigit(at)) {
      ms += <f64>(<i32>load<u8>(at) - 0x30) * scale;
      scale /= 10;
      at++;
      clockDigits++;
    }
  }
  clockEnd = at;
  return <f64>(((h * 60 + m) * 60 + s) * 1000) + ms;
}

/** Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's days_from_civil); years from 1900 on. */
function daysOf(year: i32, month: i32, day: i32): i32 {
  const y = month <= 2 ? year - 1 : year;
  const era = y / 400;
  const yearOfEra = y - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

function readZone(i: usize, end: usize): i32 {
  const first = load<u8>(i);
  if (first === 0x5a /* Z */) {
    clockEnd = i + 1;
    return 0;
  }
  if (first !== 0x2b && first !== 0x2d) return 0;
  const h = two(i + 1);
  if (h < 0 || i + 5 > end) return 0;
  const colon: usize = load<u8>(i + 3) === 0x3a ? 1 : 0;
  const m = two(i + 3 + colon);
  if (m < 0) return 0;
  clockEnd = i + 5 + colon;
  return (first === 0x2b ? 1 : -1) * (h * 60 + m) * 60_000;
}

/** `yyyy-mm-dd[T ]hh:mm:ss…` or `yyyy/mm/dd hh:mm:ss…` at `i`. */
function readStamp(i: usize, end: usize): boolean {
  const separator = load<u8>(i + 4);
  if (i + 19 > end || (separator !== 0x2d && separator !== 0x2f) || load<u8>(i + 7) !== separator) return false;
  const century = two(i);
  const year = two(i + 2);
  const month = two(i + 5);
  const day = two(i + 8);
  if (century < 19 || century > 21 || year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  const glue = load<u8>(i + 10);
  if (glue !== 0x54 && glue !== 0x20) return false;
  const ms = readClock(i + 11, end);
  if (ms < 0) return false;
  const zoneMs = readZone(clockEnd, end);
  stampMs = <f64>daysOf(century * 100 + year, month, day) * 86_400_000 + ms - <f64>zoneMs;
  stampEnd = clockEnd;
  stampKind = EPOCH;
  // GitHub, Gitea and Forgejo write exactly 7 digits and Z, GitLab 6 digits and Z, then a space.
  stampIsProvider = glue === 0x54 && clockDigits >= 6 && load<u8>(clockEnd - 1) === 0x5a && separator === 0x2d;
  return true;
}

/** `[   12.345678]`, as the kernel writes: seconds since boot. */
function readBoot(i: usize, end: usize): boolean {
  let at = i;
  while (at < end && load<u8>(at) === 0x20) at++;
  let seconds: f64 = 0;
  const first = at;
  for (; at < end && isDigit(at); at++) seconds = seconds * 10 + <f64>(<i32>load<u8>(at) - 0x30);
  if (at === first || load<u8>(at) !== 0x2e) return false;
  let scale: f64 = 0.1;
  const fraction = ++at;
  for (; at < end && isDigit(at); at++) {
    seconds += <f64>(<i32>load<u8>(at) - 0x30) * scale;
    scale /= 10;
  }
  if (at - fraction < 3 || load<u8>(at) !== 0x5d) return false;
  stampMs = seconds * 1000;
  stampEnd = at;
  stampKind = START;
  stampIsProvider = false;
  return true;
}

/** Reads a time stamp at `start`, bracketed or not; false when there is none. */
export function readLineTime(start: usize, end: usize): boolean {
  const first = load<u8>(start);
  const isBracket = first === 0x5b || first === 0x28;
  const i = isBracket ? start + 1 : start;
  if (isBracket ? !isDigit(i) && load<u8>(i) !== 0x20 : !isDigit(start)) return false;
  if (!readStamp(i, end)) {
    const ms = readClock(i, end);
    if (ms >= 0) {
      stampMs = ms;
      stampEnd = clockEnd;
      stampKind = DAY;
      stampIsProvider = false;
    } else if (first !== 0x5b || !readBoot(i, end)) return false;
  }
  if (isBracket) {
    if (load<u8>(stampEnd) !== 0x5d && load<u8>(stampEnd) !== 0x29) return false;
    stampEnd++;
    // Jenkins' time stamper puts the ISO form in brackets before every line.
    if (stampKind === EPOCH && load<u8>(stampEnd - 2) === 0x5a) stampIsProvider = true;
  } else if (stampEnd < end && load<u8>(stampEnd) !== 0x20 && load<u8>(stampEnd) !== 0x09) return false;
  if (stampIsProvider) {
    // One space belongs to the prefix; more is the line's own indentation.
    if (stampEnd < end && (load<u8>(stampEnd) === 0x20 || load<u8>(stampEnd) === 0x09)) stampEnd++;
  } else while (stampEnd < end && load<u8>(stampEnd) === 0x20) stampEnd++;
  return true;
}
