// What lets text pass unseen by the rules: it may be fast, but must miss no line that a look at every byte would find.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildTables, HitScan } from '../../store/mask-hits.ts';
import { nextLongRun } from '../../store/mask-prefixed.ts';
import { isWorthALook } from '../../store/mask-probe.ts';
import { endOfEscape } from '../../store/mask-visible.ts';

const tables = buildTables(['zażółć-gęślą-9', 'p4ss"word\\with%signs']);
const { texts } = tables.words;

/** The automaton over every byte of a line, once as it came and once without its escape sequences. */
function isHitPlainly(bytes: Buffer, from: number, to: number): boolean {
  const { table, classes, shift, firstHit, escapeState } = tables.words.automaton;
  return [false, true].some((isShown) => {
    let state = 0;
    for (let at = from; at < to; at++) {
      const next = table[(state << shift) | classes[bytes[at]!]!]!;
      if (next === escapeState) {
        if (isShown) at = endOfEscape(bytes, at, to) - 1;
        else state = 0;
        continue;
      }
      state = next;
      if (state >= firstHit && isWorthALook(bytes, at + 1, tables.probes[state - firstHit]!)) return true;
    }
    return false;
  });
}

/** Starts of the lines with a hit; a line has its end, with which a word may end. */
function linesPlainly(bytes: Buffer): number[] {
  const starts: number[] = [];
  for (let from = 0; from < bytes.length; ) {
    let to = from;
    while (to < bytes.length && bytes[to] !== 10 && bytes[to] !== 13) to++;
    to = Math.min(to + 1, bytes.length);
    if (isHitPlainly(bytes, from, to)) starts.push(from);
    from = to;
  }
  return starts;
}

function linesByScan(bytes: Buffer): number[] {
  const starts: number[] = [];
  const scan = new HitScan(bytes);
  for (let at = 0; at < bytes.length; ) {
    const hit = scan.next(tables, at, bytes.length);
    if (hit < 0) break;
    let from = hit - 1;
    while (from > 0 && bytes[from - 1] !== 10 && bytes[from - 1] !== 13) from--;
    starts.push(from);
    at = hit - 1;
    while (at < bytes.length && bytes[at] !== 10 && bytes[at] !== 13) at++;
    at = Math.min(at + 1, bytes.length);
  }
  return starts;
}

const someWord = fc.integer({ min: 0, max: texts.length - 1 }).map((n) => texts[n]!);
const anyCase = fc.tuple(someWord, fc.boolean()).map(([word, isUpper]) => (isUpper ? word.toUpperCase() : word));
const part = fc
  .tuple(anyCase, fc.nat(12), fc.nat(12))
  .map(([word, from, length]) => word.slice(from % word.length, (from % word.length) + 1 + length));
const colour = fc.constantFrom(
  '\u001b[31m',
  '\u001b[0m',
  '\u001b[1;32m',
  '\u001b[0K',
  '\u001b',
  '\u001b]0;',
  '\u0007',
  '\u001b[',
);
const value = fc.constantFrom('=', ': ', ' ', 'x7Q2m9ZpL4tR8vK1', '0123456789abcdef', '@', '\n', '\r\n', 'm', '"', '|');
const pieces = fc.array(fc.oneof(anyCase, part, colour, value, fc.string({ maxLength: 4 })), { maxLength: 30 });
const asBytes = (parts: readonly string[], shift: number): Buffer => {
  const bytes = Buffer.from(parts.join(''), 'latin1');
  const room = Buffer.alloc(bytes.length + shift); // words begin at every place in a group of four
  bytes.copy(room, shift);
  return room.subarray(shift);
};

describe('the filter before the rules', () => {
  test('finds the lines that a look at every byte finds', () => {
    let hits = 0;
    fc.assert(
      fc.property(pieces, fc.nat(3), (parts, shift) => {
        const bytes = asBytes(parts, shift);
        const plain = linesPlainly(bytes);
        hits += plain.length;
        expect(linesByScan(bytes)).toEqual(plain);
      }),
      { numRuns: 3_000 },
    );
    expect(hits).toBeGreaterThan(1_000);
  });

  test('finds every word of the rules, alone and between other text', () => {
    for (const word of texts) {
      for (const [before, after] of [
        ['', ''],
        ['some text before 7', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4 and after'],
        ['xyz\u001b[1m', '\u001b[0m'],
      ] as const) {
        const bytes = asBytes([before, word, after], word.length % 4);
        expect([word, linesByScan(bytes)]).toEqual([word, linesPlainly(bytes)]);
      }
    }
  });

  test('finds long runs that may be tokens as an expression does', () => {
    const run = fc.stringMatching(/^[a-zA-Z0-9_-]{0,45}$/);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(run, fc.constantFrom(' ', '.', '\n', 'ab_Cd1e2F3')), { maxLength: 20 }),
        (parts) => {
          const text = parts.join('');
          const first = [...text.matchAll(/[A-Za-z0-9_-]{31,}/g)].find(({ 0: whole }) => {
            const body = /^[a-z][A-Za-z0-9]*([_-].*)$/.exec(whole)?.[1] ?? '';
            const digits = body.match(/\d/g)?.length ?? 0;
            return body.length > 30 && digits >= 3 && /[a-z]/.test(body) && /[A-Z]/.test(body);
          });
          const at = nextLongRun(Buffer.from(text), 0, text.length);
          const isInside = first !== undefined && at >= first.index && at < first.index + first[0].length;
          expect(first === undefined ? at === text.length : isInside).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
