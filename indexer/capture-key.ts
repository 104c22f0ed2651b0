// Captures by the key of their manifest, found through a short hash of it.
import { createHash } from 'node:crypto';
import type { ObjectKey } from '../store/keys.ts';
import type { IndexReadDatabase } from './database.ts';
import type { StoreId } from './log-index.ts';
import { FIND_CAPTURE } from './statements.ts';

/** 48 bits of SHA-256: exact as a number. */
export const hashOfKey = (key: ObjectKey): number => createHash('sha256').update(key).digest().readUIntBE(0, 6);

/** The capture of `store` with this manifest. */
export const findCapture = (
  db: IndexReadDatabase,
  store: StoreId,
  manifestKey: ObjectKey,
): { readonly id: number; readonly log: number } | undefined =>
  db.get(FIND_CAPTURE, { keyHash: hashOfKey(manifestKey), manifestKey, store });
