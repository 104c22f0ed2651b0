import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from '../../store/byte-queue.ts';

const SLAB = 262_144;

/** What a queue is asked: the number says how many bytes. */
type Step = readonly ['push' | 'take' | 'peek', number];

test('whatever is pushed, taken and dropped in turns, bytes come in order and a taken piece holds until the next', () => {
  const step = fc.tuple(fc.constantFrom('push', 'take', 'peek'), fc.integer({ min: 0, max: 2 * SLAB }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps: readonly Step[]) => {
      const queue = new ByteQueue();
      let waiting = Buffer.alloc(0);
      let taken: readonly [piece: Uint8Array, was: Buffer] = [new Uint8Array(0), Buffer.alloc(0)];
      for (const [what, count] of steps) {
        if (what === 'push') {
          const chunk = randomBytes(count);
          queue.push(chunk);
          waiting = Buffer.concat([waiting, chunk]);
          chunk.fill(0); // the queue has its own
        } else {
          const piece = what === 'take' ? queue.take(Math.max(count, 1)) : queue.peek(Math.max(count, 1));
          const length = piece?.byteLength ?? 0;
          expect(length > 0).toBe(waiting.length > 0);
          expect(waiting.subarray(0, length).equals(Buffer.from(piece ?? []))).toBe(true);
          waiting = waiting.subarray(length);
          if (what === 'peek') queue.drop(length);
          else taken = [piece ?? new Uint8Array(0), Buffer.from(piece ?? [])];
        }
        expect(taken[1].equals(taken[0])).toBe(true);
        expect(queue.sizeBytes).toBe(waiting.length);
      }
    }),
    { numRuns: 60 },
  );
});

test('a queue that is read as fast as it is filled stays in the same memory', () => {
  const queue = new ByteQueue();
  const memory = new Set<ArrayBufferLike>();
  for (let n = 0; n < 200; n++) {
    queue.push(new Uint8Array(65_536));
    const piece = queue.take(65_536);
    if (piece !== undefined) memory.add(piece.buffer);
  }
  expect(memory.size).toBeLessThanOrEqual(3);
  queue.push(new Uint8Array(10));
  expect([queue.clear(), queue.sizeBytes, queue.take(1)]).toEqual([10, 0, undefined]);
});
