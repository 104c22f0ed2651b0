// What every store must do. One suite, run on each implementation; adding a back end is adding a line.
import { beforeAll, describe, expect, test } from 'vitest';
import type { ObjectKey } from '../../store/keys.ts';
import {
  type ByteRange,
  bodyOf,
  type ObjectBody,
  type ObjectRemover,
  type ObjectStat,
  type ObjectStore,
  readSmall,
} from '../../store/object-store.ts';
import { collect } from '../support/collect.ts';

export type AnyStore = ObjectStore & ObjectRemover;

export interface ContractOptions {
  /** A new, empty store; each has a place of its own. */
  open(): Promise<AnyStore>;
  /** Bytes of an object that this store has to split up. */
  readonly largeBytes: number;
  /** Fewer where each put is slow. */
  readonly keys: number;
}

const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string): ObjectBody => bodyOf(Buffer.from(content));
const keysOf = async (list: AsyncIterable<ObjectStat>): Promise<string[]> => (await collect(list)).map((o) => o.key);
const readText = async (store: AnyStore, name: string): Promise<string> =>
  Buffer.from(await readSmall(store, key(name), 100_000_000)).toString('latin1');
const readRange = async (store: AnyStore, name: string, range: ByteRange): Promise<string> =>
  Buffer.concat(await collect(store.get(key(name), range))).toString('latin1');

