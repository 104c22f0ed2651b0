// What lets text pass unseen by the rules: it may be fast, but must miss no line that a look at every byte would find.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildAutomaton } from '../../store/mask/automaton.ts';
import { type FindWords, findWordsPlainly } from '../../store/mask/find.ts';
import { startWasmFinder } from '../../store/mask/find-wasm.ts';
import { HitScan } from '../../store/mask/hits.ts';
import { scanLine } from '../../store/mask/line.ts';
import { nextLongRun } from '../../store/mask/prefixed.ts';
import { isWorthALook } from '../../store/mask/probe.ts';
import { buildTables, checkAt, findWords } from '../../store/mask/tables.ts';
import { endOfEscape, visibleLine } from '../../store/mask/visible.ts';
import { isExact } from '../../store/mask/words.ts';

const tables = buildTables(['zażółć-gęślą-9', 'p4ss"word\\with%signs']);
const { texts } = tables;
/** All words in one pass over every byte: slow, and with nothing left out. */
const automaton = buildAutomaton(texts);

/** What a look at every byte of a line finds: `sure` with the letters of tokens in their case, else in either. */
type Look = 'sure' | 'either-case';

/** The automaton over every byte of a line, once as it came and once without its escape sequences. */
function isHitPlainly(bytes: Buffer, from: number, to: number, look: Look): boolean {
  const { table, classes, shift, firstHit, escapeState } = automaton;
  return [false, true].some((isShown) => {
    let state = 0;
    let text = '';
    for (let at = from; at < to; at++) {
      const next = table[(state << shift) | classes[bytes[at]!]!]!;
      if (next === escapeState) {
        if (isShown) at = endOfEscape(bytes, at, to) - 1;
        else state = 0;
        continue;
      }
      state = next;
      text += String.fromCharCode(bytes[at]!);
      if (state < firstHit) continue;
      // Of a word that a sequence parts, no cheap check says no.
      if (isShown && look === 'either-case') return true;
      if (isHit(state - firstHit, text, bytes, at + 1, look)) return true;
    }
    return false;
  });
}

const isHit = (state: number, text: string, bytes: Buffer, to: number, look: Look): boolean =>
  automaton.words[state]!.some((index) => {
    const isSame = look === 'either-case' || !isExact(tables.words[index]!) || text.endsWith(texts[index]!);
    return isSame && isWorthALook(bytes, to, checkAt(tables, index));
  });

/** Starts of the lines with a hit; a line has its end, with which a word may end. */
function linesPlainly(bytes: Buffer, look: Look): number[] {
  const starts: number[] = [];
  for (let from = 0; from < bytes.length; ) {
    let to = from;
    while (to < bytes.length && bytes[to] !== 10 && bytes[to] !== 13) to++;
    to = Math.min(to + 1, bytes.length);
    if (isHitPlainly(bytes, from, to, look)) starts.push(from);
    from = to;
  }
  return starts;
}

/** In both ways of looking: all that are sure, and no line without a word of the rules. Gives how many are sure. */
function expectLines(bytes: Buffer): number {
  const sure = linesPlainly(bytes, 'sure');
  const scanned = linesByScan(bytes);
  expect(linesByScan(bytes, findWordsPlainly)).toEqual(scanned);
  expect(scanned).toEqual(expect.arrayContaining(sure));
  expect(linesPlainly(bytes, 'either-case')).toEqual(expect.arrayContaining(scanned));
  return sure.length;
}

