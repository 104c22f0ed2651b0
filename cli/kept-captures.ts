// What the store already has of an attempt, by its keys: the index may be old, or of another machine.
import type { Attempt } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import { attemptKey, encodeKeySegment, type ObjectKey } from '../store/keys.ts';
import type { Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';

/** Looks up captures; the keys of a commit are listed once. */
export interface KeptCaptures {
  /** Manifests of every capture of this attempt, those of a partial identity with the same provider's id included. */
  of(attempt: Attempt): Promise<readonly Manifest[]>;
  /** After something was kept: forget what was listed. */
  forget(): void;
}

/** Captures in `store`; nothing is listed before it is asked for. */
export function openKeptCaptures(store: ObjectReader): KeptCaptures {
  const listed = new Map<string, Promise<readonly ObjectKey[]>>();
  const manifests = new Map<ObjectKey, Promise<Manifest>>();
  return {
    forget: () => listed.clear(),
    async of(attempt) {
      const whole = attemptKey(attempt);
      const prefix = `logs/${whole.split('/').slice(0, 4).join('/')}/`;
      const keys = listed.get(prefix) ?? listManifests(store, prefix);
      listed.set(prefix, keys);
      const own = (await keys).filter((key) => isOf(key, { whole: `logs/${whole}/`, providerId: attempt.providerId }));
      for (const key of own) if (!manifests.has(key)) manifests.set(key, readManifest(store, key));
      return Promise.all(own.map((key) => manifests.get(key) ?? readManifest(store, key)));
    },
  };
}

async function listManifests(store: ObjectReader, prefix: string): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = [];
  try {
    for await (const { key } of store.list(prefix)) if (key.endsWith('.json')) keys.push(key);
  } catch (error) {
    // The first log of all makes the store.
    if (!(error instanceof AppError) || error.code !== 'STORE_MISSING') throw error;
  }
  return keys;
}

/** The folder of a run ends with `-t<id>`, or is `t<id>` alone where the run is not known. */
function isOf(
  key: ObjectKey,
  { whole, providerId }: { readonly whole: string; readonly providerId: string | undefined },
): boolean {
  if (key.startsWith(whole)) return true;
  const runFolder = key.split('/').at(-2) ?? '';
  const id = providerId === undefined ? undefined : encodeKeySegment(`t${providerId}`);
  return id !== undefined && (runFolder === id || runFolder.endsWith(`-${id}`));
}

/** Loaded late: what reads manifests is dear to start. */
async function readManifest(store: ObjectReader, key: ObjectKey): Promise<Manifest> {
  const { readManifestAt } = await import('../store/read-manifest.ts');
  return readManifestAt(store, key);
}

/** A capture that nothing more can be added to: the provider's own log, whole, taken after the job's end. */
export const isWhole = ({ capture }: Manifest): boolean =>
  capture.complete && (capture.how === 'pull' || capture.how === 'rescue');
