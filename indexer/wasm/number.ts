// Recognisers of the masker: what starts at a word that holds a digit, and where it ends. Each returns the end of what it
// recognised, or 0; `foundSymbol` says what. All bounded by the line.
import { areDigits, classAt, classOf, DIGIT, LETTER, LOWER, SPACE, skipClass, UPPER, WORD } from './classes.ts';
import { isHash } from './names.ts';
import { ADDRESS, DATE, DURATION, HASH, ID, IP, KEEP, NUMBER, PERCENTAGE, PORT, SIZE, TIME } from './symbols.ts';
import { DURATION_UNITS, isIn, KEEPS_NUMBER, LIMIT_WORDS, SIZE_UNITS, ZERO_NOUNS } from './word-sets.ts';

const DASH: u8 = 0x2d;
const DOT: u8 = 0x2e;
const COLON: u8 = 0x3a;

let symbol: i32 = KEEP;

/** What the last recogniser found: the symbol of a placeholder, or KEEP. */
export function foundSymbol(): i32 {
  return symbol;
}

/** `hh:mm[:ss[.fraction]][ AM]` at `s`; not after a colon, where it is `file:line:col`. */
function findClock(s: usize, e: usize, from: usize, end: usize): usize {
  if (e - s > 2 || load<u8>(e) !== COLON || !areDigits(e + 1, 2, end)) return 0;
  if (s > from && load<u8>(s - 1) === COLON) return 0;
  let at = e + 3;
  if ((classAt(at, end) & WORD) !== 0) return 0;
  if (at < end && load<u8>(at) === COLON) {
    if (!areDigits(at + 1, 2, end)) return 0;
    at += 3;
    const point = load<u8>(at);
    if ((point === DOT || point === 0x2c) && (classAt(at + 1, end) & DIGIT) !== 0) at = skipClass(at + 1, end, DIGIT);
  } else if (load<u8>(at) === DOT && (classAt(at + 1, end) & DIGIT) !== 0) at = skipClass(at + 1, end, DIGIT);
  if (at < end) at = skipZone(at, end);
  symbol = TIME;
  return at;
}

/** Behind a time of day: `Z`, `+02:00`, ` AM`. */
function skipZone(zone: usize, end: usize): usize {
  let at = zone;
  const first = load<u8>(at);
  if (first === 0x5a) return at + 1;
  if ((first === 0x2b || first === DASH) && areDigits(at + 1, 2, end)) {
    at += 3;
    if (at < end && load<u8>(at) === COLON) at++;
    return areDigits(at, 2, end) ? at + 2 : at;
  }
  if (at + 2 >= end || first !== 0x20 || (load<u8>(at + 2) | 0x20) !== 0x6d) return at;
  const half = load<u8>(at + 1) | 0x20;
  return half === 0x61 || half === 0x70 ? at + 3 : at;
}

/** A date at `s`, with the time of day behind it if there is one. */
function findDate(s: usize, e: usize, end: usize): usize {
  const separator = load<u8>(e);
  if (separator !== DASH && separator !== 0x2f && separator !== DOT) return 0;
  const isSplit = areDigits(e + 1, 2, end) && load<u8>(e + 3) === separator;
  let at: usize = 0;
  if (isSplit && e - s === 4 && areDigits(e + 4, 2, end)) at = e + 6;
  else if (isSplit && e - s === 2 && separator !== DOT && areDigits(e + 4, 2, end)) {
    at = e + 6;
    if (areDigits(at, 2, end)) at += 2;
  }
  if (at === 0) return 0;
  const glue = load<u8>(at);
  symbol = DATE;
  if ((glue === 0x54 || glue === 0x20 || glue === COLON) && areDigits(at + 1, 1, end)) {
    const clockEnd = findClock(at + 1, skipClass(at + 1, end, DIGIT), s, end);
    if (clockEnd > 0) return clockEnd;
    symbol = DATE;
  }
  if (glue === 0x54 && areDigits(at + 1, 6, end)) {
    symbol = TIME;
    return skipClass(at + 1, end, WORD);
  }
  return (classAt(at, end) & WORD) !== 0 ? 0 : at;
}

