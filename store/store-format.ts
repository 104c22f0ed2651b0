// firstred.json: which format a store has, and a random id that tells two stores apart. The only key that writers share.
import { randomBytes } from 'node:crypto';
import { AppError } from './errors.ts';
import { STORE_FORMAT_KEY } from './keys.ts';
import { crockford32 } from './log-id.ts';
import { STORE_FORMAT } from './manifest.ts';
import { bodyOf, type ObjectReader, type ObjectStore, readSmall } from './object-store.ts';

/** What firstred.json says. */
export interface StoreFormat {
  readonly format: number;
  /** `S` and 16 characters, random, for as long as the store lives. */
  readonly storeId: string;
}

/** chosen: two fields need 60 bytes; room for later ones, and a bound on a hostile file. */
const MAX_FORMAT_BYTES = 65_536;

/**
 * What the store says about itself; undefined where nothing was written yet, or where we may write but not read.
 * FORMAT_TOO_NEW when a newer firstred wrote it.
 */
export async function findStoreFormat(store: ObjectReader): Promise<StoreFormat | undefined> {
  try {
    return parseStoreFormat(store.url, await readSmall(store, STORE_FORMAT_KEY, MAX_FORMAT_BYTES));
  } catch (error) {
    if (error instanceof AppError && ['NOT_FOUND', 'REFUSED', 'STORE_MISSING'].includes(error.code)) return undefined;
    throw error;
  }
}

/** What the store says about itself, written now where it is absent. undefined where we may neither read nor write it. */
export async function writeStoreFormat(store: ObjectStore): Promise<StoreFormat | undefined> {
  const found = await findStoreFormat(store);
  if (found !== undefined) return found;
  const format: StoreFormat = { format: STORE_FORMAT, storeId: `S${crockford32(randomBytes(10))}` };
  try {
    await store.putOnce(STORE_FORMAT_KEY, bodyOf(Buffer.from(`${JSON.stringify(format)}\n`)));
    return format;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'REFUSED') return undefined; // its own put will say so if it may write nothing at all
    if (error.code !== 'STORE_DAMAGED') throw error;
    return findStoreFormat(store); // another first writer was quicker: its id counts
  }
}

// Two fields, checked by hand: loading zod would double the start of every search.
function parseStoreFormat(url: string, bytes: Uint8Array): StoreFormat {
  const said = parseObject(bytes);
  const format = said['format'];
  const storeId = said['storeId'];
  if (typeof format !== 'number' || !Number.isSafeInteger(format) || format < 1)
    throw new AppError('STORE_DAMAGED', `${url}: ${STORE_FORMAT_KEY} is not what firstred writes`, {
      hint: 'check that this is a store of firstred; restore that file from a backup',
    });
  if (format > STORE_FORMAT)
    throw new AppError('FORMAT_TOO_NEW', `${url} has format ${format}; this firstred knows up to ${STORE_FORMAT}`, {
      hint: 'install a newer firstred',
    });
  if (typeof storeId !== 'string' || !/^[A-Za-z0-9]{1,64}$/.test(storeId))
    throw new AppError('STORE_DAMAGED', `${url}: ${STORE_FORMAT_KEY} has no valid store id`, {
      hint: 'restore that file from a backup',
    });
  return { format, storeId };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
