import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { listAttempts } from '../../indexer/attempts.ts';
import { findCapture, hashOfKey } from '../../indexer/capture-key.ts';
import { listFlakes } from '../../indexer/flakes.ts';
import { packKey, readKey } from '../../indexer/key-bytes.ts';
import type { AttemptFilter } from '../../indexer/log-index.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { packSignature, readSignature } from '../../indexer/signature-bytes.ts';
import { findExemplar, listSignatures, showsAny, signaturesOfLog } from '../../indexer/signature-report.ts';
import { signatureOf } from '../../indexer/signatures.ts';
import { findCursor } from '../../indexer/sync-state.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { makeOldIndex } from '../support/old-index.ts';

const SHA = 'ab12'.repeat(10);
const keyOf = (run: number): ObjectKey =>
  `logs/git.example.test/o/n/${SHA}/ci/test/${run}-a1/log-${String(run).repeat(32)}-0f6e23yk.json` as ObjectKey;
const [boom, bang] = [signatureOf(['boom']), signatureOf(['bang'])];

/** Two attempts of one job at one commit, red and green, as schema version 3 kept them. */
const OLD_ROWS = `
  INSERT INTO names VALUES (1, 'git.example.test/o/n'), (2, 'ci'), (3, 'test'), (4, 'Sstore');
  INSERT INTO attempts (id, repo, sha, workflow, job, run, attempt, provider, conclusion, outcome, conclusion_from, time_ms, partial, labels)
    VALUES (1, 1, '${SHA}', 2, 3, '1', 1, 'gitea', 'timed_out', 1, 0, 5, 0, '{"os":"linux"}'),
      (2, 1, '${SHA}', 2, 3, '2', 1, 'generic', 'success', 2, 0, 9, 0, NULL);
  INSERT INTO job_commits VALUES (1, '${SHA}', 2, 3, 1, 1, 9, 1), (1, 'other', 2, 3, 1, 0, 9, 0);
  INSERT INTO logs VALUES (4, 'L0000000000000001', 1, 'log', 1, 1, 1, 'run', 5, 9, 90, 50, 1, 4, 'boom 7'),
    (5, 'L0000000000000002', 2, 'log', 1, 2, 1, 'run', 5, 9, 90, 50, 5, 4, 'boom 8');
  INSERT INTO captures VALUES (1, 4, 4, '${keyOf(1)}', ${hashOfKey(keyOf(1))}, 1, 'run', 5, 50, X'', NULL),
    (2, 5, 4, '${keyOf(2)}', ${hashOfKey(keyOf(2))}, 1, 'run', 5, 50, X'', NULL);
  INSERT INTO signatures VALUES (1, '${boom}', 'boom 7'), (2, '${bang}', 'bang');
  INSERT INTO occurrences VALUES (1, 4, 7, 2, 875, NULL), (2, 4, 3, 1, 500, NULL), (1, 5, 6, 1, 875, NULL);
  INSERT INTO cursors VALUES ('Sstore', 'feed', '17'), ('Sstore', 'feed-seen', '2026-11-23T093032.172Z-0f6e23yk.json');`;

test('an index of version 3 is brought up to date: logs, signatures, flakes and captures are what they were', async () => {
  const index = openIndex(await makeOldIndex(3, OLD_ROWS));
  const shown = (filter: AttemptFilter) =>
    listAttempts(index, filter, { sort: 'old', limit: undefined }).map(({ attempt, manifestKey, headline }) => [
      attempt.provider,
      attempt.conclusion,
      attempt.sha,
      manifestKey,
      headline,
    ]);
  const red = ['gitea', 'timed_out', SHA, keyOf(1), 'boom 7'];
  const green = ['generic', 'success', SHA, keyOf(2), 'boom 8'];
  expect(shown({})).toEqual([red, green]);
  expect(shown({ conclusion: 'timed_out' })).toEqual([red]);
  expect(shown({ labels: { os: 'linux' } })).toEqual([red]);
  for (const length of [3, 6, 7, 20, 40]) expect(shown({ sha: SHA.slice(0, length) })).toHaveLength(2);
  for (const sha of ['ab1', 'ab12ab12a'].map((start) => `${start}0`)) expect(shown({ sha })).toEqual([]);
  expect(listSignatures(index, {}, { only: [boom, bang], limit: undefined })).toMatchObject([
    { signature: boom, headline: 'boom 7', attempts: 2, red: 1, green: 1 },
    { signature: bang, headline: 'bang', attempts: 1 },
  ]);
  expect(signaturesOfLog(index, 4).map(({ signature }) => signature)).toEqual([bang, boom]);
  expect(findExemplar(index, boom)).toMatchObject({ line: 6, log: { logId: 'L0000000000000002' } });
  expect([showsAny(index, 5, new Set([boom])), showsAny(index, 5, new Set([bang, 'none']))]).toEqual([true, false]);
  expect(listFlakes(index, {}, undefined)).toMatchObject([
    { sha: SHA, job: 'test', red: 1, green: 1, headline: 'bang' },
  ]);
  expect(findCapture(index.db, 'Sstore', keyOf(2))).toEqual({ id: 2, log: 5 });
  expect(findCapture(index.db, 'Sstore', keyOf(3))).toBeUndefined();
  expect(findCursor(index, 'Sstore', 'feed')).toBe('17');
  index.close();
});

describe('what is kept as bytes is read back as it was', () => {
  test('signatures, in the order of their texts, and what is none', () => {
    const texts = fc.array(fc.string()).map((templates) => signatureOf(templates));
    fc.assert(
      fc.property(texts, texts, fc.string({ unit: 'binary' }), (one, other, text) => {
        expect(packSignature(one)).toHaveLength(9);
        expect(readSignature(packSignature(one))).toBe(one);
        expect(Buffer.compare(packSignature(one), packSignature(other))).toBe(one < other ? -1 : one > other ? 1 : 0);
        expect(readSignature(packSignature(text.toWellFormed()))).toBe(text.toWellFormed());
      }),
    );
    for (const id of ['s127:zzzzzzzzzzzzz', 's128:zzzzzzzzzzzzz', 's0:0000000000000', 's1:000000000000l'])
      expect(readSignature(packSignature(id))).toBe(id);
  });

  test('keys with digits of any length beside anything', () => {
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), maxLength: 300 }),
      fc.string({ unit: fc.constantFrom(...'xyzA-F/._%09af') }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const key = pieces.join('');
        expect(readKey(packKey(key))).toBe(key);
        expect(packKey(key).length).toBeLessThanOrEqual(key.length);
      }),
    );
    expect(packKey(keyOf(1)).length).toBe(keyOf(1).length - 34);
  });
});
