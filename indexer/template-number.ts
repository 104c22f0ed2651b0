// Recognisers of the masker: what starts at a word that holds a digit, and where it ends. Each returns the end of what
// it recognised, or 0; `found.symbol` says what. All bounded by the line.
import {
  CLASS,
  classAt,
  DIGIT,
  HEX,
  LETTER,
  LOWER,
  SPACE,
  skipClass,
  UPPER,
  WORD,
  WordSet,
  wordHash,
} from './template-bytes.ts';
import { SYMBOLS } from './template-types.ts';

/** Symbol of text that stays as it is. */
export const KEEP = 0;
/** What the last recogniser found: the symbol of a placeholder, or KEEP. Numbers, as this is asked for every number. */
export const found = { symbol: KEEP };

const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;

/** Numbers after these words are evidence, so they stay: exit codes, statuses, signals, limits, versions. */
const KEEPS_NUMBER = new WordSet(
  'exit exited exitcode code status signal errno rc ret http https error err returncode retcode returned killed ' +
    'limit timeout deadline maximum max budget within expected expect version release',
);
const DURATION_UNITS = new WordSet(
  'ms msec msecs millis millisecond milliseconds us usec micros microseconds ns nanos nanoseconds ' +
    's sec secs second seconds m min mins minute minutes h hr hrs hour hours d day days',
);
const SIZE_UNITS = new WordSet(
  'b byte bytes kb kib mb mib gb gib tb tib k kbit mbit kbps mbps bps kbits mbits kbyte mbyte kbytes mbytes',
);
const ZERO_NOUNS = new WordSet(
  'error errors failed failure failures failing warning warnings problem problems test tests passed passing skipped',
);
const LIMIT_WORDS = new WordSet('limit timeout deadline maximum max budget within of');

const digits = (b: Uint8Array, i: number, n: number, end: number): boolean => {
  if (i + n > end) return false;
  for (let k = i; k < i + n; k++) if (((CLASS[b[k] as number] as number) & DIGIT) === 0) return false;
  return true;
};

const isHexRun = (b: Uint8Array, i: number, n: number, end: number): boolean => {
  if (i + n > end) return false;
  for (let k = i; k < i + n; k++) if (((CLASS[b[k] as number] as number) & HEX) === 0) return false;
  return true;
};

/** 8-4-4-4-12 hexadecimal digits at `s`. */
export function findUuid(b: Uint8Array, s: number, end: number): number {
  const e = s + 36;
  if (e > end || b[s + 8] !== DASH || b[s + 13] !== DASH || b[s + 18] !== DASH || b[s + 23] !== DASH) return 0;
  if (!isHexRun(b, s, 8, end) || !isHexRun(b, s + 9, 4, end) || !isHexRun(b, s + 14, 4, end)) return 0;
  if (!isHexRun(b, s + 19, 4, end) || !isHexRun(b, s + 24, 12, end)) return 0;
  found.symbol = SYMBOLS.uuid;
  return e;
}

/** `hh:mm[:ss[.fraction]][ AM]` at `s`; not after a colon, where it is `file:line:col`. */
function findClock(b: Uint8Array, s: number, e: number, from: number, end: number): number {
  if (e - s > 2 || b[e] !== COLON || !digits(b, e + 1, 2, end) || (s > from && b[s - 1] === COLON)) return 0;
  let at = e + 3;
  if ((classAt(b, at, end) & WORD) !== 0) return 0;
  if (at < end && b[at] === COLON) {
    if (!digits(b, at + 1, 2, end)) return 0;
    at += 3;
    if ((b[at] === DOT || b[at] === 0x2c) && (classAt(b, at + 1, end) & DIGIT) !== 0)
      at = skipClass(b, at + 1, end, DIGIT);
  } else if (b[at] === DOT && (classAt(b, at + 1, end) & DIGIT) !== 0) at = skipClass(b, at + 1, end, DIGIT);
  if (at >= end) {
    found.symbol = SYMBOLS.time;
    return at;
  }
  if (b[at] === 0x5a) at++;
  else if ((b[at] === 0x2b || b[at] === DASH) && digits(b, at + 1, 2, end)) {
    at += 3;
    if (at < end && b[at] === COLON) at++;
    if (digits(b, at, 2, end)) at += 2;
  } else if (
    at + 2 < end &&
    b[at] === 0x20 &&
    ((b[at + 2] as number) | 0x20) === 0x6d &&
    (((b[at + 1] as number) | 0x20) === 0x61 || ((b[at + 1] as number) | 0x20) === 0x70)
  )
    at += 3;
  found.symbol = SYMBOLS.time;
  return at;
}