/** Four numbers up to 255 with dots. */
function findIp(s: usize, end: usize): usize {
  let at = s;
  for (let part = 0; part < 4; part++) {
    const partEnd = skipClass(at, end, DIGIT);
    if (partEnd === at || partEnd - at > 3) return 0;
    let value: u32 = 0;
    for (let k = at; k < partEnd; k++) value = value * 10 + load<u8>(k) - 0x30;
    if (value > 255) return 0;
    at = partEnd;
    if (part < 3) {
      if (load<u8>(at) !== DOT) return 0;
      at++;
    }
  }
  if ((classAt(at, end) & WORD) !== 0 || (load<u8>(at) === DOT && (classAt(at + 1, end) & DIGIT) !== 0)) return 0;
  symbol = IP;
  return at;
}

let wordFrom: usize = 0;
let wordTo: usize = 0;

/** The word that ends right before `s`, over up to three of ` :=("'#[<`: `[wordFrom, wordTo)`. */
function findWordBefore(s: usize, from: usize): boolean {
  let at = s;
  for (let k = 0; k < 3 && at > from; k++) {
    const c = load<u8>(at - 1);
    const isBlank = c === 0x20 || c === COLON || c === 0x3d || c === 0x28 || c === 0x22;
    if (isBlank || c === 0x27 || c === 0x23 || c === 0x5b || c === 0x3c) at--;
    else break;
  }
  wordTo = at;
  while (at > from && (classOf(at - 1) & (LETTER | 8)) !== 0 && wordTo - at < 16) at--;
  wordFrom = at;
  return at < wordTo;
}

/** Whether a word of `set`, or an identifier that ends in one such as `exit_code`, stands before `s`. */
function isBehind(set: usize, s: usize, from: usize): boolean {
  if (!findWordBefore(s, from)) return false;
  let at = wordTo;
  while (at > wordFrom && load<u8>(at - 1) !== 0x5f) at--;
  return isIn(set, at, wordTo);
}

/** Whether the integer `[s, e)` is evidence: after an exit, status or limit word, or an HTTP status by its form. */
function isEvidence(s: usize, e: usize, from: usize, end: usize): boolean {
  if (e - s <= 6 && isBehind(KEEPS_NUMBER, s, from)) return true;
  if (e - s !== 3) return false;
  const first = load<u8>(s);
  if (first < 0x31 || first > 0x35) return false;
  // `HTTP/1.1" 404 `, `/path 200 ` of access logs, `404 Not Found`, `503: Service Unavailable`.
  if (s > from + 1 && load<u8>(s - 1) === 0x20 && load<u8>(s - 2) === 0x22) return true;
  if (first >= 0x34 && (load<u8>(e) === 0x20 || load<u8>(e) === COLON)) {
    const word = skipClass(e + 1, end, SPACE);
    if ((classAt(word, end) & UPPER) !== 0 && (classAt(word + 1, end) & LOWER) !== 0) return true;
  }
  let at = s - 1;
  if (at < from || load<u8>(at) !== 0x20) return false;
  while (at > from && (classOf(at - 1) & SPACE) === 0 && s - at < 200) at--;
  return load<u8>(at) === 0x2f && at < s - 2;
}

