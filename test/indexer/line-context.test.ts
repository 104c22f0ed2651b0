// Lines around a match (`search -C`): the right ones, wherever frames and lines end.
import { expect, test } from 'vitest';
import { IndexedLogs } from '../support/indexed-logs.ts';

const FRAME_BYTES = 262_144;

/** What `-C count` gives around the one match of `text`. */
async function around(log: string | Uint8Array, text: string, count: number) {
  const logs = await IndexedLogs.open();
  await logs.addAll([{ text: log }]);
  const { matches } = await logs.find(text, {}, { contextLines: count });
  expect(matches).toHaveLength(1);
  const { line, before, after } = matches[0]!;
  return {
    line,
    before: before.map((each) => [each.line, each.text]),
    after: after.map((each) => [each.line, each.text]),
  };
}

test('as many as are asked for, fewer where the log begins and ends, with or without a last line end', async () => {
  const lines = Array.from({ length: 9 }, (_, n) => `word${n + 1} here`);
  const all = (from: number, to: number) => lines.slice(from - 1, to).map((text, n) => [from + n, text]);
  for (const log of [`${lines.join('\n')}\n`, lines.join('\n')]) {
    expect(await around(log, 'word5', 2)).toEqual({ line: 5, before: all(3, 4), after: all(6, 7) });
    expect(await around(log, 'word1', 3)).toEqual({ line: 1, before: [], after: all(2, 4) });
    expect(await around(log, 'word9', 3)).toEqual({ line: 9, before: all(6, 8), after: [] });
    expect(await around(log, 'word8', 100)).toEqual({ line: 8, before: all(1, 7), after: all(9, 9) });
    expect(await around(log, 'word4', 0)).toEqual({ line: 4, before: [], after: [] });
  }
});

test('over the border of two frames, in both directions', async () => {
  const filler = (n: number): string => `${n} ${'x'.repeat(998)}`;
  const count = Math.ceil(FRAME_BYTES / 1000) + 40;
  const lines = Array.from({ length: count }, (_, n) => filler(n + 1));
  for (let at = 255; at < 268; at++) {
    const marked = lines.with(at - 1, 'needle in the hay');
    const { line, before, after } = await around(marked.join('\n'), 'needle', 3);
    expect(line).toBe(at);
    expect(before).toEqual([at - 3, at - 2, at - 1].map((n) => [n, filler(n)]));
    expect(after).toEqual([at + 1, at + 2, at + 3].map((n) => [n, filler(n)]));
  }
});

test('a line that fills several frames is cut; those behind it keep their numbers', async () => {
  const long = 'y'.repeat(3 * FRAME_BYTES);
  const log = ['first', 'second', long, 'the needle', 'behind', long, 'last'].join('\n');
  const { line, before, after } = await around(log, 'needle', 3);
  expect(line).toBe(4);
  expect(before.map(([n]) => n)).toEqual([1, 2, 3]);
  expect(after.map(([n]) => n)).toEqual([5, 6, 7]);
  expect([before[0], after[0], after[2]]).toEqual([
    [1, 'first'],
    [5, 'behind'],
    [7, 'last'],
  ]);
  for (const [, text] of [before[2]!, after[1]!]) expect(text).toBe('y'.repeat(65_536));
});

test('around a match inside such a line, and at its very end', async () => {
  const long = `${'y'.repeat(2 * FRAME_BYTES)} needle ${'z'.repeat(FRAME_BYTES)}`;
  const log = ['first', 'second', long, 'third', 'fourth'].join('\n');
  expect(await around(log, 'needle', 1)).toEqual({ line: 3, before: [[2, 'second']], after: [[4, 'third']] });
  const open = ['first', 'second', `${'y'.repeat(2 * FRAME_BYTES)} needle`].join('\n');
  expect(await around(open, 'needle', 2)).toEqual({
    line: 3,
    before: [
      [1, 'first'],
      [2, 'second'],
    ],
    after: [],
  });
});

test('a carriage return is a part of its line, as everywhere in search', async () => {
  expect(await around('one\r\nneedle\r\nthree\r\n', 'needle', 1)).toEqual({
    line: 2,
    before: [[1, 'one\r']],
    after: [[3, 'three\r']],
  });
});

test('bytes that are no UTF-8 are shown as such, empty lines are lines', async () => {
  const log = Buffer.concat([
    Buffer.from('one\n\n\n'),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from('needle\n\nend\n'),
  ]);
  expect(await around(log, 'needle', 4)).toEqual({
    line: 5,
    before: [
      [1, 'one'],
      [2, ''],
      [3, ''],
      [4, '\ufffd\ufffd'],
    ],
    after: [
      [6, ''],
      [7, 'end'],
    ],
  });
});
