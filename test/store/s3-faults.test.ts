// Each fault of a connection or server, at each request of a put, a put in parts, a read and a listing: what the store
// makes of it. Random schedules of them are in test/conformance.
import { describe, expect, test } from 'vitest';
import { AppError } from '../../store/errors.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { bodyOf, type ObjectReader, readSmall } from '../../store/object-store.ts';
import { inPieces, makeBytes } from '../conformance/object-store-contract.ts';
import { collect } from '../support/collect.ts';
import { atNth, type Fault, inOrder } from '../support/fault-proxy.ts';
import { makeS3Places } from '../support/s3-place.ts';
import { findS3Server, sendToServer } from '../support/s3-server.ts';

const MIB = 1_048_576;
const key = (text: string): ObjectKey => text as ObjectKey;
const text = (content: string) => bodyOf(Buffer.from(content));
const readText = async (store: ObjectReader, name: string): Promise<string> =>
  Buffer.from(await readSmall(store, key(name), 10_000_000)).toString();
const failed = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${error}`);
  return error;
};

const server = await findS3Server();

describe.skipIf(server === undefined)('under faults', async () => {
  if (server === undefined) return;
  const { bucket, openFaulty } = await makeS3Places(server);

  describe('a put', () => {
    test.each<[string, Fault]>([
      ['the answer is lost', { kind: 'lost-response' }],
      ['the answer is 500 although it was done', { kind: 'status-after', status: 500, code: 'InternalError' }],
      ['the answer never comes', { kind: 'hang' }],
    ])('is unchanged when %s', async (_name, fault) => {
      const { store, proxy, direct } = await openFaulty({ giveUpMs: 2_000 });
      proxy.setFaults(atNth('PutObject', 1, fault));
      const { state, storedAtMs } = await store.putOnce(key('a'), text('bytes'));
      expect(state).toBe('unchanged');
      expect(Math.abs(storedAtMs - Date.now())).toBeLessThan(60_000);
      expect(await readText(direct, 'a')).toBe('bytes');
    });

    test.each<[string, Fault]>([
      ['a reset before', { kind: 'refuse' }],
      ['a reset after some bytes', { kind: 'reset-request', after: 70_000 }],
      ['503 SlowDown', { kind: 'status', status: 503, code: 'SlowDown' }],
      ['409 while another is in flight', { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }],
      ['429', { kind: 'status', status: 429, code: 'TooManyRequests' }],
      ['bytes that broke on the way', { kind: 'status', status: 400, code: 'XAmzContentSHA256Mismatch' }],
      ['a request that was too slow', { kind: 'status', status: 400, code: 'RequestTimeout' }],
    ])('succeeds after %s', async (_name, fault) => {
      const { store, proxy, direct } = await openFaulty();
      const bytes = makeBytes(200_000);
      proxy.setFaults(atNth('PutObject', 1, fault));
      expect((await store.putOnce(key('a'), inPieces(bytes))).state).toBe('created');
      expect(proxy.seen.filter((r) => r.operation === 'PutObject').map((r) => r.fault)).toEqual([
        fault.kind,
        undefined,
      ]);
      expect(Buffer.from(await readSmall(direct, key('a'), MIB)).equals(bytes)).toBe(true);
    });

    test.each<[string, Fault, string]>([
      ['quota', { kind: 'status', status: 403, code: 'QuotaExceeded' }, 'STORE_FULL'],
      ['a full disk', { kind: 'status', status: 507, code: 'InsufficientStorage' }, 'STORE_FULL'],
      ['a policy', { kind: 'status', status: 403, code: 'AccessDenied' }, 'REFUSED'],
      ['expired credentials', { kind: 'status', status: 400, code: 'ExpiredToken' }, 'REFUSED'],
      ['another region', { kind: 'status', status: 400, code: 'AuthorizationHeaderMalformed' }, 'USAGE'],
    ])('that %s forbids is not tried again', async (_name, fault, code) => {
      const { store, proxy } = await openFaulty();
      proxy.setFaults(({ operation }) => (operation === 'PutObject' ? fault : undefined));
      expect(await failed(store.putOnce(key('a'), text('x')))).toMatchObject({ code });
      expect(proxy.seen.filter((r) => r.operation === 'PutObject')).toHaveLength(1);
    });

    test.each<[string, Fault]>([
      ['refuses connections', { kind: 'refuse' }],
      ['answers 503', { kind: 'status', status: 503, code: 'SlowDown' }],
      ['stalls', { kind: 'stall' }],
      ['loses every answer', { kind: 'lost-response' }],
    ])('gives up on a server that always %s', async (_name, fault) => {
      const { store, proxy } = await openFaulty({ giveUpMs: 400 });
      proxy.setFaults(() => fault);
      expect(await failed(store.putOnce(key('a'), text('x')))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(proxy.seen.length).toBeLessThan(20);
    });

    test('is interrupted while it waits', async () => {
      const { store, proxy } = await openFaulty({ giveUpMs: 60_000 });
      const stop = new AbortController();
      proxy.setFaults(() => {
        stop.abort();
        return { kind: 'stall' };
      });
      const error = await failed(store.putOnce(key('a'), text('x'), stop.signal));
      expect(error.code).toBe('INTERRUPTED');
    });

    test('signs the digest of its bytes, so that the server would refuse others', async () => {
      const { store, proxy } = await openFaulty();
      await store.putOnce(key('a'), text('x'));
      const sent = proxy.seen.find((r) => r.operation === 'PutObject')?.headers ?? {};
      const digest = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
      expect(sent).toMatchObject({ 'x-amz-content-sha256': digest, 'content-length': '1', 'if-none-match': '*' });
      expect(sent).not.toHaveProperty('x-amz-trailer');
    });
  });

  describe('a put in parts', () => {
    const bytes = makeBytes(11 * MIB);
    const inParts = { multipartAboveBytes: 5 * MIB };

    test.each<[string, number, Fault]>([
      ['CreateMultipartUpload', 1, { kind: 'lost-response' }],
      ['UploadPart', 2, { kind: 'reset-request', after: 3 * MIB }],
      ['UploadPart', 1, { kind: 'lost-response' }],
      ['UploadPart', 3, { kind: 'status', status: 503, code: 'SlowDown' }],
      ['CompleteMultipartUpload', 1, { kind: 'lost-response' }],
      ['CompleteMultipartUpload', 1, { kind: 'error-in-200', code: 'InternalError' }],
      ['CompleteMultipartUpload', 1, { kind: 'status', status: 500, code: 'InternalError' }],
      ['CompleteMultipartUpload', 1, { kind: 'hang' }],
    ])('survives a fault in %s %i: %o', async (operation, nth, fault) => {
      const { store, proxy, direct } = await openFaulty(inParts);
      proxy.setFaults(atNth(operation, nth, fault));
      const { state } = await store.putOnce(key('a'), inPieces(bytes));
      expect(['created', 'unchanged']).toContain(state);
      expect(proxy.seen.some((r) => r.fault === fault.kind)).toBe(true);
      expect(Buffer.concat(await collect(direct.get(key('a')))).equals(bytes)).toBe(true);
    });

    test('that cannot go on is dropped: no object, no leftover', async () => {
      const { store, proxy, direct } = await openFaulty({ ...inParts, giveUpMs: 600 });
      proxy.setFaults(({ operation, url }) =>
        operation === 'UploadPart' && url.includes('partNumber=2')
          ? { kind: 'status', status: 503, code: 'SlowDown' }
          : undefined,
      );
      expect(await failed(store.putOnce(key('a'), inPieces(bytes)))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await direct.stat(key('a'))).toBeUndefined();
      expect(await collect(direct.listLeftovers())).toEqual([]);
    });

    test('that died is a leftover, which can be removed', async () => {
      const { store, proxy, direct } = await openFaulty({ ...inParts, giveUpMs: 600 });
      proxy.setFaults(({ operation, url }) =>
        operation === 'AbortMultipartUpload' || url.includes('partNumber=2') ? { kind: 'refuse' } : undefined,
      );
      await failed(store.putOnce(key('logs/a.zst'), inPieces(bytes)));
      const leftovers = await collect(direct.listLeftovers());
      expect(leftovers).toMatchObject([{ key: 'logs/a.zst', sizeBytes: 5 * MIB }]);
      expect(Math.abs((leftovers[0]?.modifiedAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(await collect(direct.list(''))).toEqual([]);
      for (const leftover of leftovers) await direct.removeLeftover(leftover);
      for (const leftover of leftovers) await direct.removeLeftover(leftover);
      expect(await collect(direct.listLeftovers())).toEqual([]);
    });
  });

  test('a HEAD of an empty object that is refused for a moment is asked again', async () => {
    const { store, proxy } = await openFaulty();
    await store.putOnce(key('a'), text(''));
    proxy.setFaults(atNth('HeadObject', 1, { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }));
    expect(await store.stat(key('a'))).toMatchObject({ sizeBytes: 0 });
  });

  describe('a read', () => {
    const bytes = makeBytes(3 * MIB);

    test.each<[string, Fault]>([
      ['is reset', { kind: 'reset-response', after: 1_234_567 }],
      ['is cut short', { kind: 'truncate', after: 2_000_001 }],
      ['is cut before its first byte', { kind: 'truncate', after: 0 }],
      ['stalls', { kind: 'stall-response', after: 1_000_000 }],
      ['is lost', { kind: 'lost-response' }],
      ['comes in small pieces', { kind: 'trickle', bytes: 999 }],
      ['is 503', { kind: 'status', status: 503, code: 'SlowDown' }],
    ])('goes on where it was when the answer %s', async (_name, fault) => {
      const { store, proxy, direct } = await openFaulty({ giveUpMs: 2_000 });
      await direct.putOnce(key('a'), inPieces(bytes));
      proxy.setFaults(inOrder([fault, fault]));
      const range = { start: 11, end: bytes.byteLength - 7 };
      expect(Buffer.concat(await collect(store.get(key('a')))).equals(bytes)).toBe(true);
      proxy.setFaults(inOrder([fault, fault]));
      const part = Buffer.concat(await collect(store.get(key('a'), range)));
      expect(part.equals(bytes.subarray(range.start, range.end))).toBe(true);
    });

    test('of an object that became another in the middle is damage, never a mixture', async () => {
      const { store, proxy, prefix, direct } = await openFaulty();
      await direct.putOnce(key('a'), inPieces(bytes));
      proxy.setFaults(atNth('GetObject', 1, { kind: 'reset-response', after: MIB }));
      const other = makeBytes(bytes.byteLength, 7)
        .toString('latin1')
        .replace(/[^a-z]/g, 'x');
      const read = async (): Promise<void> => {
        let isFirst = true;
        for await (const _chunk of store.get(key('a'))) {
          if (isFirst) await sendToServer(server, 'PUT', `/${bucket}/${prefix}/a`, other);
          isFirst = false;
        }
      };
      expect(await failed(read())).toMatchObject({ code: 'STORE_DAMAGED' });
    });

    test('of a server that ends every answer early gives up', async () => {
      const { store, proxy, direct } = await openFaulty({ giveUpMs: 2_000 });
      await direct.putOnce(key('a'), inPieces(bytes));
      proxy.setFaults(() => ({ kind: 'reset-response', after: 1_000 }));
      expect(await failed(collect(store.get(key('a'))))).toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(proxy.seen.length).toBeLessThan(40);
    });

    test('uses its connections again', async () => {
      const { store, proxy } = await openFaulty();
      await store.putOnce(key('a'), text('0123456789'));
      for (let i = 0; i < 30; i++) await readText(store, 'a');
      expect(new Set(proxy.seen.map((r) => r.port)).size).toBeLessThan(5);
    });
  });

  test.each<Fault>([
    { kind: 'truncate', after: 500 },
    { kind: 'reset-response', after: 100 },
    { kind: 'status', status: 500, code: 'InternalError' },
  ])('a listing goes on after %o', async (fault) => {
    const { store, proxy } = await openFaulty({ giveUpMs: 2_000 });
    for (const name of ['a', 'b', 'c']) await store.putOnce(key(name), text(name));
    proxy.setFaults(inOrder([fault, fault, { kind: 'stall' }]));
    expect((await collect(store.list(''))).map((o) => o.key)).toEqual(['a', 'b', 'c']);
  });
});
