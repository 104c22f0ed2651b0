// `sync` of a whole store into an empty index: speed, memory, and the index's share of the raw text.
// usage: node scripts/bench.mjs index [FOLDER…]   (without a folder: made logs). Rival: `zstd -dc | wc -l` of the same objects.
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeKeptStore } from './kept-store.ts';
import { machineText, measure, spreadOf, spreadText } from './measure.ts';

const ROUNDS = 3;
const MB = 1_000_000;

const store = await makeKeptStore(process.argv.slice(2).map((each) => path.resolve(each)));
const index = path.join(store.folder, 'index.db');
const ours: number[] = [];
const rival: number[] = [];
let maxRssBytes = 0;
for (let round = 0; round < ROUNDS; round++) {
  for (const ending of ['', '-wal', '-shm']) rmSync(index + ending, { force: true });
  const run = await store.firstred(['sync', '--json']);
  ours.push(run.wallMs);
  maxRssBytes = Math.max(maxRssBytes, run.maxRssBytes);
  const plain = [
    '-c',
    'find "$1" -name "*.zst" -print0 | xargs -0 zstd -dcq | wc -l',
    'sh',
    path.join(store.folder, 'store'),
  ];
  rival.push((await measure('sh', plain)).wallMs);
}
const sizeBytes = statSync(index).size;
console.log(machineText());
console.log(`${store.logs} logs, ${(store.rawBytes / MB).toFixed(0)} MB of text, ${ROUNDS} rounds`);
console.log(
  `sync: ${spreadText(ours, 0)} ms, ${(store.rawBytes / MB / (spreadOf(ours).median / 1000)).toFixed(1)} MB/s`,
);
console.log(
  `zstd -dc | wc -l: ${spreadText(rival, 0)} ms; sync takes ${(spreadOf(ours).median / spreadOf(rival).median).toFixed(1)} times as long`,
);
console.log(
  `index: ${(sizeBytes / MB).toFixed(1)} MB, ${((sizeBytes / store.rawBytes) * 100).toFixed(2)} % of the text; peak memory ${(maxRssBytes / MB).toFixed(0)} MB`,
);
rmSync(store.folder, { recursive: true, force: true });
