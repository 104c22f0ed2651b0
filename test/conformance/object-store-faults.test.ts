// Random faults between a store and a real server: every call ends in success or a clear error, what was reported is
// what is there, and nobody ever gets other bytes than were put.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../store/errors.ts';
import type { ObjectKey } from '../../store/keys.ts';
import type { ObjectRemover, ObjectStore } from '../../store/object-store.ts';
import { openS3Store } from '../../store/s3-store.ts';
import { collect } from '../support/collect.ts';
import { type Fault, type FaultProxy, inOrder, startFaultProxy } from '../support/fault-proxy.ts';
import { findS3Server, makeBucket } from '../support/s3-server.ts';
import { inPieces, makeBytes } from './object-store-contract.ts';

const MIB = 1_048_576;
const KEY = 'logs/x/log.zst' as ObjectKey;
/** chosen: a stall ends after half of it; a busy server must still be able to answer. */
const GIVE_UP_MS = 1_000;

/** chosen: what fits into a test run; `npm run test:conformance` takes ten times as many. */
const SCHEDULES = Number(process.env['FIRSTRED_TEST_SCHEDULES'] ?? 160);

const after = fc.nat({ max: 200_000 });
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ kind: 'refuse' }),
  fc.record({ kind: fc.constant('reset-request' as const), after }),
  fc.record({ kind: fc.constant('reset-response' as const), after }),
  fc.record({ kind: fc.constant('truncate' as const), after }),
  fc.constant<Fault>({ kind: 'lost-response' }),
  fc.record({
    kind: fc.constantFrom('status' as const, 'status-after' as const),
    status: fc.constantFrom(500, 502, 503, 504),
    code: fc.constantFrom('InternalError', 'SlowDown', 'ServiceUnavailable'),
  }),
  fc.record({
    kind: fc.constant('status' as const),
    status: fc.constantFrom(409, 429),
    code: fc.constantFrom('ConditionalRequestConflict', 'TooManyRequests'),
  }),
  fc.constant<Fault>({ kind: 'error-in-200', code: 'InternalError' }),
  fc.record({ kind: fc.constant('trickle' as const), bytes: fc.integer({ min: 500, max: 50_000 }) }),
);
/** Rarer, as each costs half of the time that a call has. */
const slowFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ kind: 'hang' }),
  fc.constant<Fault>({ kind: 'stall' }),
  fc.record({ kind: fc.constant('stall-response' as const), after }),
);
const schedule = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fault },
    { weight: 1, arbitrary: slowFault },
    { weight: 6, arbitrary: fc.constant(undefined) },
  ),
  { maxLength: 8 },
);
const scenario = fc.record({
  schedule,
  sizeBytes: fc.oneof(
    { weight: 2, arbitrary: fc.nat({ max: 3_000 }) },
    { weight: 3, arbitrary: fc.integer({ min: 100_000, max: 400_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 5 * MIB, max: 6 * MIB }) },
  ),
  seed: fc.nat(),
});

/** Runs each in a place of its own, with the faults in between; `direct` is the same place without them. */
interface Place {
  readonly store: ObjectStore & ObjectRemover;
  readonly direct: ObjectStore & ObjectRemover;
  readonly proxy: FaultProxy;
}

const errorOf = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  throw error;
};

const server = await findS3Server();

