// Headroom: how close green attempts come to a limit, where the limit comes from, and the trend.
import { expect, test } from 'vitest';
import { listHeadroom, listWaitHeadroom, type WaitsOfAttempt } from '../../indexer/headroom.ts';
import type { Conclusion } from '../../store/attempt.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';

const FIRST_MS = Date.UTC(2026, 4, 1);
const DAY_MS = 86_400_000;
const MIN_MS = 60_000;

interface Told {
  readonly minutes: number;
  readonly conclusion?: Conclusion;
  readonly job?: string;
  readonly limitMin?: number;
  readonly day?: number;
}

/** Attempts of the job `e2e`, one a day. */
async function headroomOf(...all: readonly Told[]) {
  const logs = await IndexedLogs.open();
  await logs.addAll(
    all.map(({ minutes, conclusion = 'success', job = 'e2e', limitMin, day }, n) => {
      const startedAtMs = FIRST_MS + (day ?? n) * DAY_MS;
      const times = { startedAtMs, finishedAtMs: startedAtMs + minutes * MIN_MS };
      const limitMs = limitMin === undefined ? undefined : limitMin * MIN_MS;
      return { text: `attempt ${n}\n`, attempt: { job, run: `${n}`, attempt: 1, conclusion, ...times, limitMs } };
    }),
  );
  return listHeadroom(logs.index, {});
}

test('the limit is what was told last, else the shortest attempt that timed out, else not known', async () => {
  const [told] = await headroomOf({ minutes: 30, limitMin: 90 }, { minutes: 45, limitMin: 60 }, { minutes: 20 });
  expect(told).toMatchObject({ limitMs: 60 * MIN_MS, limitFrom: 'told', maxMs: 45 * MIN_MS, medianMs: 30 * MIN_MS });
  expect(told?.headroom).toBeCloseTo(0.25);
  const [seen] = await headroomOf(
    { minutes: 30 },
    { minutes: 50, conclusion: 'timed_out' },
    { minutes: 40, conclusion: 'timed_out' },
    { minutes: 5, conclusion: 'failure' },
  );
  expect(seen).toMatchObject({ limitMs: 40 * MIN_MS, limitFrom: 'timed-out', timedOut: 2, reds: 3, greens: 1 });
  const [unknown] = await headroomOf({ minutes: 30 });
  expect(unknown).toMatchObject({ limitMs: undefined, limitFrom: undefined, headroom: undefined, daysLeft: undefined });
});

test('the least headroom first, jobs without a limit last, jobs without a green not at all', async () => {
  const rows = await headroomOf(
    { minutes: 10, job: 'roomy', limitMin: 100 },
    { minutes: 10, job: 'free' },
    { minutes: 40, job: 'freer' },
    { minutes: 95, job: 'tight', limitMin: 100 },
    { minutes: 110, job: 'over', limitMin: 100 },
    { minutes: 10, job: 'red', conclusion: 'failure', limitMin: 100 },
  );
  expect(rows.map(({ job }) => job)).toEqual(['over', 'tight', 'roomy', 'freer', 'free']);
  expect(rows[0]?.headroom).toBeCloseTo(-0.1);
});

test('a trend needs nine greens over half a day; a single slow one changes nothing', async () => {
  const rising = Array.from({ length: 12 }, (_, n) => ({ minutes: 30 + n, limitMin: 60 }));
  const [row] = await headroomOf(...rising);
  expect(row?.trendMsPerDay).toBeCloseTo(MIN_MS);
  expect(row?.daysLeft).toBeCloseTo(60 - 41);
  const [slowOnce] = await headroomOf(...rising.with(1, { minutes: 55, limitMin: 60 }));
  expect(slowOnce?.trendMsPerDay).toBeLessThan(1.5 * MIN_MS);
  expect((await headroomOf(...rising.slice(0, 8)))[0]?.trendMsPerDay).toBeUndefined();
  expect((await headroomOf(...rising.map((each) => ({ ...each, day: 0 }))))[0]?.trendMsPerDay).toBeUndefined();
  const [falling] = await headroomOf(...rising.map((each, n) => ({ ...each, minutes: 50 - n })));
  expect(falling?.trendMsPerDay).toBeLessThan(0);
  expect(falling?.daysLeft).toBeUndefined();
  const [over] = await headroomOf(...rising.map((each) => ({ ...each, limitMin: 35 })));
  expect(over?.daysLeft).toBe(0);
});

test('each attempt is a point of the plot, the oldest first', async () => {
  const [row] = await headroomOf({ minutes: 30 }, { minutes: 40, conclusion: 'failure' });
  expect(row?.points.map(({ conclusion, durationMs, line }) => [conclusion, durationMs / MIN_MS, line])).toEqual([
    ['success', 30, 1],
    ['failure', 40, 1],
  ]);
  expect(row?.recentMs).toEqual([30 * MIN_MS]);
});

const waits = (day: number, usedMs: number, key = 'broker', limitMs = 600_000): WaitsOfAttempt => ({
  repo: 'h/o/n',
  workflow: 'ci',
  job: 'e2e',
  timeMs: FIRST_MS + day * DAY_MS,
  waits: [{ key, text: `waiting for ${key}, day ${day}`, limitMs, usedMs, line: 3 } as WaitsOfAttempt['waits'][number]],
});

test('waits inside a job: the text is that of the newest green, what always fills up is no wait', () => {
  const rows = listWaitHeadroom([
    waits(2, 300_000),
    waits(0, 100_000),
    waits(1, 200_000),
    waits(0, 100, 'cache', 1000),
    ...[0, 1, 2].map((day) => waits(day, 50_000, 'download', 50_000)),
  ]);
  expect(rows.map(({ wait, maxMs, limitFrom }) => [wait, maxMs, limitFrom])).toEqual([
    ['waiting for broker, day 2', 300_000, 'log'],
    ['waiting for cache, day 0', 100, 'log'],
  ]);
  expect(rows[0]).toMatchObject({ recentMs: [100_000, 200_000, 300_000], points: [], trendMsPerDay: undefined });
  expect(rows[0]?.headroom).toBeCloseTo(0.5);
});

test('of waits with the same room the longer one first', () => {
  const rows = listWaitHeadroom([waits(0, 1000, 'short', 2000), waits(0, 5000, 'long', 10_000)]);
  expect(rows.map(({ maxMs }) => maxMs)).toEqual([5000, 1000]);
});
