// Private keys in PEM and PuTTY form: over several lines, whatever stands before each, or in one line with `\n`.
// Certificates and public keys are no business of this file.
import { LINE_PREFIX } from './context.ts';
import type { Span } from './span.ts';
import { isWordy } from './value.ts';

/** A key that goes on in the next lines. */
export interface OpenKey {
  /** Lines left before it is given up: a truncated key must not swallow the log. */
  readonly linesLeft: number;
  /** Words before the key's text in a line (a time, a stream name): later lines have no more. */
  readonly wordsBefore: number;
}

/** chosen: an 8192-bit RSA key has 100 lines, a PGP key with its pictures some 300. */
const MAX_LINES = 400;

const BEGIN = /-{4,5} ?BEGIN (?:[A-Z0-9][A-Z0-9 .]{0,40} )?(?:PRIVATE KEY(?: BLOCK)?|STATIC KEY(?: V1)?) ?-{4,5}/iy;
const END = /-{4,5} ?END /;
/** chosen: room for written-out line ends, quotes and spaces between the mark and the key. */
const MAX_GAP = 64;
const NEWLINES = /^(?:\s|\\{1,4}[nrt]|&#1[03];|%0A|\\u000a|["'+,|>]){0,24}/i;

/** chosen: more than any runner's prefix of a line. */
const MAX_BEFORE = 512;

const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== '').length;
/** A key that starts far into a line is no line of a file: whatever comes next has fewer words before it. */
const wordsBefore = (text: string): number =>
  text.length > MAX_BEFORE ? MAX_BEFORE : countWords(text.slice(LINE_PREFIX.exec(text)?.[0].length ?? 0));

/** What a BEGIN mark at `from` leads to: a span in this line, or a key that is open at its end. */
export function findKeyBegin(line: string, from: number): { readonly span?: Span; readonly open?: OpenKey } {
  BEGIN.lastIndex = from;
  const mark = BEGIN.exec(line)?.[0];
  if (mark === undefined) return {};
  const open = { linesLeft: MAX_LINES, wordsBefore: wordsBefore(line.slice(0, from)) };
  const start = from + mark.length;
  const rest = line.slice(start, start + MAX_GAP);
  const gap = NEWLINES.exec(rest)?.[0].length ?? 0;
  if (gap === rest.length || /^[\s"'`,;:+\\|>)\]}]*(?:\\n)?["']?$/.test(rest)) return { open };
  const body = start + gap;
  if (!STARTS_BODY.test(line.slice(body, body + 24))) return {};
  const to = bodyEnd(line, body);
  const span: Span = { from: body, to, rule: 'private-key' };
  const isEnded = /^[\s\\nr"']{0,12}-{4,5} ?END/.test(line.slice(to, to + 24));
  return !isEnded && to >= line.length - 4 ? { span, open } : { span };
}

const STARTS_BODY = /^(?:[A-Za-z0-9+/=]{16}|(?:Proc-Type|Version|Comment|DEK-Info):)/i;
const BODY_PART =
  /[A-Za-z0-9+/=]{1,4096}|\\{1,4}[nr]|\s(?=[A-Za-z0-9+/=]{16})|%0A|&#1[03];|(?:Proc-Type|Version|Comment|DEK-Info): ?[\w.,() -]{0,80}/y;

/** How far a key in one line goes: base64 with written-out line ends, and headers. */
function bodyEnd(line: string, from: number): number {
  BODY_PART.lastIndex = from;
  let to = from;
  while (BODY_PART.test(line)) to = BODY_PART.lastIndex;
  return to;
}

/** `Private-Lines: 14` of a PuTTY key. */
export function findPuttyKey(line: string, to: number): OpenKey | undefined {
  const count = /^\s{0,4}(\d{1,3})\s*$/.exec(line.slice(to, to + 12))?.[1];
  return count === undefined ? undefined : { linesLeft: Number(count), wordsBefore: wordsBefore(line.slice(0, to)) };
}

const LAST_WORD =
  /(?:^|[\s"'`|>#*])([A-Za-z0-9+/]{1,200}={0,3}|=[A-Za-z0-9+/]{4})(?:\\{1,2}[nr]){0,2}["'`,;+\\ )\]}]{0,6}\s*$/;
const HEADER = /(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|Subject|x-\w+): ?|^\s*$/i;

/** The part of a line inside an open key, and whether the key is still open after it. */
export function findKeyLine(line: string, open: OpenKey): { readonly span?: Span; readonly open?: OpenKey } {
  if (END.test(line)) return {};
  const next = { ...open, linesLeft: open.linesLeft - 1 };
  const still = next.linesLeft > 0 ? { open: next } : {};
  const match = LAST_WORD.exec(line);
  const word = match?.[1] ?? '';
  const from = match === null ? 0 : match.index + match[0].indexOf(word, match[0].startsWith(word) ? 0 : 1);
  const before = wordsBefore(line.slice(0, from));
  if (match !== null && before <= open.wordsBefore && isKeyText(word)) {
    return { span: { from, to: from + word.length, rule: 'private-key' }, ...still };
  }
  return HEADER.test(line) ? still : {};
}

/** Base64 of a key; a path or a word of prose after a truncated key is not. */
const isKeyText = (word: string): boolean =>
  word.length >= 40 ||
  (!(word.includes('/') && isWordy(word)) && (word.length % 4 === 0 || word.length === 5) && !/^[a-z]+$/i.test(word));
