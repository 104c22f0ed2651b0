// Values that only the name before them gives away: `NAME=value`, `"name": "value"`, `--name value`, headers, query
// parameters, XML, attribute pairs. Finds where the value is; whether it is a secret is value.ts.

import { MAX_SENTENCE } from './before.ts';
import { wordScore } from './letters.ts';
import { kindOfName } from './names.ts';
import { isPassphrase } from './passphrase.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Span } from './span.ts';
import { isSecretValue, MAX_TESTED, type NameKind, UUID } from './value.ts';
import { type Name, nameAround, type ValueStart, valueStart } from './value-start.ts';
import { envLineEnd, readValue, type Value, wholeEnd, withoutScheme } from './value-text.ts';

/** What a line leaves open for the next one: its last name, whose value has not come yet. */
export interface OpenName {
  readonly kind: NameKind;
  /** The next line must say `value:` (a name-value pair written over two lines). */
  readonly needsValueWord: boolean;
  /** The line was a sentence that ends with a colon: only one random word may follow. */
  readonly isSentence?: boolean;
}

/** What looking at one name gave. */
export interface ContextResult {
  readonly spans?: readonly Span[];
  readonly open?: OpenName;
  /** Where the name ends: later hits before it are the same name. */
  readonly end: number;
}

const isBase64Pair = (text: string): boolean =>
  (text.length % 4 === 0 || text.endsWith('=')) &&
  /^[A-Za-z0-9+/]{8,1000}={0,2}$/.test(text) &&
  /^[\x21-\x7e]{1,200}:[\x20-\x7e]{1,}$/.test(Buffer.from(text, 'base64').toString('latin1'));

