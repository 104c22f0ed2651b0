// A small object is one read, whatever ranges of it are asked for.
import { expect, test } from 'vitest';
import { readRange } from '../../store/frames.ts';
import { holdSmall } from '../../store/held-object.ts';
import type { ObjectKey } from '../../store/keys.ts';
import type { ByteRange, ObjectReader } from '../../store/object-store.ts';

const KEY = 'logs/x.zst' as ObjectKey;

function readerOf(bytes: Uint8Array): { readonly reader: ObjectReader; readonly asked: (ByteRange | undefined)[] } {
  const asked: (ByteRange | undefined)[] = [];
  const get = async function* (_key: ObjectKey, range?: ByteRange): AsyncIterable<Uint8Array> {
    asked.push(range);
    const { start, end } = range ?? { start: 0, end: bytes.length };
    for (let at = start; at < end; at += 100) yield bytes.subarray(at, Math.min(end, at + 100));
  };
  return { reader: { get } as ObjectReader, asked };
}

test('ranges of a small object are what they are in the store, and one read', async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, n) => n % 251);
  const { reader, asked } = readerOf(bytes);
  const held = await holdSmall(reader, KEY, 1000);
  for (const [start, end] of [
    [0, 1000],
    [0, 0],
    [990, 1000],
    [1000, 1000],
    [99, 301],
  ] as const)
    expect([...(await readRange(held, KEY, { start, end }))]).toEqual([...bytes.subarray(start, end)]);
  expect(asked).toEqual([{ start: 0, end: 1000 }]);
});

test.each([
  [0, 1001],
  [5, 4],
  [-1, 4],
])('a range from %i to %i that it does not have is damage', async (start, end) => {
  const held = await holdSmall(readerOf(new Uint8Array(1000)).reader, KEY, 1000);
  await expect(readRange(held, KEY, { start, end })).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
});

test('a large object is read where it is asked for', async () => {
  const { reader, asked } = readerOf(new Uint8Array(1000));
  const held = await holdSmall(reader, KEY, 1e9);
  await readRange(held, KEY, { start: 3, end: 7 });
  expect(asked).toEqual([{ start: 3, end: 7 }]);
});
