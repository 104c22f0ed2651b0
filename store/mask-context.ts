// Values that only the name before them gives away: `NAME=value`, `"name": "value"`, `--name value`, headers, query
// parameters, XML, attribute pairs. Finds where the value is; whether it is a secret is mask-value.ts.

import { isSetBefore, MAX_BEFORE, startsLine } from './mask-before.ts';
import { wordScore } from './mask-letters.ts';
import { kindOfName } from './mask-names.ts';
import { isPassphrase } from './mask-passphrase.ts';
import { isPlaceholder } from './mask-placeholder.ts';
import type { Span } from './mask-span.ts';
import { isSecretValue, MAX_TESTED, type NameKind, UUID } from './mask-value.ts';

/** What a line leaves open for the next one: its last name, whose value has not come yet. */
export interface OpenName {
  readonly kind: NameKind;
  /** The next line must say `value:` (a name-value pair written over two lines). */
  readonly needsValueWord: boolean;
}

/** What looking at one name gave. */
export interface ContextResult {
  readonly spans?: readonly Span[];
  readonly open?: OpenName;
  /** Where the name ends: later hits before it are the same name. */
  readonly end: number;
}

/** chosen: longer than any name in use; bounds the work per hit on hostile lines. */
const MAX_NAME_LEFT = 64;
const MAX_NAME_RIGHT = 48;
/** How far the end of a quoted value is looked for; PEM bodies in one line are found by their own rule. */
const MAX_QUOTED = 2_048;
const MAX_PLAIN = 1_024;

const isNameCode = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x30 && code <= 0x39) ||
  code === 0x5f ||
  code === 0x2d ||
  code === 0x2e ||
  code === 0x24 ||
  code >= 0x80; // letters beyond ASCII, as bytes of UTF-8