/** Bytes that differ at every place, so that a shifted or repeated piece is seen. */
export function makeBytes(sizeBytes: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let i = 0, x = seed; i + 4 <= sizeBytes; i += 4) {
    x = (Math.imul(x, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(x, i);
  }
  return bytes;
}

/** `bytes` in pieces that fit neither frames nor parts. */
export const inPieces = (bytes: Buffer, pieceBytes = 100_003): ObjectBody => ({
  sizeBytes: bytes.byteLength,
  open: async function* () {
    for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  },
});

/** Registers the tests of the contract. Call it inside `describe`. */
export function testObjectStoreContract(options: ContractOptions): void {
  describe('put once', () => testPutOnce(options));
  describe('get and stat', () => testReading(options));
  describe('list', () => testListing(options));
  describe('remove and leftovers', () => testRemoving(options));
}

function testPutOnce({ open, largeBytes }: ContractOptions): void {
  test('keeps the bytes and tells the store time', async () => {
    const store = await open();
    const { state, storedAtMs } = await store.putOnce(key('logs/a.zst'), text('bytes'));
    expect(state).toBe('created');
    expect(await readText(store, 'logs/a.zst')).toBe('bytes');
    const { modifiedAtMs = 0 } = (await store.stat(key('logs/a.zst'))) ?? {};
    // `Date` and modification times have whole seconds on S3, and may be taken before and after
    expect(Math.abs(storedAtMs - modifiedAtMs)).toBeLessThan(10_000);
    expect(Math.abs((await store.clockMs()) - storedAtMs)).toBeLessThan(60_000);
    expect(await keysOf(store.list(''))).toEqual(['logs/a.zst']);
  });

  test('the same bytes at a taken key are unchanged', async () => {
    const store = await open();
    await store.putOnce(key('a'), text('bytes'));
    const { storedAtMs } = await store.putOnce(key('a'), text('bytes'));
    expect((await store.putOnce(key('a'), text('bytes'))).state).toBe('unchanged');
    expect(Math.abs((await store.clockMs()) - storedAtMs)).toBeLessThan(60_000);
  });

  test.each(['byteZ', 'byte', 'bytes and more', ''])('refuses other bytes at a taken key: %j', async (other) => {
    const store = await open();
    await store.putOnce(key('a'), text('bytes'));
    await expect(store.putOnce(key('a'), text(other))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect(await readText(store, 'a')).toBe('bytes');
  });

  test('an empty object is an object', async () => {
    const store = await open();
    await store.putOnce(key('empty'), text(''));
    expect(await store.stat(key('empty'))).toMatchObject({ sizeBytes: 0 });
    expect(await readText(store, 'empty')).toBe('');
    expect((await store.putOnce(key('empty'), text(''))).state).toBe('unchanged');
    await expect(store.putOnce(key('empty'), text('x'))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });

  test('many writers of the same bytes at one key all succeed', async () => {
    const store = await open();
    const bytes = makeBytes(50_000);
    const puts = await Promise.all(Array.from({ length: 20 }, () => store.putOnce(key('logs/one'), inPieces(bytes))));
    expect(puts.filter((put) => put.state === 'created').length).toBeGreaterThanOrEqual(1);
    expect(await readText(store, 'logs/one')).toBe(bytes.toString('latin1'));
  });

  test('a large object comes back byte for byte, and is unchanged the second time', async () => {
    const store = await open();
    const bytes = makeBytes(largeBytes);
    expect((await store.putOnce(key('large'), inPieces(bytes))).state).toBe('created');
    expect((await store.putOnce(key('large'), inPieces(bytes, 70_001))).state).toBe('unchanged');
    expect(Buffer.concat(await collect(store.get(key('large')))).equals(bytes)).toBe(true);
    await expect(store.putOnce(key('large'), inPieces(makeBytes(largeBytes, 2)))).rejects.toMatchObject({
      code: 'STORE_DAMAGED',
    });
    expect(await collect(store.listLeftovers())).toEqual([]);
  });

  test('a body that fails leaves no object and no leftover', async () => {
    const store = await open();
    const bytes = makeBytes(largeBytes);
    const breaking: ObjectBody = {
      sizeBytes: bytes.byteLength,
      open: async function* () {
        yield* inPieces(bytes.subarray(0, bytes.byteLength - 10)).open();
        throw Object.assign(new Error('disk'), { code: 'EIO' });
      },
    };
    await expect(store.putOnce(key('a/b'), breaking)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
    await expect(store.putOnce(key('a/b'), { ...text('x'), sizeBytes: 7 })).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
    });
    expect(await store.stat(key('a/b'))).toBeUndefined();
    expect(await keysOf(store.list(''))).toEqual([]);
    expect(await collect(store.listLeftovers())).toEqual([]);
  });

  test('an interrupted put leaves no object', async () => {
    const store = await open();
    const stop = new AbortController();
    const bytes = makeBytes(largeBytes);
    const body: ObjectBody = {
      sizeBytes: bytes.byteLength,
      open: async function* () {
        for await (const piece of inPieces(bytes).open()) {
          yield piece;
          stop.abort();
        }
      },
    };
    await expect(store.putOnce(key('a'), body, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(store.putOnce(key('a'), text('x'), stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await store.stat(key('a'))).toBeUndefined();
  });

  test.each(['a%2F..%2Fb', 'CON.%20x', '-', '%', `${'x'.repeat(100)}/${'y'.repeat(100)}`, 'A', 'a..b'])(
    'takes the key %s',
    async (name) => {
      const store = await open();
      await store.putOnce(key(`logs/${name}/z.json`), text(name));
      expect(await keysOf(store.list(''))).toEqual([`logs/${name}/z.json`]);
      expect(await readText(store, `logs/${name}/z.json`)).toBe(name);
    },
  );
}

function testReading({ open, largeBytes }: ContractOptions): void {
  test('what is absent is NOT_FOUND to get and undefined to stat', async () => {
    const store = await open();
    await store.putOnce(key('a/b'), text('x'));
    for (const name of ['none', 'a', 'a/c', 'a/b/c']) {
      await expect(readText(store, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(readRange(store, name, { start: 0, end: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(readRange(store, name, { start: 0, end: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await store.stat(key(name))).toBeUndefined();
    }
  });

  test.each([
    [0, 1],
    [0, 10],
    [3, 7],
    [9, 10],
    [4, 4],
    [10, 10],
  ])('the range [%i, %i) of ten bytes', async (start, end) => {
    const store = await open();
    await store.putOnce(key('ten'), text('0123456789'));
    expect(await readRange(store, 'ten', { start, end })).toBe('0123456789'.slice(start, end));
  });

  test.each([
    [0, 11],
    [9, 11],
    [10, 11],
    [11, 11],
    [50, 60],
    [7, 3],
    [-1, 3],
  ])('the range [%i, %i) of ten bytes is damage, never a short read', async (start, end) => {
    const store = await open();
    await store.putOnce(key('ten'), text('0123456789'));
    await expect(readRange(store, 'ten', { start, end })).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });

  test('ranges of a large object', async () => {
    const store = await open();
    const bytes = makeBytes(largeBytes);
    await store.putOnce(key('large'), inPieces(bytes));
    for (const [start, end] of [
      [0, 1_000],
      [1, 300_001],
      [largeBytes - 5, largeBytes],
      [Math.floor(largeBytes / 2) - 1, Math.floor(largeBytes / 2) + 200_000],
    ] as const) {
      const range = Buffer.concat(await collect(store.get(key('large'), { start, end })));
      expect(range.equals(bytes.subarray(start, end))).toBe(true);
    }
  });

  test('a reader who leaves early harms nobody', async () => {
    const store = await open();
    const bytes = makeBytes(largeBytes);
    await store.putOnce(key('large'), inPieces(bytes));
    for (let i = 0; i < 60; i++) {
      for await (const chunk of store.get(key('large'))) {
        expect(bytes.subarray(0, chunk.byteLength).equals(chunk)).toBe(true);
        break;
      }
    }
    expect(await readRange(store, 'large', { start: 0, end: 4 })).toBe(bytes.toString('latin1', 0, 4));
  });
}

function testListing({ open, keys: count }: ContractOptions): void {
  let store: AnyStore;
  let all: string[];

  beforeAll(async () => {
    store = await open();
    all = Array.from({ length: count }, (_, i) => `feed/${String(i % 7)}/${(i * 7919) % count}.json`);
    // neighbours of the separator: '%', '-', '.' sort before '/', digits after it
    all.push(
      'feed',
      'feed.x',
      'feed-x',
      'feed%2Fx',
      'feed0',
      'feed/0',
      'logs/a.b/c',
      'logs/a/c',
      'logs/a-b/c',
      'logs/A/c',
    );
    all = [...new Set(all)].filter((name) => !['feed', 'feed/0'].includes(name));
    const todo = all.values();
    await Promise.all(
      Array.from({ length: 16 }, async () => {
        for (const name of todo) await store.putOnce(key(name), text(name));
      }),
    );
    all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  });

  test('gives every key once, ascending by bytes, with its size', async () => {
    expect(all.length).toBeGreaterThanOrEqual(count);
    const listed = await collect(store.list(''));
    expect(listed.map((o) => o.key)).toEqual(all);
    expect(listed.every((o) => o.sizeBytes === o.key.length && o.modifiedAtMs > 1_600_000_000_000)).toBe(true);
  });

  test.each(['feed/', 'feed/3/', 'feed/3/1', 'logs/a', 'logs/a/', 'feed', 'none', 'feed/3/1.json', 'lo'])(
    'only what starts with %s',
    async (prefix) => {
      expect(await keysOf(store.list(prefix))).toEqual(all.filter((name) => name.startsWith(prefix)));
    },
  );

  test.each([
    ['', 'feed/3/1.json'],
    ['', 'feed/3'],
    ['', 'feed/3/'],
    ['feed/', 'feed/3/2'],
    ['feed/', 'feed/6/zzz'],
    ['feed/3/', 'feed/'],
    ['logs/', 'logs/a.b/c'],
    ['logs/', 'logs/a/c'],
    ['logs/', 'zzz'],
    ['', 'feed/2026/05/04T09:00:00'],
  ])('with prefix %j only what sorts after %j', async (prefix, after) => {
    const expected = all.filter((name) => name.startsWith(prefix) && name > after);
    expect(await keysOf(store.list(prefix, after))).toEqual(expected);
  });

  test('may be left early and started again at the same time', async () => {
    for await (const first of store.list('')) {
      expect(first.key).toBe(all[0]);
      break;
    }
    const both = await Promise.all([keysOf(store.list('feed/')), keysOf(store.list('logs/'))]);
    expect(both.flat()).toEqual(all.filter((name) => name.startsWith('feed/') || name.startsWith('logs/')));
  });
}

function testRemoving({ open }: ContractOptions): void {
  test('what is removed is gone, and gone again is fine', async () => {
    const store = await open();
    await store.putOnce(key('logs/a/b'), text('x'));
    await store.putOnce(key('logs/a/c'), text('y'));
    await store.remove(key('logs/a/b'));
    await store.remove(key('logs/a/b'));
    await store.remove(key('never/was'));
    expect(await store.stat(key('logs/a/b'))).toBeUndefined();
    expect(await keysOf(store.list(''))).toEqual(['logs/a/c']);
    expect((await store.putOnce(key('logs/a/b'), text('z'))).state).toBe('created');
  });

  test('putting and removing neighbours at once loses nothing', async () => {
    const store = await open();
    await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        await store.putOnce(key(`logs/x/y/${i}/log`), text(String(i)));
        if (i % 2 === 0) await store.remove(key(`logs/x/y/${i}/log`));
      }),
    );
    const odd = Array.from({ length: 20 }, (_, i) => `logs/x/y/${2 * i + 1}/log`).sort();
    expect(await keysOf(store.list('logs/'))).toEqual(odd);
  });
}
