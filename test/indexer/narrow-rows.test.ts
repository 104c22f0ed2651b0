import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stepsOfLog } from '../../indexer/log-steps.ts';
import { templatesOfLog } from '../../indexer/log-templates.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { headlineOfLog } from '../../indexer/signature-report.ts';
import { packTemplateSet } from '../../indexer/template-set.ts';
import { appendVocabulary, mergeVocabulary, readVocabulary } from '../../indexer/vocabulary.ts';
import { mergeWordLists, packWordList, readWordList } from '../../indexer/word-list.ts';
import { loadZstd } from '../../store/zstd.ts';
import { makeOldIndex } from '../support/old-index.ts';

const hexOf = (bytes: Uint8Array): string => `X'${Buffer.from(bytes).toString('hex')}'`;

test('an index of version 2 is brought up to date: templates, signatures, steps and words are what they were', async () => {
  const packed = packTemplateSet(Uint32Array.from({ length: 2000 }, (_, n) => n * 2_000_003).sort());
  const words = Buffer.from('\nalpha\nbeta\n', 'latin1');
  const file = await makeOldIndex(
    2,
    `INSERT INTO names VALUES (1, 'repo'), (2, 'compile'), (3, 'test');
     INSERT INTO attempts (id, repo, sha, workflow, job, provider, conclusion, outcome, conclusion_from, time_ms, partial)
       VALUES (1, 1, 'aa', 1, 1, 'generic', 'failure', 1, 0, 5, 0);
     INSERT INTO logs VALUES (4, 'Labc', 1, 'log', 1, 1, 1, 'run', 5, 9, 90, 50, 1, 4, 'boom');
     INSERT INTO signatures VALUES (1, 's1:0123456789abc', 'boom'), (2, 's1:0123456789abd', 'bang');
     INSERT INTO occurrences VALUES (1, 4, 7, 2, 0.875, 7), (2, 4, 3, 1, 0.5, 6);
     INSERT INTO log_templates VALUES (4, ${hexOf(packed)});
     INSERT INTO steps VALUES (4, 0, 2, 1, 3, 1000, 4000), (4, 1, 3, 4, 9, NULL, NULL);
     INSERT INTO vocabulary VALUES (1, 0, 1, 2, ${words.length}, ${hexOf(loadZstd().compress(words, 3))});`,
  );
  const index = openIndex(file);
  expect(packed.length).toBeGreaterThan(1000);
  expect([...templatesOfLog(index.db, 4)]).toEqual([...packed]);
  expect(headlineOfLog(index, 4)).toMatchObject({ headline: 'boom', line: 7, score: 0.875 });
  expect(stepsOfLog(index, 4)).toEqual([
    { name: 'compile', firstLine: 1, lastLine: 3, startedAt: '1970-01-01T00:00:01.000Z', durationMs: 3000 },
    { name: 'test', firstLine: 4, lastLine: 9, startedAt: null, durationMs: null },
  ]);
  appendVocabulary(index.db, ['alphabet', 'beta']);
  mergeVocabulary(index.db, 2);
  expect(
    [...readVocabulary(index.db, [0])]
      .join('')
      .split('\n')
      .filter((word) => word !== '')
      .sort(),
  ).toEqual(expect.arrayContaining(['alpha', 'alphabet', 'beta']));
  index.close();
});

test('a list of words is read back as it was, whatever its words share', () => {
  const word = fc
    .uint8Array({ minLength: 1, maxLength: 300 })
    .map((bytes) =>
      Buffer.from(bytes.map((byte) => (byte === 10 ? 0x61 : byte % 4 === 0 ? byte : 0x61))).toString('latin1'),
    );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const list = [...new Set(words)].sort();
      const { bytes, count } = packWordList(Buffer.from(`\n${list.map((each) => `${each}\n`).join('')}`, 'latin1'));
      expect(count).toBe(list.length);
      const text = readWordList(bytes, count).toString('latin1');
      expect(text).toBe(list.length === 0 ? '\n' : `\n${list.join('\n')}\n`);
    }),
  );
});

test('bytes that are no list of words harm nobody', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat({ max: 100 }), (bytes, count) => {
      expect(readWordList(bytes, count).length).toBeLessThan(100_000);
      const merged = mergeWordLists([bytes, readWordList(bytes, count), Buffer.from('\na\nb\n')]);
      expect(packWordList(merged).count).toBeLessThan(100_000);
    }),
  );
});
