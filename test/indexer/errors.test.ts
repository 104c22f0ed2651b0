import { describe, expect, it } from 'vitest';
import { findErrors } from '../../indexer/errors.ts';
import { readLines } from '../../indexer/lines.ts';

const log = (...lines: string[]) => readLines('x', `${lines.join('\n')}\n`);
const GREEN = log(
  'compiling',
  'warning: error handling is odd',
  'ERROR: optional cache is missing',
  'all 12 tests passed',
);

describe('findErrors', () => {
  it('puts first what green lacks, though the same words stand in green earlier', () => {
    const red = log(
      'compiling',
      'ERROR: optional cache is missing',
      'ERROR: the disk is on fire',
      'Process completed with exit code 1.',
    );
    const report = findErrors(red, [GREEN]);
    expect(report.headline).toEqual({ line: 3, text: 'ERROR: the disk is on fire' });
    expect(report.lines.map((row) => [row.line, row.newInRed]).slice(0, 2)).toEqual([
      [3, true],
      [4, true],
    ]);
    expect(report.lines.at(-1)).toMatchObject({ line: 2, newInRed: false });
  });

  it('puts the cause before its exit line, without a baseline too', () => {
    const red = log(
      'cc -c x.c',
      'x.c:1:1: error: unknown type',
      'make: *** [Makefile:2: x.o] Error 1',
      '##[error]Process completed with exit code 2.',
    );
    const report = findErrors(red, []);
    expect(report.lines.map((row) => row.line)).toEqual([2, 3, 4]);
    expect(report.lines[0]?.newInRed).toBeUndefined();
  });

  it('scores fall along the list and lie in 0..1', () => {
    const red = log(...Array.from({ length: 30 }, (_, n) => `ERROR: problem of kind ${String.fromCharCode(97 + n)}`));
    const scores = findErrors(red, []).lines.map((row) => row.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
  });

  it('shows another error before the same one again', () => {
    const red = log(
      ...Array.from({ length: 50 }, (_, n) => `ERROR: cannot open file ${n}`),
      ...Array.from({ length: 20 }, () => 'x'),
      'ERROR: the disk is on fire',
    );
    expect(
      findErrors(red, [])
        .lines.slice(0, 2)
        .map((row) => row.line),
    ).toContain(71);
  });

  it('a stack trace is one block', () => {
    const red = log(
      'java.lang.IllegalStateException: x',
      '\tat a.B.c(B.java:1)',
      '\tat a.B.d(B.java:2)',
      'Caused by: java.io.IOException: y',
      '\t... 12 more',
      'next',
    );
    expect(findErrors(red, []).lines[0]).toMatchObject({ firstLine: 1, lastLine: 5 });
  });

  it('the echo of a script is no error, nor is a group mark', () => {
    const red = log(
      '##[group]Run test',
      'if ! ok; then echo "ERROR: failed"; exit 1; fi',
      '##[endgroup]',
      'ERROR: it broke',
      '##[error]Process completed with exit code 1.',
    );
    expect(findErrors(red, []).headline?.line).toBe(4);
  });

  it('where only an exit line tells of the failure, what stands before it is shown', () => {
    const red = log('checking the size', 'Your change has 3174 lines', 'Process completed with exit code 1.');
    expect(findErrors(red, []).headline).toEqual({ line: 2, text: 'Your change has 3174 lines' });
  });

  it('a step that failed weighs more than one that went well', () => {
    const at = '2026-05-04T09:00:01.1234567Z ';
    const red = log(
      `${at}##[group]Run lint`,
      `${at}##[endgroup]`,
      `${at}ERROR: a thing that is handled`,
      `${at}##[group]Run test`,
      `${at}##[endgroup]`,
      `${at}ERROR: a thing that is not`,
      `${at}##[error]Process completed with exit code 1.`,
    );
    expect(findErrors(red, []).headline?.line).toBe(6);
  });

  it('nothing like an error gives no lines', () => {
    expect(findErrors(log('hello', 'all good'), [])).toEqual({ headline: null, lines: [] });
    expect(findErrors(readLines('x', ''), [GREEN])).toEqual({ headline: null, lines: [] });
  });

  it('a log compared with itself has nothing new', () => {
    const red = log('ERROR: the disk is on fire');
    expect(findErrors(red, [red]).lines.map((row) => row.newInRed)).toEqual([false]);
  });

  it('a baseline of template counts does as well as lines', () => {
    const red = log('ERROR: optional cache is missing', 'ERROR: the disk is on fire');
    expect(findErrors(red, [{ counts: GREEN.counts }])).toEqual(findErrors(red, [GREEN]));
  });
});
