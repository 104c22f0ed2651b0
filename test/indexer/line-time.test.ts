// Time stamps at the start of a line: which forms are read, to which moment, how much of the line they take, and what only
// looks like one.
import { expect, test } from 'vitest';
import { type LineTime, readLineTime } from '../../indexer/line-time.ts';

function read(text: string): { kind: string; ms: number; rest: string; provider: boolean } | undefined {
  const bytes = Buffer.from(text);
  const out: LineTime = { ms: 0, end: 0, kind: 'epoch', provider: false };
  if (!readLineTime(bytes, 0, bytes.length, out)) return undefined;
  return { kind: out.kind, ms: out.ms, rest: bytes.subarray(out.end).toString(), provider: out.provider };
}

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
])('%s is a moment', (text, ms) => {
  expect(read(text)).toMatchObject({ kind: 'epoch', ms, rest: 'ready' });
});

test('a time of day and seconds since the start are told apart from moments', () => {
  expect(read('09:30:00 ready')).toMatchObject({ kind: 'day', ms: 9.5 * 3_600_000, rest: 'ready' });
  expect(read('[09:30:00.5] ready')).toMatchObject({ kind: 'day', ms: 9.5 * 3_600_000 + 500, rest: 'ready' });
  expect(read('[   12.345678] usb 1-1: reset')).toMatchObject({ kind: 'start', rest: 'usb 1-1: reset' });
  expect(read('[   12.345678] usb')?.ms).toBeCloseTo(12_345.678);
});

test('behind a provider’s own stamp one space is the stamp’s, the rest is indentation of the line', () => {
  expect(read('2026-05-04T09:00:00.1234567Z     at deep()')).toMatchObject({ provider: true, rest: '    at deep()' });
  expect(read('[2026-05-04T09:00:00.123Z]   at deep()')).toMatchObject({ provider: true, rest: '  at deep()' });
  expect(read('2026-05-04 09:00:00   at deep()')).toMatchObject({ provider: false, rest: 'at deep()' });
  expect(read('2026-05-04T09:00:00.1234567Z')).toMatchObject({ provider: true, rest: '' });
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
  '[2026-05-04T09:00:00Z never closed',
  '[12.34] too few digits for a kernel',
  '[12.345678 never closed',
  '[123] a number',
  '(12.345678) the kernel writes no round brackets',
  '[ERROR] a level',
  '09:30 no seconds',
  '25:00:00 no such hour',
  '12 o’clock',
  '',
])('%j has no time', (text) => {
  expect(read(text)).toBeUndefined();
});

test('a zone that is none ends the stamp before it', () => {
  expect(read('2026-05-04T09:00:00 +2 more')).toMatchObject({ ms: NINE, rest: '+2 more' });
  expect(read('2026-05-04T09:00:00+2')).toBeUndefined();
});