/** A sign inside a word, as only passwords have it: `required!` ends with one. */
const INNER_SIGN = /[!@#$%^&*+=?~][A-Za-z0-9]/;
const isUnlikeWords = (text: string): boolean =>
  !/\s/.test(text) && (wordScore(text) < -0.4 || /[!@#$%^&*?~]/.test(text));

function isMasked(line: string, value: Value, kind: NameKind, how: ValueStart['how']): boolean {
  if (value.to - value.from < 6) return false;
  const text = line.slice(value.from, value.to);
  if (!isSecretValue(text, kind)) return isBase64Pair(text) && !isPlaceholder(text);
  // Nothing but a space (`using API key 9f…`): the text itself must leave no doubt.
  if (how === 'spaced')
    return (
      /^(?:[\w-]{20,}|[A-Za-z0-9+/]{40})$/.test(text) &&
      (text.match(/\d/g)?.length ?? 0) >= (wordScore(text) < -0.7 ? 2 : 3) &&
      /[a-z]/i.test(text) &&
      !UUID.test(text)
    );
  // `with password "…"`: a quoted word of prose is none of these.
  if (how === 'quoted')
    return text.length >= 8 && /\d/.test(text) && /[a-z]/i.test(text) && !UUID.test(text) && isUnlikeWords(text);
  if (how === 'told') return text.length >= 8 && /\d/.test(text) && kind !== 'weak' && isUnlikeWords(text);
  if (how !== 'prose') return true;
  return text.length >= 8 && kind !== 'weak' && (/\d/.test(text) || (INNER_SIGN.test(text) && wordScore(text) < -0.3));
}

/** Nothing but an opening sign is left of the line: the value comes on the next one. */
const OPEN_END = /^[ \t]{0,24}(?:[|>][-+]?\d?|\\|["'`[({]|\\?["'])?[ \t]{0,24}\\?$/;
const NAME_FIELD = /(?:name|key|id|field)\\{0,4}["']?[ \t]{0,4}(?:=>|=|:)[ \t]{0,4}\\{0,4}["']?$/i;

function openAt(line: string, name: Name, start: ValueStart | undefined, kind: NameKind): OpenName | undefined {
  if (start !== undefined && start.how !== 'spaced' && start.how !== 'quoted') {
    return start.how !== 'prose' && OPEN_END.test(line.slice(start.at, start.at + 60))
      ? { kind, needsValueWord: false }
      : undefined;
  }
  const rest = line.slice(name.to, name.to + 40);
  const field = line.slice(Math.max(0, name.from - 24), name.from);
  if (/^\\{0,4}["']?[ \t]{0,4},?[ \t]{0,8}$/.test(rest) && NAME_FIELD.test(field))
    return { kind, needsValueWord: true };
  if (/^<\/(?:key|name)>\s{0,4}$/.test(rest) && /<(?:key|name)>$/.test(field)) return { kind, needsValueWord: true };
  // `variable "db_password" {` and its `default = …` on the next line.
  if (/^\\{0,4}["'][ \t]{0,4}\{$/.test(rest) && /variable[ \t]{1,4}["']$/.test(field))
    return { kind, needsValueWord: true };
  // `Please use the following password to proceed:` and below it the password.
  if (start !== undefined && kind !== 'weak' && /:[ \t]*$/.test(line) && line.length - name.to < MAX_SENTENCE)
    return { kind, needsValueWord: false, isSentence: true };
  return name.dashes && /^[ \t]{0,8}\\$/.test(rest) ? { kind, needsValueWord: false } : undefined;
}

/** Words before a name that is written with spaces: `API Key:`, `Secret access key =`. */
const WORDS_BEFORE = /\b[A-Za-z]{2,20} (?:[A-Za-z]{2,20} )?$/;

/**
 * Bare `key` names a secret in a query string or as a flag, and where the words before it make it one (`API key`);
 * anywhere else it is a map's.
 */
function kindHere(line: string, name: Name): NameKind | undefined {
  if (line[name.from - 1] === ':' && /\barn:[^\s"']{0,80}$/.test(line.slice(Math.max(0, name.from - 90), name.from))) {
    return undefined;
  }
  // `acme/token:1f2e3d` is an image and its tag.
  if (line[name.from - 1] === '/' && line[name.to] === ':' && /[\w.-]/.test(line[name.from - 2] ?? ''))
    return undefined;
  // `--- PASS: TestLogin_v2`: a test's result.
  if (name.text === 'PASS' && line[name.to] === ':') return undefined;
  const kind = kindOfName(name.text);
  if (kind !== undefined || !/^keys?$/i.test(name.text)) return kind;
  if (line[name.from - 1] === '?' || line[name.from - 1] === '&' || (name.dashes && line[name.from - 2] === '-'))
    return 'weak';
  if (line[name.from - 1] !== ' ') return undefined;
  const words = WORDS_BEFORE.exec(line.slice(Math.max(0, name.from - 42), name.from))?.[0];
  return words !== undefined && kindOfName(`${words.trim().replaceAll(' ', '_')}_key`) === 'secret'
    ? 'secret'
    : undefined;
}

/** Items of a list after its first (`"tokens": ["a", "b"]`), at most 64 of them; also the new value of a change. */
function furtherItems(line: string, first: Value, kind: NameKind): Span[] {
  const spans: Span[] = [];
  const item = /(\\{0,4}["'])[ \t]{0,4}(?:,|->|=>)[ \t]{0,8}(\\{0,4}["'])([^"'\\\s]{6,512})(?=\\{0,4}["'])/y;
  item.lastIndex = first.to;
  while (spans.length < 64) {
    const match = item.exec(line);
    const text = match?.[3] ?? '';
    if (match === null || !isSecretValue(text, kind)) break;
    const to = match.index + match[0].length;
    spans.push({ from: to - text.length, to, rule: `value:${kind}` });
  }
  return spans;
}

/** `host.name=KEY;other.name=KEY`, the form of access keys that are one for each server. */
const HOST_PAIR = /[;, ]{0,2}[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}=([^\s;,"'=]{8,400})/y;
/** `user:PASSWORD` and `user / PASSWORD` behind names of both. */
const USER_PAIR = /[\w.@+-]{1,60}(?: \/ |:)([^\s"'`,;:=>/-][^\s"'`,;]{5,200})/y;
const NAMES_PAIR = /(?:^|[^a-z])(?:creds?|credentials?|basic_?auth|userpwd|user_?pass|ident|auth)$/i;

/** Secrets of a value that is made of pairs. */
function findPairs(line: string, value: Value, name: Name, kind: NameKind): Span[] {
  const spans: Span[] = [];
  if (value.to === value.from) return spans;
  const isUser = NAMES_PAIR.test(name.text) || /Ident$/.test(name.text);
  const pattern = isUser && !/[=/@]/.test(line.slice(value.from, value.to)) ? USER_PAIR : HOST_PAIR;
  pattern.lastIndex = value.from;
  while (spans.length < 16) {
    const match = pattern.exec(line);
    const text = match?.[1];
    if (match === null || text === undefined || !isSecretValue(text, pattern === USER_PAIR ? 'password' : kind)) break;
    const to = match.index + match[0].length;
    spans.push({ from: to - text.length, to, rule: `value:${kind}` });
    if (pattern === USER_PAIR) break;
    pattern.lastIndex = to;
  }
  return spans;
}

/** `ENV['X'] || '…'`, `os.getenv('X', '…')`: what code takes where a variable is not set. */
const FALLBACK =
  /(?:process\.|os\.|System\.)?(?:get)?[eE][nN][vV][\w.]{0,20}[^\s;"']{0,60}(?:["'][\w.-]{1,80}["'][\])]?)?(?:,|[ \t]{0,4}(?:\|\||\?\?|or))[ \t]{0,4}(["'])([^"'\s]{8,400})\1/y;

/** `${DB_PASSWORD:-…}` of a shell or a compose file. */
const SHELL_DEFAULT = /(\$\{)\w{1,80}:?[-=]([^}\s"']{6,200})\}/y;

function findFallback(line: string, value: Value, kind: NameKind): Span | undefined {
  FALLBACK.lastIndex = value.from;
  SHELL_DEFAULT.lastIndex = value.from;
  const match = FALLBACK.exec(line) ?? SHELL_DEFAULT.exec(line);
  const text = match?.[2];
  if (match === null || text === undefined || !isSecretValue(text, kind)) return undefined;
  const to = match.index + match[0].length - 1;
  return { from: to - text.length, to, rule: `value:${kind}` };
}

/** Looks at the name around a keyword at [from, to) of a visible line. */
export function findContextValue(line: string, from: number, to: number): ContextResult {
  const name = nameAround(line, from, to);
  const kind = kindHere(line, name);
  if (kind === undefined) return { end: name.to };
  const start = valueStart(line, name);
  const open = openAt(line, name, start, kind);
  if (start === undefined || open !== undefined) return open === undefined ? { end: name.to } : { end: name.to, open };
  const value = readValue(line, start);
  if (isMasked(line, value, kind, start.how)) {
    const span = {
      from: value.from,
      to: Math.max(envLineEnd(line, name, value), wholeEnd(line, value)),
      rule: `value:${kind}`,
    };
    // A list, or a value and the one that replaces it (`"old" -> "new"`).
    const isList =
      value.quoted &&
      (OPEN_LIST.test(line.slice(Math.max(0, value.from - 8), value.from)) ||
        CHANGE.test(line.slice(value.to, value.to + 12)));
    return { end: name.to, spans: isList ? [span, ...furtherItems(line, value, kind)] : [span] };
  }
  const isDirect = line[name.to] === '=' && value.from <= name.to + 2;
  if (kind === 'password' && isDirect && isPassphrase(name.text, line.slice(value.from, value.to)))
    return { end: name.to, spans: [{ from: value.from, to: value.to, rule: 'value:password' }] };
  if (value.quoted && CHANGE.test(line.slice(value.to, value.to + 12))) {
    const spans = furtherItems(line, value, kind);
    if (spans.length > 0) return { end: name.to, spans };
  }
  // No value in use is that long and no secret: what is inside it is not read again name by name.
  const end = !value.quoted && value.to - value.from >= MAX_TESTED ? value.to : name.to;
  const pairs = findPairs(line, value, name, kind);
  if (pairs.length > 0) return { end: name.to, spans: pairs };
  const fallback = findFallback(line, value, kind);
  if (fallback !== undefined) return { end: name.to, spans: [fallback] };
  const bare = withoutScheme(line, value);
  if (bare === value || !isMasked(line, bare, kind, start.how)) return { end };
  return { end: name.to, spans: [{ from: bare.from, to: wholeEnd(line, bare), rule: `value:${kind}` }] };
}

const CHANGE = /^\\{0,4}["'][ \t]{0,4}->[ \t]{0,4}\\{0,4}["']/;
const OPEN_LIST = /\[[ \t]{0,4}\\{0,4}["']$/;
const VALUE_FIELD =
  /^[ \t]{0,60}(?:<(?:string|value)>|(?:- )?\\{0,4}["']?(?:value|val|default)\\{0,4}["']?[ \t]{0,4}(?:=>|=|:)[ \t]{0,8})/i;
/** What runners put before each line: a time, a stream mark, an indent, a diff sign. */
export const LINE_PREFIX =
  /^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?[ \t]{1,4})?(?:\d\d[OE][ +] ?)?[ \t]{0,80}/;

/** A digest has 40 digits or more; identifiers and file names are words. */
const isLoneSecret = (text: string): boolean =>
  text.length >= 12 && !/^[0-9a-f]{40,}$/i.test(text) && !/[./:]/.test(text) && wordScore(text) < -0.6;

/** The value of a name that the line before left open. */
export function findOpenValue(line: string, open: OpenName): Span | undefined {
  const prefix = LINE_PREFIX.exec(line)?.[0].length ?? 0;
  const field = VALUE_FIELD.exec(line.slice(prefix));
  if (field === null && open.needsValueWord) return undefined;
  const isElement = field?.[0].endsWith('>') === true;
  const value = readValue(line, { at: prefix + (field?.[0].length ?? 0), how: isElement ? 'element' : 'assigned' });
  const whole = withoutScheme(line, value);
  const text = line.slice(whole.from, whole.to);
  // A block's line holds the value alone; a line of prose after a heading does not.
  if (open.isSentence === true && !isLoneSecret(text)) return undefined;
  const alone = isElement || /^[\s"'`,;)\]}\\]*$/.test(line.slice(whole.to));
  if (!alone || /^[#:[]|[:[]$/.test(text) || !/\d/.test(text) || !isSecretValue(text, open.kind)) return undefined;
  return { from: whole.from, to: whole.to, rule: `value:${open.kind}` };
}
