// What is read ahead: everything, in order, once; the sum known when the last has come; never more held than allowed.
import { expect, test } from 'vitest';
import { readAhead } from '../../store/read-ahead.ts';

interface Source {
  readonly things: AsyncIterable<number>;
  given: number;
  isClosed: boolean;
}

/** Gives 1 to `last`, and counts what was asked for. */
function source(last: number): Source {
  const numbers = async function* (): AsyncGenerator<number> {
    try {
      while (made.given < last) yield ++made.given;
    } finally {
      made.isClosed = true;
    }
  };
  const made: Source = { given: 0, isClosed: false, things: numbers() };
  return made;
}

/** Everything that can happen by itself has happened. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('all come in order, and the sum is known as soon as the last was read, not when it is taken', async () => {
  const ahead = readAhead(source(5).things, { most: 10, weigh: (n) => n * 100 });
  expect(ahead.total()).toBeUndefined();
  expect((await ahead.things.next()).value).toBe(1);
  await quiet();
  expect(ahead.total()).toBe(1500);
  const rest: number[] = [];
  for await (const each of ahead.things) rest.push(each);
  expect(rest).toEqual([2, 3, 4, 5]);
});

test('no more than so many are held: until there are fewer, nobody knows the sum', async () => {
  const numbers = source(1000);
  const ahead = readAhead(numbers.things, { most: 10, weigh: () => 1 });
  const taken: number[] = [];
  for await (const each of ahead.things) {
    taken.push(each);
    await quiet();
    expect(numbers.given - taken.length).toBeLessThanOrEqual(10);
    expect(ahead.total()).toBe(numbers.isClosed ? 1000 : undefined);
    expect(numbers.isClosed).toBe(taken.length > 990);
  }
  expect(taken).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
});

test('what goes wrong is thrown after all that came before it, and the sum stays unknown', async () => {
  const broken = (async function* () {
    yield 1;
    yield 2;
    throw new Error('the listing broke off');
  })();
  const ahead = readAhead(broken, { most: 10, weigh: () => 1 });
  const taken: number[] = [];
  const all = (async () => {
    for await (const each of ahead.things) taken.push(each);
  })();
  await expect(all).rejects.toThrow('the listing broke off');
  expect(taken).toEqual([1, 2]);
  expect(ahead.total()).toBeUndefined();
});

test('a taker who leaves ends the reading, also one that waits for room', async () => {
  const numbers = source(1_000_000);
  const ahead = readAhead(numbers.things, { most: 10, weigh: () => 1 });
  for await (const each of ahead.things) if (each === 3) break;
  await quiet();
  expect(numbers.isClosed).toBe(true);
  expect(numbers.given).toBeLessThan(20);
});
