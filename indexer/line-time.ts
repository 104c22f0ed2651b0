// Time stamps at the start of a line, in the forms that runners and programs write. Bytes in, epoch ms out.

/** How to read `ms`: `epoch` is absolute; `day` is ms since midnight; `start` is ms since some start (kernel logs). */
export type TimeKind = 'epoch' | 'day' | 'start';

/** A time stamp at the start of a line: where it ends (spaces behind it included) and what it says. */
export interface LineTime {
  end: number;
  ms: number;
  kind: TimeKind;
  /** A provider's own prefix is no part of the visible text; a program's is. */
  provider: boolean;
}

const isDigit = (b: number | undefined): boolean => b !== undefined && b >= 0x30 && b <= 0x39;
const two = (b: Uint8Array, i: number): number =>
  isDigit(b[i]) && isDigit(b[i + 1]) ? ((b[i] as number) - 0x30) * 10 + ((b[i + 1] as number) - 0x30) : -1;

/** Reads `hh:mm:ss[.,fraction]` at `i`. Returns ms of the day, or -1; `clock.end` is behind it. */
const clock = { end: 0, digits: 0 };
function readClock(b: Uint8Array, i: number, end: number): number {
  const h = two(b, i);
  if (h < 0 || h > 24 || b[i + 2] !== 0x3a || i + 8 > end) return -1;
  const m = two(b, i + 3);
  const s = two(b, i + 6);
  if (m < 0 || m > 59 || b[i + 5] !== 0x3a || s < 0 || s > 60) return -1;
  let at = i + 8;
  let ms = 0;
  clock.digits = 0;
  if ((b[at] === 0x2e || b[at] === 0x2c) && isDigit(b[at + 1]) && at + 1 < end) {
    at++;
    let scale = 100;
    while (at < end && isDigit(b[at])) {
      ms += ((b[at] as number) - 0x30) * scale;
      scale /= 10;
      at++;
      clock.digits++;
    }
  }
  clock.end = at;
  return ((h * 60 + m) * 60 + s) * 1000 + ms;
}

/** Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's days_from_civil), cheaper than Date.UTC. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719468;
}

function readZone(b: Uint8Array, i: number, end: number): number {
  if (b[i] === 0x5a /* Z */) {
    clock.end = i + 1;
    return 0;
  }
  const sign = b[i] === 0x2b ? 1 : b[i] === 0x2d ? -1 : 0;
  const h = two(b, i + 1);
  if (sign === 0 || h < 0 || i + 5 > end) return 0;
  const colon = b[i + 3] === 0x3a ? 1 : 0;
  const m = two(b, i + 3 + colon);
  if (m < 0) return 0;
  clock.end = i + 5 + colon;
  return sign * (h * 60 + m) * 60_000;
}

/** `yyyy-mm-dd[T ]hh:mm:ss…` or `yyyy/mm/dd hh:mm:ss…` at `i`; end 0 when there is none. */
function readStamp(b: Uint8Array, i: number, end: number, out: LineTime): boolean {
  const separator = b[i + 4];
  if (i + 19 > end || (separator !== 0x2d && separator !== 0x2f) || b[i + 7] !== separator) return false;
  const century = two(b, i);
  const year = two(b, i + 2);
  const month = two(b, i + 5);
  const day = two(b, i + 8);
  if (century < 19 || century > 21 || year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  if (b[i + 10] !== 0x54 && b[i + 10] !== 0x20) return false;
  const ms = readClock(b, i + 11, end);
  if (ms < 0) return false;
  const zoneMs = readZone(b, clock.end, end);
  out.ms = daysOf(century * 100 + year, month, day) * 86_400_000 + ms - zoneMs;
  out.end = clock.end;
  out.kind = 'epoch';
  // GitHub, Gitea and Forgejo write exactly 7 digits and Z, GitLab 6 digits and Z, then a space.
  out.provider = b[i + 10] === 0x54 && clock.digits >= 6 && b[clock.end - 1] === 0x5a && separator === 0x2d;
  return true;
}

/** `[   12.345678]`, as the kernel writes: seconds since boot. */
function readBoot(b: Uint8Array, i: number, end: number, out: LineTime): boolean {
  let at = i;
  while (at < end && b[at] === 0x20) at++;
  let seconds = 0;
  const first = at;
  while (at < end && isDigit(b[at])) seconds = seconds * 10 + ((b[at++] as number) - 0x30);
  if (at === first || b[at] !== 0x2e) return false;
  let scale = 0.1;
  const fraction = ++at;
  while (at < end && isDigit(b[at])) {
    seconds += ((b[at++] as number) - 0x30) * scale;
    scale /= 10;
  }
  if (at - fraction < 3 || b[at] !== 0x5d) return false;
  out.ms = seconds * 1000;
  out.end = at;
  out.kind = 'start';
  out.provider = false;
  return true;
}

/** Reads a time stamp at `start`, bracketed or not, into `out`; false when there is none. */
export function readLineTime(b: Uint8Array, start: number, end: number, out: LineTime): boolean {
  const first = b[start];
  const bracket = first === 0x5b || first === 0x28;
  const i = bracket ? start + 1 : start;
  if (bracket ? !isDigit(b[i]) && b[i] !== 0x20 : !isDigit(first)) return false;
  if (!readStamp(b, i, end, out)) {
    const ms = readClock(b, i, end);
    if (ms >= 0) {
      out.ms = ms;
      out.end = clock.end;
      out.kind = 'day';
      out.provider = false;
    } else if (first !== 0x5b || !readBoot(b, i, end, out)) return false;
  }
  if (bracket) {
    if (b[out.end] !== 0x5d && b[out.end] !== 0x29) return false;
    out.end++;
    // Jenkins' time stamper puts the ISO form in brackets before every line.
    if (out.kind === 'epoch' && b[out.end - 2] === 0x5a) out.provider = true;
  } else if (out.end < end && b[out.end] !== 0x20 && b[out.end] !== 0x09) return false;
  if (out.provider) {
    // One space belongs to the prefix; more is the line's own indentation.
    if (out.end < end && (b[out.end] === 0x20 || b[out.end] === 0x09)) out.end++;
  } else while (out.end < end && b[out.end] === 0x20) out.end++;
  return true;
}
