// What a store holds, read many at a time: manifests and facts, each with its key, and what cannot be read beside them.
import { atOnce } from '../store/at-once.ts';
import { AppError } from '../store/errors.ts';
import { listFacts, readFact } from '../store/fact-schema.ts';
import type { Fact } from '../store/facts.ts';
import type { ObjectKey } from '../store/keys.ts';
import { keysOfManifest, MAX_MANIFEST_BYTES, type Manifest } from '../store/manifest.ts';
import { parseManifest } from '../store/manifest-schema.ts';
import { type ObjectReader, readSmall } from '../store/object-store.ts';

/** chosen: hides the store's latency; a manifest is small. */
const READS_AT_ONCE = 16;

/** One key and what came of reading it. */
export type ReadResult<T> =
  | { readonly kind: 'read'; readonly key: ObjectKey; readonly value: T }
  | { readonly kind: 'failed'; readonly key: ObjectKey; readonly error: unknown };

/** Keys of every manifest in the store. */
export async function* listManifests(store: ObjectReader): AsyncGenerator<ObjectKey> {
  for await (const { key } of store.list('logs/')) if (key.endsWith('.json')) yield key;
}

/** The manifest at a key. STORE_DAMAGED when it is that of another key. */
export async function readManifestAt(store: ObjectReader, key: ObjectKey): Promise<Manifest> {
  const manifest = parseManifest(await readSmall(store, key, MAX_MANIFEST_BYTES), key);
  if (keysOfManifest(manifest).manifest !== key)
    throw new AppError('STORE_DAMAGED', `${key} holds the manifest of another key`, {
      hint: 'it is left out; `firstred verify` lists it',
    });
  return manifest;
}

/** Reads side by side, in the keys' order; what fails comes as a result too. */
export const readEach = <T>(
  keys: AsyncIterable<ObjectKey>,
  read: (key: ObjectKey) => Promise<T>,
): AsyncIterable<ReadResult<T>> =>
  atOnce(keys, READS_AT_ONCE, (key) =>
    read(key).then(
      (value): ReadResult<T> => ({ kind: 'read', key, value }),
      (error: unknown): ReadResult<T> => ({ kind: 'failed', key, error }),
    ),
  );

/** Not what it should be: the rest of the store can still be read. */
export const isDamage = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'STORE_DAMAGED' || error.code === 'FORMAT_TOO_NEW');

/** Pruned since it was listed, or not there yet. */
export const isGone = (error: unknown): error is AppError => error instanceof AppError && error.code === 'NOT_FOUND';

async function* readable<T>(
  results: AsyncIterable<ReadResult<T>>,
  onDamage: (what: string) => void,
): AsyncGenerator<T> {
  for await (const result of results)
    if (result.kind === 'read') yield result.value;
    else if (isDamage(result.error)) onDamage(result.error.message);
    else if (!isGone(result.error)) throw result.error;
}

/** Every manifest that can be read; what cannot is told to `onDamage`. */
export const allManifests = (store: ObjectReader, onDamage: (what: string) => void): AsyncGenerator<Manifest> =>
  readable(
    readEach(listManifests(store), (key) => readManifestAt(store, key)),
    onDamage,
  );

/** Every fact that can be read and is known to this version. */
export async function* allFacts(store: ObjectReader, onDamage: (what: string) => void): AsyncGenerator<Fact> {
  for await (const fact of readable(
    readEach(listFacts(store, 0), (key) => readFact(store, key)),
    onDamage,
  ))
    if (fact !== undefined) yield fact;
}
