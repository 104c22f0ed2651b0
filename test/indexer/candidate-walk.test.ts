// In which order a search goes through its candidates, and that it can be ended.
import { describe, expect, test } from 'vitest';
import type { BlockRequest } from '../../indexer/engines/engine.ts';
import { HeldBlocks } from '../../indexer/held-blocks.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';
import { randomFrom } from '../support/random.ts';

describe('a word in more blocks than are looked up at once', () => {
  const LOGS = 1_200;
  /** Logs come in any order of time; every fifth one lacks the word. */
  const startOf = (n: number): number => Date.UTC(2026, 4, 1) + ((n * 7_919) % LOGS) * 60_000;
  const hasWord = (n: number): boolean => n % 5 !== 0;

  async function manyLogs(): Promise<IndexedLogs> {
    const logs = await IndexedLogs.open();
    for (let n = 0; n < LOGS; n++) {
      const attempt = {
        run: String(n),
        startedAtMs: startOf(n),
        conclusion: n % 2 === 0 ? 'failure' : 'success',
      } as const;
      await logs.add({ text: hasWord(n) ? 'here boom goes\n' : 'all is well\n', attempt });
    }
    logs.index.flush();
    return logs;
  }

  test('is found in the order of time, from either end and with filters, and its search can be ended', async () => {
    const logs = await manyLogs();
    const times = Array.from({ length: LOGS }, (_, n) => n)
      .filter(hasWord)
      .map(startOf)
      .sort((a, b) => a - b);
    const found = async (options: Parameters<IndexedLogs['find']>[2]): Promise<number[]> =>
      (await logs.find('boom', {}, options)).matches.map((match) => match.log.attempt.timeMs);
    expect(await found({ sort: 'old' })).toEqual(times);
    expect(await found({ sort: 'new' })).toEqual([...times].reverse());
    expect(await found({ sort: 'old', limit: 7 })).toEqual(times.slice(0, 7));
    expect(await found({ sort: 'new', limit: 7 })).toEqual([...times].reverse().slice(0, 7));
    const reds = Array.from({ length: LOGS }, (_, n) => n).filter((n) => hasWord(n) && n % 2 === 0);
    expect(await found({ sort: 'old', filter: { conclusion: 'red' } })).toEqual(
      reds.map(startOf).sort((a, b) => a - b),
    );
    const { summary } = await logs.find('boom', {}, { limit: 1 });
    expect(summary.matched.attempts).toBe(times.length);

    // It is ended by its signal although the store answers at once.
    const controller = new AbortController();
    const searching = logs.find('boom', {}, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(searching).rejects.toThrow();
  }, 60_000);
});

test('words that every block has and no line has together: the search says once that it reads nearly everything', async () => {
  const logs = await IndexedLogs.open();
  const text = Buffer.alloc(66 * 1024 * 1024, 'here boom goes\nand bang comes\n'); // a little more than goes without a word
  text.write('rare boom\n', 0);
  await logs.add({ text, attempt: { run: '1' } });
  logs.index.flush();
  const said: number[] = [];
  const onWide = (findRawBytes: () => number): void => void said.push(findRawBytes());
  const { matches } = await logs.find('boom bang', {}, { onWide });
  expect([matches.length, said]).toEqual([0, [text.length]]);
  expect((await logs.find('rare boom', {}, { onWide })).matches.length).toBe(1);
  expect(said.length).toBe(1);
}, 60_000);

describe('candidates that are held', () => {
  const random = randomFrom(7);
  const all = Array.from({ length: 20_000 }, (_, n) => n * 3 + random.below(3));
  const askIn =
    (blocks: readonly number[]) =>
    ({ from, to, limit, end }: BlockRequest): number[] => {
      const found = blocks.filter((block) => block >= from && block < to);
      return end === 'first' ? found.slice(0, limit) : found.slice(Math.max(0, found.length - limit));
    };

  test.each(['new', 'old'] as const)('%s first: every range has those that are in it, asked in any order', (sort) => {
    const held = new HeldBlocks(askIn(all), sort);
    expect(held.few()).toBeUndefined();
    for (let round = 0; round < 50; round++) {
      const from = random.below(60_000);
      const to = from + random.below(500);
      expect(held.blocksIn({ from, to })).toEqual(all.filter((block) => block >= from && block < to));
    }
  });

  test('few of them come at once', () => {
    const few = all.slice(0, 300);
    expect(new HeldBlocks(askIn(few), 'new').few()).toEqual(few);
    expect(new HeldBlocks(askIn(few), 'old').few()).toEqual(few);
    const none = new HeldBlocks(() => [], 'old');
    expect(none.few()).toEqual([]);
  });
});