/** A date at `s`, with the time of day behind it if there is one. */
function findDate(b: Uint8Array, s: number, e: number, end: number): number {
  const separator = b[e];
  if (separator !== DASH && separator !== 0x2f && separator !== DOT) return 0;
  let at = 0;
  if (e - s === 4 && digits(b, e + 1, 2, end) && b[e + 3] === separator && digits(b, e + 4, 2, end)) at = e + 6;
  else if (
    e - s === 2 &&
    separator !== DOT &&
    digits(b, e + 1, 2, end) &&
    b[e + 3] === separator &&
    digits(b, e + 4, 2, end)
  ) {
    at = e + 6;
    if (digits(b, at, 2, end)) at += 2;
  }
  if (at === 0) return 0;
  const glue = b[at];
  found.symbol = SYMBOLS.date;
  if ((glue === 0x54 || glue === 0x20 || glue === COLON) && digits(b, at + 1, 1, end)) {
    const clockEnd = findClock(b, at + 1, skipClass(b, at + 1, end, DIGIT), s, end);
    if (clockEnd > 0) return clockEnd;
    found.symbol = SYMBOLS.date;
  }
  if (glue === 0x54 && digits(b, at + 1, 6, end)) {
    found.symbol = SYMBOLS.time;
    return skipClass(b, at + 1, end, WORD);
  }
  return (classAt(b, at, end) & WORD) !== 0 ? 0 : at;
}

/** Four numbers up to 255 with dots. */
function findIp(b: Uint8Array, s: number, end: number): number {
  let at = s;
  for (let part = 0; part < 4; part++) {
    const partEnd = skipClass(b, at, end, DIGIT);
    if (partEnd === at || partEnd - at > 3) return 0;
    let value = 0;
    for (let k = at; k < partEnd; k++) value = value * 10 + (b[k] as number) - 0x30;
    if (value > 255) return 0;
    at = partEnd;
    if (part < 3) {
      if (b[at] !== DOT) return 0;
      at++;
    }
  }
  if ((classAt(b, at, end) & WORD) !== 0 || (b[at] === DOT && (classAt(b, at + 1, end) & DIGIT) !== 0)) return 0;
  found.symbol = SYMBOLS.ip;
  return at;
}

/** Start of the word that ends right before `s`, over up to three of ` :=("'#[`; `s` when there is none. */
const before = { from: 0, to: 0 };
function wordBefore(b: Uint8Array, s: number, from: number): boolean {
  let at = s;
  for (let k = 0; k < 3 && at > from; k++) {
    const c = b[at - 1] as number;
    if (
      c === 0x20 ||
      c === COLON ||
      c === 0x3d ||
      c === 0x28 ||
      c === 0x22 ||
      c === 0x27 ||
      c === 0x23 ||
      c === 0x5b ||
      c === 0x3c
    )
      at--;
    else break;
  }
  before.to = at;
  while (at > from && ((CLASS[b[at - 1] as number] as number) & (LETTER | 8)) !== 0 && before.to - at < 16) at--;
  before.from = at;
  return at < before.to;
}

/** The last word of an identifier such as `exit_code`. */
function lastPart(b: Uint8Array): number {
  let at = before.to;
  while (at > before.from && b[at - 1] !== 0x5f) at--;
  return at;
}

/** Whether the integer `[s, e)` is evidence: after an exit, status or limit word, or an HTTP status by its form. */
function isEvidence(b: Uint8Array, s: number, e: number, from: number, end: number): boolean {
  if (e - s <= 6 && wordBefore(b, s, from) && KEEPS_NUMBER.has(wordHash(b, lastPart(b), before.to))) return true;
  if (e - s !== 3) return false;
  const first = b[s] as number;
  if (first < 0x31 || first > 0x35) return false;
  // `HTTP/1.1" 404 `, `/path 200 ` of access logs, `404 Not Found`, `503: Service Unavailable`.
  if (s > from + 1 && b[s - 1] === 0x20 && b[s - 2] === 0x22) return true;
  if (first >= 0x34 && (b[e] === 0x20 || b[e] === COLON)) {
    const word = skipClass(b, e + 1, end, SPACE);
    if ((classAt(b, word, end) & UPPER) !== 0 && (classAt(b, word + 1, end) & LOWER) !== 0) return true;
  }
  let at = s - 1;
  if (at < from || b[at] !== 0x20) return false;
  while (at > from && ((CLASS[b[at - 1] as number] as number) & SPACE) === 0 && s - at < 200) at--;
  return b[at] === 0x2f && at < s - 2;
}

/** Whether a limit word stands before the number `[s, …)`: `limit 300s`, `of 600 s`, `timeout: 30s`. */
const isLimit = (b: Uint8Array, s: number, from: number): boolean =>
  wordBefore(b, s, from) && LIMIT_WORDS.has(wordHash(b, lastPart(b), before.to));