const CLOSERS = /(?:\\{0,4}["'`\]]|&quot;|&#3[49];|%22|%27|%5D){0,3}/iy;
/** chosen: columns of a listing are rarely wider. */
const MAX_SPACES = 24;
const SEPARATOR = /(?:=>|:=|\?=|\+=|\|\|=|==?|::?(?!\/\/)|%3D|%3A)/iy;
const IS_WORD =
  /(?: (?:for (?:user |account )?[\w.@'"-]{1,40}(?: is| set to|:)|is (?:generated|created|set) for [^\s:]{1,60}:|value ?[:=]|is|was|are|set to|changed to|reset to)(?::| =)?|:) (?=["'`]?[^\s])/iy;
/** A type between a name and its value: `token: &str = "…"`, `token string = "…"`. */
const TYPED = /[ \t]{0,4}:?[ \t]{0,4}&?(?:'static )?[A-Za-z_][\w.<>[\]|?]{0,40}[ \t]{0,4}:?=[ \t]{0,4}(?=["'`])/y;
/** `setPassword("…")`, `PASSWORD('…')`: the value in a call of that name. */
const CALL = /\([burfnL@]{0,2}(?=["'`])/iy;
const SETS_VALUE = /^(?:(?:set|with|use|add)[-_A-Z].*|password|passwd|token|secret|api_?key|bearer|authorization)$/i;
/** What a prompt offers (`Secret Access Key [None]: …`). */
const OFFERED = / ?\[[^\][]{0,24}\](?=[:=] )/y;
/** `<key>apiKey</key><string>…</string>` of a property list, `<name>…</name><value>…</value>` of a configuration. */
const ELEMENT_PAIR = /<\/(?:key|name|id)>\s{0,8}<(?:string|value|text)>/iy;
const VALUE_WORD =
  /[ \t]{0,8}[,;]?[ \t]{0,8}(?:\\{0,4}["']|&quot;)?(?:value|val|default|content|plaintext|stringvalue)(?:\\{0,4}["']|&quot;)?[ \t]{0,4}(?:=>|=|:)/iy;
const WRAPPERS =
  /(?:[ \t]{0,16}(?:\\?\[|\(|- |!!?[a-z]{2,10} |string\(\d{1,5}\) |(?:some|secret|just|new string|secretstring|redacted|text|string)\(|[burfnL@]{1,2}(?=["'])|\{[ \t]{0,4}\\{0,2}["']?(?:value|key|token|secret)\\{0,2}["']?[ \t]{0,4}[:=]))?[ \t]{0,4}/iy;
const QUOTE = /\\{0,4}["'`]|&quot;|&#3[49];|%22|%27|\\u0022|\\x22/iy;
const SCHEME =
  /(?:bearer|basic|token|apikey|api-key|key|bot|oauth|ssws|geniekey|splunk|digest|negotiate|ntlm|apitoken|api-token|zoho-oauthtoken|klaviyo-api-key|deepl-auth-key|pveapitoken|aws4-hmac-sha256|sharedaccesssignature|sharedkey|jwt|mac|hmac|client-id|x-api-key|access|secret|private|personal|admin|user|app|server)[ \t]{1,4}(?:token=|key=|apikey=)?["']?/iy;
const BEFORE_ENV_LINE = /(?:^|[\s;])(?:export |declare -\w{1,3} |set |env |setx |-e |--env |ENV |ARG |\+ )?$/i;

/** Where a sticky pattern that matches at `at` ends, or -1. Allocates nothing: this runs for every name in a log. */
function endAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
const skip = (pattern: RegExp, text: string, at: number): number => Math.max(at, endAt(pattern, text, at));

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at - from < MAX_SPACES && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09)) at++;
  return at;
}

interface Name {
  readonly from: number;
  readonly to: number;
  /** Dashes before it: a command-line flag. */
  readonly dashes: boolean;
  readonly text: string;
}

function nameAround(line: string, from: number, to: number): Name {
  let start = from;
  while (start > 0 && from - start < MAX_NAME_LEFT && isNameCode(line.charCodeAt(start - 1))) start--;
  let end = to;
  while (end < line.length && end - to < MAX_NAME_RIGHT && isNameCode(line.charCodeAt(end))) end++;
  const dashes =
    line.charCodeAt(start) === 0x2d || (line.charCodeAt(start - 1) === 0x2f && /\s/.test(line[start - 2] ?? ''));
  while (start < from && /[-.$]/.test(line[start] ?? '')) start++;
  while (end > to && /[-.]/.test(line[end - 1] ?? '')) end--;
  return { from: start, to: end, dashes, text: line.slice(start, end) };
}

/** Where a value starts and which kind of separator led there; undefined when the name has no value. */
interface ValueStart {
  readonly at: number;
  readonly how: 'assigned' | 'element' | 'flag' | 'prose' | 'spaced' | 'quoted' | 'listed' | 'attribute';
}

function elementStart(line: string, name: Name, at: number): ValueStart | undefined {
  return line[at] === '>' && line[name.from - 1] === '<' ? { at: at + 1, how: 'element' } : undefined;
}

function spacedStart(line: string, name: Name, at: number): ValueStart | undefined {
  const spaced = skipSpaces(line, at);
  if (spaced === at || spaced >= line.length) return undefined;
  if (spaced === at + 1 && endAt(QUOTE, line, spaced) >= 0) return { at: spaced, how: 'quoted' };
  if (name.dashes) return { at: spaced, how: 'flag' };
  const before = line.slice(Math.max(0, name.from - MAX_BEFORE), name.from);
  if (isSetBefore(before)) return { at: spaced, how: 'flag' };
  // A listing (`token      abc…`) or a plain configuration: the name starts the line, the value ends it.
  if (startsLine(before) && /^\S{8,400}\s*$/.test(line.slice(spaced, spaced + 410)))
    return { at: spaced, how: 'prose' };
  return { at: spaced, how: 'spaced' };
}

function valueStart(line: string, name: Name): ValueStart | undefined {
  const pair = line[name.to] === '<' ? endAt(ELEMENT_PAIR, line, name.to) : -1;
  if (pair >= 0) return { at: pair, how: 'element' };
  const closed = skip(CLOSERS, line, name.to);
  const quoted = closed > name.to;
  const at = skipSpaces(line, closed);
  const typed = quoted ? -1 : endAt(TYPED, line, name.to);
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
  if (quoted && line[closed] === '>') return { at: closed + 1, how: 'element' };
  if (line[at] === '|' && at > closed) return { at: at + 1, how: 'prose' };
  const prose = endAt(IS_WORD, line, closed);
  if (prose >= 0) return { at: prose, how: 'prose' };
  return elementStart(line, name, closed) ?? spacedStart(line, name, closed);
}

interface Value {
  readonly from: number;
  readonly to: number;
  readonly quoted: boolean;
}

function quotedEnd(line: string, from: number, quote: string): number | undefined {
  const limit = Math.min(line.length, from + MAX_QUOTED);
  const folded = quote.toLowerCase();
  for (let at = from; at < limit; at++) {
    const code = line.charCodeAt(at);
    if (code === folded.charCodeAt(0) || code === quote.charCodeAt(0)) {
      if (line.startsWith(quote, at) || line.slice(at, at + quote.length).toLowerCase() === folded) return at;
    }
    if (code === 0x5c) at++;
  }
  return undefined;
}

const STOP = 1;
const PIPE = 2;
const AMPERSAND = 3;
const PERCENT = 4;
const EQUALS = 5;
/** What each character means to a value without quotes. */
const PLAIN_KINDS = new Uint8Array(256);
for (const sign of ' \t\n\r\v\f\u00a0"\'`<>,;)]}\\') PLAIN_KINDS[sign.charCodeAt(0)] = STOP;
PLAIN_KINDS['|'.charCodeAt(0)] = PIPE;
PLAIN_KINDS['&'.charCodeAt(0)] = AMPERSAND;
PLAIN_KINDS['%'.charCodeAt(0)] = PERCENT;
PLAIN_KINDS['='.charCodeAt(0)] = EQUALS;

const LONG_PART = /\|[\w-]{20}/y;
const ENCODED_STOP = /%(?:26|22|27|20|2C)/iy;
const ENTITY = /&(?:#|amp;)/y;
const PADDING = /={1,3}(?:$|[^A-Za-z0-9=])/y;

function stopsAt(line: string, at: number, kind: number): boolean {
  switch (kind) {
    case PIPE: // `123|abc…` is one token, `token | jq` is two commands
      return endAt(LONG_PART, line, at) < 0;
    case AMPERSAND:
      return endAt(ENTITY, line, at) < 0;
    case PERCENT:
      return endAt(ENCODED_STOP, line, at) >= 0;
    case EQUALS: // only as padding at the end: `token=token=` must not be read again and again
      return line.charCodeAt(at - 1) !== 0x3d && endAt(PADDING, line, at) < 0;
    default:
      return true;
  }
}

function plainEnd(line: string, from: number, isElement: boolean): number {
  const limit = Math.min(line.length, from + MAX_PLAIN);
  for (let at = from; at < limit; at++) {
    const code = line.charCodeAt(at);
    if (isElement) {
      if (code === 0x3c) return at;
      continue;
    }
    const kind = PLAIN_KINDS[code] as number;
    if (kind !== 0 && stopsAt(line, at, kind)) return at;
  }
  return limit;
}

function readValue(line: string, start: ValueStart): Value {
  let at = skipSpaces(line, start.at);
  at = skip(WRAPPERS, line, at);
  at = skipSpaces(line, at);
  const opened = endAt(QUOTE, line, at);
  if (opened >= 0) {
    const quote = line.slice(at, opened);
    const from = line.startsWith(quote + quote, opened) ? opened + 2 * quote.length : opened;
    const to = quotedEnd(line, from, quote);
    if (to !== undefined) return { from, to, quoted: true };
    at = from;
  }
  const to = plainEnd(line, at, start.how === 'element');
  // Without the closing tag, `<password>` was a placeholder.
  return start.how === 'element' && line[to + 1] !== '/'
    ? { from: at, to: at, quoted: false }
    : { from: at, to, quoted: false };
}

/** `NAME=value` as a shell or an environment dump writes it: the value goes on to the next space. */
function envLineEnd(line: string, name: Name, value: Value): number {
  if (value.quoted || line[name.to] !== '=' || value.from !== name.to + 1) return value.to;
  if (!BEFORE_ENV_LINE.test(line.slice(Math.max(0, name.from - 16), name.from))) return value.to;
  let to = value.to;
  while (to < line.length && to - value.from < MAX_PLAIN && !/\s/.test(line[to] ?? '')) to++;
  // A further name, or quotes around all of it: several values are in this word.
  return /[="'\\]/.test(line.slice(value.to, to)) ? value.to : to;
}

/** Cuts a scheme word (`Bearer`, `token`) off the front of a value; the rest is what is tested. */
function withoutScheme(line: string, value: Value): Value {
  const from = endAt(SCHEME, line, value.from);
  if (from < 0) return value;
  const end = value.quoted && value.to > from ? value.to : line.length;
  let to = from;
  while (to < end && to - from < MAX_PLAIN && !/[\s"'`,;<>\\]/.test(line[to] ?? '')) to++;
  return { from, to, quoted: value.quoted };
}

const isBase64Pair = (text: string): boolean =>
  (text.length % 4 === 0 || text.endsWith('=')) &&
  /^[A-Za-z0-9+/]{8,1000}={0,2}$/.test(text) &&
  /^[\x21-\x7e]{1,200}:[\x20-\x7e]{1,}$/.test(Buffer.from(text, 'base64').toString('latin1'));

function isMasked(line: string, value: Value, kind: NameKind, how: ValueStart['how']): boolean {
  if (value.to - value.from < 6) return false;
  const text = line.slice(value.from, value.to);
  if (!isSecretValue(text, kind)) return isBase64Pair(text) && !isPlaceholder(text);
  // Nothing but a space (`using API key 9f…`): the text itself must leave no doubt.
  if (how === 'spaced')
    return (
      /^[\w-]{20,}$/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 3 && /[a-z]/i.test(text) && !UUID.test(text)
    );
  // `with password "…"`: a quoted word of prose is none of these.
  if (how === 'quoted')
    return text.length >= 8 && /\d/.test(text) && /[a-z]/i.test(text) && !/\s/.test(text) && wordScore(text) < -0.4;
  if (how !== 'prose') return true;
  return text.length >= 8 && /\d/.test(text) && kind !== 'weak';
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
    const span = { from: value.from, to: envLineEnd(line, name, value), rule: `value:${kind}` };
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
  const bare = withoutScheme(line, value);
  if (bare === value || !isMasked(line, bare, kind, start.how)) return { end };
  return { end: name.to, spans: [{ from: bare.from, to: bare.to, rule: `value:${kind}` }] };
}

const CHANGE = /^\\{0,4}["'][ \t]{0,4}->[ \t]{0,4}\\{0,4}["']/;
const OPEN_LIST = /\[[ \t]{0,4}\\{0,4}["']$/;
const VALUE_FIELD =
  /^[ \t]{0,60}(?:<(?:string|value)>|(?:- )?\\{0,4}["']?(?:value|val|default)\\{0,4}["']?[ \t]{0,4}(?:=>|=|:)[ \t]{0,8})/i;
/** What runners put before each line: a time, a stream mark, an indent, a diff sign. */
export const LINE_PREFIX =
  /^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?[ \t]{1,4})?(?:\d\d[OE][ +] ?)?[ \t]{0,80}/;

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
  const alone = isElement || /^[\s"'`,;)\]}\\]*$/.test(line.slice(whole.to));
  if (!alone || /^[#:[]|[:[]$/.test(text) || !/\d/.test(text) || !isSecretValue(text, open.kind)) return undefined;
  return { from: whole.from, to: whole.to, rule: `value:${open.kind}` };
}
