import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLineTimes, type LineStream, LineTimes } from '../../store/line-times.ts';
import { LineWeaver } from '../../store/line-weaver.ts';

const T0 = 1_780_000_000_000;
const text = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString();
const bytes = (value: string): Uint8Array => Buffer.from(value);

test('lines of both streams are woven whole, with their times', () => {
  const times = new LineTimes(T0);
  const weaver = new LineWeaver(times);
  const out = [
    ...weaver.push('stdout', bytes('one\nhalf a l'), T0 + 5),
    ...weaver.push('stderr', bytes('warning\n'), T0 + 6),
    ...weaver.push('stdout', bytes('ine\nlast'), T0 + 9),
    ...weaver.end(T0 + 20),
  ];
  expect(text(out)).toBe('one\nwarning\nhalf a line\nlast');
  expect(decodeLineTimes(times.end(4)!, 4)).toEqual([
    { firstLine: 1, lines: 1, stream: 'stdout', timeMs: T0 + 5 },
    { firstLine: 2, lines: 1, stream: 'stderr', timeMs: T0 + 6 },
    { firstLine: 3, lines: 1, stream: 'stdout', timeMs: T0 + 9 },
    { firstLine: 4, lines: 1, stream: 'stdout', timeMs: T0 + 20 },
  ]);
});

test('a line without end goes on in pieces once it is too long to hold', () => {
  const weaver = new LineWeaver(new LineTimes(T0));
  const long = new Uint8Array(50_000).fill(46);
  expect(text(weaver.push('stdout', long, T0))).toBe('');
  expect(text(weaver.push('stdout', long, T0))).toHaveLength(100_000);
});

test('a log that was cut has no times rather than wrong ones', () => {
  const times = new LineTimes(T0);
  times.add('stdout', 10, T0);
  expect(times.end(9)).toBeUndefined();
});

test('a damaged table is refused', () => {
  const times = new LineTimes(T0);
  times.add('stdout', 10, T0);
  const content = times.end(10)!;
  expect(() => decodeLineTimes(content, 11)).toThrow(/another number of lines/);
  expect(() => decodeLineTimes(content.subarray(0, content.length - 1), 10)).toThrow(/damaged/);
  expect(() => decodeLineTimes(new Uint8Array(3), 10)).toThrow(/impossible/);
});

test('a clock that is set back never gives a line an earlier time than the one before', () => {
  const times = new LineTimes(T0);
  times.add('stdout', 1, T0 + 50);
  times.add('stderr', 1, T0 - 5000);
  times.add('stdout', 1, T0 + 60);
  expect(decodeLineTimes(times.end(3)!, 3).map((r) => r.timeMs - T0)).toEqual([50, 50, 60]);
});

test('each stream keeps its bytes in order and every line has a time', () => {
  const read = fc.record({
    stream: fc.constantFrom<LineStream>('stdout', 'stderr'),
    chunk: fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r', 'é') }),
    waitMs: fc.nat(2000),
  });
  fc.assert(
    fc.property(fc.array(read), (reads) => {
      const times = new LineTimes(T0);
      const weaver = new LineWeaver(times);
      let nowMs = T0;
      // Marks tell the streams apart in what comes out.
      const mark = (stream: LineStream, chunk: string): string => (stream === 'stdout' ? chunk : chunk.toUpperCase());
      const out = [
        ...reads.flatMap(({ stream, chunk, waitMs }) => {
          nowMs += waitMs;
          return weaver.push(stream, bytes(mark(stream, chunk)), nowMs);
        }),
        ...weaver.end(nowMs),
      ];
      const all = text(out);
      const of = (stream: LineStream): string =>
        reads.flatMap((r) => (r.stream === stream ? [mark(stream, r.chunk)] : [])).join('');
      expect(all.replace(/[^abé]/g, '')).toBe(of('stdout').replace(/[^abé]/g, ''));
      expect(all.replace(/[^ABÉ]/g, '')).toBe(of('stderr').replace(/[^ABÉ]/g, ''));
      const lines = all === '' ? 0 : all.split('\n').length - (all.endsWith('\n') ? 1 : 0);
      const content = times.end(lines);
      expect(content === undefined).toBe(lines === 0);
      if (content !== undefined)
        expect(decodeLineTimes(content, lines).reduce((sum, r) => sum + r.lines, 0)).toBe(lines);
    }),
  );
});
