// Tokens of services that no rule names: a short prefix in lower case, a sign, and a long random body, as in
// `acme_live_8Xk…`. Issuers make them that way so that scanners find them. Ids of objects are shorter or say so.
import { wordScore } from './letters.ts';
import type { Span } from './span.ts';

/** chosen: one more than the ids that services give to objects (27 characters of a KSUID, 29 of a completion). */
const MIN_BODY = 30;
/** chosen: a run shorter than this is random by chance. */
const MIN_RUN = 18;
const MIN_DIGITS = 3;
/** Random base62 is about -1.6 with a spread of 0.25 at this length; file and symbol names stay above. */
const MOST_WORDY = -0.9;

const START = /(?<![\w+/=.-])([a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,12}){0,3})[_-]([A-Za-z0-9][\w-]{29,400})(?![./@])/g;
/** Digests, public halves, and ids of what a service made: builds, uploads, sessions of a checkout, messages. */
const HARMLESS =
  /(?:^|[_-])(?:sha\d{1,3}|md5|blake\w*|crc\w*|hash|digest|nonce|integrity|etag|pk|pub|public|publishable|phc|cs|pi|seti|src|id|ids|uid|dpl|prj|team|resp|chatcmpl|msg|file|upload|uploads|build|bld|run|job|cache|chunk|index|main|asset|assets|img|image|req|request|res|evt|event|trace|span|task|call|batch|thread|page|cursor|next|data|blob|snapshot|sourcemap|map|kid|cert|x5t|sig|signature|challenge|code|state|verifier)$/;
const countDigits = (text: string): number => text.match(/\d/g)?.length ?? 0;
const isRandomRun = (run: string): boolean =>
  run.length >= MIN_RUN &&
  /[a-z]/.test(run) &&
  /[A-Z]/.test(run) &&
  countDigits(run) >= MIN_DIGITS &&
  wordScore(run) < MOST_WORDY;

/** Tokens of that form in a visible line. */
export function findPrefixed(line: string): Span[] {
  const spans: Span[] = [];
  for (const match of line.matchAll(START)) {
    const [whole, prefix = '', body = ''] = match;
    if (HARMLESS.test(prefix)) continue;
    const longest = body.split(/[_-]/).reduce((most, run) => (run.length > most.length ? run : most), '');
    if (isRandomRun(longest)) spans.push({ from: match.index, to: match.index + whole.length, rule: 'prefixed-token' });
  }
  return spans;
}

/** Kinds of bytes as bits: small and capital letters, digits, signs; 0 ends a token. */
const KINDS = new Uint8Array(256);
for (let byte = 0; byte < 26; byte++) {
  KINDS[0x61 + byte] = 1;
  KINDS[0x41 + byte] = 2;
}
for (let byte = 0x30; byte <= 0x39; byte++) KINDS[byte] = 4;
KINDS[0x5f] = 8;
KINDS[0x2d] = 8;
const EVERY_KIND = 15;
/** A small letter first, a sign soon, and behind it letters of both cases and digits. */
function isLikeToken(bytes: Uint8Array, start: number, to: number): boolean {
  if (KINDS[bytes[start] as number] !== 1) return false;
  let sign = start;
  while (sign < to && KINDS[bytes[sign] as number] !== 8) sign++;
  if (to - sign <= MIN_BODY) return false;
  let kinds = 0;
  let digits = 0;
  for (let at = sign; at < to; at++) {
    const kind = KINDS[bytes[at] as number] as number;
    kinds |= kind;
    if (kind === 4) digits++;
  }
  return kinds === EVERY_KIND && digits >= MIN_DIGITS;
}

/**
 * Index inside the next text in [from, end) that is long enough for such a token and has letters of both cases, digits
 * and a sign; `end` without any. Looks where the last byte of such a text would be, and from there back, so that most
 * bytes are never looked at.
 */
export function nextLongRun(bytes: Uint8Array, from: number, end: number): number {
  let start = from;
  /** [start, known) are a token's bytes. */
  let known = from;
  for (let last = start + MIN_BODY; last < end; last = start + MIN_BODY) {
    let at = last;
    while (at >= known && KINDS[bytes[at] as number] !== 0) at--;
    if (at >= known) {
      start = at + 1;
      known = last + 1;
      continue;
    }
    let to = last + 1;
    while (to < end && KINDS[bytes[to] as number] !== 0) to++;
    if (isLikeToken(bytes, start, to)) return last;
    start = to + 1;
    known = start;
  }
  return end;
}
