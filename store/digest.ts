// SHA-256 as firstred uses it: over bytes, as lower-case hex.
import { createHash, type Hash } from 'node:crypto';

/** 64 lower-case hex characters. */
export type Sha256 = string & { readonly __brand: 'Sha256' };

/** SHA-256 of one piece of bytes or UTF-8 text. */
export const sha256 = (bytes: Uint8Array | string): Sha256 =>
  createHash('sha256').update(bytes).digest('hex') as Sha256;

/** A running SHA-256; finish it with `digestOf`. */
export const startSha256 = (): Hash => createHash('sha256');

/** The digest of everything that `hash` was fed. It can't be fed again. */
export const digestOf = (hash: Hash): Sha256 => hash.digest('hex') as Sha256;
