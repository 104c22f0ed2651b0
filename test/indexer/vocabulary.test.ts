// Lists of words, merged: sorted, each word once, whatever order and company they came in.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openPassingIndex } from '../../indexer/open-index.ts';
import { appendVocabulary, mergeVocabulary, readVocabulary, rebuildVocabulary } from '../../indexer/vocabulary.ts';
import { classOfWord, VOCABULARY_CLASSES } from '../../indexer/vocabulary-class.ts';
import { addFilter, filterFor } from '../../indexer/vocabulary-filter.ts';
import { expandWord } from '../../indexer/vocabulary-search.ts';
import { eachPiece, LEAST_BYTES } from '../../indexer/word-pieces.ts';
import { randomFrom } from '../support/random.ts';

const bytesOf = (word: string): Buffer => Buffer.from(word, 'latin1');

test('merged lists hold every word once, in the order of its bytes', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abzAZ019_\u00e4\u00ff'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(word, { maxLength: 8 }), { minLength: 2, maxLength: 12 }), (lists) => {
      const index = openPassingIndex();
      for (const words of lists) appendVocabulary(index.db, words);
      mergeVocabulary(index.db, 2);
      const all = [...new Set(lists.flat())].sort((a, b) => Buffer.compare(bytesOf(a), bytesOf(b)));
      for (const n of VOCABULARY_CLASSES) {
        const expected = all.filter((each) => classOfWord(each) === n);
        const read = [...readVocabulary(index.db, [n])].map((list) => list.toString('latin1'));
        expect(read).toEqual(expected.length === 0 ? [] : [`\n${expected.join('\n')}\n`]);
      }
      index.close();
    }),
    { numRuns: 30 },
  );
});

const piecesOf = (word: string): Set<number> => {
  const pieces = new Set<number>();
  eachPiece(bytesOf(word), 0, word.length, (hash) => pieces.add(hash));
  return pieces;
};

test('every part of a word that is long enough has pieces, and all of them are the word’s', () => {
  const word = fc.string({ unit: fc.constantFrom(...'0123abcf_\u00e4'), minLength: LEAST_BYTES, maxLength: 70 });
  fc.assert(
    fc.property(word, fc.nat(), fc.nat(), (whole, from, more) => {
      const start = from % (whole.length - LEAST_BYTES + 1);
      const end = start + LEAST_BYTES + (more % (whole.length - start - LEAST_BYTES + 1));
      const wanted = piecesOf(whole.slice(start, end));
      expect(wanted.size).toBeGreaterThan(0);
      const all = piecesOf(whole);
      expect([...wanted].filter((piece) => !all.has(piece))).toEqual([]);
    }),
  );
});

const random = randomFrom(7);
const id = (length: number): string => Array.from({ length }, () => random.below(16).toString(16)).join('');

test('a filter lets a list through for every part of its words, and few lists for what they lack', () => {
  const index = openPassingIndex();
  const words = Array.from({ length: 2000 }, (_, n) => id(8 + (n % 33))).sort();
  addFilter(index.db, 5, bytesOf(`\n${words.join('\n')}\n`));
  for (const word of words) {
    const at = random.below(word.length - LEAST_BYTES + 1);
    expect(filterFor(index.db, word.slice(at, at + LEAST_BYTES + random.below(20)))(5)).toBe(true);
  }
  expect(filterFor(index.db, 'abc')(5)).toBe(true); // too short to be told
  expect(filterFor(index.db, id(40))(6)).toBe(true); // a list without a filter
  const inVain = Array.from({ length: 1000 }, () => filterFor(index.db, id(12))(5)).filter(Boolean);
  expect(inVain.length).toBeLessThan(100);
  index.close();
});

test('of many ids each is found by a part of it, before and after lists are merged and made anew', () => {
  const index = openPassingIndex();
  const ids = Array.from({ length: 90_000 }, (_, n) => id(n % 2 === 0 ? 40 : 32));
  for (let n = 0; n < ids.length; n += 9_000) appendVocabulary(index.db, ids.slice(n, n + 9_000));
  const wanted = Array.from({ length: 40 }, () => ids[random.below(ids.length)] as string);
  const findAll = (): void => {
    for (const text of wanted) {
      const part = {
        kind: 'word',
        text: text.slice(3, 17),
        left: 'open',
        right: 'open',
        mayBeFraction: false,
      } as const;
      expect(expandWord(index.db, part, { limit: 10, visible: false })).toContain(text);
    }
  };
  findAll();
  mergeVocabulary(index.db, 2);
  const filters = index.db.all<Record<string, never>, { lists: number }>(
    { text: 'SELECT count(DISTINCT id / 256) AS lists FROM vocabulary_filters' },
    {},
  );
  expect(filters[0]?.lists).toBeGreaterThan(0);
  findAll();
  rebuildVocabulary(index.db); // the text table is empty: nothing may stay behind
  expect(index.db.all({ text: 'SELECT id FROM vocabulary_filters' }, {})).toEqual([]);
  index.close();
});
