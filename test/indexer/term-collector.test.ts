// The words that go to the vocabulary: every word of every document once or more often, and of marked ones those of visible text.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TermCollector } from '../../indexer/term-collector.ts';
import { MARK, VISIBLE_MARK } from '../../indexer/tokens.ts';

const documentOf = (words: readonly string[]): Uint8Array =>
  Buffer.from(words.map((word) => `${word} `).join(''), 'latin1');

const plain = fc.string({ unit: fc.constantFrom(...'abz019_\u00e4\u00d0\u00ff'), minLength: 3, maxLength: 40 });
const visible = plain.map((word) => VISIBLE_MARK + word);
const marked = fc.constantFrom(`${MARK}l`, `${MARK}m`, `${MARK}h1234`, `${MARK}t4567`);

test('a word counts as new once, whatever documents it is in', () => {
  const document = fc.array(fc.oneof(plain, visible, marked), { maxLength: 60 });
  fc.assert(
    fc.property(fc.array(fc.array(document, { maxLength: 5 }), { minLength: 1, maxLength: 4 }), (batches) => {
      const terms = new TermCollector();
      const seen = new Set<string>();
      for (const documents of batches) {
        for (const words of documents) terms.take(documentOf(words));
        const wanted = documents.flat().filter((word) => !word.startsWith(MARK) || word.startsWith(VISIBLE_MARK));
        const fresh = [...new Set(wanted)].filter((word) => !seen.has(word));
        for (const word of fresh) seen.add(word);
        expect(terms.takeNew().sort()).toEqual(fresh.sort());
      }
    }),
    { numRuns: 60 },
  );
});

test('more words than the set takes are all given', () => {
  const terms = new TermCollector();
  const words = Array.from({ length: 300_000 }, (_, n) => `word${(n * 2_654_435_761) % 2 ** 32}`);
  for (let from = 0; from < words.length; from += 50_000) terms.take(documentOf(words.slice(from, from + 50_000)));
  const given = terms.takeNew();
  expect(given.length).toBe(words.length);
  expect(new Set(given)).toEqual(new Set(words));
  terms.take(documentOf(['word0', 'another']));
  expect(terms.takeNew()).toContain('another');
});

test('words whose writing failed count as new again', () => {
  const terms = new TermCollector();
  const write = (): void => {
    terms.take(documentOf(['alpha', 'beta']));
    terms.takeNew();
    throw new Error('no room');
  };
  expect(() => terms.collect(write)).toThrow('no room');
  terms.take(documentOf(['beta', 'gamma']));
  expect(terms.takeNew().sort()).toEqual(['beta', 'gamma']);
});
