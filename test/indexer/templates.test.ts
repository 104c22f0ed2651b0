import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeLoops } from '../../indexer/byte-loops.ts';
import { readLines } from '../../indexer/lines.ts';
import { TEMPLATE_TYPES } from '../../indexer/template-types.ts';
import { templateHashOf, templateOf } from '../../indexer/templates.ts';

/** Of a longer line only head and tail are looked at (wasm/shown.ts). */
const LINE_HEAD_BYTES = 4096;

describe('every type of the table', () => {
  it.each(Object.entries(TEMPLATE_TYPES))('%s', (_type, { from, to }) => {
    expect(templateOf(from)).toBe(to);
  });
});

describe('variable parts are masked', () => {
  it.each([
    ['2026-05-04 09:00:01,123 INFO starting', 'INFO starting'],
    ['[09:00:01.5] starting', 'starting'],
    ['[   12.345678] usb 1-1: new device', 'usb <num>-<num>: new device'],
    ['Sat May  4 09:00:01 UTC 2026', '<date> <time> UTC <num>'],
    ['Sat, 04 May 2026 09:00', '<date> <time>'],
    ['May  4 it  4', '<date> it <num>'],
    ['finished at 12:45 PM after 3 min', 'finished at <time> after <dur>'],
    ['took 1h 2m 3s', 'took <dur>'],
    ['2 minutes 5 seconds left', '<dur> left'],
    ['Downloading 72.5MB/89.0MB', 'Downloading <size>/<size>'],
    ['done (9 KB at 88.1 KB/sec)', 'done (<size> at <size>)'],
    ['at 1,234,567 bytes', 'at <size>'],
    ['commit 5d4605fdf923aa11', 'commit <hash>'],
    ['java.lang.Object@1b2c3d', 'java.lang.Object@<hash>'],
    ['sha256:0123456789012345678901234567890123456789012345678901234567890123', 'sha256:<hash>'],
    ['connect to db.local:45123 failed', 'connect to db.local:<port> failed'],
    ['job48123 started', 'job<num> started'],
    ['at main.go:12:3', 'at main.go:<num>:<num>'],
    ['C:\\Temp\\a1b2\\x', 'C:\\Temp\\<tmp>\\x'],
    ['3 tests and 1 test', '<num> test and <num> test'],
    ['===================== done', '=== done'],
    ['a  b\tc', 'a b c'],
  ])('%s', (line, template) => {
    expect(templateOf(line)).toBe(template);
  });
});

describe('evidence is kept', () => {
  it.each([
    'Process completed with exit code 137.',
    'exit status 2',
    'exited with code 1',
    '"GET /health HTTP/1.1" 503',
    'GET /objects 404',
    '502 Bad Gateway',
    'status: 429',
    'killed by signal 9',
    'SIGSEGV',
    'errno 28',
    'ENOSPC: no space left on device',
    'waiting for the gateway (limit 300s)',
    'timeout: 30s',
    'error TS2304: Cannot find name',
    'error[E0308]: mismatched types',
    'test_case_12 failed',
    'FAIL: TestParse_3',
    'node v20.11.1',
    'python-3.8 and go@1.21',
    'version 2.4',
    'nsis-3.0.4.1',
    'Failures: 0',
    'utf8mb4 x86_64 sha256 i18n',
  ])('%s', (line) => {
    expect(templateOf(line)).toBe(line);
  });

  it('zero and more than zero are two templates, one and two are one', () => {
    expect(templateOf('Failures: 0')).not.toBe(templateOf('Failures: 2'));
    expect(templateOf('Failures: 1')).toBe(templateOf('Failures: 2'));
    expect(templateOf('with 0 errors')).toBe('with 0 errors');
    expect(templateOf('case 0 of x[0]')).toBe(templateOf('case 7 of x[3]'));
  });
});

describe('hash and text are one definition', () => {
  const word = fc.constantFrom(
    'error',
    'a1b2c3d4',
    '12',
    '0',
    '3.5s',
    '10.0.0.1:80',
    '/tmp/x1/',
    'exit code 3',
    '[==  ]',
    'µ',
    '\t',
    '.....',
    '2026-05-04',
  );
  const line = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));

  it('equal texts have equal hashes, other texts others', () => {
    fc.assert(
      fc.property(line, line, (a, b) => {
        expect(templateHashOf(a) === templateHashOf(b)).toBe(templateOf(a) === templateOf(b));
      }),
    );
  });

  it('a line has the same template alone, in a log, and behind any provider’s prefix', () => {
    fc.assert(
      fc.property(line, (text) => {
        const log = readLines('x', `first\n2026-05-04T09:00:01.1234567Z ${text}\n\u001b[31m${text}\u001b[0m\r\n`);
        const expected = templateHashOf(text);
        expect(log.hash(2)).toBe(expected);
        expect(log.hash(3)).toBe(expected);
        expect(log.template(2)).toBe(templateOf(text));
      }),
    );
  });

  it('what stands in memory before and behind a line changes nothing', () => {
    const piece = fc.constantFrom(
      '12',
      ':',
      '.',
      '-',
      ' ',
      '%',
      'Z',
      '+',
      'am',
      'AM',
      '2026',
      'May',
      's',
      'MB',
      '/',
      'tmp',
      '=',
      '[',
      ']',
      '0',
      ',',
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const { run, bytes, at } = takeLoops();
    const maskOf = (text: string, from: number, to: number): number => {
      bytes.set(new TextEncoder().encode(`${text}\n`), at.TEXT);
      return run.maskBytes(from, to);
    };
    fc.assert(
      fc.property(text, text, text, (head, body, tail) => {
        const hash = maskOf(body, 0, body.length);
        expect(maskOf(head + body + tail, head.length, head.length + body.length)).toBe(hash);
      }),
      { numRuns: 2000 },
    );
  });

  it('any bytes have a template, and a blank line has hash 0', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const log = readLines('x', bytes);
        for (let n = 1; n <= log.count; n++) expect(log.hash(n) === 0).toBe(log.template(n) === '');
      }),
    );
  });
});

it('of a very long line only head and tail are looked at', () => {
  const long = `start ${'x '.repeat(LINE_HEAD_BYTES)}`;
  expect(templateOf(`${long}${'y'.repeat(1_000_000)}end`)).toBe(templateOf(`${long}${'y'.repeat(2_000_000)}end`));
  expect(templateOf(`${long}end`).length).toBeLessThan(LINE_HEAD_BYTES * 2);
});
