// Tests real lines against a query: literals on bytes, everything else by RE2JS on the text of the line. What this says is
// the answer; an index only saves it work.
import { patternText, shownLength } from './line-text.ts';
import type { Query } from './log-index.ts';
import { compilePattern, type RequiredText, requiredText } from './query-pattern.ts';

/** UTF-16 offsets in the shown text. */
export interface MatchSpan {
  readonly start: number;
  readonly end: number;
}

export interface LineMatcher {
  /**
   * Start of the next line in `text[from, to)` that may match, or `to`: found by a byte search where the query allows, else
   * `from`. `from` is a line start.
   */
  nextLine(text: Buffer, from: number, to: number): number;
  /** The first match in a line without its line feed. */
  match(line: Buffer): MatchSpan | undefined;
}

/** The matcher of a query. */
export function createMatcher(query: Query): LineMatcher {
  const isAscii = /^\p{ASCII}*$/u.test(query.text);
  if (query.kind === 'regex' || (query.ignoreCase && !isAscii)) return patternMatcher(query);
  const needle = Buffer.from(query.text, 'utf8');
  return query.ignoreCase ? foldedMatcher(query, needle) : literalMatcher(query, needle);
}

const LF = 0x0a;

/** Start of the line that has byte `at`. */
const lineStart = (text: Buffer, at: number, from: number): number => {
  const before = at > from ? text.lastIndexOf(LF, at - 1) : -1;
  return before < from ? from : before + 1;
};

function literalMatcher(query: Query, needle: Buffer): LineMatcher {
  return {
    nextLine(text, from, to) {
      const at = text.subarray(0, to).indexOf(needle, from);
      return at < 0 ? to : lineStart(text, at, from);
    },
    match(line) {
      for (let at = line.indexOf(needle); at >= 0; at = line.indexOf(needle, at + 1)) {
        const end = at + needle.length;
        if (!query.word || isFree(line, at, end)) return spanOf(line, at, end);
      }
      return undefined;
    },
  };
}

const spanOf = (line: Buffer, start: number, end: number): MatchSpan => {
  const startUnits = shownLength(line, start);
  return { start: startUnits, end: startUnits + shownLength(line.subarray(start), end - start) };
};

/**
 * `text[from, to)`, a character for each byte, with ASCII capitals folded. Bytes from 0x80 on become each other, never ASCII.
 * measured: a third of the time of a loop over bytes.
 */
const foldAscii = (text: Buffer, from: number, to: number): string => text.toString('latin1', from, to).toLowerCase();

const KELVIN = Buffer.from('\u212a', 'utf8');
const LONG_S = Buffer.from('\u017f', 'utf8');
/** chosen: folding a piece at a time stays in the cache, and stops early where matches are frequent. */
const FOLD_PIECE = 32_768;

/** Folds a text piece by piece; a piece with many matches is asked for again and again, and folded once. */
function pieceFolder(overlap: number): (text: Buffer, piece: number) => string {
  let last: { readonly text: Buffer; readonly piece: number; readonly folded: string } | undefined;
  return (text, piece) => {
    if (last?.text !== text || last.piece !== piece) {
      const start = piece * FOLD_PIECE;
      last = { text, piece, folded: foldAscii(text, start, Math.min(text.length, start + FOLD_PIECE + overlap)) };
    }
    return last.folded;
  };
}

/** An ASCII literal in any case. Two characters outside of ASCII are ASCII letters in another case: lines with them go to RE2JS. */
function foldedMatcher(query: Query, needle: Buffer): LineMatcher {
  const folded = query.text.toLowerCase();
  const specials = [...(folded.includes('k') ? [KELVIN] : []), ...(folded.includes('s') ? [LONG_S] : [])];
  const foldPiece = pieceFolder(needle.length - 1);
  let slow: LineMatcher | undefined;
  // The last stretch without a special character: asked for line by line, it would be searched again for each.
  let clean: { readonly text: Buffer; readonly from: number; readonly to: number } | undefined;
  const isClean = (text: Buffer, from: number, to: number): boolean => {
    if (specials.length === 0) return true;
    if (clean !== undefined && clean.text === text && clean.from <= from && clean.to >= to) return true;
    if (isSpecial(text.subarray(from, to))) return false;
    clean = { text, from, to };
    return true;
  };
  const isSpecial = (bytes: Buffer): boolean => specials.some((special) => bytes.includes(special));
  return {
    nextLine(text, from, to) {
      if (!isClean(text, from, to)) return from;
      for (let piece = Math.floor(from / FOLD_PIECE); piece * FOLD_PIECE < to; piece++) {
        const start = piece * FOLD_PIECE;
        const at = foldPiece(text, piece).indexOf(folded, from - start);
        if (at >= 0) return start + at + folded.length > to ? to : lineStart(text, start + at, from);
      }
      return to;
    },
    match(line) {
      if (specials.length > 0 && isSpecial(line)) {
        slow ??= patternMatcher(query);
        return slow.match(line);
      }
      const text = foldAscii(line, 0, line.length);
      for (let at = text.indexOf(folded); at >= 0; at = text.indexOf(folded, at + 1)) {
        const end = at + folded.length;
        if (!query.word || isFree(line, at, end)) return spanOf(line, at, end);
      }
      return undefined;
    },
  };
}

function patternMatcher(query: Query): LineMatcher {
  const { pattern, group } = compilePattern(query);
  const filter = prefilterOf(query);
  return {
    nextLine: filter === undefined ? (_text, from) => from : filter.nextLine,
    match(line) {
      const text = patternText(line);
      // measured: an automaton answers this several times faster than what also finds the place.
      if (!pattern.test(text)) return undefined;
      const matcher = pattern.matcher(text);
      return matcher.find() ? { start: matcher.start(group), end: matcher.end(group) } : undefined;
    },
  };
}

/** A byte search for a text that every match must contain; undefined when there is none worth looking for. */
function prefilterOf(query: Query): LineMatcher | undefined {
  if (query.kind === 'literal') return undefined;
  const required = requiredText(query.text);
  const text = required === undefined ? undefined : longestText(required);
  if (text === undefined || !/^\p{ASCII}+$/u.test(text)) return undefined;
  return createMatcher({ kind: 'literal', text, ignoreCase: query.ignoreCase, word: false, visible: false });
}

function longestText(required: RequiredText): string | undefined {
  if (required.kind === 'text') return required.text;
  if (required.kind === 'any') return undefined;
  const texts = required.parts.map(longestText).filter((text) => text !== undefined);
  return texts.sort((a, b) => b.length - a.length)[0];
}

/** What ripgrep's `-w` takes for a part of a word. */
const WORD = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]/u;

/** Whether no word character stands beside `line[start, end)`. */
function isFree(line: Buffer, start: number, end: number): boolean {
  return !isWordCharacter(characterBefore(line, start)) && !isWordCharacter(characterAt(line, end));
}

const isWordCharacter = (character: string): boolean => character !== '' && WORD.test(character);

function characterBefore(line: Buffer, end: number): string {
  let start = end - 1;
  while (start > 0 && end - start < 4 && ((line[start] as number) & 0xc0) === 0x80) start--;
  return start < 0 ? '' : ([...patternText(line.subarray(start, end))].at(-1) ?? '');
}

const characterAt = (line: Buffer, start: number): string =>
  start >= line.length ? '' : ([...patternText(line.subarray(start, start + 4))][0] ?? '');
