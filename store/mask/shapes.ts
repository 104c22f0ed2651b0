// Secrets with a surrounding of their own: user info of URLs, authorization schemes, cookies, JSON web tokens, signed
// addresses, passwords in command lines, encoded key files. Each finder looks at one hit in one visible line.
import { wordScore } from './letters.ts';
import { isPlaceholder } from './placeholder.ts';
import type { Span } from './span.ts';
import { APP_PASSWORD, isSecretValue } from './value.ts';

/** Spans for a fixed text that stands at [from, to) of `line`. */
export type Finder = (line: string, from: number, to: number) => readonly Span[];

const NONE: readonly Span[] = [];
const one = (from: number, to: number, rule: string): readonly Span[] => (to > from ? [{ from, to, rule }] : NONE);

/** Words that stand for a password in addresses of test services; the same name twice (`postgres:postgres`) is one too. */
const SAMPLE_PASSWORDS =
  /^(?:pass(?:word|wd|w0rd)?|pwd|pw|secret|postgres|mysql|root|admin|guest|user(?:name)?|test(?:ing)?|example|changeme|x-oauth-basic|x-token-auth|oauth2?|x|nobody|anonymous|none|token|key|api_?key|foo|bar|baz|rabbitmq|mongo|redis|minioadmin|default|demo|dummy|sample|dev|local|ci|app)$/i;