/** End of a number's unit at `e` (one space allowed), composites such as `1m 23.4s` included; 0 without a unit. */
function findUnit(b: Uint8Array, e: number, end: number): number {
  if (e >= end) return 0;
  if (b[e] === 0x25) {
    found.symbol = SYMBOLS.pct;
    return e + 1;
  }
  let at = b[e] === 0x20 ? e + 1 : e;
  if (b[at] === 0xc2 && b[at + 1] === 0xb5) at += 2;
  const unitEnd = skipClass(b, at, end, LETTER);
  if (unitEnd === at || unitEnd - at > 12 || (classAt(b, unitEnd, end) & (DIGIT | 8)) !== 0) {
    // `1m23s`: letters, then digits again.
    if (
      unitEnd - at === 1 &&
      at === e &&
      (classAt(b, unitEnd, end) & DIGIT) !== 0 &&
      DURATION_UNITS.has(wordHash(b, at, unitEnd))
    ) {
      const rest = skipNumber(b, unitEnd, end);
      return findUnit(b, rest, end);
    }
    return 0;
  }
  const unit = wordHash(b, at, unitEnd);
  // A spaced single letter is a word of its own ("3 m" is rare, "3 s" is not).
  if (at > e && unitEnd - at === 1 && ((b[at] as number) | 0x20) !== 0x73 && b[at] !== 0x42) return 0;
  if (DURATION_UNITS.has(unit)) {
    found.symbol = SYMBOLS.dur;
    return joinDuration(b, unitEnd, end);
  }
  if (!SIZE_UNITS.has(unit) && !(at === e && unitEnd - at === 1 && (b[at] === 0x4d || b[at] === 0x47))) return 0;
  found.symbol = SYMBOLS.size;
  // A rate: `MB/s`, `KB/sec`.
  const per = b[unitEnd] === 0x2f ? skipClass(b, unitEnd + 1, end, LETTER) : unitEnd;
  return per > unitEnd + 1 && DURATION_UNITS.has(wordHash(b, unitEnd + 1, per)) ? per : unitEnd;
}

/** `2 minutes 3 seconds`, `1h 2m`: a further number with a duration unit belongs to the same duration. */
function joinDuration(b: Uint8Array, unitEnd: number, end: number): number {
  let next = unitEnd;
  if (b[next] === 0x2c) next++;
  next = skipClass(b, next, end, SPACE);
  if ((classAt(b, next, end) & DIGIT) === 0) return unitEnd;
  const more = findUnit(b, skipNumber(b, next, end), end);
  const isDuration = found.symbol === SYMBOLS.dur && more > 0;
  found.symbol = SYMBOLS.dur;
  return isDuration ? more : unitEnd;
}

/** End of digits with thousands commas and one decimal part. */
function skipNumber(b: Uint8Array, s: number, end: number): number {
  let at = skipClass(b, s, end, DIGIT);
  while (b[at] === 0x2c && digits(b, at + 1, 3, end) && (classAt(b, at + 4, end) & WORD) === 0) at += 4;
  if (b[at] === DOT && (classAt(b, at + 1, end) & DIGIT) !== 0) at = skipClass(b, at + 1, end, DIGIT);
  return at;
}

/** Number of dots between digit runs from `s`: two make a version. */
function dotsFrom(b: Uint8Array, s: number, end: number): number {
  let dots = 0;
  let at = skipClass(b, s, end, DIGIT);
  while (b[at] === DOT && (classAt(b, at + 1, end) & DIGIT) !== 0) {
    dots++;
    at = skipClass(b, at + 1, end, DIGIT);
  }
  return dots;
}

function findVersion(b: Uint8Array, s: number, from: number, end: number): number {
  const dots = dotsFrom(b, s, end);
  if (dots === 0) return 0;
  const p = s > from ? (b[s - 1] as number) : 0x20;
  // One dot is a decimal, unless it hangs on a name: `node-18.2`, `go@1.21`, `HTTP/1.1`, `ubuntu=22.04`.
  const hangs = p === DASH || p === 0x40 || p === 0x2f || p === 0x3d || p === 0x5f;
  if (
    dots === 1 &&
    !(hangs && s - 1 > from) &&
    !(wordBefore(b, s, from) && KEEPS_NUMBER.has(wordHash(b, lastPart(b), before.to)))
  )
    return 0;
  let at = skipClass(b, s, end, DIGIT);
  while (b[at] === DOT && (classAt(b, at + 1, end) & DIGIT) !== 0) at = skipClass(b, at + 1, end, DIGIT);
  found.symbol = KEEP;
  return at;
}

