import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockCutter } from '../../indexer/blocks.ts';
import { takeLoops } from '../../indexer/byte-loops.ts';
import { mayHoldPart } from '../../indexer/long-words.ts';
import { openIndexReader } from '../../indexer/open-index.ts';
import { LONG_WORDS } from '../../indexer/statements-text.ts';
import { foldWord, LONG_WORD } from '../../indexer/tokens.ts';
import { makeOldIndex } from '../support/old-index.ts';

const cutter = new BlockCutter(takeLoops());
const frame = { number: 0, continues: false, isCut: false };
/** Of a block with these words; without a byte that ends them. */
const gramsOf = (...words: readonly Buffer[]): Uint8Array | undefined => {
  const text = Buffer.concat(words.flatMap((word) => [word, Buffer.from(' ')]));
  return cutter.cut(text, frame)[0]?.grams;
};
const folded = (bytes: Uint8Array): string => {
  const out = Buffer.alloc(bytes.length);
  return out.toString('latin1', 0, foldWord(bytes, 0, bytes.length, out, 0));
};

describe('the pieces of long words', () => {
  test('let every part of every word pass, in any case', () => {
    // Runs of letters, with K and ſ among them, and of any bytes from 0x80 on.
    const piece = fc.oneof(
      fc.constantFrom('K', 'ſ', 'A', 'z', '_', '7').map((c) => Buffer.from(c)),
      fc.integer({ min: 0x80, max: 0xff }).map((b) => Buffer.of(b)),
    );
    const word = fc.array(piece, { minLength: 800, maxLength: 4000 }).map((pieces) => Buffer.concat(pieces));
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.integer({ min: 1, max: 90 }),
        (words, at, size) => {
          const bytes = Buffer.from(folded(words[at % words.length] as Buffer), 'latin1');
          const start = at % (bytes.length - size);
          expect(mayHoldPart(gramsOf(...words)!, bytes.toString('latin1', start, start + size))).toBe(true);
        },
      ),
    );
  });

  test('keep nearly every other part away, in less than a byte for each of theirs', () => {
    const bytes = Buffer.from(Array.from({ length: 30_000 }, (_, n) => 97 + ((Math.imul(n, 0x9e3779b1) >>> 20) % 26)));
    const grams = gramsOf(bytes)!;
    expect(grams.length).toBeLessThan(bytes.length);
    const strangers = Array.from({ length: 1000 }, (_, n) => `imeout${(n * 7919).toString(36)}xcep`);
    expect(strangers.filter((each) => mayHoldPart(grams, each)).length).toBeLessThan(20);
    expect(mayHoldPart(grams, 'xyz')).toBe(true); // too short to know
  });

  test('there are none without a long word, and they are those of the last block alone', () => {
    expect(gramsOf(Buffer.from('short words'))).toBeUndefined();
    expect(gramsOf(Buffer.from('a'.repeat(300)))).toHaveLength(64);
    expect(gramsOf(Buffer.from('short words'))).toBeUndefined();
  });
});

test('an index of version 1 is brought up to date: its long words are searched as before', async () => {
  const file = await makeOldIndex(1, `INSERT INTO text (rowid, words) VALUES (7, CAST('${LONG_WORD} ' AS BLOB))`);
  const index = openIndexReader(file);
  const found = index.db.all(LONG_WORDS, { from: 0, limit: 10 });
  index.close();
  expect(found).toHaveLength(1);
  for (const part of ['anywhere', 'elsewhere']) expect(mayHoldPart(found[0]!.grams, part)).toBe(true);
});
