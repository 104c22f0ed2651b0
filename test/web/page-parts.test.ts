// Pure parts of the page: where a list stands, which rows two logs make, what is a filter in a search box.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AllPairs, differenceRows } from '../../web/page/compare-rows.ts';
import { LogRows } from '../../web/page/log-rows.ts';
import { takeFilters } from '../../web/page/query-text.ts';
import {
  endPlace,
  MAX_HEIGHT_PX,
  movePlace,
  placeAt,
  placeOf,
  type RowSizes,
  scrollOf,
  spacerHeight,
} from '../../web/page/row-place.ts';

const evenSizes = (count: number, viewHeight = 600): RowSizes => ({
  count,
  usualHeight: 18,
  viewHeight,
  heightOf: () => 18,
});

describe('where a list stands', () => {
  test('a short list scrolls pixel by pixel, a very long one never asks for a taller element than browsers have', () => {
    const short = evenSizes(1000);
    expect(spacerHeight(short)).toBe(18_000);
    expect(placeAt(1809, short)).toEqual({ row: 100, offset: 9 });
    expect(spacerHeight(evenSizes(100_000_000))).toBe(MAX_HEIGHT_PX);
  });

  test('the bar’s position and the place in the list say the same, at any length', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 40, max: 50_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (count, share) => {
          const sizes = evenSizes(count);
          const row = Math.floor(share * (count - 40));
          const place = placeAt(scrollOf({ row, offset: 0 }, sizes), sizes);
          expect(Math.abs(place.row + place.offset / 18 - row)).toBeLessThan(0.6);
        },
      ),
    );
  });

  test('moving walks rows of any height and comes back; it stops at both ends', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 18, max: 90 }), { minLength: 60, maxLength: 200 }),
        fc.integer({ min: 0, max: 900 }),
        (heights, by) => {
          const sizes: RowSizes = {
            count: heights.length,
            usualHeight: 18,
            viewHeight: 100,
            heightOf: (row) => heights[row] ?? 18,
          };
          const moved = movePlace({ row: 0, offset: 0 }, by, sizes);
          expect(heights.slice(0, moved.row).reduce((a, b) => a + b, 0) + moved.offset).toBe(by);
          expect(movePlace(moved, -by, sizes)).toEqual({ row: 0, offset: 0 });
          expect(movePlace(moved, 1e9, sizes)).toEqual(endPlace(sizes));
          expect(movePlace(moved, -1e9, sizes)).toEqual({ row: 0, offset: 0 });
        },
      ),
    );
  });

  test('the last row of a million can be brought on screen and ends at its bottom', () => {
    const sizes = evenSizes(1_000_000);
    expect(placeOf(999_999, 'middle', sizes)).toEqual(endPlace(sizes));
    expect(placeAt(spacerHeight(sizes), sizes)).toEqual(endPlace(sizes));
  });
});

describe('rows of a log', () => {
  const step = (firstLine: number, lastLine: number) => ({
    name: `step ${firstLine}`,
    firstLine,
    lastLine,
    durationMs: null,
  });

  test('every line has one row, a step has one before it, and a folded step stands for its lines', () => {
    const open = new LogRows(100, [step(10, 20), step(12, 14), step(30, 100)], new Set());
    expect(open.count).toBe(102);
    for (let line = 1; line <= 100; line++) expect(open.at(open.rowOf(line))).toMatchObject({ kind: 'line', line });
    expect(open.at(open.rowOf(10) - 1)).toMatchObject({ kind: 'step', folded: false });
    const folded = new LogRows(100, [step(10, 20), step(30, 100)], new Set([30]));
    expect(folded.count).toBe(9 + 12 + 9 + 1);
    expect(folded.at(folded.rowOf(64))).toMatchObject({ kind: 'step', folded: true, step: { firstLine: 30 } });
  });
});

describe('two logs side by side', () => {
  const runs = fc
    .array(fc.record({ red: fc.nat(5), green: fc.nat(5), both: fc.integer({ min: 1, max: 6 }) }), { maxLength: 20 })
    .map((parts) => {
      let [red, green] = [1, 1];
      const aligned = parts.map((part) => {
        const run = [red + part.red, green + part.green, part.both] as const;
        red = run[0] + part.both;
        green = run[1] + part.both;
        return run;
      });
      return { aligned, redLines: red + 2, greenLines: green };
    });

  test('every line of both logs stands in one row, in order, beside the line that answers it', () => {
    fc.assert(
      fc.property(runs, (diff) => {
        const pairs = new AllPairs(diff);
        const rows = Array.from({ length: pairs.count }, (_, row) => pairs.at(row));
        const numbers = (n: number) => Array.from({ length: n }, (_, at) => at + 1);
        expect(rows.map((row) => row.red).filter(Boolean)).toEqual(numbers(diff.redLines));
        expect(rows.map((row) => row.green).filter(Boolean)).toEqual(numbers(diff.greenLines));
        for (const [red, green, count] of diff.aligned)
          for (let n = 0; n < count; n++)
            expect(rows[pairs.rowOf('red', red + n)]).toEqual({ red: red + n, green: green + n, isAligned: true });
      }),
    );
  });

  test('differences alone keep what is around them, and the gaps stand for all the rest', () => {
    const pairs = new AllPairs({ aligned: [[1, 1, 100]], redLines: 100, greenLines: 100 });
    const line = { side: 'red', line: 50, text: '', kind: 'new', score: 1 } as const;
    const rows = differenceRows(pairs, [line], new Map());
    expect(rows.flatMap((row) => (row.kind === 'pair' ? [row.red] : []))).toEqual([47, 48, 49, 50, 51, 52, 53]);
    expect(rows.flatMap((row) => (row.kind === 'gap' ? [row.rows] : []))).toEqual([46, 47]);
    const opened = differenceRows(pairs, [line], new Map([[0, 9]]));
    expect(opened.filter((row) => row.kind === 'pair').length).toBe(53);
  });
});

describe('the search box', () => {
  test('filters and switches are taken out of what is typed, the rest is the query', () => {
    expect(takeFilters('--job "e2e chat" timed out --since 7d -r ', false)).toEqual({
      text: 'timed out ',
      filters: [
        ['job', 'e2e chat'],
        ['since', '7d'],
        ['regex', '1'],
      ],
    });
    expect(takeFilters('connection reset', false)).toEqual({ text: 'connection reset', filters: [] });
  });

  test('what is still being typed, or only looks like a flag, is text', () => {
    for (const text of ['--job e2', '--job ', '-r', 'x--job y z', '--unknown x y', 'find -reverse '])
      expect(takeFilters(text, false)).toEqual({ text, filters: [] });
    expect(takeFilters('--job e2e', true)).toEqual({ text: '', filters: [['job', 'e2e']] });
  });
});
