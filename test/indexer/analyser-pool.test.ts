// Logs that are analysed on other threads come out as on this one; what goes wrong there is said here.
import { expect, onTestFinished, test } from 'vitest';
import { type AnalyserPool, createAnalyserPool, ON_THIS_THREAD, WorkerGone } from '../../indexer/analyser-pool.ts';
import type { StoredFrame } from '../../indexer/frame-analyser.ts';
import { prepareLog } from '../../indexer/ingest.ts';
import type { HeldDocument } from '../../indexer/ingest-buffer.ts';
import type { LogDigest } from '../../indexer/log-index.ts';
import { loadZstd } from '../../store/zstd.ts';
import { IndexedLogs, keepLog, STORE_ID } from '../support/indexed-logs.ts';

/** So large that a pool begins with its workers. */
const MANY_BYTES = 64 * 1024 * 1024;

function frameOf(number: number, text: string): StoredFrame {
  const bytes = Buffer.from(text);
  return {
    number,
    bytes: loadZstd().compress(bytes, 1),
    textBytes: bytes.length,
    continues: false,
    isCut: false,
  };
}

const textOf = (log: number, frame: number): string =>
  Array.from({ length: 200 }, (_, n) => `step ${n} of log ${log}, part ${frame}: error: it broke ${n} times\n`).join(
    '',
  );

async function analyse(
  pool: AnalyserPool,
  log: number,
): Promise<{ readonly documents: readonly HeldDocument[]; readonly digest: LogDigest }> {
  const documents: HeldDocument[] = [];
  const analysis = pool.begin(MANY_BYTES, (more) => documents.push(...more));
  for (let frame = 0; frame < 12; frame++) await analysis.push(frameOf(frame, textOf(log, frame)));
  return { digest: await analysis.end(), documents };
}

function openPool(): AnalyserPool {
  const pool = createAnalyserPool();
  onTestFinished(() => pool.close());
  return pool;
}

/** Bytes as plain numbers: a worker's arrays are not of this thread's classes. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, part) => (ArrayBuffer.isView(part) ? Object.values(part) : part)));

test('many logs side by side come out as on this thread', async () => {
  const pool = openPool();
  const logs = [1, 2, 3, 4, 5, 6, 7];
  const there = await Promise.all(logs.map((log) => analyse(pool, log)));
  for (const [at, log] of logs.entries()) expect(plain(there[at])).toEqual(plain(await analyse(ON_THIS_THREAD, log)));
});

test('a damaged frame is said in the words of this thread, and the other logs go on', async () => {
  const pool = openPool();
  const broken = pool.begin(MANY_BYTES, () => undefined);
  const good = analyse(pool, 1);
  const damaged = { ...frameOf(0, 'a\n'), textBytes: 7 };
  await expect(broken.push(damaged).then(() => broken.end())).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
    hint: expect.stringMatching(/./),
  });
  expect((await good).documents.length).toBeGreaterThan(0);
});

test('what is announced as much goes to workers from the first byte', async () => {
  const takenAtOnce = async (announcedBytes: number): Promise<number> => {
    const pool = openPool();
    pool.expect(announcedBytes);
    let taken = 0;
    const analysis = pool.begin(2, (documents) => {
      taken += documents.length;
    });
    const pushed = analysis.push(frameOf(0, 'a\n'));
    const before = taken; // a worker can't have answered yet
    await pushed;
    await analysis.end();
    expect(taken).toBe(1);
    return before;
  };
  expect(await takenAtOnce(2)).toBe(1);
  expect(await takenAtOnce(MANY_BYTES)).toBe(0);
});

test('a log of more than a worker may have under way waits for it, and no frame is lost', async () => {
  const pool = openPool();
  pool.expect(MANY_BYTES);
  const frame = Buffer.alloc(256 * 1024, 'a line of forty bytes, with its end: 9\n');
  const bytes = loadZstd().compress(frame, 1);
  let taken = 0;
  const analysis = pool.begin(MANY_BYTES, (documents) => {
    taken += documents.length;
  });
  for (let number = 0; number < 80; number++)
    await analysis.push({ number, bytes, textBytes: frame.length, continues: false, isCut: false });
  expect(taken).toBeGreaterThan(0); // 20 MiB are more than may wait
  await analysis.end();
  expect(taken).toBe(320);
});

test('a worker that has gone is noticed', async () => {
  const pool = createAnalyserPool();
  const analysis = pool.begin(MANY_BYTES, () => undefined);
  await analysis.push(frameOf(0, 'a\n'));
  await pool.close();
  await expect(analysis.end()).rejects.toBeInstanceOf(WorkerGone);
});

test('a log whose worker has gone is analysed on this thread', async () => {
  const logs = await IndexedLogs.open();
  const manifest = await keepLog(logs.store, { text: textOf(1, 1) });
  const gone: AnalyserPool = {
    expect: () => undefined,
    begin: (_bytes, take) => ({
      push: async () => take([{ slot: 0, words: Buffer.from('of the worker that went '), grams: undefined }]),
      end: () => Promise.reject(new WorkerGone()),
      drop: () => undefined,
    }),
    close: async () => undefined,
  };
  const options = { store: STORE_ID };
  expect(plain(await prepareLog(logs.index, logs.store, manifest, { ...options, pool: gone }))).toEqual(
    plain(await prepareLog(logs.index, logs.store, manifest, options)),
  );
});
