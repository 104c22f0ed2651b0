// Captures by the key of their manifest, found through a short hash of it.
import { createHash } from 'node:crypto';
import type { ObjectKey } from '../store/keys.ts';
import type { IndexReadDatabase } from './database.ts';
import { packKey } from './key-bytes.ts';
import type { StoreId } from './log-index.ts';
import { FIND_CAPTURE } from './statements.ts';

/** chosen: an ingest asks four times about a key, and has some hundred logs under way. */
const MAX_REMEMBERED = 1024;
const hashes = new Map<ObjectKey, number>();

/** 48 bits of SHA-256: exact as a number. */
export function hashOfKey(key: ObjectKey): number {
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(key).digest().readUIntBE(0, 6);
  if (hashes.size >= MAX_REMEMBERED) hashes.clear();
  hashes.set(key, hash);
  return hash;
}

/** The capture of `store` with this manifest. */
export const findCapture = (
  db: IndexReadDatabase,
  store: StoreId,
  manifestKey: ObjectKey,
): { readonly id: number; readonly log: number } | undefined =>
  db.get(FIND_CAPTURE, { keyHash: hashOfKey(manifestKey), manifestKey: packKey(manifestKey), store });
