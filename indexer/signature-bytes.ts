// A signature as the index keeps it: 9 bytes, where its text has 16 characters.
import { charactersAt, SIGNATURE_ALPHABET, SIGNATURE_CHARACTERS, type SignatureId } from './signatures.ts';

const ID = /^s([1-9]\d?|1[01]\d|12[0-7]):([0-9a-hjkmnp-tv-z]{13})$/;
const BYTES = 9;
/** The template version stands in so many bits; five bits for each character fill the bytes. */
const VERSION_BITS = 7;
/** What no version is: text that is no id of ours follows as it is. */
const NO_ID = 0;

/** Bytes sort as the texts of one version do. */
export function packSignature(text: string): Uint8Array {
  const [, version, characters] = ID.exec(text) ?? [];
  if (version === undefined || characters === undefined) return Buffer.concat([Buffer.of(NO_ID), Buffer.from(text)]);
  const bytes = new Uint8Array(BYTES);
  bytes[0] = Number(version) << (8 - VERSION_BITS);
  for (let n = 0; n < SIGNATURE_CHARACTERS; n++) {
    const bit = VERSION_BITS + n * 5;
    const pair = SIGNATURE_ALPHABET.indexOf(characters[n] as string) << (11 - (bit & 7));
    bytes[bit >> 3] = (bytes[bit >> 3] as number) | (pair >> 8);
    if (bit >> 3 < BYTES - 1) bytes[(bit >> 3) + 1] = pair & 0xff;
  }
  return bytes;
}

/** The text that `packSignature` was given. */
export function readSignature(bytes: Uint8Array): SignatureId {
  const [first = NO_ID] = bytes;
  if (first >> (8 - VERSION_BITS) === NO_ID) return Buffer.from(bytes).toString('utf8', 1) as SignatureId;
  return `s${first >> (8 - VERSION_BITS)}:${charactersAt(bytes, VERSION_BITS)}` as SignatureId;
}

/** Several of them as the parameter that `SIGNATURES` in statements.ts reads. */
export const packSignatures = (texts: Iterable<string>): string =>
  JSON.stringify(Array.from(texts, (text) => Buffer.from(packSignature(text)).toString('hex')));
