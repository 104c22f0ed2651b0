// The text of a value that starts at a place in a visible line: with or without quotes, to the sign that ends it. Whether
// it is a secret is value.ts.
import { wordScore } from './letters.ts';
import { endAt, type Name, QUOTE, skip, skipSpaces, type ValueStart } from './value-start.ts';
import { anyOf, WIDE_CLOSERS, WIDE_OPENERS } from './wide-signs.ts';

/** How far the end of a quoted value is looked for; PEM bodies in one line are found by their own rule. */
const MAX_QUOTED = 2_048;
const MAX_PLAIN = 1_024;

const WRAPPERS =
  /(?:[ \t]{0,16}(?:\\?\[|\(|- |!!?[a-z]{2,10} |string\(\d{1,5}\) |(?:some|optional|option|sensitive|secret|just|new string|secretstring|secret_?(?:str|bytes|value|key|text)|password|token|api_?key|credential|redacted|text|string|str|bytes)\(|&[\w-]{1,40} (?=\S)|\{[ \t]{0,4}\\{0,2}["'][\w-]{1,63}(?:\.[\w-]{1,63}){1,5}\\{0,2}["'][ \t]{0,4}:|[burfnL@]{1,2}(?=["'])|\{[ \t]{0,4}\\{0,2}["']?(?:value|key|token|secret)\\{0,2}["']?[ \t]{0,4}[:=]))?[ \t]{0,4}/iy;
const SCHEME =
  /(?:bearer|basic|token|apikey|api-key|key|bot|oauth|ssws|geniekey|splunk|digest|negotiate|ntlm|apitoken|api-token|zoho-oauthtoken|klaviyo-api-key|deepl-auth-key|pveapitoken|aws4-hmac-sha256|sharedaccesssignature|sharedkey|jwt|mac|hmac|client-id|x-api-key|access|secret|private|personal|admin|user|app|server)[ \t]{1,4}(?:token=|key=|apikey=)?["']?/iy;
const BEFORE_ENV_LINE = /(?:^|[\s;])(?:export |declare -\w{1,3} |set |env |setx |-e |--env |ENV |ARG |\+ )?$/i;

/** A value's place in its line. */
export interface Value {
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

/** `Pwd={…};` of a connection, `<password>{…=}</password>` of encrypted settings. */
const BRACED = /\{[^{}\s"'<>:,;]{8,400}\}(?=[;<"'&\s]|$)/y;
/** A template's field is named in words; what a brace quotes for its signs is not. */
const isNoName = (text: string): boolean =>
  text.endsWith('=') || (/\d/.test(text) && (/[^\w.$-]/.test(text) || wordScore(text) < -0.5));

/** Signs that end a value elsewhere, in the one word that ends a line of prose. */
const REST_OF_PROSE = /[,;<>)\]}=][^\s"'`\\]{1,200}[ \t]*$/y;

function plainTo(line: string, from: number, start: ValueStart): number {
  const to = plainEnd(line, from, start.how === 'element');
  if (start.how === 'prose' || start.how === 'told') {
    const rest = to > from ? endAt(REST_OF_PROSE, line, to) : -1;
    if (rest >= 0) return line.slice(0, rest).trimEnd().length;
  }
  // The full stop of a sentence.
  const isSentence = line[to - 1] === '.' && to - from > 8 && (to === line.length || line[to] === ' ');
  return isSentence && start.how !== 'element' ? to - 1 : to;
}

/** Where a value that is a secret ends: one that is longer than what is looked at goes on to its end. */
export function wholeEnd(line: string, value: Value): number {
  let to = value.to;
  if (value.quoted || to - value.from < MAX_PLAIN) return to;
  while (to < line.length && PLAIN_KINDS[line.charCodeAt(to)] !== STOP) to++;
  return to;
}

/** `「…」`, `“…”`, `（…）`, `«…»` and the like around text of ASCII, as bytes of UTF-8. */
const WIDE_QUOTED = new RegExp(
  `(?:${anyOf(WIDE_OPENERS)}|${anyOf('«')}\\s?)([\\x21-\\x7e]{6,400})\\s?${anyOf(`${WIDE_CLOSERS}“）»`)}`,
  'y',
);

function wideQuoted(line: string, from: number): Value | undefined {
  if (!(line.charCodeAt(from) >= 0xc2)) return undefined;
  WIDE_QUOTED.lastIndex = from;
  const match = WIDE_QUOTED.exec(line);
  const text = match?.[1];
  if (match === null || text === undefined) return undefined;
  const at = from + match[0].indexOf(text);
  return { from: at, to: at + text.length, quoted: true };
}

/** The value that starts there. */
export function readValue(line: string, start: ValueStart): Value {
  let at = skipSpaces(line, start.at);
  at = skip(WRAPPERS, line, at);
  at = skipSpaces(line, at);
  const wide = wideQuoted(line, at);
  if (wide !== undefined) return wide;
  const opened = endAt(QUOTE, line, at);
  if (opened >= 0) {
    const quote = line.slice(at, opened);
    const from = line.startsWith(quote + quote, opened) ? opened + 2 * quote.length : opened;
    const to = quotedEnd(line, from, quote);
    if (to !== undefined) return { from, to, quoted: true };
    at = from;
  }
  const braced = endAt(BRACED, line, at);
  if (braced >= 0 && isNoName(line.slice(at + 1, braced - 1))) return { from: at + 1, to: braced - 1, quoted: true };
  const to = plainTo(line, at, start);
  // Without the closing tag, `<password>` was a placeholder.
  return start.how === 'element' && line[to + 1] !== '/'
    ? { from: at, to: at, quoted: false }
    : { from: at, to, quoted: false };
}

/** `NAME=value` as a shell or an environment dump writes it: the value goes on to the next space. */
export function envLineEnd(line: string, name: Name, value: Value): number {
  if (value.quoted || line[name.to] !== '=' || value.from !== name.to + 1) return value.to;
  if (!BEFORE_ENV_LINE.test(line.slice(Math.max(0, name.from - 16), name.from))) return value.to;
  let to = value.to;
  while (to < line.length && to - value.from < MAX_PLAIN && !/\s/.test(line[to] ?? '')) to++;
  // A further name, or quotes around all of it: several values are in this word.
  return /[="'\\]/.test(line.slice(value.to, to)) ? value.to : to;
}

/** Cuts a scheme word (`Bearer`, `token`) off the front of a value; the rest is what is tested. */
export function withoutScheme(line: string, value: Value): Value {
  const from = endAt(SCHEME, line, value.from);
  if (from < 0) return value;
  const end = value.quoted && value.to > from ? value.to : line.length;
  let to = from;
  while (to < end && to - from < MAX_PLAIN && !/[\s"'`,;<>\\]/.test(line[to] ?? '')) to++;
  return { from, to, quoted: value.quoted };
}
