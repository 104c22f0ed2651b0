// The index never changes an answer: what a search finds is what reading every line finds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES } from '../../indexer/blocks.ts';
import { createMatcher } from '../../indexer/line-matcher.ts';
import type { QueryFlags } from '../../indexer/log-index.ts';
import { parseQuery } from '../../indexer/query.ts';
import { visibleBytes } from '../../indexer/visible-line.ts';
import { AppError } from '../../store/errors.ts';
import { IndexedLogs } from '../support/indexed-logs.ts';

const word = fc.constantFrom(
  'error', 'Error', 'SocketTimeoutException', 'timeout', 'connection', 'refused', 'exit', 'code', 'js', 'task', 'status',
  'STATUS', '\u212aelvin', 'Kelvin', '\u017ftatus', 'caf\u00e9', 'CAF\u00c9', '\u0441\u0431\u043e\u0439', '\u0421\u0411\u041e\u0419', '\u9519\u8bef', 'na\u00efve', 'foo_bar', 'x86_64', '137', '8080', '48213', '4514824',
  'deadbeef', '0f3a9c', '1234567890', 'a'.repeat(255), 'b'.repeat(256), 'c'.repeat(257), 'd'.repeat(300), '\u2018quoted\u2019', 'Stra\u00dfe', '\u1e9e',
); // biome-ignore format: a list of words reads best in lines
const glue = fc.constantFrom(
  ' ',
  ' ',
  ' ',
  ': ',
  '.',
  ',',
  '-',
  '/',
  '=',
  '"',
  '\t',
  '',
  '\r',
  '\0',
  '\u001b[31m',
  '\u001b[0m',
  '\b',
  '\u001b]8;;x\u0007',
);
const stamp = fc
  .tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 9_999_999 }), fc.constantFrom('Z ', ' ', '00Z '))
  .map(([s, f, z]) => `2026-05-04T09:00:${String(s).padStart(2, '0')}.${String(f).padStart(7, '0')}${z}`);
const bytes = fc.constantFrom(
  [0xff],
  [0xc3],
  [0xe2, 0x82],
  [0xf0, 0x9f, 0x98],
  [0xef, 0xbb, 0xbf],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
);

const piece = fc.oneof(
  { weight: 8, arbitrary: word.map((w) => Buffer.from(w)) },
  { weight: 6, arbitrary: glue.map((g) => Buffer.from(g)) },
  { weight: 1, arbitrary: stamp.map((s) => Buffer.from(s)) },
  { weight: 1, arbitrary: bytes.map((b) => Buffer.from(b)) },
);
const line = fc
  .tuple(fc.option(stamp, { nil: '' }), fc.array(piece, { maxLength: 12 }))
  .map(([s, ps]) => Buffer.concat([Buffer.from(s), ...ps]));
/** Puts the next line into the next block, so that a word missing from the index shows. */
const FILLER = Buffer.from(`${'-'.repeat(BLOCK_BYTES)}\n`);
const text = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 25 }), fc.boolean(), fc.boolean())
  .map(([lines, isApart, ends]) => {
    const log = Buffer.concat(lines.flatMap((l) => [l, Buffer.from('\n'), ...(isApart ? [FILLER] : [])]));
    return ends ? log : log.subarray(0, -1);
  });

const flags: fc.Arbitrary<QueryFlags> = fc.record({
  regex: fc.constant(false),
  word: fc.boolean(),
  letterCase: fc.constantFrom('smart', 'sensitive', 'insensitive'),
  visible: fc.boolean(),
});

/** A part of a line as a query: cut at characters, without what no query can have. */
const partOf = (lines: readonly Buffer[], [n, from, size]: readonly [number, number, number]): string => {
  const characters = [...(lines[n % lines.length] ?? Buffer.alloc(0)).toString('utf8')];
  const start = from % Math.max(1, characters.length);
  return characters
    .slice(start, start + size)
    .join('')
    .replaceAll('\n', '');
};

function linesOf(log: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < log.length; ) {
    const lf = log.indexOf(0x0a, at);
    const end = lf < 0 ? log.length : lf;
    lines.push(log.subarray(at, end));
    at = end + 1;
  }
  return lines;
}

function scan(log: Buffer, query: ReturnType<typeof parseQuery>): number[] {
  const matcher = createMatcher(query);
  return linesOf(log).flatMap((each, n) => {
    const seen = () => Buffer.from(visibleBytes(each, 0, each.length).bytes);
    const matches = matcher.match(each) !== undefined || (query.visible && matcher.match(seen()) !== undefined);
    return matches ? [n + 1] : [];
  });
}

const OTHER = Buffer.from('another log with error and timeout\n');

async function compare(
  log: Buffer,
  questions: readonly { readonly text: string; readonly flags: QueryFlags }[],
): Promise<void> {
  const logs = await IndexedLogs.open();
  await logs.addAll([{ text: log }, { text: OTHER, attempt: { attempt: 2 } }]);
  const id = logs.manifests[0]!.logId;
  for (const question of questions) {
    if (question.text === '') continue;
    const query = parseQuery(question.text, question.flags);
    const { matches } = await logs.find(question.text, question.flags);
    const found = [log, OTHER].some((each) => scan(each, query).length > 0);
    // What no stored line has is looked for in the visible text.
    const asked = found ? query : { ...query, visible: true };
    expect(
      matches.filter((m) => m.log.logId === id).map((m) => m.line),
      JSON.stringify(question),
    ).toEqual(scan(log, asked));
    for (const m of matches) expect(m.start <= m.end && m.end <= m.text.length, JSON.stringify(question)).toBe(true);
  }
  logs.index.close();
}

