// Where the value of a name starts in a visible line: behind `=`, `:`, a quote, a flag's space, a word such as `is`, an
// element. Names that promise a secret are names.ts, the value's text value-text.ts.
import { isSetBefore, MAX_BEFORE, MAX_NAME_LEFT, MAX_NAME_RIGHT, startsLine } from './before.ts';
import { isAbout } from './names.ts';
import { anyOf, isWideSignIn, WIDE_CLOSERS, WIDE_SEPARATORS, WIDE_VERBS } from './wide-signs.ts';

const isNameCode = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f ||
  code === 0x2d ||
  code === 0x2e ||
  code === 0x24 ||
  code >= 0x80; // letters beyond ASCII, as bytes of UTF-8

const CLOSERS = new RegExp(
  `(?:${/\\{0,4}["'`\]]|&quot;|&#3[49];|%22|%27|%5D/.source}|${anyOf(WIDE_CLOSERS)}){0,3}`,
  'iy',
);
/** chosen: columns of a listing are rarely wider. */
const MAX_SPACES = 24;
const SEPARATOR = new RegExp(
  `(?:${/=>|:=|\?=|\+=|\|\|=|==?|::?(?!\/\/)|%3D|%3A/.source}|${anyOf(WIDE_SEPARATORS)})`,
  'iy',
);
const IS_WIDE = new RegExp(anyOf(WIDE_VERBS), 'y');
const IS_WORDS =
  /(?: (?:for (?:[a-z]{1,12} ){0,3}(?:'[^']{1,120}'|"[^"]{1,120}"|[\w.@'"-]{1,40})(?: user| account)?(?: is| set to|:)|<[\w.@-]{1,40}>:|f\u00c3\u00bcr (?:[a-z]{1,12} ){0,2}[\w.@'"-]{1,40}:|is (?:generated|created|set) for [^\s:]{1,60}:|value ?[:=]|is|was|are|set to|changed to|reset to)(?::| =)?|:) /;
