// A server's own log storage on disk, as finished tasks leave it: `<owner>/<name>/<id % 256 as hex>/<id>.log[.zst]`.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadZstd } from '../../../store/zstd.ts';
import type { Task, World } from './world.ts';

/** `database`: the log stays in the server's database, as one does whose runner sent its last rows badly. */
export type StorageForm = 'zst' | 'plain' | 'database';

/** Gitea 1.22 writes plain text; later ones compress, in frames of 128 KiB with a seek table behind. */
const usualForm = (world: World): StorageForm => (world.family === 'gitea' && world.version < 23 ? 'plain' : 'zst');

/** From now on each finished task's log is written below `folder`, which stands for `actions_log`. */
export function storeLogsIn(
  world: World,
  folder: string,
  formOf: (task: Task) => StorageForm = () => usualForm(world),
): void {
  world.onStored = (task) => {
    const form = formOf(task);
    if (form === 'database') return;
    const file = storagePath(world, task, form);
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), form === 'plain' ? task.log : seekable(task.log));
  };
}

/** Where a task's log lies, below `actions_log`. */
export function storagePath(world: World, task: Task, form: Exclude<StorageForm, 'database'>): string {
  const bucket = (task.id % 256).toString(16).padStart(2, '0');
  return path.posix.join(world.owner, world.name, bucket, `${task.id}.log${form === 'zst' ? '.zst' : ''}`);
}

const FRAME_BYTES = 128 * 1024;

function seekable(log: Uint8Array): Buffer {
  const frames: Uint8Array[] = [];
  const entries: Buffer[] = [];
  for (let at = 0; at < Math.max(1, log.byteLength); at += FRAME_BYTES) {
    const part = log.subarray(at, at + FRAME_BYTES);
    const frame = loadZstd().compress(part, 3);
    const entry = Buffer.alloc(8);
    entry.writeUInt32LE(frame.byteLength, 0);
    entry.writeUInt32LE(part.byteLength, 4);
    frames.push(frame);
    entries.push(entry);
  }
  const footer = Buffer.alloc(9);
  footer.writeUInt32LE(entries.length, 0);
  footer.writeUInt32LE(0x8f92eab1, 5);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x184d2a5e, 0);
  head.writeUInt32LE(entries.length * 8 + footer.byteLength, 4);
  return Buffer.concat([...frames, head, ...entries, footer]);
}
