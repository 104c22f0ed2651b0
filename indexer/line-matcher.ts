// Tests real lines against a query: literals on bytes, everything else by RE2JS on the text of the line. What this says is
// the answer; an index only saves it work.
import { foldAscii, textFinder } from './find-text.ts';
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
  const finder = textFinder(needle, { ignoreCase: false });
  return {
    nextLine(text, from, to) {
      const at = finder.find(text, from, to);
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

const KELVIN = Buffer.from('\u212a', 'utf8');
const LONG_S = Buffer.from('\u017f', 'utf8');
/** An ASCII literal in any case. Two characters outside of ASCII are ASCII letters in another case: lines with them go to RE2JS. */
function foldedMatcher(query: Query, needle: Buffer): LineMatcher {
  const folded = query.text.toLowerCase();
  const specials = [...(folded.includes('k') ? [KELVIN] : []), ...(folded.includes('s') ? [LONG_S] : [])];
  const finder = textFinder(needle, { ignoreCase: true });
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
      const at = finder.find(text, from, to);
      return at < 0 ? to : lineStart(text, at, from);
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
  return {
    nextLine: lineFilter(query) ?? ((_text, from) => from),
    match(line) {
      const text = patternText(line);
      // measured: an automaton answers this several times faster than what also finds the place.
      if (!pattern.test(text)) return undefined;
      const matcher = pattern.matcher(text);
      return matcher.find() ? { start: matcher.start(group), end: matcher.end(group) } : undefined;
    },
  };
}

type NextLine = LineMatcher['nextLine'];

/** A byte search for a text that every match must contain; undefined when there is none worth looking for. */
function lineFilter(query: Query): NextLine | undefined {
  const required: RequiredText | undefined =
    query.kind === 'literal' ? { kind: 'text', text: query.text } : requiredText(query.text);
  return required === undefined ? undefined : filterOf(required, query.ignoreCase)?.next;
}

/** `size`: of the shortest text that it looks for. */
interface Filter {
  readonly next: NextLine;
  readonly size: number;
}

function filterOf(required: RequiredText, ignoreCase: boolean): Filter | undefined {
  if (required.kind === 'text') return filterOfText(required.text, ignoreCase);
  const filters = required.parts.map((part) => filterOf(part, ignoreCase));
  const known = filters.filter((filter) => filter !== undefined).sort((a, b) => b.size - a.size);
  if (required.kind === 'all') return known[0];
  return known.length < filters.length || known.length > MAX_ALTERNATIVES ? undefined : firstOf(known);
}

/** chosen: each goes over the whole text by itself. */
const MAX_ALTERNATIVES = 16;

/** Bytes of a text in another case are certain in ASCII alone; the longest run of that will do. */
function filterOfText(text: string, ignoreCase: boolean): Filter | undefined {
  const [longest] = (text.match(ignoreCase ? /\p{ASCII}+/gu : /[^\ufffd]+/gu) ?? []).sort(
    (a, b) => b.length - a.length,
  );
  if (longest === undefined) return undefined;
  const query = { kind: 'literal', text: longest, ignoreCase, word: false, visible: false } as const;
  return { next: createMatcher(query).nextLine, size: longest.length };
}

/** The next line that one of several filters lets through; each looks on only from where it last found one. */
function firstOf(filters: readonly Filter[]): Filter {
  let last: { readonly text: Buffer; readonly to: number; readonly lines: number[]; from: number } | undefined;
  return {
    size: filters.at(-1)?.size ?? 0,
    next(text, from, to) {
      if (last === undefined || last.text !== text || last.to !== to || from < last.from)
        last = { text, to, from, lines: filters.map(() => -1) };
      const { lines } = last;
      last.from = from;
      filters.forEach(({ next }, n) => {
        if ((lines[n] as number) < from) lines[n] = next(text, from, to);
      });
      return Math.min(...lines);
    },
  };
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