const IS_WORD = new RegExp(`(?:${anyOf(WIDE_VERBS)} ?|${IS_WORDS.source})${/(?=["'`]?[^\s])/.source}`, 'iy');
/** A type between a name and its value: `token: &str = "…"`, `token string = "…"`. */
const TYPED = /[ \t]{0,4}:?[ \t]{0,4}&?(?:'static )?[A-Za-z_][\w.<>[\]|?]{0,40}[ \t]{0,4}:?=[ \t]{0,4}(?=["'`])/y;
/** `setPassword("…")`, `PASSWORD('…')`: the value in a call of that name. */
const CALL = /\([burfnL@]{0,2}(?=["'`])/iy;
const SETS_VALUE =
  /(?:^|[.$])(?:(?:set|with|use|add)[-_A-Z].*|password|passwd|token|secret|api_?key|bearer|authorization)$/i;
/** What a prompt offers (`Secret Access Key [None]: …`). */
const OFFERED = / ?\[[^\][]{0,24}\](?=[:=] )/y;
/** `<key>apiKey</key><string>…</string>` of a property list, `<name>…</name><value>…</value>` of a configuration. */
const ELEMENT_PAIR =
  /<\/(?:key|name|id|env-entry-name|param-name)>\s{0,8}<(?:string|value|text|env-entry-value|param-value)>/iy;
/** What opens and closes a value, escaped or not. */
export const QUOTE = /\\{0,4}["'`]|&quot;|&#3[49];|%22|%27|\\u0022|\\x22/iy;
const VALUE_WORD =
  /(?:,[ \t]{0,4}\\{0,4}["']type\\{0,4}["'][ \t]{0,4}:[ \t]{0,4}\\{0,4}["'][\w-]{0,24}\\{0,4}["'])?[ \t]{0,8}[,;]?[ \t]{0,8}(?:\\{0,4}["']|&quot;)?(?:value|val|default|content|plaintext|stringvalue)(?:\\{0,4}["']|&quot;)?[ \t]{0,4}(?:=>|=|:)/iy;

/** Where a sticky pattern that matches at `at` ends, or -1. Allocates nothing: this runs for every name in a log. */
export function endAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
/** As {@link endAt}, or `at` where the pattern does not match. */
export const skip = (pattern: RegExp, text: string, at: number): number => Math.max(at, endAt(pattern, text, at));

/** Index after the spaces at `from`, few enough to be a listing's. */
export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at - from < MAX_SPACES && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09)) at++;
  return at;
}

/** A name and where it stands. */
export interface Name {
  readonly from: number;
  readonly to: number;
  /** Dashes before it: a command-line flag. */
  readonly dashes: boolean;
  readonly text: string;
}

/** The whole name around a keyword at [from, to). */
export function nameAround(line: string, from: number, to: number): Name {
  let start = from;
  while (start > 0 && from - start < MAX_NAME_LEFT && isNameCode(line.charCodeAt(start - 1))) start--;
  for (let at = start; at + 3 <= from; at++) if (isWideSignIn(line, at)) start = at + 3;
  let end = to;
  while (end < line.length && end - to < MAX_NAME_RIGHT && isNameCode(line.charCodeAt(end)) && !isWideSignIn(line, end))
    end++;
  const dashes =
    line.charCodeAt(start) === 0x2d || (line.charCodeAt(start - 1) === 0x2f && /\s/.test(line[start - 2] ?? ''));
  while (start < from && /[-.$]/.test(line[start] ?? '')) start++;
  while (end > to && /[-.]/.test(line[end - 1] ?? '')) end--;
  // The verb is no part of the name, nor is what comes behind it without a space.
  if (endAt(IS_WIDE, line, to) >= 0) end = to;
  else if (end - 3 >= to && endAt(IS_WIDE, line, end - 3) >= 0) end -= 3;
  return { from: start, to: end, dashes, text: line.slice(start, end) };
}

/** Where a value starts and which kind of separator led there; undefined when the name has no value. */
export interface ValueStart {
  readonly at: number;
  readonly how: 'assigned' | 'element' | 'flag' | 'prose' | 'told' | 'spaced' | 'quoted' | 'listed' | 'attribute';
}

/** Attributes of an element that is named after a secret: `<wsse:Password Type="…">`. */
const ATTRIBUTES = /(?:[ \t]{1,4}[\w:.-]{1,40}="[^"<>]{0,120}"){1,6}(?=>)/y;
const ELEMENT_BEFORE = /<(?:[\w-]{1,20}:)?$/;
const isElement = (line: string, name: Name): boolean =>
  ELEMENT_BEFORE.test(line.slice(Math.max(0, name.from - 22), name.from));

function elementStart(line: string, name: Name, at: number): ValueStart | undefined {
  const closed = skip(ATTRIBUTES, line, at);
  return line[closed] === '>' && isElement(line, name) ? { at: closed + 1, how: 'element' } : undefined;
}

/** The rest of an element after the name of what it holds, and the child with the value. */
const CHILD = /(?:[ \t]{1,4}[\w:.-]{1,40}="[^"<>]{0,60}"){0,4}>\s{0,8}<(?:value|string|text)>/iy;

/** `password '…'` of a statement, and `options (user 'a', password '…')`. */
const SQL_BEFORE = /(?:\b(?:with|login|encrypted|set|role|user|superuser)|[(,])[ \t]{1,4}$|[(,]$/i;
const isSqlBefore = (line: string, name: Name): boolean =>
  SQL_BEFORE.test(line.slice(Math.max(0, name.from - 20), name.from));
/** `Password of the admin user: …`: a few words, a colon, and one word that ends the line. */
const OF_WHAT = /(?: [A-Za-z\u0080-\u00ff'[\]()]{1,48}){1,5} ?: {1,4}(?=["'`]?\S{8,200}[ \t]*$)/y;

function spacedStart(line: string, name: Name, at: number): ValueStart | undefined {
  const spaced = skipSpaces(line, at);
  if (spaced === at || spaced >= line.length) return undefined;
  const isQuoted = spaced === at + 1 && endAt(QUOTE, line, spaced) >= 0;
  if (isQuoted && !name.dashes && !isSqlBefore(line, name)) return { at: spaced, how: 'quoted' };
  if (name.dashes || isQuoted) return { at: spaced, how: 'flag' };
  const before = line.slice(Math.max(0, name.from - MAX_BEFORE), name.from);
  if (isSetBefore(before)) return { at: spaced, how: 'flag' };
  const told = endAt(OF_WHAT, line, at);
  if (told >= 0 && !isAbout(line.slice(at, told))) return { at: told, how: 'told' };
  // A listing (`token      abc…`) or a plain configuration: the name starts the line, the value ends it.
  if (startsLine(before) && /^\S{8,400}\s*$/.test(line.slice(spaced, spaced + 410)))
    return { at: spaced, how: 'prose' };
  return { at: spaced, how: 'spaced' };
}

/** `│` between the columns of a table, as bytes of UTF-8. */
const BOX_LINE = '\u00e2\u0094\u0082';
/** `AccessToken[…]`, `token(…)`, `token <…>`: one random word in brackets. */
const BRACKETED = /(?: ?<[\w-]{20,400}>|\[[\w-]{20,400}\]|\([\w-]{20,400}\)|\{[\w-]{20,400}\})/y;

/** Where the value of `name` starts, if it has one. */
export function valueStart(line: string, name: Name): ValueStart | undefined {
  const pair = line[name.to] === '<' ? endAt(ELEMENT_PAIR, line, name.to) : -1;
  if (pair >= 0) return { at: pair, how: 'element' };
  const closed = skip(CLOSERS, line, name.to);
  const quoted = closed > name.to;
  const at = skipSpaces(line, closed);
  const typed = quoted || isElement(line, name) ? -1 : endAt(TYPED, line, name.to);
  if (typed >= 0) return { at: typed, how: 'assigned' };
  if (!quoted && SETS_VALUE.test(name.text)) {
    const called = endAt(CALL, line, name.to);
    if (called >= 0) return { at: called, how: 'assigned' };
  }
  const separator = endAt(SEPARATOR, line, skip(OFFERED, line, at));
  if (separator >= 0) return { at: separator, how: 'assigned' };
  const attribute = quoted ? endAt(VALUE_WORD, line, closed) : -1;
  if (attribute >= 0) return { at: attribute, how: 'attribute' };
  if (quoted && line[at] === ',') {
    const after = skipSpaces(line, at + 1);
    return endAt(QUOTE, line, after) < 0 ? undefined : { at: after, how: 'listed' };
  }
  const child = quoted ? endAt(CHILD, line, closed) : -1;
  if (child >= 0) return { at: child, how: 'element' };
  if (quoted && line[closed] === '>') return { at: closed + 1, how: 'element' };
  if (line[at] === '|' && at > closed) return { at: at + 1, how: 'prose' };
  if (line.startsWith(BOX_LINE, at) && at > closed) return { at: at + BOX_LINE.length, how: 'prose' };
  if (endAt(BRACKETED, line, closed) >= 0) return { at: skipSpaces(line, closed) + 1, how: 'spaced' };
  const prose = endAt(IS_WORD, line, closed);
  if (prose >= 0) return { at: prose, how: 'prose' };
  return elementStart(line, name, closed) ?? spacedStart(line, name, closed);
}