/** End of a number's unit at `e` (one space allowed), composites such as `1m 23.4s` included; 0 without a unit. */
function findUnit(e: usize, end: usize): usize {
  if (e >= end) return 0;
  if (load<u8>(e) === 0x25) {
    symbol = PERCENTAGE;
    return e + 1;
  }
  let at = load<u8>(e) === 0x20 ? e + 1 : e;
  if (load<u8>(at) === 0xc2 && load<u8>(at + 1) === 0xb5) at += 2;
  const unitEnd = skipClass(at, end, LETTER);
  if (unitEnd === at || unitEnd - at > 12 || (classAt(unitEnd, end) & (DIGIT | 8)) !== 0) {
    // `1m23s`: letters, then digits again.
    const isJoined = unitEnd - at === 1 && at === e && (classAt(unitEnd, end) & DIGIT) !== 0;
    return isJoined && isIn(DURATION_UNITS, at, unitEnd) ? findUnit(skipNumber(unitEnd, end), end) : 0;
  }
  // A spaced single letter is a word of its own ("3 m" is rare, "3 s" is not).
  if (at > e && unitEnd - at === 1 && (load<u8>(at) | 0x20) !== 0x73 && load<u8>(at) !== 0x42) return 0;
  if (isIn(DURATION_UNITS, at, unitEnd)) {
    symbol = DURATION;
    return joinDuration(unitEnd, end);
  }
  if (!isIn(SIZE_UNITS, at, unitEnd)) {
    if (at !== e || unitEnd - at !== 1 || (load<u8>(at) !== 0x4d && load<u8>(at) !== 0x47)) return 0;
  }
  symbol = SIZE;
  // A rate: `MB/s`, `KB/sec`.
  const per = load<u8>(unitEnd) === 0x2f ? skipClass(unitEnd + 1, end, LETTER) : unitEnd;
  return per > unitEnd + 1 && isIn(DURATION_UNITS, unitEnd + 1, per) ? per : unitEnd;
}

/** `2 minutes 3 seconds`, `1h 2m`: a further number with a duration unit belongs to the same duration. */
function joinDuration(unitEnd: usize, end: usize): usize {
  let next = unitEnd;
  if (load<u8>(next) === 0x2c) next++;
  next = skipClass(next, end, SPACE);
  if ((classAt(next, end) & DIGIT) === 0) return unitEnd;
  const more = findUnit(skipNumber(next, end), end);
  const isDuration = symbol === DURATION && more > 0;
  symbol = DURATION;
  return isDuration ? more : unitEnd;
}

/** End of digits with thousands commas and one decimal part. */
function skipNumber(s: usize, end: usize): usize {
  let at = skipClass(s, end, DIGIT);
  while (load<u8>(at) === 0x2c && areDigits(at + 1, 3, end) && (classAt(at + 4, end) & WORD) === 0) at += 4;
  if (load<u8>(at) === DOT && (classAt(at + 1, end) & DIGIT) !== 0) at = skipClass(at + 1, end, DIGIT);
  return at;
}

/** Number of dots between digit runs from `s`: two make a version. `dotsEnd` is behind the last run. */
let dotsEnd: usize = 0;
function countDots(s: usize, end: usize): i32 {
  let dots = 0;
  let at = skipClass(s, end, DIGIT);
  while (load<u8>(at) === DOT && (classAt(at + 1, end) & DIGIT) !== 0) {
    dots++;
    at = skipClass(at + 1, end, DIGIT);
  }
  dotsEnd = at;
  return dots;
}

/** A version at `s`, which stays, or 0. */
function findVersion(s: usize, from: usize, end: usize): usize {
  const dots = countDots(s, end);
  const to = dotsEnd;
  if (dots === 0) return 0;
  if (dots > 1) return to;
  // One dot is a decimal, unless it hangs on a name: `node-18.2`, `go@1.21`, `HTTP/1.1`, `ubuntu=22.04`.
  const p = s > from ? load<u8>(s - 1) : 0x20;
  const isHung = p === DASH || p === 0x40 || p === 0x2f || p === 0x3d || p === 0x5f;
  if (!(isHung && s - 1 > from) && !isBehind(KEEPS_NUMBER, s, from)) return 0;
  return findUnit(to, end) === 0 ? to : 0;
}

