// The one pass over the lines of a log: visible bytes, time stamp and template hash of each. It goes on by itself, and stops
// at lines that JavaScript has to see: marks of runners, templates that are new and may be errors.
import { editCount, editStart, editStop } from './edits.ts';
import { DOCUMENTS, LINE, MARGIN, TEXT } from './layout.ts';
import { isMarkStart, mayHideMark } from './marks-of-runners.ts';
import { maskTemplate } from './masker.ts';
import { findNeedles } from './needles.ts';
import { changedColumns, clearPrefixes, forgetColumns, lineTimeMs, skipPrefix, skipStamps } from './prefix.ts';
import { showLine, shownEnd, shownStart } from './shown.ts';
import { addTemplate, clearTemplates, isMarked, isNewTemplate, mark } from './templates.ts';

const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const TAB: u8 = 0x09;
/** Bytes of a line that rules see: bounds every pattern's time (chosen; error messages come first in a line). */
const RULE_BYTES: usize = 600;

/** Why the scan stops. The same numbers stand in line-scanner.ts. */
const SEEN: i32 = 1;
const HIDDEN: i32 = 2;
const NEW: i32 = 4;
const MARKED: i32 = 8;
const NEEDLE: i32 = 16;
const MARK: i32 = 32;

/** What is kept of each line: templates with their counts, or time and hash of every line. */
const COUNTED: i32 = 0;
let keeps: i32 = COUNTED;

let textEnd: usize = TEXT;
let cursor: usize = TEXT;
let records: usize = DOCUMENTS;
let line: u32 = 0;
let stopsAlways: boolean = false;
let firstMs: f64 = NaN;
let lastMs: f64 = NaN;
let lineEnd: usize = TEXT;
let isPlain: boolean = true;

/** The next log. */
export function beginLog(kept: i32): void {
  keeps = kept;
  line = 0;
  stopsAlways = false;
  firstMs = NaN;
  lastMs = NaN;
  clearPrefixes();
  clearTemplates();
}

/** Whether to stop at each line. */
export function stopAlways(value: boolean): void {
  stopsAlways = value;
}

/** The next whole lines of the log are in place; only the last piece may lack the final LF. */
export function beginPiece(bytes: u32): void {
  textEnd = TEXT + bytes;
  memory.fill(textEnd, 0, MARGIN);
  cursor = TEXT;
  records = DOCUMENTS;
}

/** Lines of the log so far. */
export function lineCount(): u32 {
  return line;
}
/** The first time stamp of the log; NaN without one. */
export function firstTimeMs(): f64 {
  return firstMs;
}
/** The last one; NaN without one. */
export function lastTimeMs(): f64 {
  return lastMs;
}
/** Goes on to the next line that has to be seen and says why; 0 at the end of the piece. */
export function nextStop(): i32 {
  while (cursor < textEnd) {
    const start = cursor;
    findLineEnd(start);
    cursor = lineEnd + 1;
    line++;
    const rawBody = skipPrefix(start, lineEnd);
    showLine(rawBody, lineEnd, isPlain);
    const body = skipStamps(shownStart(), shownEnd());
    const hash = maskTemplate(body, shownEnd());
    const ms = lineTimeMs();
    if (!isNaN(ms)) {
      if (isNaN(firstMs)) firstMs = ms;
      lastMs = ms;
    }
    let why = stepReasons(rawBody, body);
    let index: i32 = -1;
    if (keeps !== COUNTED) keepRecord(hash, start, ms);
    else if (hash !== 0) {
      index = addTemplate(hash, line);
      why = templateReasons(why, index, body);
    }
    if (why === 0) continue;
    writeLine(rawBody, body, hash, index);
    return why;
  }
  return 0;
}

/** The line `[TEXT, TEXT + bytes)` by itself, whatever came before: the prefixes of a line don't depend on others. */
export function scanSingle(bytes: u32): void {
  beginPiece(bytes);
  forgetColumns();
  lineEnd = textEnd;
  const rawBody = skipPrefix(TEXT, lineEnd);
  showLine(rawBody, lineEnd, false);
  const body = skipStamps(shownStart(), shownEnd());
  writeLine(rawBody, body, maskTemplate(body, shownEnd()), -1);
}

/** The template of the bytes `[TEXT + from, TEXT + to)`, whatever they are a part of. */
export function maskBytes(from: u32, to: u32): u32 {
  return maskTemplate(TEXT + from, TEXT + to);
}

/** Finds the line end, and whether anything in the line is invisible: 16 bytes a step. */
function findLineEnd(start: usize): void {
  isPlain = true;
  for (let at = start; ; at += 16) {
    const bytes = v128.load(at);
    const isControl = v128.andnot(i8x16.lt_u(bytes, i8x16.splat(0x20)), i8x16.eq(bytes, i8x16.splat(<i8>TAB)));
    for (let bits = i8x16.bitmask(isControl); bits !== 0; bits &= bits - 1) {
      const found = at + <usize>ctz(bits);
      lineEnd = found;
      if (found >= textEnd || load<u8>(found) === LF) {
        lineEnd = min(found, textEnd);
        return;
      }
      // A CR right before the LF is a line end of Windows runners, not an overwrite.
      if (load<u8>(found) !== CR || load<u8>(found + 1) !== LF) isPlain = false;
    }
  }
}

function stepReasons(rawBody: usize, body: usize): i32 {
  let why = stopsAlways || changedColumns() !== 0 ? SEEN : 0;
  if (isMarkStart(body, shownEnd())) why |= MARK;
  if (!isPlain && mayHideMark(rawBody, lineEnd)) why |= HIDDEN;
  return why;
}

function templateReasons(step: i32, index: i32, body: usize): i32 {
  const isNew = isNewTemplate();
  const isOfEcho = !isNew && index >= 0 && isMarked(index);
  if (!isNew && !isOfEcho) return step;
  const hasNeedle = findNeedles(body, min(shownEnd(), body + RULE_BYTES));
  if (step === 0 && !hasNeedle) {
    if (isOfEcho) mark(index, 0);
    return 0;
  }
  return step | (isNew ? NEW : MARKED) | (hasNeedle ? NEEDLE : 0);
}

function keepRecord(hash: u32, start: usize, ms: f64): void {
  store<u32>(records, hash);
  store<u32>(records, <u32>(start - TEXT), 4);
  store<f64>(records, ms, 8);
  records += 16;
}

/** For JavaScript: line-scanner.ts knows the places. */
function writeLine(rawBody: usize, body: usize, hash: u32, index: i32): void {
  store<f64>(LINE, lineTimeMs());
  store<u32>(LINE, line, 8);
  store<u32>(LINE, <u32>rawBody, 16);
  store<u32>(LINE, <u32>lineEnd, 20);
  store<u32>(LINE, <u32>shownStart(), 24);
  store<u32>(LINE, <u32>body, 28);
  store<u32>(LINE, <u32>shownEnd(), 32);
  store<u32>(LINE, hash, 36);
  store<i32>(LINE, index, 40);
  store<u32>(LINE, <u32>changedColumns(), 44);
  store<u32>(LINE, editCount(), 48);
  store<u32>(LINE, <u32>editStart(), 52);
  store<u32>(LINE, <u32>editStop(), 56);
}
