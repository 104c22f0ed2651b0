// A snapshot comes back byte for byte from every store, and cannot be taken for another.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFsStore } from '../../store/fs-store.ts';
import type { ObjectRemover, ObjectStore } from '../../store/object-store.ts';
import { fetchSnapshot, listSnapshots, putSnapshot, readSnapshot, removeSnapshots } from '../../store/snapshots.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { makeS3Places } from '../support/s3-place.ts';
import { findS3Server } from '../support/s3-server.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

type Store = ObjectStore & ObjectRemover;
const server = await findS3Server();
const places = server === undefined ? undefined : await makeS3Places(server);

const FACTS = { storeId: 'Sabc', indexVersion: 1, logs: 3, tool: 'firstred test' };

function runSnapshotContract(openOne: () => Promise<Store>): void {
  test('what was put comes back until it is removed', async () => {
    const store = await openOne();
    const folder = await makeTempFolder();
    const signal = new AbortController().signal;
    const index = Buffer.alloc(3_000_000, 'some bytes of an index ');
    for (const n of [1, 2]) {
      await writeFile(join(folder, `${n}.db`), Buffer.concat([index, Buffer.from(`${n}`)]));
      const files = { index: join(folder, `${n}.db`), staged: join(folder, `${n}.zst`) };
      await putSnapshot(store, files, { ...FACTS, logs: n }, { signal });
    }
    const keys = await listSnapshots(store);
    expect(keys).toHaveLength(2);
    const newest = await readSnapshot(store, keys[0]!);
    expect(newest).toMatchObject({ storeId: 'Sabc', indexVersion: 1, indexBytes: index.length + 1 });
    let came = 0;
    const to = join(folder, 'back.db');
    await fetchSnapshot(store, newest, to, { signal, onBytes: (bytes) => (came += bytes) });
    expect(came).toBe(newest.objectBytes);
    expect((await readFile(to)).equals(await readFile(join(folder, `${newest.logs}.db`)))).toBe(true);
    await removeSnapshots(store, keys);
    expect(await listSnapshots(store)).toEqual([]);
    for await (const each of store.list('index/')) expect.fail(`${each.key} is still there`);
  });
}

let clockMs = Date.parse('2026-05-04T09:00:00.000Z');
describe('snapshots in memory', () => runSnapshotContract(async () => new MemoryStore(() => (clockMs += 1000))));
describe('snapshots in a folder', () => runSnapshotContract(async () => openFsStore(await makeTempFolder())));
describe.skipIf(places === undefined)('snapshots in a bucket', () =>
  runSnapshotContract(async () => (await places?.open()) as Store),
);