/** What starts with a digit at `s`; `e` is the end of its word. Returns the end of what `foundSymbol` covers. */
export function findNumber(s: usize, e: usize, from: usize, end: usize): usize {
  const digitEnd = skipClass(s, e, DIGIT);
  if (digitEnd === s + 1 && load<u8>(s) === 0x30 && (load<u8>(s + 1) | 0x20) === 0x78 && e > s + 2) {
    symbol = ADDRESS;
    return e;
  }
  if (digitEnd === e || load<u8>(digitEnd) === 0x54) {
    const found = findStamp(s, e, digitEnd, from, end);
    if (found > 0) return found;
  }
  if (isHash(s, e, from)) {
    symbol = HASH;
    return e;
  }
  const numberEnd = digitEnd === e || load<u8>(digitEnd) === DOT ? skipNumber(s, end) : digitEnd;
  const unit = findUnit(numberEnd, end);
  if (unit > 0) {
    // `limit 300s`, `of 600 s`, `timeout: 30s`.
    if (isBehind(LIMIT_WORDS, s, from)) symbol = KEEP;
    return unit;
  }
  return findPlain(s, e, numberEnd, from, end);
}

/** Dates, times of day, addresses and versions, which go over more than one word. */
function findStamp(s: usize, e: usize, digitEnd: usize, from: usize, end: usize): usize {
  const date = findDate(s, digitEnd, end);
  if (date > 0) return date;
  if (digitEnd !== e) {
    if (digitEnd - s !== 8 || !areDigits(digitEnd + 1, 6, end)) return 0;
    symbol = TIME;
    return e;
  }
  const time = findClock(s, e, from, end);
  if (time > 0) return time;
  if (load<u8>(e) !== DOT) return 0;
  // Behind a dash it is the version of a package.
  const ip: usize = s > from && load<u8>(s - 1) === DASH ? 0 : findIp(s, end);
  if (ip > 0) return ip;
  const version = findVersion(s, from, end);
  if (version > 0) symbol = KEEP;
  return version;
}

/** A number without a unit: port, evidence, zero, or a counter. */
function findPlain(s: usize, e: usize, numberEnd: usize, from: usize, end: usize): usize {
  symbol = NUMBER;
  if (numberEnd < e) {
    // `3rd`, `2x`, `7z9kq1…`: a long mixture is a random name, else the digits are masked and the letters stay.
    if (e - s < 10) return numberEnd;
    symbol = ID;
    return e;
  }
  if (numberEnd === e) {
    if (e - s === 1 && load<u8>(s) === 0x30) {
      if (isZeroCount(s, from, end)) symbol = KEEP;
    } else if (load<u8>(s - 1) === COLON && e - s >= 4 && e - s <= 5 && isHostBefore(s - 1, from)) symbol = PORT;
    else if (isEvidence(s, e, from, end)) symbol = KEEP;
    else if (e - s >= 6 && s > from && isGlue(load<u8>(s - 1))) symbol = HASH;
  }
  return numberEnd;
}

/** `Failures: 0`, `failed=0`, `(0 errors)`, `with 0 errors`: none and some are two events. `case 0` and `x[0]` are not. */
function isZeroCount(s: usize, from: usize, end: usize): boolean {
  let at = s;
  while (at > from && load<u8>(at - 1) === 0x20) at--;
  const p = at > from ? load<u8>(at - 1) : COLON;
  if (p === COLON || p === 0x3d || p === 0x2c || p === 0x28) return true;
  const word = skipClass(s + 1, end, SPACE);
  return word > s + 1 && isIn(ZERO_NOUNS, word, skipClass(word, end, LETTER));
}

/** `/`, `@` and `:` tie an identifier to what stands before it: hashes come out all digits by chance. */
function isGlue(c: u8): boolean {
  return c === 0x2f || c === 0x40 || c === COLON;
}

function isHostBefore(colon: usize, from: usize): boolean {
  return colon > from && (classOf(colon - 1) & (DIGIT | LETTER)) !== 0;
}
