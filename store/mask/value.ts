// The test of a value that stands after a name such as `password=` or `token:`: is it a secret, or a placeholder, code,
// a path, a number, a word? It looks at the value alone; names are names.ts.
import { entropyOf, wordScore } from './letters.ts';
import { isPlaceholder } from './placeholder.ts';

/** What the name before a value promises: the stronger the name, the less the value must prove. */
export type NameKind = 'password' | 'secret' | 'weak';

const CODE =
  /^(?:await|new|return|function|typeof|var|let|const|lambda)\b|^[A-Za-z_$][\w$]{0,60}(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]{0,60}){0,8}(?:\?\.)?[([]|^[A-Za-z_$][\w$]{0,60}\?\.|^(?:process|os|env|secrets|vars|github|self|this|config|args|props|options|opts|req|request|res|response|ctx|context|settings|params|state|data|local|module|inputs|matrix|steps|needs|jobs|runner|system|values|user|session|event|error|credentials)(?:\.|\?\.|::|->)[a-z_]/i;
const DOTTED_WORDS = /^[a-z_$]{1,40}(?:(?:\.|::|->)[a-z_$]{1,40}){1,6}$/i;
const LABELLED_DIGEST = /^(?:sha\d{1,3}|md5|blake[23][bs]?|h1|crc32c?|etag|git|commit)[-:=]/i;
/** `group:artifact:1.2.3` of a package manager, and a plain e-mail address. */
const COORDINATE = /^[\w.-]{1,80}(?::[\w.-]{1,80}){1,4}$/;
const EMAIL = /^[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}$/;
const NUMBERISH =
  /^[-+~<>=^]{0,2}v?\d[\d.,:_/\-+xT]{0,60}(?:Z|ms|s|m|h|d|w|%|[kmgt]i?b?|b|bytes?|secs?|mins?|hours?|days?|px|rc\.?\d{1,3}|beta\.?\d{0,3}|alpha\.?\d{0,3}|-snapshot)?$/i;
const SEMVER = /^[~^]?v?\d{1,5}\.\d{1,5}(?:\.\d{1,8})?(?:[-+.][0-9a-z.+-]{1,40})?$/i;
/** A container image by its digest; a number in hex, an account or contract of Ethereum: a private key has 64 digits. */
const IMAGE_DIGEST = /@sha\d{3}:[0-9a-f]{32,128}$/;
const ADDRESS = /^0x[0-9a-f]{1,40}$/i;
/** A GPG key's fingerprint or long id, as `GPG_KEY=` of container images has it. */
const FINGERPRINT = /^(?:0x)?(?=[0-9A-F]*[A-F])(?:[0-9A-F]{16}|[0-9A-F]{40})$/;
/** Keys that their issuers mean to be seen: publishable, site and client-side keys, and public halves of pairs. */
const PUBLIC_KEY =
  /^(?:pk_(?:live|test)_|sb_publishable_|phc_|public-(?:token|sandbox|development|production)-|(?:pub|sub)-c-|mob-[0-9a-f]{8}-|FLWPUBK|pubkey-|(?:test|live)_pub_|pk\.eyJ|age1|npub1|ssh-|ecdsa-|sk-ssh|sk-ecdsa|AAAA[BCE]3Nza|-----BEGIN (?:CERT|PUBLIC))/;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]+$/i;
/** Four groups of four letters: an app password as Apple and Google make them. */
export const APP_PASSWORD = /^[a-z]{4}(?:[- ][a-z]{4}){3}$/;
const SIGN = /[!@#$%^&*+=?~;]/;

/** Longest part of a value that is looked at; a masked value goes on to its end. */
export const MAX_TESTED = 256;
/** Bits per pair above which a text counts as words; random text of 16 characters reaches it once in some hundred. */
const WORDY = -0.25;

/** Words joined by signs or humps, with short numbers: `node-modules-cache-v3`, `ASYNC_FUNCTION_TOKEN`. */
export const isWordy = (text: string): boolean => wordScore(text) > WORDY;

/** Paths below the folders that file systems have; their last part may well be random. */
const ROOTED =
  /^(?:~|\.{1,2}|[A-Za-z]:)[/\\]|^\/(?:tmp|home|var|etc|usr|opt|run|root|mnt|srv|dev|proc|sys|bin|lib|Users|private|builds?|work(?:space)?s?|github|app|data|secrets?|github|vault|srv|nix|code|src|cache|runner|__w|actions|volumes?|storage|config|certs?|keys?)\//;

/** A path, address or reference made of words; base64 with slashes in it is not. */
function isPathLike(value: string): boolean {
  if (ROOTED.test(value)) return true;
  if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(value)) return true;
  if (!/[/\\]/.test(value))
    return /^[\w-]{1,60}\.(?:json|ya?ml|txt|pem|key|crt|pub|env|conf|cfg|ini|toml|xml|js|ts|py|go|rb|java|sh|md|html?|css)$/i.test(
      value,
    );
  const parts = value.split(/[/\\]/).filter((part) => part !== '');
  return parts.every((part) => part.length <= 6 || isWordy(part)) && !/[+=]{1,2}$/.test(value);
}

/** Code, numbers, dates, versions, labelled digests and public keys. */
function isPlainData(value: string): boolean {
  return (
    NUMBERISH.test(value) ||
    EMAIL.test(value) ||
    (COORDINATE.test(value) && !/[0-9a-f]{32}/.test(value) && (isWordy(value) || /:v?\d+\.\d[\w.-]*$/.test(value))) ||
    SEMVER.test(value) ||
    LABELLED_DIGEST.test(value) ||
    IMAGE_DIGEST.test(value) ||
    ADDRESS.test(value) ||
    PUBLIC_KEY.test(value) ||
    FINGERPRINT.test(value) ||
    CODE.test(value) ||
    (DOTTED_WORDS.test(value) && isWordy(value))
  );
}

/**
 * Letters of both cases that no name in code has: 99 of 100 of those are above 0.27, nine of ten random ones below the
 * bound (12 letters; counted over 22,000 identifiers of real logs).
 */
const isRandomLetters = (value: string): boolean =>
  /^[A-Za-z]+$/.test(value) && /[a-z][A-Z]/.test(value) && wordScore(value) < -0.3;

function isRandomEnough(value: string, kind: NameKind): boolean {
  if (UUID.test(value)) return kind !== 'weak';
  const hasDigit = /\d/.test(value);
  if (HEX.test(value))
    return (
      value.length >= (kind === 'secret' ? 12 : 16) &&
      hasDigit &&
      /[a-f]/i.test(value) &&
      entropyOf(value) >= (value.length < 16 ? 2.2 : 2.5)
    );
  const classes = Number(/[a-z]/.test(value)) + Number(/[A-Z]/.test(value)) + Number(hasDigit);
  if (value.length < 16) {
    // Short keys exist (Dropbox has 15 letters and digits): the fewer characters, the more of them must be telling.
    const score = wordScore(value);
    return (
      kind !== 'weak' &&
      ((classes === 3 && value.length >= 8 && score < -0.6) ||
        (classes === 2 && hasDigit && value.length >= 10 && score < -0.8) ||
        (value.length >= 12 && isRandomLetters(value)))
    );
  }
  if (classes === 1 && !hasDigit) return wordScore(value) < -0.6;
  if (kind === 'weak' && hasWordPart(value)) return false;
  return !isWordy(value) && entropyOf(value) >= 3;
}

/** A part between signs that is a word: keys of caches and builds are words around a hash. */
const hasWordPart = (value: string): boolean =>
  value
    .split(/[-_./:]/)
    .some((part) => part.length >= 4 && /^[a-z]+$/i.test(part) && !/^[a-f]+$/i.test(part) && wordScore(part) > 0.3);

function isPassword(value: string): boolean {
  if (value.length < 6 || !/[a-z]/i.test(value)) return false;
  if (APP_PASSWORD.test(value)) return wordScore(value) < 0.6;
  // Words with spaces are prose, unless there are few and they hold what only passwords hold.
  if (/\s/.test(value)) return value.length <= 40 && /\d/.test(value) && /[!@#$%^&*]/.test(value);
  return (
    /\d/.test(value) || SIGN.test(value) || (value.length >= 8 && (wordScore(value) < -0.9 || isRandomLetters(value)))
  );
}

/** True when a value after a name of `kind` is to be masked. */
export function isSecretValue(whole: string, kind: NameKind): boolean {
  const value = whole.length > MAX_TESTED ? whole.slice(0, MAX_TESTED) : whole;
  if (value.length < (kind === 'password' ? 6 : 8)) return false;
  // What a secret must have first: most values are words or numbers and end here.
  if (kind === 'password' ? !isPassword(value) : /\s/.test(value) || !isRandomEnough(value, kind)) return false;
  return !isPlaceholder(value) && !isPlainData(value) && !isPathLike(value);
}
