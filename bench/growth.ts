// `sync` of a kept store into an empty index, once: speed, memory, size, and how the index grew with the text.
// usage: node scripts/bench.mjs growth --kept FOLDER   (made by bench/made-store.ts; --figures docs/figures.json keeps the points)
import { rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openIndexReader } from '../indexer/open-index.ts';
import { selectVolume } from '../indexer/statements-filter.ts';
import { saveFigures, storeName } from './figures.ts';
import { keptStoreIn, readMadeStore } from './kept-store.ts';
import { machineText, measure } from './measure.ts';

/** chosen: some hundred points of an hour, and next to nothing of the time of a minute. */
const LOOK_EVERY_MS = 3000;

const { values } = parseArgs({ options: { kept: { type: 'string', default: '.' }, figures: { type: 'string' } } });
const { figures } = values;
const folder = path.resolve(values.kept);
const store = keptStoreIn(folder, { logs: 0, rawBytes: 0 });
const file = path.join(folder, 'index.db');
for (const ending of ['', '-wal', '-shm']) rmSync(file + ending, { force: true });

const looked: [rawBytes: number, indexBytes: number][] = [[0, 0]];
const look = setInterval(() => {
  const point = findPoint();
  if (point !== undefined && point[0] > (looked.at(-1)?.[0] ?? 0)) looked.push(point);
}, LOOK_EVERY_MS);
const synced = await store.firstred(['sync', '--json']);
clearInterval(look);
const [rawBytes, indexBytes] = findPoint() ?? [0, 0];
// One that was looked at after the last text and before all was merged is no point of the growth.
const points = [...looked.filter(([text]) => text < rawBytes), [rawBytes, indexBytes] as const];
const zstd = 'find "$1" -name "*.zst" -print0 | xargs -0 zstd -dcq | wc -l';
const rival = await measure('sh', ['-c', zstd, 'sh', path.join(folder, 'store/logs')]);

const mb = rawBytes / 1e6;
const rate = (ms: number): string => (mb / (ms / 1000)).toFixed(1);
console.log(machineText());
console.log(
  `${storeName(rawBytes, readMadeStore(folder) !== undefined)}: sync ${(synced.wallMs / 1000).toFixed(0)} s, ${rate(synced.wallMs)} MB/s, ${rate(synced.cpuMs)} MB a second of processor time, at most ${(synced.maxRssBytes / 1e6).toFixed(0)} MB of memory; zstd -dc | wc -l ${rate(rival.wallMs)} MB/s`,
);
console.log('\n| text | index | of the text |\n| --- | --- | --- |');
for (const share of [0.1, 0.25, 0.5, 0.75, 1]) {
  const [raw, index] = points.find(([text]) => text >= rawBytes * share) ?? [rawBytes, indexBytes];
  console.log(
    `| ${(raw / 1e6).toFixed(0)} MB | ${(index / 1e6).toFixed(1)} MB | ${((index / raw) * 100).toFixed(2)} % |`,
  );
}
if (figures !== undefined)
  saveFigures(figures, 'growth', { name: storeName(rawBytes, readMadeStore(folder) !== undefined), found: { points } });

/** What is in the index now; undefined before there is one. */
function findPoint(): [rawBytes: number, indexBytes: number] | undefined {
  try {
    const index = openIndexReader(file);
    const { raw_bytes: rawBytes } = selectVolume(index.db, {});
    index.close();
    return [rawBytes, statSync(file).size];
  } catch {
    return undefined; // it is just being made
  }
}