describe.skipIf(server === undefined)('under random faults', async () => {
  if (server === undefined) return;
  const { endpoint, region, credentials } = server;
  const bucket = await makeBucket(server);
  let places = 0;

  /** Four at a time, each with a proxy of its own. */
  const forEachSchedule = async (
    numRuns: number,
    check: (place: Place, s: Scenario) => Promise<void>,
  ): Promise<void> => {
    const workers = Array.from({ length: 4 }, async () => {
      const proxy = await startFaultProxy({ target: endpoint });
      const property = fc.asyncProperty(scenario, async (s) => {
        const common = { bucket, prefix: `p${places++}`, region, credentials, multipartAboveBytes: 5 * MIB };
        const store = await openS3Store({ ...common, endpoint: proxy.url, giveUpMs: GIVE_UP_MS });
        const direct = await openS3Store({ ...common, endpoint });
        try {
          await check({ store, direct, proxy }, s);
        } finally {
          proxy.setFaults(undefined);
          await store.close();
          await direct.close();
        }
      });
      try {
        await fc.assert(property, { numRuns: numRuns / 4, endOnFailure: true });
      } finally {
        await proxy.close();
      }
    });
    await Promise.all(workers);
  };

  test('a put is whole or absent, and a later one completes it', { timeout: 1_800_000 }, async () => {
    let kept = 0;
    await forEachSchedule(SCHEDULES, async ({ store, direct, proxy }, s) => {
      const bytes = makeBytes(s.sizeBytes, s.seed);
      proxy.setFaults(inOrder(s.schedule));
      const result = await store.putOnce(KEY, inPieces(bytes)).catch(errorOf);
      proxy.setFaults(undefined);
      const there = await direct.stat(KEY);
      if (result instanceof AppError) {
        expect(result.code).toBe('STORE_UNAVAILABLE');
        expect(result.hint).not.toBe('');
      } else {
        kept++;
        expect(there).toBeDefined();
        expect(Math.abs(result.storedAtMs - Date.now())).toBeLessThan(60_000);
      }
      if (there !== undefined) expect(Buffer.concat(await collect(direct.get(KEY))).equals(bytes)).toBe(true);
      const again = await direct.putOnce(KEY, inPieces(bytes));
      // a server may still finish, after we looked, what the client had given up
      if (there !== undefined) expect(again.state).toBe('unchanged');
      expect((await collect(direct.list(''))).map((o) => o.key)).toEqual([KEY]);
      expect(Buffer.concat(await collect(direct.get(KEY))).equals(bytes)).toBe(true);
      for (const leftover of await collect(direct.listLeftovers())) await direct.removeLeftover(leftover);
    });
    expect(kept).toBeGreaterThan(0);
  });

  test('a read gives the bytes, or a start of them and an error', { timeout: 1_800_000 }, async () => {
    let whole = 0;
    await forEachSchedule(SCHEDULES / 2, async ({ store, direct, proxy }, s) => {
      const bytes = makeBytes(s.sizeBytes, s.seed);
      await direct.putOnce(KEY, inPieces(bytes));
      const start = s.seed % (s.sizeBytes + 1);
      for (const range of [undefined, { start, end: s.sizeBytes }]) {
        const expected = bytes.subarray(range?.start ?? 0);
        const got: Uint8Array[] = [];
        proxy.setFaults(inOrder(s.schedule));
        const error = await (async () => {
          for await (const chunk of store.get(KEY, range)) got.push(chunk);
        })().catch(errorOf);
        const joined = Buffer.concat(got);
        if (error === undefined) whole++;
        else expect(error.code).toBe('STORE_UNAVAILABLE');
        expect(joined.equals(expected.subarray(0, joined.byteLength))).toBe(true);
        if (error === undefined) expect(joined.byteLength).toBe(expected.byteLength);
      }
      const stat = await store.stat(KEY).catch(errorOf);
      if (stat instanceof AppError) expect(stat.code).toBe('STORE_UNAVAILABLE');
      else expect(stat).toMatchObject({ sizeBytes: s.sizeBytes });
      const listed = await collect(store.list('logs/')).catch(errorOf);
      if (listed instanceof AppError) expect(listed.code).toBe('STORE_UNAVAILABLE');
      else expect(listed).toMatchObject([{ key: KEY, sizeBytes: s.sizeBytes }]);
    });
    expect(whole).toBeGreaterThan(0);
  });
});

type Scenario = (typeof scenario)['generate'] extends (...args: never[]) => fc.Value<infer T> ? T : never;
