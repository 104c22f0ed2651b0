// A log taken frame by frame, unpacked where it is looked at, is found to be what its text is, wherever the frames were cut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockCutter } from '../../indexer/blocks.ts';
import { takeLoops } from '../../indexer/byte-loops.ts';
import { FrameAnalyser } from '../../indexer/frame-analyser.ts';
import { LogAnalyser } from '../../indexer/log-digest.ts';
import { loadZstd } from '../../store/zstd.ts';

const LF = 0x0a;
const line = fc.oneof(
  fc.constantFrom('FAILED tests/a.py::test_b', 'Error: connect ECONNREFUSED 10.0.0.7:5432', '', 'ok 17'),
  fc.integer({ min: 0, max: 40 }).map((n) => `2026-05-04T04:41:${10 + n}.4514824Z error: step ${n} of job broke`),
  fc.integer({ min: 1, max: 3000 }).map((n) => `long ${'x-y '.repeat(n)}error: at its end`),
);

test('the frames of a log give what its text gives', () => {
  const log = fc.tuple(
    fc.array(line, { maxLength: 60 }).map((lines) => Buffer.from(lines.join('\n'))),
    fc.array(fc.nat(), { maxLength: 6 }),
  );
  fc.assert(
    fc.property(log, ([text, places]) => {
      const cuts = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
      const pieces = [0, ...cuts].map((from, n) => text.subarray(from, cuts[n] ?? text.length));
      const frames = pieces.filter((piece) => piece.length > 0);
      const analyser = new FrameAnalyser();
      const cutter = new BlockCutter(takeLoops());
      frames.forEach((piece, number) => {
        const frame = {
          number,
          continues: number > 0 && frames[number - 1]?.at(-1) !== LF,
          isCut: number < frames.length - 1 && piece.at(-1) !== LF,
        };
        const stored = { ...frame, bytes: loadZstd().compress(piece, 1), textBytes: piece.length };
        expect(analyser.take(stored)).toEqual(cutter.cut(new Uint8Array(piece), frame));
      });
      const whole = new LogAnalyser();
      whole.push(new Uint8Array(text));
      expect(analyser.end()).toEqual(whole.endForIndex());
    }),
    { numRuns: 80 },
  );
});
