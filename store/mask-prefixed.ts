// Tokens of services that no rule names: a short prefix in lower case, a sign, and a long random body, as in
// `acme_live_8Xk…`. Issuers make them that way so that scanners find them. Ids of objects are shorter or say so.
import { wordScore } from './mask-letters.ts';
import type { Finder } from './mask-shapes.ts';

/** chosen: one more than the ids that services give to objects (27 characters of a KSUID, 29 of a completion). */
export const MIN_BODY = 30;
/** chosen: a run shorter than this is random by chance. */
const MIN_RUN = 18;
const MIN_DIGITS = 3;
/** Random base62 is about -1.6 with a spread of 0.25 at this length; file and symbol names stay above. */
const MOST_WORDY = -0.9;

const PREFIX = /(?<![\w+/=.-])[a-z][a-z0-9]{1,15}(?:[_-][a-z0-9]{1,12}){0,3}$/;
/** Digests, public halves, and ids of what a service made: builds, uploads, sessions of a checkout, messages. */
const HARMLESS =
  /(?:^|[_-])(?:sha\d{1,3}|md5|blake\w*|crc\w*|hash|digest|nonce|integrity|etag|pk|pub|public|publishable|phc|cs|pi|seti|src|id|ids|uid|dpl|prj|team|resp|chatcmpl|msg|file|upload|uploads|build|bld|run|job|cache|chunk|index|main|asset|assets|img|image|req|request|res|evt|event|trace|span|task|call|batch|thread|page|cursor|next|data|blob|snapshot|sourcemap|map|kid|cert|x5t|sig|signature|challenge|code|state|verifier)$/;
const BODY = /[\w-]{30,400}/y;

const countDigits = (text: string): number => text.match(/\d/g)?.length ?? 0;
const isRandomRun = (run: string): boolean =>
  run.length >= MIN_RUN &&
  /[a-z]/.test(run) &&
  /[A-Z]/.test(run) &&
  countDigits(run) >= MIN_DIGITS &&
  wordScore(run) < MOST_WORDY;

/** A token around the sign at [from, to): its prefix is before, its body after. */
export const findPrefixed: Finder = (line, from, to) => {
  BODY.lastIndex = to;
  const body = BODY.exec(line)?.[0];
  if (body === undefined || /^[./@]/.test(line.slice(to + body.length, to + body.length + 1))) return [];
  const prefix = PREFIX.exec(line.slice(Math.max(0, from - 60), from))?.[0];
  if (prefix === undefined || HARMLESS.test(prefix)) return [];
  const longest = body.split(/[_-]/).reduce((most, run) => (run.length > most.length ? run : most), '');
  return isRandomRun(longest) ? [{ from: from - prefix.length, to: to + body.length, rule: 'prefixed-token' }] : [];
};
