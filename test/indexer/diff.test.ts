import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLogs } from '../../indexer/diff.ts';
import { readLines } from '../../indexer/lines.ts';
import { alignLogs } from '../../indexer/template-align.ts';

const log = (...lines: string[]) => readLines('x', lines.length === 0 ? '' : `${lines.join('\n')}\n`);
const rows = (red: readonly string[], green: readonly string[]) =>
  diffLogs(log(...red), log(...green)).lines.map((row) => `${row.side} ${row.line} ${row.kind}`);

const COMMON = ['fetch sources', 'configure', 'compile alpha', 'compile beta', 'link', 'run checks'];

describe('diffLogs', () => {
  it('equal logs have no differences, whatever their time stamps, hashes and durations', () => {
    const at = (hour: string, line: string) => `2026-05-04T${hour}:00:01.1234567Z ${line}`;
    const red = [...COMMON, 'took 3.2s for 5d4605fdf923'].map((line) => at('09', line));
    const green = [...COMMON, 'took 12ms for aa4605fdf9ee'].map((line) => at('17', line));
    expect(diffLogs(log(...red), log(...green))).toMatchObject({ lines: [], hidden: {}, counts: [] });
  });

  it('lists what red has new and what it lacks', () => {
    expect(rows([...COMMON.slice(0, 4), 'ERROR: no linker', 'run checks'], COMMON)).toEqual([
      'red 5 new',
      'green 5 missing',
    ]);
  });

  it('lists every line of a new template', () => {
    expect(rows([...COMMON, 'ERROR: file 1 is bad', 'ERROR: file 2 is bad'], COMMON)).toEqual([
      'red 7 new',
      'red 8 new',
    ]);
  });

  it('a moved line has a row on each side', () => {
    const [first = '', ...rest] = COMMON;
    expect(rows([...rest, first], COMMON)).toEqual(['red 6 moved', 'green 1 moved']);
  });

  it('blank lines and known frames inside an error block belong to it', () => {
    const trace = ['java.lang.IllegalStateException: boom', '\tat a.B.c(B.java:1)', '', '\tat a.B.d(B.java:2)'];
    expect(rows([...COMMON, ...trace], ['\tat a.B.d(B.java:2)', ...COMMON])).toEqual([
      'red 7 new',
      'red 8 new',
      'red 9 new',
      'red 10 new',
    ]);
  });

  it('counts transfers, checkouts and the conclusion instead of listing them, and lists them when asked', () => {
    const red = [...COMMON, 'Downloading thing-2.jar', 'HEAD is now at 5d4605f fix', 'Finished: FAILURE'];
    const result = diffLogs(log(...red), log(...COMMON));
    expect(result.lines).toEqual([]);
    expect(result.hidden).toEqual({ transfer: 1, checkout: 1, conclusion: 1 });
    const all = diffLogs(log(...red), log(...COMMON), { noise: 'all' });
    expect(all.lines.map((row) => [row.line, row.score])).toEqual([
      [7, 0],
      [8, 0],
      [9, 0],
    ]);
  });

  it('an error is listed though it looks like a transfer', () => {
    expect(rows([...COMMON, 'Downloading x failed: connection refused'], COMMON)).toEqual(['red 7 new']);
  });

  it('tells templates that are much more frequent', () => {
    const tick = (n: number) => Array.from({ length: n }, (_, k) => `waiting for the gate, try ${k + 1}`);
    expect(diffLogs(log(...COMMON, ...tick(40)), log(...COMMON, ...tick(3))).counts).toEqual([
      { template: 'waiting for the gate, try <num>', redCount: 40, greenCount: 3, line: 7 },
    ]);
  });

  it('puts steps side by side, with those that only one has', () => {
    const step = (name: string, ...lines: string[]) => [
      `[00:00:01] ##[group]Run ${name}`,
      '[00:00:01] ##[endgroup]',
      ...lines.map((line) => `[00:00:03] ${line}`),
    ];
    const { steps } = diffLogs(log(...step('make', 'x'), ...step('lint')), log(...step('make', 'x'), ...step('test')));
    expect(steps.map((s) => [s.name, s.red?.durationMs ?? null, s.green === null])).toEqual([
      ['make', 0, false],
      ['lint', 0, true],
      ['test', null, false],
    ]);
  });
});

describe('alignment', () => {
  const line = fc.constantFrom('a', 'b', 'c', 'd e', 'f 1', '', 'g');
  const lines = fc.array(line, { maxLength: 40 });

  it('keeps order, pairs equal templates, and answers both ways', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const red = log(...a);
        const green = log(...b);
        const { toGreen, toRed } = alignLogs(red, green);
        let last = 0;
        for (let n = 1; n <= red.count; n++) {
          const answer = toGreen[n]!;
          if (answer === 0) continue;
          expect(answer).toBeGreaterThan(last);
          expect(green.hash(answer)).toBe(red.hash(n));
          expect(toRed[answer]).toBe(n);
          last = answer;
        }
      }),
    );
  });

  it('matches every line of a log with itself', () => {
    fc.assert(
      fc.property(lines, (a) => {
        const red = log(...a);
        const { toGreen } = alignLogs(red, red);
        for (let n = 1; n <= red.count; n++) expect(toGreen[n]).toBe(red.hash(n) === 0 ? 0 : n);
      }),
    );
  });

  it('of large shuffled logs stays bounded', () => {
    const words = Array.from(
      { length: 3000 },
      (_, n) => `event of kind ${(n * 7919) % 40 < 20 ? 'x' : 'y'} by ${String.fromCharCode(97 + (n % 26))}`,
    );
    const result = diffLogs(log(...words), log(...[...words].reverse()));
    expect(result.lines.length).toBeLessThan(100);
  });
});
