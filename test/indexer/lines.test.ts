import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadLines, readLines } from '../../indexer/lines.ts';
import { cutInto } from '../support/texts.ts';

const textOf = (raw: string): string => readLines('x', raw).text(1);

describe('visible text', () => {
  it.each([
    ['a byte-order mark before a GitHub prefix', '\ufeff2026-05-04T09:00:01.1234567Z hello', 'hello'],
    ['a prefix with nothing behind it', '2026-05-04T09:00:01.1234567Z ', ''],
    ['indentation behind a prefix stays', '2026-05-04T09:00:01.1234567Z   at x', '  at x'],
    ['job, step and time columns', 'build\tRun tests\t2026-05-04T09:00:01.1234567Z hello', 'hello'],
    ['GitLab time, stream and continuation', '2026-05-04T09:00:01.123456Z 00O+hello', 'hello'],
    ['Jenkins time stamper', '[2026-05-04T09:00:01.123Z] hello', 'hello'],
    ['Buildkite time stamp', '\u001b_bk;t=1777885201123\u0007hello', 'hello'],
    ['a program’s own time stamp stays', '2026-05-04 09:00:01 hello', '2026-05-04 09:00:01 hello'],
    ['colours', '\u001b[1;31merror\u001b[0m: x', 'error: x'],
    ['title and hyperlink sequences', '\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b\u001b]8;;\u001b\\', 'ab'],
    ['overwritten progress', '10%\r50%\r100% done', '100% done'],
    ['a carriage return at the end is a line end', 'hello\r', 'hello'],
    ['an erased line before a header', 'travis_fold:start:x\r\u001b[0K$ make', '$ make'],
    ['a colour after the last carriage return is no text', 'done\r\u001b[0m', 'done'],
    ['an erased line is blank', 'section_end:1:x\r\u001b[0K', ''],
    ['NUL and bell', 'a\u0000b\u0007c', 'abc'],
  ])('%s', (_name, raw, visible) => {
    expect(textOf(raw)).toBe(visible);
  });

  it('invalid UTF-8 is shown and kept', () => {
    const bytes = new Uint8Array([0x61, 0xff, 0x62]);
    const log = readLines('x', bytes);
    expect(log.text(1)).toBe('a\ufffdb');
    expect(log.raw(1)).toEqual(bytes);
  });
});

describe('lines', () => {
  it('end at LF alone and count from 1; an unfinished last line counts', () => {
    expect(readLines('x', '').count).toBe(0);
    expect(readLines('x', '\n').count).toBe(1);
    expect(readLines('x', 'a\rb\nc').count).toBe(2);
    expect(readLines('x', 'a\nb\n').count).toBe(2);
  });

  it('raw lines joined by LF are the log', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '\r', '\u001b[m', '\u0000', ' ', '9')).map((p) => p.join('')),
        fc.integer({ min: 0, max: 5 }),
        (part, n) => {
          const text = `${part}\n`.repeat(n) + part;
          const log = readLines('x', text);
          const raws = Array.from({ length: log.count }, (_, i) => new TextDecoder().decode(log.raw(i + 1)));
          expect(raws.join('\n') + (part === '' && n > 0 ? '\n' : '')).toBe(text);
        },
      ),
    );
  });

  it('a line that is not there is blank', () => {
    const log = readLines('x', 'a\n');
    expect([log.text(0), log.text(2), log.hash(2), log.stepOf(9)]).toEqual(['', '', 0, -1]);
  });

  it('pieces make the same lines as the whole', async () => {
    const bytes = new TextEncoder().encode('one\ntwo\nthree');
    const pieces = async function* () {
      for (const byte of bytes) yield new Uint8Array([byte]);
    };
    const log = await loadLines('x', pieces());
    expect([log.count, log.text(3)]).toEqual([3, 'three']);
  });
});

it('of a log too large to hold, head and tail are kept under their line numbers', async () => {
  const text = Array.from({ length: 1000 }, (_, n) => `line ${n + 1}`).join('\n');
  const pieces = async function* () {
    yield* cutInto(Buffer.from(text), [37]);
  };
  const log = await loadLines('x', pieces(), 500);
  expect([log.count, log.text(3), log.text(500), log.text(999), log.text(1000)]).toEqual([
    1000,
    'line 3',
    '',
    'line 999',
    'line 1000',
  ]);
  expect(log.dropped).toBeGreaterThan(800);
  expect((await loadLines('x', pieces(), 1 << 20)).dropped).toBe(0);
});

describe('time', () => {
  it('is epoch ms with a date, whatever the form', () => {
    const expected = Date.UTC(2026, 4, 4, 9, 0, 1, 500);
    for (const raw of [
      '2026-05-04T09:00:01.5000000Z x',
      '2026-05-04 09:00:01.5 x',
      '2026/05/04 09:00:01.500 x',
      '[2026-05-04T11:00:01.5+02:00] x',
    ])
      expect(readLines('x', raw).timeMs(1), raw).toBe(expected);
  });

  it('of a time of day runs on over midnight', () => {
    const log = readLines('x', '[23:59:59] a\n[00:00:01] b\n');
    expect((log.timeMs(2) ?? 0) - (log.timeMs(1) ?? 0)).toBe(2000);
  });

  it('of the kernel is ms since its start', () => {
    expect(readLines('x', '[   12.500000] x').timeMs(1)).toBe(12_500);
  });

  it('is absent without a stamp, and the last one is carried on', () => {
    const log = readLines('x', '[00:00:05] a\nb\n');
    expect([log.timeMs(2), log.lastTimeMs(2)]).toEqual([undefined, 5000]);
    expect(readLines('x', 'b').lastTimeMs(1)).toBeUndefined();
  });

  it('a number at the start of a line is no time', () => {
    for (const raw of ['12 passed', '1:2', '2026-13-04T09:00:00Z x', '[12] x', '12:99:00 x'])
      expect(readLines('x', raw).timeMs(1), raw).toBeUndefined();
  });
});
