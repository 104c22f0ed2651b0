// A search that has much to read is tested on two threads: it finds the same lines in the same order, whatever it is asked, and
// whatever befalls the other thread.
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SearchOptions } from '../../indexer/log-index.ts';
import { startHelper, VerifyHelper } from '../../indexer/verify-helper.ts';
import { keysOfManifest, type Manifest } from '../../store/manifest.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';

const LOGS = 240;
/** One with a line over more than a frame, which this thread tests by itself. */
const LONG = 90;
const startOf = (n: number): number => Date.UTC(2026, 4, 1) + ((n * 37) % LOGS) * 60_000;

function textOf(n: number): string {
  const lines = [`log ${n} begins`, n % 3 === 0 ? 'here boom goes' : 'nothing here goes boo', 'fa\u001b[1miled now'];
  if (n % 7 === 0) lines.push('boom, and Boom again');
  if (n === LONG) lines.push(`${'x '.repeat(200_000)}boom`);
  return `${lines.join('\n')}\n`;
}

async function manyLogs(): Promise<IndexedLogs> {
  const logs = await IndexedLogs.open();
  await logs.addAll(
    Array.from({ length: LOGS }, (_, n) => ({
      text: textOf(n),
      attempt: { run: String(n), startedAtMs: startOf(n), conclusion: 'failure' } as const,
    })),
  );
  return logs;
}

/** What is to be found, the newest log first: its number and the line. */
const expected = (matches: (line: string) => boolean): string[] =>
  Array.from({ length: LOGS }, (_, n) => n)
    .sort((a, b) => startOf(b) - startOf(a))
    .flatMap((n) =>
      textOf(n)
        .split('\n')
        .flatMap((line, at) => (matches(line) ? [`${n}:${at + 1}`] : [])),
    );

const found = async (logs: IndexedLogs, text: string, options: Partial<SearchOptions>, flags = {}) => {
  const { matches, summary } = await logs.find(text, flags, { limit: 10_000, ...options });
  return { lines: matches.map((match) => `${match.log.attempt.run}:${match.line}`), summary };
};

const hasBoom = (line: string): boolean => /boom/i.test(line);

describe('a search on two threads', () => {
  beforeAll(async () => {
    await startHelper()?.started;
    expect(startHelper()?.state).toBe('ready'); // a machine of one core has none to test
  });
  afterEach(() => vi.restoreAllMocks());

  test('finds the lines of literals and expressions in order, from either end, some of them and one a log', async () => {
    const logs = await manyLogs();
    const asked = vi.spyOn(VerifyHelper.prototype, 'test');
    const all = expected(hasBoom);
    const { lines, summary } = await found(logs, 'boom', {});
    expect(lines).toEqual(all);
    expect(summary.logs).toBe(new Set(all.map((place) => place.split(':')[0])).size);
    expect(asked.mock.calls.length).toBeGreaterThan(1);
    expect((await found(logs, 'bo+m', {}, { regex: true })).lines).toEqual(all);
    expect((await found(logs, 'oo', {})).lines).toEqual(expected((line) => line.includes('oo') || hasBoom(line)));
    const firstOfLogs = all.filter((place, n) => all.findIndex((p) => p.split(':')[0] === place.split(':')[0]) === n);
    expect((await found(logs, 'boom', { mode: 'files' })).lines).toEqual(firstOfLogs);
    const old = (await found(logs, 'boom', { sort: 'old' })).lines;
    expect([...old].sort()).toEqual([...all].sort());
    expect(old.map((place) => startOf(Number(place.split(':')[0])))).toEqual(
      [...all].reverse().map((place) => startOf(Number(place.split(':')[0]))),
    );
    for (const limit of [1, 60, 75, all.length]) {
      const some = await found(logs, 'boom', { limit });
      expect(some.lines).toEqual(all.slice(0, limit));
      expect(some.summary.logs).toBe(summary.logs); // what was under way is counted once it was left
    }
  });

  test('looks at the visible text once nothing else is found', async () => {
    const logs = await manyLogs();
    const { lines, summary } = await found(logs, 'failed now', {});
    expect(lines).toEqual(expected((line) => line.startsWith('fa\u001b')));
    expect(summary.notes.length).toBe(1);
  });

  test('goes on without the other thread when that dies', async () => {
    const logs = await manyLogs();
    const asked = vi.spyOn(VerifyHelper.prototype, 'test').mockResolvedValue(undefined);
    expect((await found(logs, 'boom', {})).lines).toEqual(expected(hasBoom));
    expect(asked).toHaveBeenCalled();
  });

  test('notes a damaged log and finds the others', async () => {
    const logs = await manyLogs();
    const damaged = logs.manifests.find(({ attempt }) => attempt.run === '42') as Manifest;
    const { store } = logs;
    const get = store.get.bind(store);
    vi.spyOn(store, 'get').mockImplementation(async function* (key, range) {
      for await (const bytes of get(key, range)) {
        const copy = Uint8Array.from(bytes);
        if (key === keysOfManifest(damaged).object) copy.fill(0, 12);
        yield copy;
      }
    });
    const { lines, summary } = await found(logs, 'boom', {});
    expect(lines).toEqual(expected(hasBoom).filter((place) => !place.startsWith('42:')));
    expect(summary.unreadable.map(({ logId }) => logId)).toEqual([damaged.logId]);
  });

  test('is ended by its signal', async () => {
    const logs = await manyLogs();
    const controller = new AbortController();
    const asked = vi.spyOn(VerifyHelper.prototype, 'test').mockImplementation(async () => {
      controller.abort();
      return undefined;
    });
    await expect(found(logs, 'boom', { signal: controller.signal })).rejects.toThrow();
    expect(asked).toHaveBeenCalled();
  });
});

test('a thread that nobody asks anything keeps no process from its end', async () => {
  const waitedFor = (): number => process.getActiveResourcesInfo().filter((each) => each === 'MessagePort').length;
  const before = waitedFor();
  const helper = new VerifyHelper();
  expect(waitedFor()).toBe(before);
  await helper.started;
  expect(waitedFor()).toBe(before);
});