function linesByScan(bytes: Buffer, find?: FindWords): number[] {
  const starts: number[] = [];
  const scan = new HitScan(bytes, bytes.length, find);
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
/** What names of secrets and look-alikes stand in, in parts that meet in every way. */
const assignment = fc.oneof(
  fc.constantFrom(
    ...'token password passwords key keys api_key apikey API_KEY secret key: pass auth credentials DB_PASSWORD'.split(
      ' ',
    ),
    ...'passesAllTests tokenizer key_file PASS passwd= authorization Authorization: primary_key --token -p'.split(' '),
    'export API_TOKEN',
    'name: ',
    '"name": "',
    '<key>',
    '</key>',
    'set ',
  ),
  fc.constantFrom(
    '=',
    ': ',
    ' = ',
    ' ',
    '   ',
    '":"',
    "='",
    '"',
    ',',
    '\\',
    ' \\',
    '|',
    ' {',
    ' is ',
    '.',
    '-',
    '$',
    ':',
  ),
  fc.constantFrom(
    ...'x7Q2m9ZpL4tR8vK1 true 0 *** none abc12 abc123 hunter2! 1.2.3 pat at. m [ ; ***, a=b /'.split(' '),
  ),
  colour,
);
/** The same lines every time, or, when more of them are asked for, new ones. */
const MORE_RUNS = process.env['FIRSTRED_PROPERTY_RUNS'];
const RUNS = Number(MORE_RUNS ?? 5_000);
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
        hits += expectLines(bytes);
      }),
      { numRuns: 3_000 },
    );
    expect(hits).toBeGreaterThan(400);
  });

  test('finds every word of the rules, alone and between other text', () => {
    for (const word of texts) {
      for (const [before, after] of [
        ['', ''],
        ['some text before 7', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4 and after'],
        ['xyz\u001b[1m', '\u001b[0m'],
      ] as const) {
        const bytes = asBytes([before, word, after], word.length % 4);
        expectLines(bytes);
      }
    }
  });

  test('passes no line unseen in which the rules would mask, or leave a name open', () => {
    let unseen = 0;
    fc.assert(
      fc.property(fc.array(assignment, { minLength: 1, maxLength: 5 }), (parts) => {
        const line = Buffer.from(parts.join(''), 'latin1');
        const bytes = Buffer.concat([line, Buffer.from('\n')]);
        if (linesByScan(bytes).length > 0 || nextLongRun(bytes, 0, bytes.length) < bytes.length) return;
        unseen++;
        const { spans, left } = scanLine(visibleLine(line, 0, line.length).text, tables, {});
        expect({ spans, left }).toEqual({ spans: [], left: {} });
      }),
      { numRuns: RUNS, ...(MORE_RUNS === undefined && { seed: 1 }) },
    );
    expect(unseen).toBeGreaterThan(RUNS / 10);
  });

  test('finds the same words in WebAssembly as in plain code', () => {
    const find = startWasmFinder();
    if (find === undefined) throw new Error('no WebAssembly here');
    const { image: all } = tables;
    const few = buildTables([]).image;
    const text = fc.array(fc.oneof(anyCase, value, colour), { maxLength: 60 }).map((parts) => asBytes(parts, 0));
    const anything = fc.oneof({ weight: 9, arbitrary: text }, fc.uint8Array({ maxLength: 200 }));
    const looks = fc.constantFrom('first' as const, 'every' as const);
    let found = 0;
    fc.assert(
      fc.property(anything, fc.nat(40), fc.nat(40), fc.boolean(), looks, (bytes, skipped, left, isAll, look) => {
        const from = Math.min(skipped, bytes.length);
        const end = Math.max(from, bytes.length - left);
        const range = { from, end, look };
        const inWasm = find(isAll ? all : few, bytes, range);
        expect(inWasm).toEqual(findWordsPlainly(isAll ? all : few, bytes, range));
        found += inWasm.words.length;
      }),
      { numRuns: 2_000 },
    );
    expect(found).toBeGreaterThan(200);
  });

  test('finds all words of a line, in the order in which they end, but tokens that cannot be any', () => {
    const { table, classes, shift, firstHit, escapeState } = automaton;
    let found = 0;
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const bytes = Buffer.from(text, 'latin1');
        const words: { to: number; index: number }[] = [];
        let state = 0;
        for (let at = 0; at < bytes.length; at++) {
          state = table[(state << shift) | classes[bytes[at]!]!]!;
          if (state === escapeState) state = 0;
          for (const index of state < firstHit ? [] : automaton.words[state - firstHit]!) {
            const isSame = !isExact(tables.words[index]!) || text.slice(0, at + 1).endsWith(texts[index]!);
            const { how } = checkAt(tables, index);
            if (isSame && (how !== 'token' || isWorthALook(bytes, at + 1, checkAt(tables, index))))
              words.push({ to: at + 1, index });
          }
        }
        // Of a token before which or in which there is an escape sequence, only the text without it can tell.
        const isOpen = ({ index, to }: { index: number; to: number }): boolean =>
          checkAt(tables, index).how === 'token' && text.slice(to, to + 24).includes('\u001b');
        const here = findWords(tables, text);
        expect(here.filter((word) => !isOpen(word))).toEqual(words.filter((word) => !isOpen(word)));
        found += here.length;
      }),
      { numRuns: 3_000 },
    );
    expect(found).toBeGreaterThan(1_000);
  });

  test('goes on where a look ended that found more than it can hold', () => {
    const log = Buffer.from('key="'.repeat(20_000));
    const { image } = tables;
    const find = startWasmFinder(undefined, 1_000);
    if (find === undefined) throw new Error('no WebAssembly here');
    expect(find(image, log, { from: 0, end: 32_768, look: 'every' }).seen).toBeLessThan(32_768);
    const count = (each: FindWords): number => {
      let words = 0;
      for (let at = 0; at < log.length; ) {
        const found = each(image, log, { from: at, end: Math.min(at + 32_768, log.length), look: 'every' });
        expect(found.seen).toBeGreaterThan(at);
        words += found.words.length;
        at = found.seen;
      }
      return words;
    };
    expect(count(find)).toBe(count(findWordsPlainly));
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
