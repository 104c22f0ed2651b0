// Calls side by side: how many at a time, by number and by weight, and the order of what they give.
import { expect, test } from 'vitest';
import { atOnce, type Width } from '../../store/at-once.ts';

/** How many calls were under way at most, and what came out. */
async function watch(things: readonly number[], width: Width<number>) {
  let underWay = 0;
  let most = 0;
  const given: number[] = [];
  const call = async (thing: number): Promise<number> => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turns = 0; turns < 20 - thing; turns++) await Promise.resolve();
    underWay -= 1;
    return thing;
  };
  for await (const thing of atOnce(things, width, call)) given.push(thing);
  return { most, given };
}

const NUMBERS = [9, 1, 8, 2, 7, 3, 6, 4, 5];

test('results come in the order of the things, a number at a time', async () => {
  expect(await watch(NUMBERS, 3)).toEqual({ most: 3, given: NUMBERS });
  expect(await watch(NUMBERS, 1)).toEqual({ most: 1, given: NUMBERS });
  expect(await watch([], 3)).toEqual({ most: 0, given: [] });
});

test('a weight bounds how many are under way, and the heaviest goes alone', async () => {
  const weigh = (thing: number): number => (thing === 7 ? 1000 : 10);
  expect(await watch(NUMBERS, { most: 40, weigh })).toEqual({ most: 4, given: NUMBERS });
  expect(await watch([7, 7, 7], { most: 40, weigh })).toEqual({ most: 1, given: [7, 7, 7] });
});

test('the first error ends it', async () => {
  const call = (thing: number): Promise<number> =>
    thing === 8 ? Promise.reject(new Error('eight')) : Promise.resolve(thing);
  const given: number[] = [];
  const all = (async () => {
    for await (const thing of atOnce(NUMBERS, 2, call)) given.push(thing);
  })();
  await expect(all).rejects.toThrow('eight');
  expect(given).toEqual([9, 1]);
});