describe('the index makes an answer faster, never different', () => {
  test('literals cut out of lines of every kind, with and without case, words and visible text', async () => {
    const place = fc.tuple(fc.nat(200), fc.nat(400), fc.integer({ min: 1, max: 24 }));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.tuple(place, flags), { minLength: 12, maxLength: 12 }), async (log, asked) => {
        const lines = linesOf(log);
        await compare(
          log,
          asked.map(([at, f]) => ({ text: partOf(lines, at), flags: f })),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('parts of words that are too long for the index, with colours and letters of other bytes inside', async () => {
    const run = fc
      .tuple(fc.nat(), fc.integer({ min: 1, max: 900 }), fc.constantFrom(36, 16, 10))
      .map(([seed, size, base]) =>
        Array.from({ length: size }, (_, n) => ((Math.imul(seed + n, 0x9e3779b1) >>> 8) % base).toString(base)).join(
          '',
        ),
      );
    const inside = fc.oneof(
      { weight: 6, arbitrary: run },
      {
        weight: 1,
        arbitrary: fc.constantFrom('\u212a', '\u017f', 'K', '\u0441', '\u001b[31m', '\u001b[0m', 'x\b', ' '),
      },
    );
    const longLine = fc.array(inside, { minLength: 2, maxLength: 8 }).map((parts) => Buffer.from(parts.join('')));
    const log = fc
      .array(fc.oneof(longLine, line), { minLength: 2, maxLength: 6 })
      .map((lines) => Buffer.concat(lines.flatMap((l) => [l, Buffer.from('\n'), FILLER])));
    const place = fc.tuple(fc.nat(20), fc.nat(4000), fc.integer({ min: 3, max: 40 }));
    const asked = fc.array(fc.tuple(place, flags), { minLength: 10, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(log, asked, async (text_, questions) => {
        const lines = linesOf(text_);
        await compare(
          text_,
          questions.map(([at, f]) => ({ text: partOf(lines, at), flags: f })),
        );
      }),
      { numRuns: 15 },
    );
  });

  test('lines longer than frames, with words across their borders', async () => {
    const filler = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom('x ', 'abc_', '\u9519', '-.-'));
    const huge = fc
      .array(fc.tuple(filler, piece), { minLength: 3, maxLength: 8 })
      .map((parts) => Buffer.concat(parts.flatMap(([[n, f], p]) => [Buffer.from(f.repeat(n * 1500)), p])));
    const log = fc
      .tuple(fc.array(fc.oneof(huge, line), { minLength: 2, maxLength: 5 }))
      .map(([lines]) => Buffer.concat(lines.flatMap((l) => [l, Buffer.from('\n')])));
    const place = fc.tuple(fc.nat(20), fc.nat(1_000_000), fc.integer({ min: 2, max: 30 }));
    await fc.assert(
      fc.asyncProperty(log, fc.array(fc.tuple(place, flags), { minLength: 6, maxLength: 6 }), async (text_, asked) => {
        const lines = linesOf(text_);
        await compare(
          text_,
          asked.map(([at, f]) => ({ text: partOf(lines, at), flags: f })),
        );
      }),
      { numRuns: 8 },
    );
  });

  test('regular expressions made around parts of lines', async () => {
    const quote = (s: string): string =>
      s.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/[\0\r\t\b\u001b\u0007]/g, '.');
    const shapes: ((a: string, b: string) => string)[] = [
      (a, b) => `${a}.{0,3}${b}`, (a, b) => `${a}|${b}`, (a, b) => `(?:${a}|x${b})y?`, (a) => `^.*${a}`, (a) => `${a}$`, (a) => `\\b${a}`, (a, b) => `(?i)${a}.*${b}`,
      (a) => `[^x]${a}`, (a) => `(${a})+`, (a, b) => `(?i:${a})${b}`, (a) => `\\w+${a}\\S*`, (a, b) => `${a}\\s*${b}`,
    ]; // biome-ignore format: shapes read best side by side
    const place = fc.tuple(fc.nat(200), fc.nat(400), fc.integer({ min: 1, max: 10 }));
    const asked = fc.array(fc.tuple(place, place, fc.nat(shapes.length - 1), flags), { minLength: 8, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(text, asked, async (log, questions) => {
        const lines = linesOf(log);
        const patterns = questions.map(([a, b, shape, f]) => ({
          text: shapes[shape]!(quote(partOf(lines, a)), quote(partOf(lines, b))),
          flags: { ...f, regex: true },
        }));
        await compare(
          log,
          patterns.filter((p) => isPattern(p)),
        );
      }),
      { numRuns: 8 },
    );
  });
});

function isPattern(question: { readonly text: string; readonly flags: QueryFlags }): boolean {
  try {
    parseQuery(question.text, question.flags);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
