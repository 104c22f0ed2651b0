// Reads manifests and facts of a store, several at a time, each checked, in the order of their keys.
import { atOnce } from '../store/at-once.ts';
import { AppError } from '../store/errors.ts';
import { listFacts, readFact } from '../store/fact-schema.ts';
import type { Fact } from '../store/facts.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { readManifestAt } from '../store/read-manifest.ts';

/** chosen: hides the store's latency; a manifest is small. */
const READS_AT_ONCE = 16;

/** What a small object turned out to be. */
export type ReadResult<T> =
  | { readonly kind: 'read'; readonly key: ObjectKey; readonly value: T }
  | { readonly kind: 'failed'; readonly key: ObjectKey; readonly error: unknown };

/** Keys of every manifest that the store has. */
export async function* listManifests(store: ObjectReader): AsyncGenerator<ObjectKey> {
  for await (const { key } of store.list('logs/')) if (key.endsWith('.json')) yield key;
}

/** Reads `keys` by `read`, side by side, results in order. */
export const readEach = <T>(
  keys: AsyncIterable<ObjectKey> | Iterable<ObjectKey>,
  read: (key: ObjectKey) => Promise<T>,
): AsyncGenerator<ReadResult<T>> =>
  atOnce(keys, READS_AT_ONCE, (key) =>
    read(key).then(
      (value): ReadResult<T> => ({ kind: 'read', key, value }),
      (error: unknown): ReadResult<T> => ({ kind: 'failed', key, error }),
    ),
  );

/** Whether an object can't be read because of what it is; anything else (no network, no rights) may pass. */
export const isDamage = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === 'STORE_DAMAGED' || error.code === 'FORMAT_TOO_NEW');

/** Whether it has gone: pruned since it was listed. */
export const isGone = (error: unknown): boolean => error instanceof AppError && error.code === 'NOT_FOUND';

/** What can be read; damage is told, what has gone is passed over, and any other error ends it. */
async function* readable<T>(
  results: AsyncIterable<ReadResult<T>>,
  onDamage: (what: string) => void,
): AsyncGenerator<T> {
  for await (const result of results) {
    if (result.kind === 'read') yield result.value;
    else if (isDamage(result.error)) onDamage(result.error.message);
    else if (!isGone(result.error)) throw result.error;
  }
}

/** Every manifest of the store that can be read. */
export const allManifests = (store: ObjectReader, onDamage: (what: string) => void): AsyncGenerator<Manifest> =>
  readable(
    readEach(listManifests(store), (key) => readManifestAt(store, key)),
    onDamage,
  );

/** Every fact of the store that can be read. */
export async function* allFacts(store: ObjectReader, onDamage: (what: string) => void): AsyncGenerator<Fact> {
  const read = readEach(listFacts(store, 0), (key) => readFact(store, key));
  for await (const fact of readable(read, onDamage)) if (fact !== undefined) yield fact;
}
