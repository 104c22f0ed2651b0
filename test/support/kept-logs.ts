// What a store holds, read with the project's own readers: every log that has a manifest, with its whole text.

import { readLog } from '../../store/frames.ts';
import { openFsStore } from '../../store/fs-store.ts';
import { type ObjectKey, objectKeyOf } from '../../store/keys.ts';
import { type LineTimeRow, readLineTimes } from '../../store/line-times.ts';
import { keysOfManifest, MAX_MANIFEST_BYTES, type Manifest } from '../../store/manifest.ts';
import { parseManifest } from '../../store/manifest-schema.ts';
import { type ObjectReader, readSmall } from '../../store/object-store.ts';
import { collect } from './collect.ts';

export interface KeptText {
  readonly manifest: Manifest;
  readonly text: string;
  readonly times: readonly LineTimeRow[] | undefined;
}

/** Every visible log of the store in `folder`. Throws when one of them is not whole. */
export async function readKeptLogs(folder: string): Promise<KeptText[]> {
  return readLogsOf(await openFsStore(folder));
}

/** Every visible log. Throws when one of them is not whole. */
export async function readLogsOf(store: ObjectReader): Promise<KeptText[]> {
  const found: KeptText[] = [];
  for await (const { key } of store.list('logs/')) {
    if (!key.endsWith('.json')) continue;
    const manifest = parseManifest(await readSmall(store, key, MAX_MANIFEST_BYTES), key);
    if (keysOfManifest(manifest).object !== objectKeyOf(key as ObjectKey)) throw new Error(`${key} is not its own key`);
    const text = Buffer.concat(await collect(readLog(store, manifest))).toString();
    found.push({ manifest, text, times: await readLineTimes(store, manifest) });
  }
  return found;
}
