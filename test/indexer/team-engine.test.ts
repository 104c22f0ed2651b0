// What the second engine is told: addresses, literals, globs, sealed words. The engine itself: test/conformance/team-index.test.ts.
import { expect, test } from 'vitest';
import { parseEngineAddress } from '../../indexer/clickhouse/address.ts';
import { Circle } from '../../indexer/clickhouse/circle.ts';
import { isPassing } from '../../indexer/clickhouse/client.ts';
import { createTables } from '../../indexer/clickhouse/schema.ts';
import { sealWord, sealWords, sortedWords } from '../../indexer/clickhouse/sealed-words.ts';
import { globPattern, likeText, text, texts } from '../../indexer/clickhouse/sql-text.ts';
import { MonthWords } from '../../indexer/clickhouse/word-rows.ts';

test('an address gives host, port, database and credentials; the environment’s credentials come second', () => {
  expect(parseEngineAddress('clickhouse://host/logs')).toMatchObject({
    url: 'http://host:8123',
    database: 'logs',
    username: 'default',
    password: '',
    isReplicated: false,
  });
  expect(parseEngineAddress('clickhouses://me:p%40ss@host:9/?replicated')).toMatchObject({
    url: 'https://host:9',
    database: 'default',
    username: 'me',
    password: 'p@ss',
    isReplicated: true,
  });
  const given = { username: 'env', password: 'word' };
  expect(parseEngineAddress('clickhouses://host', given)).toMatchObject({ url: 'https://host:8443', ...given });
  expect(parseEngineAddress('clickhouse://me@host', given)).toMatchObject({ username: 'me', password: 'word' });
});

test.each([
  'clickhouse://',
  'clickhouse://me:secret@host:port/db',
  'clickhouse://me:secret@host/a;b',
  'clickhouse://me:secret@host/db?ssl=1',
  'http://me:secret@host',
])('%s is refused without a word of its credentials', (address) => {
  let error: unknown;
  try {
    parseEngineAddress(address);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'USAGE' });
  expect(JSON.stringify([(error as Error).message, (error as { hint?: string }).hint])).not.toContain('secret');
});

test('what an address is shown as has no credentials', () => {
  expect(parseEngineAddress('clickhouse://me:secret@host/db').shown).toBe('clickhouse://host:8123/db');
});

test('nothing in a value ends its literal', () => {
  expect(text("it's \\ a\nb\u0000")).toBe(String.raw`'it\'s \\ a\x0ab\x00'`);
  expect(text('\ud800')).toBe("'\ufffd'");
  expect(texts([])).toBe('(SELECT toString(1) WHERE 0)');
  expect(likeText('100%_\\')).toBe('100\\%\\_\\\\');
});

test.each([
  ['e2e*', 'e2e (1)', true],
  ['e2e [[]x]', 'e2e [x]', true],
  ['e2e [x]', 'e2e x', true],
  ['e2e [x]', 'e2e [x]', false],
  ['[^a]b', 'ab', false],
  ['[^a]b', 'cb', true],
  ['[a-c]?', 'b\n', true],
  ['[]x]', ']', true],
  ['a.b', 'axb', false],
  ['[', '[', false],
  ['*', '', true],
])('the glob %s on %s: %s, as in SQLite', (glob, name, matches) => {
  // JavaScript writes what RE2 has as \x{…} with the flag u, and (?s) as a flag.
  const pattern = globPattern(glob).replace('(?s)', '').replaceAll('\\x{', '\\u{');
  expect(new RegExp(pattern, 'su').test(name)).toBe(matches);
});

test('sealed words are ASCII letters and digits, and a part of a word is a part of the sealed word', () => {
  expect(sealWord('retry_count')).toBe('retryZcount');
  expect(sealWord('\u0001l')).toBe('Yl');
  const word = Buffer.from('größe').toString('latin1');
  expect(sealWord(word)).toMatch(/^[A-Za-z0-9]+$/);
  expect(sealWord(word)).toContain(sealWord(Buffer.from('öß').toString('latin1')));
  expect(sortedWords(sealWords(Buffer.from('beta alpha_1 '))).toString('latin1')).toBe('alphaZ1 beta');
});

test('the words of many blocks are rows of a month, each once, hexadecimal ones apart', () => {
  const words = new MonthWords(202605);
  const own = new Set<string>();
  for (let block = 0; block < 40; block++) {
    const document = Array.from({ length: 600 }, (_, n) =>
      ((n * 7919 + block * 300) % 20_000).toString(n % 2 === 0 ? 36 : 16),
    );
    for (const word of document) own.add(word);
    words.add(sealWords(Buffer.from(`${document.join(' ')} `)));
  }
  const { word, hex } = words.rows();
  const wordsIn = (rows: Buffer): string[] =>
    rows
      .toString('latin1')
      .trimEnd()
      .split('\n')
      .map((row) => row.replace(/^202605\t/, ''));
  const isHex = (each: string): boolean => /^[0-9a-f]+$/.test(each);
  expect(own.size).toBeGreaterThan(16_384); // more than there is room for in the beginning
  expect(wordsIn(hex).sort()).toEqual([...own].filter(isHex).sort());
  expect(wordsIn(word).sort()).toEqual([...own].filter((each) => !isHex(each)).sort());
});

test('sorting the words of a block loses none, and those that begin alike are beside each other', () => {
  const document = Array.from({ length: 3000 }, (_, n) => `${(n * 7919) % 97}_word${(n * 31) % 5}é${n}`);
  const sorted = sortedWords(sealWords(Buffer.from(`${document.join(' ')} `)))
    .toString('latin1')
    .split(' ');
  const sealed = document.map((word) => sealWord(Buffer.from(word).toString('latin1')));
  expect([...sorted].sort()).toEqual([...sealed].sort());
  const starts = sorted.map((word) => word.slice(0, 6));
  expect(starts).toEqual([...starts].sort());
});

test('logs that share a link that joins are one component; a subject alone ties nothing', () => {
  const circle = new Circle({} as ConstructorParameters<typeof Circle>[0]);
  circle.add('La', ['i1', 's1']);
  circle.add('Lb', ['i1', 'i2']);
  circle.add('Lc', ['i2']);
  circle.add('Ld', ['s1']);
  const components = circle.components().map(({ logs }) => [...logs].sort());
  expect(components).toEqual([['La', 'Lb', 'Lc'], ['Ld']]);
});

test('what passes is tried again, what does not is told at once', () => {
  const failure = (code: string): Error => Object.assign(new Error('x'), { code });
  for (const code of ['ECONNRESET', 'ECONNREFUSED', '241', '252', '999']) expect(isPassing(failure(code))).toBe(true);
  for (const code of ['47', '60', '62', '516']) expect(isPassing(failure(code))).toBe(false);
});

test('replicated tables are replicated, all of them', () => {
  const made = createTables({ isReplicated: true });
  expect(made.filter((statement) => !/ENGINE = Replicated(?:Replacing)?MergeTree/.test(statement))).toEqual([]);
  expect(createTables({ isReplicated: false }).join('')).not.toContain('Replicated');
});
