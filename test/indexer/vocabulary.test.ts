// Lists of words, merged: sorted, each word once, whatever order and company they came in.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openPassingIndex } from '../../indexer/open-index.ts';
import { appendVocabulary, mergeVocabulary, readVocabulary } from '../../indexer/vocabulary.ts';
import { classOfWord, VOCABULARY_CLASSES } from '../../indexer/vocabulary-class.ts';

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
