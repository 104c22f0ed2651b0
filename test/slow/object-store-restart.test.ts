// A real server whose data is on disk is killed in the middle of writing and started again: what a store reported as
// kept is there, byte for byte, and what failed can be put again.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { AppError } from '../../store/errors.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { inPieces, makeBytes } from '../conformance/object-store-contract.ts';
import { collect } from '../support/collect.ts';
import { findS3Server, makeBucket, startServer, stopServer } from '../support/s3-server.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

const MIB = 1_048_576;
const KILLS = 3;
const WRITERS = 6;
/** Beyond the kill, so that puts are under way when it comes, and after the server is back. */
const PUTS = 40;

const server = await findS3Server(); // says whether there can be one at all
const folder = await makeKeptFolder();
afterAll(() => rm(folder, { recursive: true, force: true }));

const keyOf = (round: number, writer: number, put: number): ObjectKey =>
  `logs/r${round}/w${writer}/${put}` as ObjectKey;
/** Every tenth goes in parts. */
const bytesOf = (put: number): Buffer => makeBytes(put % 10 === 5 ? 6 * MIB : 1_000 + put * 4_000, put + 1);

/** Kills by process id, and only what is a daemon of this cluster. */
function killServer(pids: readonly number[]): void {
  for (const pid of pids) {
    const isOurs = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    expect(isOurs).toBe(true);
    process.kill(pid, 'SIGKILL');
  }
}

test.skipIf(server === undefined)(
  'a server killed in the middle loses nothing that was kept',
  { timeout: 600_000 },
  async () => {
    const options = { ownerPid: process.pid, folder, store: 'bluestore' } as const;
    let running = await startServer(options);
    const port = Number(new URL(running.endpoint).port);
    const bucket = await makeBucket(running);
    const { endpoint, region, credentials } = running;
    const open = (giveUpMs: number) =>
      openS3Store({ bucket, prefix: 'p', endpoint, region, credentials, giveUpMs, multipartAboveBytes: 5 * MIB });
    let failures = 0;

    for (let round = 0; round < KILLS; round++) {
      const store = await open(2_000); // less than a restart takes, so that some puts fail
      let done = 0;
      const outcomes = new Map<ObjectKey, 'kept' | AppError>();
      let reachHalf = (): void => undefined;
      const half = new Promise<void>((reached) => {
        reachHalf = reached;
      });
      const writing = Array.from({ length: WRITERS }, async (_, writer) => {
        for (let put = 0; put < PUTS; put++) {
          const key = keyOf(round, writer, put);
          const outcome = await store.putOnce(key, inPieces(bytesOf(put))).then(
            () => 'kept' as const,
            (error: unknown) => {
              if (error instanceof AppError) return error;
              throw error;
            },
          );
          outcomes.set(key, outcome);
          if (++done === (WRITERS * PUTS) / 2) reachHalf();
        }
      });
      await half;
      killServer(running.pids);
      running = await startServer({ ...options, port });
      await Promise.all(writing);
      await store.close();

      const after = await open(60_000);
      for (const [key, outcome] of outcomes) {
        const bytes = bytesOf(Number(key.split('/').at(-1)));
        if (outcome !== 'kept') failures++;
        if (outcome !== 'kept') expect(outcome.code).toBe('STORE_UNAVAILABLE');
        else expect(Buffer.concat(await collect(after.get(key))).equals(bytes), key).toBe(true);
        const again = await after.putOnce(key, inPieces(bytes)); // whole or absent, never damaged
        if (outcome === 'kept') expect(again.state).toBe('unchanged');
      }
      const expected = [...outcomes.keys()].sort((a, b) => (a < b ? -1 : 1));
      expect((await collect(after.list(`logs/r${round}/`))).map((o) => o.key)).toEqual(expected);
      for (const leftover of await collect(after.listLeftovers())) await after.removeLeftover(leftover);
      expect(await collect(after.listLeftovers())).toEqual([]);
      await after.close();
    }
    console.info(`${KILLS} kills, ${KILLS * WRITERS * PUTS} puts, ${failures} of them failed and were put again`);
    await stopServer(running);
  },
);
