// Keys of the store. Names from outside become safe, bounded segments here; nobody parses a name back out of a key.
import { type Attempt, repoParts } from './attempt.ts';
import { sha256 } from './digest.ts';

/** A whole key, `/`-separated segments of `[A-Za-z0-9._%-]`. */
export type ObjectKey = string & { readonly __brand: 'ObjectKey' };
/** One encoded segment of a key. */
export type KeySegment = string & { readonly __brand: 'KeySegment' };

/** chosen: eight segments and a file name stay under S3's 1,024 bytes a key. */
const MAX_SEGMENT_BYTES = 100;
/** Names that Windows gives to devices, whatever follows the first dot. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
/** What stands where a name is unknown; a name that is really `-` becomes `%2D`. */
const ABSENT = '-' as KeySegment;

export const STORE_FORMAT_KEY = 'firstred.json' as ObjectKey;

/**
 * A name as a key segment: distinct names give distinct segments, no segment is empty, `.`, `..` or a device name,
 * none is over 100 bytes (a longer one is cut and gets a hash).
 */
export function encodeKeySegment(name: string | undefined): KeySegment {
  if (name === undefined) return ABSENT;
  if (name === '') return '%' as KeySegment;
  let encoded = '';
  for (const byte of Buffer.from(name, 'utf8')) {
    const char = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9._-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  if (encoded === '-') encoded = '%2D';
  if (encoded.startsWith('.') || DEVICE_NAME.test(encoded)) encoded = escapeFirst(encoded);
  if (encoded.endsWith('.')) encoded = `${encoded.slice(0, -1)}%2E`;
  // UTF-8 has no form for half of a surrogate pair, which JSON from outside can hold: the hash tells such names apart.
  const isWhole = encoded.length <= MAX_SEGMENT_BYTES && name.isWellFormed();
  return (isWhole ? encoded : cutWithHash(encoded, name)) as KeySegment;
}

const escapeFirst = (text: string): string =>
  `%${text.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}${text.slice(1)}`;

/** `%` cannot be followed by `~`-like marks in an encoded name, so `%_` shows that a hash follows. */
function cutWithHash(encoded: string, name: string): string {
  const hash = sha256(JSON.stringify(name)).slice(0, 24);
  const head = encoded.slice(0, MAX_SEGMENT_BYTES - hash.length - 2).replace(/%[0-9A-F]?$/, '');
  return `${head}%_${hash}`;
}

/** `<run>-a<attempt>-t<id>` of whatever is known; `-` when nothing is. */
function runSegment(attempt: Attempt): string | undefined {
  const parts = [
    attempt.run,
    attempt.attempt === undefined ? undefined : `a${attempt.attempt}`,
    attempt.providerId === undefined ? undefined : `t${attempt.providerId}`,
  ].filter((p) => p !== undefined);
  return parts.length === 0 ? undefined : parts.join('-');
}

/** The folder of one attempt, without `logs/`: what `archive --json` calls `attemptKey`. */
export function attemptKey(attempt: Attempt): string {
  const { host, owner, name } = repoParts(attempt.repo);
  return [host, owner, name, attempt.sha, attempt.workflow, attempt.job, runSegment(attempt)]
    .map(encodeKeySegment)
    .join('/');
}

/** What all captures of the same text of the same log of an attempt start with. `textSha256` is 64 hex characters. */
export const captureStemPrefix = (attempt: Attempt, logName: string, textSha256: string): string =>
  `logs/${attemptKey(attempt)}/${encodeKeySegment(logName)}-${textSha256.slice(0, 32)}-`;

/** Log object and manifest of one capture: `…stem….zst` and `…stem….json`. */
export function captureKeys(
  attempt: Attempt,
  logName: string,
  textSha256: string,
  captureId: string,
): { readonly object: ObjectKey; readonly manifest: ObjectKey } {
  const stem = captureStemPrefix(attempt, logName, textSha256) + encodeKeySegment(captureId);
  return { object: `${stem}.zst` as ObjectKey, manifest: `${stem}.json` as ObjectKey };
}

/** The log object that belongs to a manifest key. */
export const objectKeyOf = (manifest: ObjectKey): ObjectKey => manifest.replace(/\.json$/, '.zst') as ObjectKey;

/** The capture's id in the key of a manifest or feed entry; empty where there is none. */
export const captureIdOf = (key: string): string => /-([0-9a-z]{8})\.json$/.exec(key)?.[1] ?? '';

/** What the keys of all captures of the same text of a log start with. */
export const stemOf = (manifestKey: string): string => manifestKey.replace(/[0-9a-z]{8}\.json$/, '');

/** `2026/05/04` and `2026-05-04T09:00:00.000Z` of a store time; `:` is not a key character. */
const isoOf = (timeMs: number): string => new Date(timeMs).toISOString();
const keyTime = (timeMs: number): string => isoOf(timeMs).replaceAll(':', '');

/** `feed/<yyyy>/<mm>/<dd>/<hh>/<time>-<capture>.json`, sorted by store time. */
export function feedKey(storedAtMs: number, captureId: string): ObjectKey {
  const iso = isoOf(storedAtMs);
  return `feed/${iso.slice(0, 10).replaceAll('-', '/')}/${iso.slice(11, 13)}/${keyTime(storedAtMs)}-${captureId}.json` as ObjectKey;
}

/** The greatest string that sorts before every feed entry of `timeMs` or later. */
export function feedCursor(timeMs: number): string {
  const iso = isoOf(timeMs);
  return `feed/${iso.slice(0, 10).replaceAll('-', '/')}/${iso.slice(11, 13)}/${keyTime(timeMs)}`;
}

/** `facts/<yyyy>/<mm>/<dd>/<time>-<id>.json`, sorted by store time. */
export const factKey = (storedAtMs: number, factId: string): ObjectKey =>
  `facts/${isoOf(storedAtMs).slice(0, 10).replaceAll('-', '/')}/${keyTime(storedAtMs)}-${factId}.json` as ObjectKey;

/** The greatest string that sorts before every fact of `timeMs` or later. */
export const factCursor = (timeMs: number): string =>
  `facts/${isoOf(timeMs).slice(0, 10).replaceAll('-', '/')}/${keyTime(timeMs)}`;

/** `index/<yyyy>/<mm>/<dd>/<time>-<id>`: a snapshot of an index, `….db.zst`, and its description, `….json`. */
export function snapshotKeys(
  storedAtMs: number,
  id: string,
): { readonly object: ObjectKey; readonly manifest: ObjectKey } {
  const stem = `index/${isoOf(storedAtMs).slice(0, 10).replaceAll('-', '/')}/${keyTime(storedAtMs)}-${id}`;
  return { object: `${stem}.db.zst` as ObjectKey, manifest: `${stem}.json` as ObjectKey };
}

/** A listed string as a key, when every segment has the form that this file gives; undefined otherwise. */
export function findObjectKey(text: string): ObjectKey | undefined {
  if (text.length > 1024) return undefined;
  const ok = text.split('/').every((s) => /^[A-Za-z0-9._%-]+$/.test(s) && s !== '.' && s !== '..');
  return ok ? (text as ObjectKey) : undefined;
}
