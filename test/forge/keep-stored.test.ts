// A log of the server's own storage that changes under the reader's eyes: nothing half is kept, and the next look has it.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { keepStored } from '../../cli/keep-stored.ts';
import { openKeptCaptures } from '../../cli/kept-captures.ts';
import { type LogStorage, openLogStorage, type StoredLog } from '../../cli/log-storage.ts';
import { createMasker } from '../../store/mask.ts';
import { memoryArchiver } from '../support/memory-archiver.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const PATH = 'acme/widgets/cc/4812.log';

/** The storage, with something that happens once the first bytes of a log were read. */
async function scene(size: number, happens: (file: string) => void) {
  const folder = await makeTempFolder();
  const file = path.join(folder, PATH);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'a line\n'.repeat(size));
  const storage = await openLogStorage(folder, {} as Parameters<typeof openLogStorage>[1]);
  let reads = 0; // the first is of the head, for the job's name
  const watched: LogStorage = {
    ...storage,
    async *read(log) {
      reads += 1;
      let begun = reads !== 2;
      for await (const chunk of storage.read(log)) {
        if (!begun) happens(file);
        begun = true;
        yield chunk;
      }
    },
  };
  const store = new MemoryStore(() => 0);
  const tools = {
    storage: watched,
    archiver: memoryArchiver(store),
    host: 'gitea.test',
    facts: undefined,
    newMasker: () => createMasker({ told: [] }),
    signal: new AbortController().signal,
  };
  const look = async (log: StoredLog) => keepStored(log, undefined, { ...tools, captures: openKeptCaptures(store) });
  const listed = async (): Promise<readonly StoredLog[]> => {
    const logs: StoredLog[] = [];
    for await (const log of storage.list(tools.signal)) logs.push(log);
    return logs;
  };
  const kept = async (): Promise<number> => {
    let manifests = 0;
    for await (const { key } of store.list('logs/')) if (key.endsWith('.json')) manifests += 1;
    return manifests;
  };
  return { look, listed, kept, file };
}

// Small logs are read in one piece, large ones as a stream.
test.each([10, 400_000])('a log of %d lines that grows while it is read is left for the next look', async (lines) => {
  const { look, listed, kept } = await scene(lines, (file) => appendFileSync(file, 'one more\n'));
  const [first] = await listed();
  expect(await look(first!)).toEqual({ kind: 'changed' });
  expect(await kept()).toBe(0);
  const [again] = await listed();
  expect(await look(again!)).toMatchObject({
    kind: 'kept',
    log: { manifest: { text: { sizeBytes: lines * 7 + 9 } } },
  });
});

test('a log that vanishes before it is read is gone; one that vanishes while it is read is kept whole', async () => {
  const { look, listed, kept, file } = await scene(10, () => undefined);
  const [log] = await listed();
  rmSync(file);
  expect(await look(log!)).toMatchObject({ kind: 'gone' });
  expect(await kept()).toBe(0);
  expect(await listed()).toEqual([]);

  const other = await scene(400_000, (name) => rmSync(name));
  const [large] = await other.listed();
  expect(await other.look(large!)).toMatchObject({
    kind: 'kept',
    cutReason: undefined,
    log: { manifest: { text: { sizeBytes: 2_800_000 } } },
  });
});
