// Waits inside green logs: what they used of the limit that the log announces.
import { expect, test } from 'vitest';
import { listWaitHeadroom } from '../../indexer/headroom.ts';
import { readLines } from '../../indexer/lines.ts';
import { findCounted, findWaits } from '../../indexer/waits.ts';

const waitsOf = (...lines: string[]) =>
  findWaits(readLines('x', lines.join('\n'))).map(({ usedMs, limitMs, line }) => [line, usedMs / 1000, limitMs / 1000]);

test.each([
  ['waiting for the queue: 270 s of 600 s', 270, 600],
  ['waited 270/600s for pod web-0', 270, 600],
  ['still waiting (4 min of 10 min)', 240, 600],
  ['Warte auf Antwort, 90 Sekunden von 300 Sekunden', 90, 300],
  ['attente du service : 90 s sur 300 s', 90, 300],
  ['ожидание очереди: 30 сек из 120 сек', 30, 120],
])('%s counts', (text, used, limit) => {
  expect(findCounted(text)).toEqual({ usedMs: used * 1000, limitMs: limit * 1000 });
});

test.each(['step 3 of 10', 'tests: 12/40 passed', 'took 3 s', '600 s of 300 s', 'downloaded 3 of 9 MB'])(
  '%s counts no time against a limit',
  (text) => {
    expect(findCounted(text)).toBeUndefined();
  },
);

test('a counting line gives the fullest of its kind', () => {
  expect(waitsOf('waiting for ack 5 s of 60 s', 'beat', 'waiting for ack 35 s of 60 s', 'ack')).toEqual([[3, 35, 60]]);
});

test('an announced limit ends with the first line about the same thing', () => {
  const log = [
    '2026-05-04T09:00:00Z [gate] waiting up to 300 seconds for broker registration',
    '2026-05-04T09:00:10Z [web] GET /health 200',
    '2026-05-04T09:02:30Z [gate] broker registration complete',
    '2026-05-04T09:09:30Z [gate] broker registration refreshed',
  ];
  expect(waitsOf(...log)).toEqual([[1, 150, 300]]);
});

test('without time stamps, or without an end, nothing is claimed', () => {
  expect(waitsOf('waiting up to 300 seconds for broker', 'broker is there')).toEqual([]);
  expect(waitsOf('2026-05-04T09:00:00Z waiting up to 300 s for broker', '2026-05-04T09:01:00Z done')).toEqual([]);
});

const DAY_MS = 86_400_000;
const attempt = (day: number, used: number) => ({
  repo: 'a/b',
  workflow: 'ci',
  job: 'e2e',
  timeMs: day * DAY_MS,
  waits: findWaits(readLines('x', `wait for queue ${used} s of 600 s`)),
});

test('a wait that grows has a trend and a forecast', () => {
  const [row, ...more] = listWaitHeadroom([9, 3, 1, 2, 4, 5, 6, 7, 8].map((day) => attempt(day, 200 + 10 * day)));
  expect(more).toEqual([]);
  // The p95 of nine is the last, 290 s; 310 s are left at 10 s a day.
  expect(row).toMatchObject({ greens: 9, limitMs: 600_000, p95Ms: 290_000, trendMsPerDay: 10_000, daysLeft: 31 });
  expect(row?.headroom).toBeCloseTo(1 - 290 / 600);
});

test('a trend is not made of a few hours, nor of few greens', () => {
  expect(listWaitHeadroom([1, 2, 3].map((day) => attempt(day, 10 * day)))[0]).toMatchObject({
    trendMsPerDay: undefined,
  });
  const hours = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((hour) => attempt(hour / 24, 10 * hour));
  expect(listWaitHeadroom(hours)[0]).toMatchObject({ trendMsPerDay: undefined, daysLeft: undefined });
});

test('what always counts up to its limit is a progress display, no wait', () => {
  expect(listWaitHeadroom([1, 2].map((day) => attempt(day, 600)))).toEqual([]);
});

test.each([
  ['waited 1,5 min of 10 min', 90, 600],
  ['waited 0.5 h of 2 h', 1800, 7200],
])('%s counts with a fraction', (text, used, limit) => {
  expect(findCounted(text)).toEqual({ usedMs: used * 1000, limitMs: limit * 1000 });
});

test('the line that only says the limit again does not end a wait, nor does one without a time', () => {
  const announced = '2026-05-04T09:00:00Z waiting up to 300 seconds for broker registration';
  expect(waitsOf(announced, '2026-05-04T09:01:00Z broker registration: still within 300 seconds')).toEqual([]);
  expect(waitsOf('waiting up to 300 seconds for broker registration', 'broker registration complete')).toEqual([]);
});

test('a wait that took longer than it announced, or ended before it began, is none of a green log', () => {
  const announced = '2026-05-04T09:00:00Z waiting up to 300 seconds for broker registration';
  expect(waitsOf(announced, '2026-05-04T09:09:00Z broker registration complete')).toEqual([]);
  expect(waitsOf(announced, '2026-05-04T08:59:00Z broker registration complete')).toEqual([]);
});

test('an end that is 20,000 lines away belongs to something else', () => {
  const announced = '2026-05-04T09:00:00Z waiting up to 300 seconds for broker registration';
  const end = '2026-05-04T09:01:00Z broker registration complete';
  const between = (count: number): string[] => Array.from({ length: count }, (_, n) => `sheep ${n} over the fence`);
  expect(waitsOf(announced, ...between(19_999), end)).toEqual([[1, 60, 300]]);
  expect(waitsOf(announced, ...between(20_000), end)).toEqual([]);
});
