// An archiver into a store in memory, for runs of thousands of logs: reads and masks each as the real one does, and leaves
// the compressing out.
import type { Archiver, KeptLog } from '../../cli/archiver.ts';
import { type CaptureRequest, newCaptureId } from '../../store/capture.ts';
import { sha256 } from '../../store/digest.ts';
import { keysOfManifest } from '../../store/manifest.ts';
import { manifestToJson } from '../../store/manifest-json.ts';
import { bodyOf } from '../../store/object-store.ts';
import { makeManifest } from './manifests.ts';
import type { MemoryStore } from './memory-store.ts';

/** Logs are put as they are read, under the keys that a real capture would get. */
export function memoryArchiver(store: MemoryStore): Archiver {
  async function keep(request: CaptureRequest): Promise<KeptLog> {
    const parts: Uint8Array[] = [];
    for await (const chunk of request.input) parts.push(...request.masker.push(chunk));
    parts.push(...request.masker.end());
    const text = Buffer.concat(parts);
    const cutReason = request.cutReason?.();
    const base = makeManifest();
    const manifest = makeManifest({
      attempt: request.attempt(),
      logName: request.logName,
      text: { ...base.text, sizeBytes: text.byteLength, sha256: sha256(text) },
      capture: { ...base.capture, id: newCaptureId(), how: request.how, complete: cutReason === undefined, cutReason },
    });
    const keys = keysOfManifest(manifest);
    await store.putOnce(keys.object, bodyOf(text));
    await store.putOnce(keys.manifest, bodyOf(Buffer.from(manifestToJson(manifest))));
    return { state: 'created', manifest };
  }
  return {
    keep,
    keepRereadable: keep,
    indexBehind: async () => false,
    flush: async () => ({ delivered: 0, failed: 0, waiting: 0 }) as never,
    close: async () => undefined,
  };
}
