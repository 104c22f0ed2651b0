// Makes a store of made logs that is kept, so that the long benches need not make it each time. Slice by slice, the text of a
// slice is removed once it is kept; called again after it was ended, it goes on behind the last whole slice.
// usage: node scripts/bench.mjs made-store FOLDER --bytes 2000000000      (--seed 1, --slice 500000000)
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { archiveBatch, keptStoreIn, readMadeStore, saveMadeStore } from './kept-store.ts';
import { writeMadeLogs } from './made-logs.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bytes: { type: 'string', default: '2000000000' },
    slice: { type: 'string', default: '500000000' },
    seed: { type: 'string', default: '1' },
  },
});
const [bytes, slice, seed] = [Number(values.bytes), Number(values.slice), Number(values.seed)];
const [given] = positionals;
if (given === undefined) throw new Error('give the folder that the store is to be made in');
const folder = path.resolve(given);
mkdirSync(folder, { recursive: true });
const raw = path.join(folder, 'raw');
for (;;) {
  const made = readMadeStore(folder) ?? { seed, logs: 0, rawBytes: 0 };
  if (made.seed !== seed) throw new Error(`${folder} was made with seed ${made.seed}`);
  console.log(`${new Date().toISOString()} ${made.logs} logs, ${(made.rawBytes / 1e6).toFixed(0)} MB`);
  if (made.rawBytes >= bytes) break;
  rmSync(raw, { recursive: true, force: true });
  const written = writeMadeLogs(raw, Math.min(slice, bytes - made.rawBytes), { seed, first: made.logs });
  await archiveBatch(keptStoreIn(folder, { logs: 0, rawBytes: 0 }), written.files, made.logs);
  rmSync(raw, { recursive: true, force: true });
  saveMadeStore(folder, { seed, logs: made.logs + written.files.length, rawBytes: made.rawBytes + written.bytes });
}