/** What starts with a digit at `s`; `e` is the end of its word. Returns the end of what `found.symbol` covers. */
export function findNumber(b: Uint8Array, s: number, e: number, from: number, end: number): number {
  const digitEnd = skipClass(b, s, e, DIGIT);
  if (digitEnd === s + 1 && b[s] === 0x30 && ((b[s + 1] as number) | 0x20) === 0x78 && e > s + 2) {
    found.symbol = SYMBOLS.addr;
    return e;
  }
  if (digitEnd === e || b[digitEnd] === 0x54) {
    const date = findDate(b, s, digitEnd, end);
    if (date > 0) return date;
    if (digitEnd === e) {
      const time = findClock(b, s, e, from, end);
      if (time > 0) return time;
      if (b[e] === DOT) {
        // Behind a dash it is the version of a package.
        const ip = s > from && b[s - 1] === DASH ? 0 : findIp(b, s, end);
        if (ip > 0) return ip;
        const version = findVersion(b, s, from, end);
        if (version > 0 && (dotsFrom(b, s, end) > 1 || findUnit(b, version, end) === 0)) {
          found.symbol = KEEP;
          return version;
        }
      }
    } else if (digitEnd - s === 8 && digits(b, digitEnd + 1, 6, end)) {
      found.symbol = SYMBOLS.time;
      return e;
    }
  }
  if (isHash(b, s, e, from)) return e;
  const numberEnd = digitEnd === e || b[digitEnd] === DOT ? skipNumber(b, s, end) : digitEnd;
  const unit = findUnit(b, numberEnd, end);
  if (unit > 0) {
    if (isLimit(b, s, from)) found.symbol = KEEP;
    return unit;
  }
  return findPlain(b, s, e, numberEnd, from, end);
}

/** A number without a unit: port, evidence, zero, or a counter. */
function findPlain(b: Uint8Array, s: number, e: number, numberEnd: number, from: number, end: number): number {
  found.symbol = SYMBOLS.num;
  if (numberEnd < e) {
    // `3rd`, `2x`, `7z9kq1…`: a long mixture is a random name, else the digits are masked and the letters stay.
    if (e - s >= 10) {
      found.symbol = SYMBOLS.id;
      return e;
    }
    return numberEnd;
  }
  if (numberEnd === e) {
    if (e - s === 1 && b[s] === 0x30) {
      if (isZeroCount(b, s, from, end)) found.symbol = KEEP;
    } else if (b[s - 1] === COLON && e - s >= 4 && e - s <= 5 && isHostBefore(b, s - 1, from))
      found.symbol = SYMBOLS.port;
    else if (isEvidence(b, s, e, from, end)) found.symbol = KEEP;
    else if (e - s >= 6 && s > from && isGlue(b[s - 1] as number)) found.symbol = SYMBOLS.hash;
  }
  return numberEnd;
}

/** `Failures: 0`, `failed=0`, `(0 errors)`, `with 0 errors`: none and some are two events. `case 0` and `x[0]` are not. */
function isZeroCount(b: Uint8Array, s: number, from: number, end: number): boolean {
  let at = s;
  while (at > from && b[at - 1] === 0x20) at--;
  const p = at > from ? b[at - 1] : COLON;
  if (p === COLON || p === 0x3d || p === 0x2c || p === 0x28) return true;
  const word = skipClass(b, s + 1, end, SPACE);
  return word > s + 1 && ZERO_NOUNS.has(wordHash(b, word, skipClass(b, word, end, LETTER)));
}

/** `/`, `@`, `:`, `-` and `=` tie an identifier to what stands before it: hashes come out all digits by chance. */
const isGlue = (c: number): boolean => c === 0x2f || c === 0x40 || c === COLON;

const isHostBefore = (b: Uint8Array, colon: number, from: number): boolean =>
  colon > from && ((CLASS[b[colon - 1] as number] as number) & (DIGIT | LETTER)) !== 0;

/** Hexadecimal of one case with digits and letters, 6 or more (5 behind `@`, as Java prints objects). */
export function isHash(b: Uint8Array, s: number, e: number, from: number): boolean {
  const n = e - s;
  if (n < 6 && !(n >= 5 && s > from && b[s - 1] === 0x40)) return false;
  let seen = 0;
  for (let i = s; i < e; i++) {
    const c = CLASS[b[i] as number] as number;
    if ((c & HEX) === 0) return false;
    seen |= c;
  }
  if ((seen & LETTER) === 0 || (seen & DIGIT) === 0 || (seen & LETTER) === LETTER) return false;
  found.symbol = SYMBOLS.hash;
  return true;
}

/** Changes between letters and digits inside a word: names have few, random names many. */
export function countTurns(b: Uint8Array, s: number, e: number): number {
  let turns = 0;
  let last = 0;
  for (let i = s; i < e; i++) {
    const c = (CLASS[b[i] as number] as number) & (DIGIT | LETTER);
    const kind = c === 0 ? 0 : c === DIGIT ? 1 : 2;
    if (kind !== 0 && last !== 0 && kind !== last) turns++;
    if (kind !== 0) last = kind;
  }
  return turns;
}
