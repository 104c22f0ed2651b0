// Whether one kept log is whole: its manifest, its object, and on demand every byte of both against their digests.
import { digestOf, startSha256 } from './digest.ts';
import { AppError } from './errors.ts';
import { FrameCutter } from './frame-cutter.ts';
import type { FrameTable } from './frame-table.ts';
import { decompressFrame, readFrameTable } from './frames.ts';
import type { ObjectKey } from './keys.ts';
import { readLineTimes } from './line-times.ts';
import { keysOfManifest, type Manifest, type TextFacts } from './manifest.ts';
import type { MaskedBytes } from './mask.ts';
import type { ObjectReader } from './object-store.ts';

/** `keys`: nothing is read. `tables`: manifest, size and frame table. `bytes`: also every byte of object and text. */
export type CheckDepth = 'keys' | 'tables' | 'bytes';

/** Throws STORE_DAMAGED, with what is wrong, unless the object of `manifest` is what it says. */
export async function checkLog(
  store: ObjectReader,
  manifest: Manifest,
  options: {
    readonly objectBytes: number;
    readonly depth: CheckDepth;
    /** Bytes of the object that were read since the last call, with depth `bytes`. */
    readonly onBytes?: (bytes: number) => void;
  },
): Promise<void> {
  const { object } = keysOfManifest(manifest);
  if (options.objectBytes !== manifest.object.sizeBytes)
    throw damaged(`${object} has ${options.objectBytes} bytes in place of ${manifest.object.sizeBytes}`);
  const table = await readFrameTable(store, object, manifest);
  if (options.depth !== 'bytes') return;
  await checkBytes(store, manifest, { table, onBytes: options.onBytes });
  await readLineTimes(store, manifest);
}

async function checkBytes(
  store: ObjectReader,
  manifest: Manifest,
  { table, onBytes }: { readonly table: FrameTable; readonly onBytes: ((bytes: number) => void) | undefined },
): Promise<void> {
  const { object: key } = keysOfManifest(manifest);
  const hash = startSha256();
  const text = new FrameCutter();
  let waiting = Buffer.alloc(0);
  let frame = 0;
  let line = 1;
  for await (const chunk of store.get(key)) {
    hash.update(chunk);
    onBytes?.(chunk.byteLength);
    waiting = Buffer.concat([waiting, chunk]);
    for (; frame < table.count; frame++) {
      const sizeBytes = (table.objectEnd[frame] ?? 0) - (table.objectStart[frame] ?? 0);
      if (waiting.byteLength < sizeBytes) break;
      const bytes = decompressFrame(waiting.subarray(0, sizeBytes), table, frame);
      if (table.firstLine[frame] !== line) throw damaged(`the line table of ${key} is wrong at frame ${frame}`);
      line += countLineEnds(bytes);
      for (const _ of text.push(bytes as MaskedBytes)); // masked when it was kept; only its facts are of interest
      waiting = waiting.subarray(sizeBytes);
    }
    if (frame === table.count) waiting = Buffer.alloc(0); // what follows are the tables
  }
  for (const _ of text.end());
  if (digestOf(hash) !== manifest.object.sha256) throw damaged(`${key} does not have the digest of its object`);
  compareFacts(key, text.facts(), manifest.text);
}

function compareFacts(key: ObjectKey, found: TextFacts, said: TextFacts): void {
  for (const name of ['sha256', 'sizeBytes', 'lines', 'longestLineBytes'] as const)
    if (found[name] !== said[name]) throw damaged(`the text of ${key} is not what its manifest says (${name})`);
}

function countLineEnds(bytes: Uint8Array): number {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = view.indexOf(10); at >= 0; at = view.indexOf(10, at + 1)) count += 1;
  return count;
}

const damaged = (what: string): AppError =>
  new AppError('STORE_DAMAGED', what, { hint: 'restore the object from a backup or a second store, if there is one' });
