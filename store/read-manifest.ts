// Reads one manifest from where it lies. Apart from manifest-schema.ts, which knows no store.
import { AppError } from './errors.ts';
import type { ObjectKey } from './keys.ts';
import { keysOfManifest, MAX_MANIFEST_BYTES, type Manifest } from './manifest.ts';
import { parseManifest } from './manifest-schema.ts';
import { type ObjectReader, readSmall } from './object-store.ts';

/** The manifest at `key`, which must be that of its own key. STORE_DAMAGED, NOT_FOUND, FORMAT_TOO_NEW. */
export async function readManifestAt(store: ObjectReader, key: ObjectKey): Promise<Manifest> {
  const manifest = parseManifest(await readSmall(store, key, MAX_MANIFEST_BYTES), key);
  if (keysOfManifest(manifest).manifest !== key)
    throw new AppError('STORE_DAMAGED', `${key} holds the manifest of another key`, {
      hint: 'restore it from a backup or a second store, if there is one; `firstred verify` lists all that is damaged',
    });
  return manifest;
}
