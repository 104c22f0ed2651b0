// What WebAssembly reads of lines: the same as the plain code that it took the place of, wherever a log is cut, and whatever
// stood in its memory before.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockCutter } from '../../indexer/blocks.ts';
import { readLines } from '../../indexer/lines.ts';
import { LogAnalyser, type LogAnalysis } from '../../indexer/log-digest.ts';
import { FRAME_BYTES } from '../../store/frame-table.ts';
import { strangeLog } from '../support/strange-log.ts';

const digestOf = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** All that is read of a log, in a few words. */
function readAll(text: Buffer) {
  const log = readLines('x', text);
  const lines = Array.from({ length: log.count }, (_, n) => n + 1);
  const analysis = analyse([text]);
  return {
    lines: log.count,
    bytes: text.length,
    times: digestOf(lines.map((n) => `${log.timeMs(n)} ${log.lastTimeMs(n)}`).join()),
    flags: digestOf(
      lines.map((n) => `${log.isMark(n)} ${log.isEcho(n)} ${log.isErrorMark(n)} ${log.stepOf(n)}`).join(),
    ),
    texts: digestOf(lines.map((n) => `${log.text(n)}|${log.body(n)}`).join('\n')),
    templates: digestOf(lines.map((n) => `${log.hash(n)} ${log.template(n)}`).join('\n')),
    steps: digestOf(JSON.stringify([log.steps, analysis.steps])),
    counted: digestOf(JSON.stringify([[...analysis.templates.hashes], [...analysis.templates.counts]])),
    signatures: digestOf(JSON.stringify(analysis.signatures)),
    first: analysis.firstTimeMs,
    last: analysis.lastTimeMs,
    words: wordsOf(text),
  };
}

function analyse(pieces: readonly Uint8Array[]): LogAnalysis {
  const analyser = new LogAnalyser();
  for (const piece of pieces) analyser.push(piece);
  return analyser.end();
}

function wordsOf(text: Buffer): string {
  const analyser = new LogAnalyser();
  const cutter = new BlockCutter(analyser.loops);
  const hash = createHash('sha256');
  for (let at = 0, number = 0; at < text.length; at += FRAME_BYTES, number++) {
    const frame = { number, continues: at > 0, isCut: at + FRAME_BYTES < text.length };
    for (const { words } of cutter.cut(text.subarray(at, at + FRAME_BYTES), frame)) hash.update(words);
  }
  analyser.end();
  return hash.digest('hex').slice(0, 16);
}

// Written down from the plain code of before, which read 3,305 real logs (701 MB) in the same way too.
test('a log of everything is read as it always was', () => {
  expect(readAll(strangeLog(2500, 1))).toEqual({
    lines: 2829,
    bytes: 352176,
    times: '07c94ca6ad6c6fcb',
    flags: '1c7d376448aa6c1d',
    texts: 'a6d6c1324e3a82ef',
    templates: 'd87701e5f129329d',
    steps: 'd08790f5afcef4c8',
    counted: 'ec0854dcf057c4ff',
    signatures: 'b4c4a416bcf90796',
    first: 1777885201123,
    last: 1770000000123,
    words: '16ea53591a60dac2',
  });
  expect(readAll(strangeLog(2500, 2))).toEqual({
    lines: 2895,
    bytes: 387274,
    times: '455c8ac0281738d2',
    flags: '9eb2456ebf90d6ed',
    texts: '89e8e5285295b4a7',
    templates: 'c4110ce2b7d1051f',
    steps: '4833f5abd2754c3a',
    counted: '2d56c56d5a3cc64f',
    signatures: 'c4828c059e0e5e57',
    first: 1777885201123,
    last: 32401500,
    words: '2b865c819d350730',
  });
});

test('a log cut anywhere is the same log', () => {
  const plain = ({ templates, ...rest }: LogAnalysis) => ({
    ...rest,
    hashes: [...templates.hashes],
    counts: [...templates.counts],
  });
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.nat(), { maxLength: 6 }), (seed, cuts) => {
      const text = strangeLog(60, seed);
      const ends = [...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((a, b) => a - b);
      const pieces = ends.map((end, n) => text.subarray(ends[n - 1] ?? 0, end));
      expect(plain(analyse(pieces))).toEqual(plain(analyse([text])));
    }),
    { numRuns: 80 },
  );
});

test('each line of a log has the template that it has alone, and the log counts the same ones', () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (seed, noise) => {
      const text = Buffer.concat([strangeLog(40, seed), ...noise.flatMap((line) => [line, Buffer.from('\n')])]);
      const log = readLines('x', text);
      const { templates, lines } = analyse([text]);
      const counted = new Map([...templates.hashes].map((hash, n) => [hash, templates.counts[n]]));
      expect(counted).toEqual(log.counts);
      expect(lines).toBe(log.count);
      for (let n = 1; n <= log.count; n++) {
        const alone = readLines('x', log.raw(n));
        // Columns are decided on the first line of a log, and a raw line has no other.
        if (log.raw(n).length > 0) expect(alone.template(1)).toBe(log.template(n));
      }
    }),
    { numRuns: 50 },
  );
});

test('a line of megabytes, in one piece or many, leaves the lines around it what they are', () => {
  const monster = Buffer.alloc(3_000_000, 'monster 12 ');
  const text = Buffer.concat([Buffer.from('one 1\n'), monster, Buffer.from('\nError: two 2\n')]);
  const log = readLines('x', text);
  expect([log.count, log.template(1), log.template(3)]).toEqual([3, 'one <num>', 'Error: two <num>']);
  expect(log.raw(2)).toHaveLength(monster.length);
  expect(log.text(2).length).toBeLessThan(5000);
  const pieces = Array.from({ length: 31 }, (_, n) => text.subarray(n * 100_000, (n + 1) * 100_000));
  for (const given of [[text], pieces]) {
    const { lines, templates, signatures } = analyse(given);
    expect([lines, templates.hashes.length, signatures.map((s) => s.firstLine)]).toEqual([3, 3, [3]]);
    expect(new Set(templates.hashes)).toEqual(new Set([1, 2, 3].map((n) => log.hash(n))));
  }
});

test('many templates, and a log after them that knows nothing of them', () => {
  const name = (n: number): string => n.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
  const lines = Array.from({ length: 30_000 }, (_, n) => `said ${name(n)}\n`).join('');
  const { templates } = analyse([Buffer.from(lines), Buffer.from(lines)]);
  expect([templates.complete, templates.hashes.length]).toEqual([true, 30_000]);
  expect(new Set(templates.counts)).toEqual(new Set([2]));
  expect([...templates.firstLines].sort((a, b) => a - b)[29_999]).toBe(30_000);
  expect([...analyse([Buffer.from('said qq\n')]).templates.counts]).toEqual([1]);
});
