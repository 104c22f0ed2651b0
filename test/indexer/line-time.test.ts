// Time stamps at the start of a line: which forms are read, to which moment, and what only looks like one.
import { expect, test } from 'vitest';
import { readLines } from '../../indexer/lines.ts';

const timeOf = (line: string): number | undefined => readLines('x', `${line}\n`).timeMs(1);
const NINE = Date.UTC(2026, 4, 4, 9);

test.each([
  ['2026-05-04T09:00:00Z ready', NINE],
  ['2026-05-04T09:00:00.250Z ready', NINE + 250],
  ['2026-05-04 09:00:00,250 ready', NINE + 250],
  ['2026/05/04 09:00:00 ready', NINE],
  ['2026-05-04T11:00:00+0200 ready', NINE],
  ['2026-05-04T11:00:00+02:00 ready', NINE],
  ['2026-05-04T03:30:00-05:30 ready', NINE],
  ['[2026-05-04 09:00:00] ready', NINE],
  ['(2026-05-04 09:00:00) ready', NINE],
  ['2024-02-29T00:00:00Z ready', Date.UTC(2024, 1, 29)],
  ['1999-12-31T23:59:59Z ready', Date.UTC(1999, 11, 31, 23, 59, 59)],
  ['2026-05-04T09:00:00 +2 is no zone', NINE],
])('%s is a moment', (line, ms) => {
  expect(timeOf(line)).toBe(ms);
});

test('times of day and seconds since the start tell how far apart lines are', () => {
  const apart = (...lines: string[]): number => {
    const read = readLines('x', lines.join('\n'));
    return (read.timeMs(2) ?? Number.NaN) - (read.timeMs(1) ?? Number.NaN);
  };
  expect(apart('09:30:00 ready', '09:30:01 steady')).toBe(1000);
  expect(apart('[09:30:00.5] ready', '[09:31:00.0] steady')).toBe(59_500);
  expect(apart('[   12.345678] usb 1-1: reset', '[   13.845678] usb 1-1: reset')).toBeCloseTo(1500);
});

test.each([
  '2026-13-04T09:00:00Z month',
  '2026-00-04T09:00:00Z month',
  '2026-05-32T09:00:00Z day',
  '2026-05-00T09:00:00Z day',
  '1226-05-04T09:00:00Z century',
  '2026-05-04X09:00:00Z letter between',
  '2026-05/04 09:00:00 two separators',
  '2026-05-04T25:00:00Z hour',
  '2026-05-04T09:00:00Zulu goes on',
  '2026-05-04T09:00:00+2',
  '[2026-05-04T09:00:00Z never closed',
  '[12.34] too few digits for a kernel',
  '[12.345678 never closed',
  '[123] a number',
  '(12.345678) the kernel writes no round brackets',
  '[ERROR] a level',
  '09:30 no seconds',
  '25:00:00 no such hour',
  '12 o’clock',
])('%j has no time', (line) => {
  expect(timeOf(line)).toBeUndefined();
});
