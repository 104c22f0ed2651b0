// The documents of blocks as WebAssembly makes them, against the plain rule: words of a text, those that only its visible
// lines have, and fractions of seconds in pieces.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BLOCK_BYTES, BlockCutter } from '../../indexer/blocks.ts';
import { takeLoops } from '../../indexer/byte-loops.ts';
import { foldWord } from '../../indexer/tokens.ts';
import { visibleBytes } from '../../indexer/visible-line.ts';

const cutter = new BlockCutter(takeLoops());
const WORD = /[0-9A-Za-z_\x80-\xff]+/g;
const WORD_AROUND = /[0-9A-Za-z_\x80-\xff]/;
const lower = (word: string): string => word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const folded = (word: string): string => {
  const bytes = Buffer.from(word, 'latin1');
  const out = Buffer.alloc(bytes.length);
  return out.toString('latin1', 0, foldWord(bytes, 0, bytes.length, out, 0));
};

/** `text` is one block, a character a byte; `open` the word that it goes on. */
function plainWords(text: string, open: string): string[] {
  const words: string[] = [];
  const known = new Set<string>();
  const add = (word: string): void => {
    if (known.has(lower(word))) return;
    const written = folded(word);
    words.push(written);
    if (written.length === word.length) known.add(lower(word)); // one with K or ſ is written each time
  };
  const whole = open + text;
  for (const { 0: word, index } of whole.matchAll(WORD)) {
    const before = index - open.length >= 4 ? whole.slice(index - 4, index) : '';
    const fraction = /^:\d\d[.,]$/.test(before) ? /^(\d{6,9})[Zz]?$/.exec(word)?.[1] : undefined;
    if (word.length < 3) continue;
    if (word.length > 256) add('\u0001l');
    else if (fraction === undefined || known.has(lower(word))) add(word);
    else {
      add(`\u0001h${fraction.slice(0, 4)}`);
      add(`\u0001t${fraction.slice(3, 7)}`);
      if (fraction.length > 7) add('\u0001m');
    }
  }
  for (const line of text.split('\n'))
    for (const word of wordsAcross(line)) add(word.length > 256 ? '\u0001l' : `\u0001v${word}`);
  return words;
}

/** Words of the visible line that something hidden stands in, in the order of what is hidden. */
function wordsAcross(line: string): string[] {
  const visible = visibleBytes(Buffer.from(line, 'latin1'), 0, line.length);
  const text = Buffer.from(visible.bytes).toString('latin1');
  const words: string[] = [];
  let taken = 0;
  for (const join of visible.joins) {
    if (join < taken) continue;
    taken = join;
    if (join === 0 || !WORD_AROUND.test(text[join - 1] ?? '') || !WORD_AROUND.test(text[join] ?? '')) continue;
    const word = [...text.matchAll(WORD)].find(({ index, 0: each }) => index < join && join < index + each.length);
    words.push(word?.[0] ?? '');
    taken = (word?.index ?? 0) + (word?.[0].length ?? 0);
  }
  return words;
}

const documentOf = (words: readonly string[]): string => words.map((word) => `${word} `).join('');

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...'abcXYZ019_ .:,\n\r\t-'.split('')) },
  fc.constantFrom(
    'word',
    'Word',
    'abcdefgh',
    'abcdefghi',
    'Xabcdefgh',
    ':48.4514824Z',
    ':07,123456 ',
    ':12.123456789z\n',
  ),
  fc.constantFrom('\u001b[31m', '\u001b[0m', '\b', '\u001b]0;title\u0007', '\u001b', '\u001bP', '\u001b(B'),
  fc.constantFrom('K', 'ſ', 'é', '☃', 'ÿ').map((c) => Buffer.from(c).toString('latin1')),
  fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
  fc.constantFrom('a'.repeat(256), 'b'.repeat(257), `Z${'9'.repeat(62)}`),
);
const piecesOf = (maxLength: number) => fc.array(piece, { maxLength }).map((pieces) => pieces.join(''));

test('a block has the words of its text, each once, in the order of the text', () => {
  fc.assert(
    fc.property(piecesOf(120), (text) => {
      const frame = { number: 3, continues: false, isCut: false };
      const [document, ...more] = cutter.cut(Buffer.from(text, 'latin1'), frame);
      expect(more).toEqual([]);
      expect(Buffer.from(document?.words ?? []).toString('latin1')).toBe(documentOf(plainWords(text, '')));
    }),
    { numRuns: 1500 },
  );
});

test('a word that goes over into the next frame stands whole in the next one', () => {
  fc.assert(
    fc.property(piecesOf(40), piecesOf(40), (head, tail) => {
      cutter.cut(Buffer.from(`x${head}`, 'latin1'), { number: 0, continues: false, isCut: true });
      const [document] = cutter.cut(Buffer.from(`${tail}\n`, 'latin1'), { number: 1, continues: true, isCut: false });
      const open = /[0-9A-Za-z_\x80-\xff]*$/.exec(`x${head}`)?.[0] ?? '';
      const words = plainWords(`${tail}\n`, open.slice(-257));
      expect(Buffer.from(document?.words ?? []).toString('latin1')).toBe(documentOf(words));
    }),
    { numRuns: 1000 },
  );
});

test('many words, more than the table has room for at first, and blocks that know nothing of each other', () => {
  const lines = Array.from({ length: 9000 }, (_, n) => `line number${n} of ${'same'.repeat(n % 5)} Names${n % 700}\n`);
  const text = Buffer.from(lines.join('').slice(0, 4 * BLOCK_BYTES), 'latin1');
  for (let round = 0; round < 2; round++) {
    const documents = cutter.cut(text, { number: 2, continues: false, isCut: false });
    expect(documents.map(({ slot }) => slot)).toEqual([8, 9, 10, 11]);
    let at = 0;
    documents.forEach(({ words }, k) => {
      const lf = text.indexOf(10, (k + 1) * BLOCK_BYTES - 1);
      const end = lf < 0 ? text.length : lf + 1;
      expect(Buffer.from(words).toString('latin1')).toBe(documentOf(plainWords(text.toString('latin1', at, end), '')));
      at = end;
    });
  }
});

test('nothing of a frame is left for the next one', () => {
  const frame = { number: 0, continues: false, isCut: false };
  const wordsOf = (text: string): string =>
    Buffer.from(cutter.cut(Buffer.from(text), frame)[0]?.words ?? []).toString();
  wordsOf(`${'[31mletters '.repeat(2000)}`);
  expect(wordsOf('one two\u001b')).toBe('one two ');
  expect(wordsOf('one')).toBe('one ');
  expect(cutter.cut(new Uint8Array(0), frame)).toEqual([]);
});