const USER_INFO_END = /[\s"'`<>\\/?#()[\]{}|,]/;
/** chosen: no user info in use is longer; bounds the work on `://` many times over. */
const MAX_USER_INFO = 512;

/** `scheme://user:password@host` and `scheme://token@host`. */
export const findUserInfo: Finder = (line, _from, to) => {
  let end = to;
  let at = -1;
  while (end < line.length && end - to < MAX_USER_INFO && !USER_INFO_END.test(line[end] ?? '')) {
    if (line[end] === '@') at = end;
    end++;
  }
  if (at <= to) return NONE;
  const info = line.slice(to, at);
  const colon = info.indexOf(':');
  const user = colon < 0 ? info : info.slice(0, colon);
  const password = colon < 0 ? '' : info.slice(colon + 1);
  const userIsToken = user.length >= 16 && !isPlaceholder(user) && wordScore(user) < -0.25;
  if (password === '' || SAMPLE_PASSWORDS.test(password))
    return userIsToken ? one(to, to + user.length, 'url-user') : NONE;
  if (password.length < 4 || password === user || isPlaceholder(password)) return NONE;
  if (/^\d{1,5}$/.test(password) || /^%[sdv]$|^:|^\$/.test(password)) return NONE;
  return one(to + colon + 1, at, 'url-password');
};

const tokenEnd = (line: string, from: number): number => {
  let to = from;
  while (to < line.length && to - from < 4_096 && /[\w.~+/=:%-]/.test(line[to] ?? '')) to++;
  return to;
};

/** `Bearer TOKEN` wherever it stands. */
export const findBearer: Finder = (line, _from, to) => {
  const gap = /^(?:\\?[ \t]{1,4}|%20|\+|=|["'\]]{1,2}[,:]? ?["'])["']?/.exec(line.slice(to, to + 8))?.[0].length ?? 0;
  if (gap === 0) return NONE;
  const end = tokenEnd(line, to + gap);
  const token = line.slice(to + gap, end).replace(/[.:]+$/, '');
  if (token.length < 12 || isPlaceholder(token)) return NONE;
  const isToken = isSecretValue(token, 'secret') || (/\d/.test(token) && /[a-z]/i.test(token) && wordScore(token) < 0);
  return isToken ? one(to + gap, to + gap + token.length, 'bearer') : NONE;
};

/** `Basic BASE64` where the decoded text is `user:password`. */
export const findBasic: Finder = (line, _from, to) => {
  const match = /^(?:[ \t]{1,4}|%20|\+)([A-Za-z0-9+/_-]{8,2000}(?:={1,2}|%3D){0,2})/.exec(line.slice(to, to + 2_100));
  if (match?.[1] === undefined) return NONE;
  // `Basic Operations`: a header's value is always padded.
  if (match[1].replaceAll('%3D', '=').length % 4 !== 0) return NONE;
  const decoded = Buffer.from(match[1].replaceAll('%3D', '='), 'base64').toString('latin1');
  if (!/^[\x20-\x7e\x80-\xff]{0,200}:[\x20-\x7e\x80-\xff]+$/.test(decoded)) return NONE;
  if (SAMPLE_PASSWORDS.test(decoded.slice(decoded.indexOf(':') + 1))) return NONE;
  const from = to + match[0].length - match[1].length;
  return one(from, from + match[1].length, 'basic');
};

/** A JSON web token: three or five parts, the first of which decodes to a JOSE header. */
export const findJwt: Finder = (line, from) => {
  if (isWordAround(line, from)) return NONE;
  const match = /^eyJ[\w-]{6,2000}={0,2}\.[\w-]{4,8000}={0,2}(?:\.[\w-]{0,8000}={0,2}){1,3}/.exec(
    line.slice(from, from + 20_000),
  );
  if (match === null) return findBase64Json(line, from, from);
  const header = Buffer.from(match[0].slice(0, match[0].indexOf('.')), 'base64url').toString('latin1');
  if (!/^\{\s*"[\w]{1,20}"\s*:/.test(header)) return NONE;
  return one(from, from + match[0].length, 'jwt');
};

const isWordAround = (line: string, from: number): boolean => /[A-Za-z0-9+/]/.test(line[from - 1] ?? '');

const isBase64Code = (character: string): boolean => /[A-Za-z0-9+/=_-]/.test(character);

/** The whole base64 run around a hit. */
function base64Run(line: string, from: number, to: number): readonly [number, number] {
  let start = from;
  while (start > 0 && from - start < 4_096 && /[A-Za-z0-9+/]/.test(line[start - 1] ?? '')) start--;
  let end = to;
  while (end < line.length && isBase64Code(line[end] ?? '')) end++;
  return [start, end];
}

const SECRET_JSON =
  /"(?:auths?|private_key|client_secret|secretaccesskey|password|refresh_token|access_token|api_?key)"/i;

/** Base64 of a JSON document with a credential in it: a registry login, a service account. */
const findBase64Json: Finder = (line, from) => {
  const [start, end] = base64Run(line, from, from);
  if (end - start < 40) return NONE;
  const decoded = Buffer.from(line.slice(start, Math.min(end, start + 8_192)), 'base64').toString('latin1');
  return SECRET_JSON.test(decoded) ? one(start, end, 'base64-json') : NONE;
};

/** Base64 of a private key's PEM text; certificates and public keys stay. */
export const findBase64Pem: Finder = (line, from, to) => {
  const decoded = Buffer.from(line.slice(from, from + 120), 'base64').toString('latin1');
  if (!/PRIVATE|SECRET KEY/.test(decoded)) return NONE;
  const [start, end] = base64Run(line, from, to);
  return one(start, end, 'base64-pem');
};

const COOKIE_ATTRIBUTES =
  /^(?:path|domain|expires|max-age|samesite|version|comment|priority|lang|locale|theme|timezone|tz|_ga\w*|_gid|consent\w*)$/i;

/** The values of a `Cookie:` or `Set-Cookie:` header that look like sessions. */
export const findCookies: Finder = (line, _from, to) => {
  const head = /^\d?\\{0,2}["']?\]?[ \t]{0,4}(?::|=>|=)[ \t]{0,4}\\{0,2}["'[]{0,2}/.exec(line.slice(to, to + 24));
  if (head === null) return NONE;
  const spans: Span[] = [];
  const pair = /([^=;\s"',]{1,80})=([^;\s"',\\]{0,4096})(?:;[ \t]{0,4}|$|(?=["'\\,\s]))/y;
  pair.lastIndex = to + head[0].length;
  while (spans.length < 64) {
    const match = pair.exec(line);
    if (match === null) break;
    const value = match[2] ?? '';
    const from = match.index + (match[1] ?? '').length + 1;
    if (COOKIE_ATTRIBUTES.test(match[1] ?? '') || value.length < 8 || isPlaceholder(value)) continue;
    const bare = value.replaceAll(/%[0-9A-F]{2}/gi, '');
    const isSession = isSecretValue(
      bare,
      /sess|auth|token|sid|jwt|login|remember|csrf|xsrf/i.test(match[1] ?? '') ? 'secret' : 'weak',
    );
    if (isSession) spans.push({ from, to: from + value.length, rule: 'cookie' });
  }
  return spans;
};

/** A span for the first group of `pattern`, which must match at `at`. */
function groupAt(
  line: string,
  at: number,
  pattern: RegExp,
  rule: string,
  isSecret: (text: string) => boolean,
): readonly Span[] {
  pattern.lastIndex = at;
  const match = pattern.exec(line);
  const text = match?.[1];
  if (match === null || text === undefined || !isSecret(text)) return NONE;
  const from = match.index + match[0].lastIndexOf(text);
  return one(from, from + text.length, rule);
}

const isPassword = (text: string): boolean => isSecretValue(text, 'password');
const isRandom = (text: string): boolean => text.length >= 16 && !isPlaceholder(text);

const USER_FLAG = /[= ]{1,3}["']?[^\s:"'$]{1,80}:(?!\/\/)([^\s"']{4,200})/y;
/** `curl -u user:password`; `docker run -u 1000:1000` and `--user node:node` stay. */
export const findUserFlag: Finder = (line, from, to) => {
  const found = groupAt(line, to, USER_FLAG, 'cli-user', isPassword);
  if (found.length > 0) return found;
  const token = groupAt(line, to, USER_TOKEN, 'cli-user', isToken);
  if (token.length > 0) return token;
  // `curl -uci:…`
  const attached =
    /[A-Za-z]/.test(line[to] ?? '') && /curl[^|;&]{0,200}$/.test(line.slice(Math.max(0, from - 200), from));
  if (attached) return groupAt(line, to, ATTACHED_USER, 'cli-user', isPassword);
  return groupAt(line, to, USER_AND_PASSWORD, 'cli-password', isStrongPassword);
};

const ATTACHED_USER = /[^\s:"'$]{1,80}:(?!\/\/)([^\s"']{4,200})/y;
/** `tool -u NAME … -p PASSWORD`: what stands behind both flags of a login, whatever the tool. */
const USER_AND_PASSWORD =
  /(?:ser(?:name)?)?[ =]["']?[\w.@\\/:+-]{1,80}["']? (?:[^|;&\n]{0,160}? )??-[pP][ =]?["']?([^\s"']{8,400})/y;
/** Ports, folders and project names stand behind such a flag as well. */
const isStrongPassword = (text: string): boolean =>
  isPassword(text) &&
  (/\d/.test(text) || APP_PASSWORD.test(text)) &&
  (APP_PASSWORD.test(text) ||
    wordScore(text) < -0.6 ||
    /[!@#$%^&*?~]/.test(text) ||
    (/[a-z]/.test(text) && /[A-Z]/.test(text)));

/** `curl -u TOKEN:`, the way several APIs take a key; a user's name has no such letters. */
const USER_TOKEN = /[= ]{1,3}["']?([\w.-]{16,200}):(?=["'\s]|$)/y;
const isToken = (text: string): boolean => isSecretValue(text, 'secret');

/** Twelve to twenty-four words after such a name are a wallet. */
const PHRASE = /["']?[ \t]{0,4}[:=]{1,2}>?[ \t]{0,4}\\?["'[]?((?:[a-z]{3,8}["']?[, ]{1,2}["']?){11,23}[a-z]{3,8})\b/y;
/** The words of a wallet's recovery phrase. */
export const findPhrase: Finder = (line, _from, to) => groupAt(line, to, PHRASE, 'recovery-phrase', () => true);

const SMTP_LOGIN = /([A-Za-z0-9+/]{8,400}={0,2})(?:[ \t]*$|["'\\])/y;
/** `AUTH PLAIN …` and `AUTH LOGIN …` of a mail server's log. */
export const findSmtpLogin: Finder = (line, _from, to) =>
  groupAt(line, to, SMTP_LOGIN, 'smtp-login', (text) => text.length % 4 === 0 && wordScore(text) < -0.25);

const SIGNATURE = /([\w%+/.~-]{16,400}={0,2})/y;
/** Signatures of pre-signed addresses (`sig=`, `X-Amz-Signature=`) and of AWS authorization headers. */
export const findSignature: Finder = (line, from, to) => {
  const before = line.slice(Math.max(0, from - 400), from);
  const inQuery = /[?&;]$|(?:x-amz-|x-goog-|x-oss-|x-cos-|q-|x-ms-)$/i.test(before);
  if (!inQuery && !/(?:Credential|KeyId)=/i.test(before) && !/SharedAccessSignature/i.test(before)) return NONE;
  return groupAt(line, to, SIGNATURE, 'signature', isRandom);
};

const NETRC = /[ \t]{1,4}\S{1,120}[ \t]{1,4}password[ \t]{1,4}["']?([^\s"']{4,200})/iy;
/** `login NAME password SECRET` of a netrc file. */
export const findNetrc: Finder = (line, _from, to) => groupAt(line, to, NETRC, 'netrc', (text) => !isPlaceholder(text));

const GO_DSN = /:([^\s:@/"'`]{4,128})@(?:tcp|unix|udp)\($/;
/** `user:password@tcp(host)/db`. */
export const findGoDsn: Finder = (line, _from, to) => {
  const match = GO_DSN.exec(line.slice(Math.max(0, to - 200), to));
  const password = match?.[1] ?? '';
  if (match === null || isPlaceholder(password) || SAMPLE_PASSWORDS.test(password)) return NONE;
  const from = Math.max(0, to - 200) + match.index + 1;
  return one(from, from + password.length, 'url-password');
};

const ORACLE = /([^\s/"'@]{1,60})\/([^\s/"'@]{4,128})@/y;
/** `jdbc:oracle:thin:user/password@host`. */
export const findOracle: Finder = (line, _from, to) => {
  ORACLE.lastIndex = to;
  const match = ORACLE.exec(line);
  const password = match?.[2] ?? '';
  if (match === null || isPlaceholder(password) || SAMPLE_PASSWORDS.test(password) || password === match[1])
    return NONE;
  const from = match.index + (match[1] ?? '').length + 1;
  return one(from, from + password.length, 'url-password');
};

const JWK_PART = /\\?"(?:d|p|q|dp|dq|qi|k)\\?"[ \t]{0,4}:[ \t]{0,4}\\?"([\w+/=-]{16,2000})\\?"/g;
/** Longest JSON web key: RSA of 8192 bits with all its members has some 6,000 characters. */
const MAX_JWK = 8_192;
/** Private members of a JSON web key; of several in a row, the first hit looks at all. */
export const findJwk: Finder = (line, from, to) => {
  if (line.slice(Math.max(0, from - 1_024), from).includes(line.slice(from, to))) return NONE;
  const start = Math.max(0, from - 1_024);
  return [...line.slice(start, from + MAX_JWK).matchAll(JWK_PART)].map((match) => {
    const text = match[1] ?? '';
    const at = start + match.index + match[0].lastIndexOf(text);
    return { from: at, to: at + text.length, rule: 'jwk' };
  });
};

const RSA_XML = /([A-Za-z0-9+/=]{40,2000})<\/D>/y;
export const findRsaXml: Finder = (line, _from, to) => groupAt(line, to, RSA_XML, 'rsa-xml', () => true);

const UNSEAL = / ?(?:\d{1,2}|\([a-z ]{1,20}\))?[ \t]{0,4}:[ \t]{0,4}([A-Za-z0-9+/=]{20,200})/y;
export const findUnsealKey: Finder = (line, _from, to) => groupAt(line, to, UNSEAL, 'unseal-key', isRandom);

const RECOVERY =
  /s?(?:[ \t]{1,4}(?:is|are):?|[ \t]{0,4}[:=])[ \t]{0,4}\[?((?:["']?[A-Za-z0-9]{4,16}(?:-[A-Za-z0-9]{4,16}){0,7}["']?(?:,[ \t]?|[ \t]{1,4}|$)){1,20})/y;
const CODES = /[A-Za-z0-9]{4,16}(?:-[A-Za-z0-9]{4,16}){0,7}/g;
/** Eight characters or more with a digit among them: words beside it are none. */
const isCode = (text: string): boolean => text.length >= 8 && /\d/.test(text) && !/^\d{4}-\d\d-/.test(text);
/** `Your recovery code: ab12c-…`, one or a row of them. */
export const findRecoveryCodes: Finder = (line, _from, to) => {
  RECOVERY.lastIndex = to;
  const match = RECOVERY.exec(line);
  const list = match?.[1] ?? '';
  const start = match === null ? 0 : match.index + match[0].length - list.length;
  return [...list.matchAll(CODES)]
    .filter(([text]) => isCode(text))
    .map(({ 0: text, index }) => ({ from: start + index, to: start + index + text.length, rule: 'recovery-code' }));
};

const PIPED =
  /(?:echo|printf)(?: -\w{1,3}| ["']?%s(?:\\n)?["']?)?[ \t]{1,4}["']?(?:[\w.-]{1,40}:)?([^\s"'|]{6,300})["']?[ \t]{0,4}\|[^|]{0,200}$/y;
/** What a command reads from a pipe: `echo SECRET | docker login --password-stdin`. */
export const findPiped: Finder = (line, from) => {
  const before = line.slice(Math.max(0, from - 400), from);
  const start = Math.max(before.lastIndexOf('echo '), before.lastIndexOf('printf '));
  if (start < 0) return NONE;
  PIPED.lastIndex = start;
  const match = PIPED.exec(before);
  const text = match?.[1] ?? '';
  if (match === null || !isPassword(text)) return NONE;
  const at = from - before.length + match.index + match[0].indexOf(text);
  return one(at, at + text.length, 'piped');
};
