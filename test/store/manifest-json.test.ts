import { expect, test } from 'vitest';
import { boundAttempt, boundName } from '../../store/attempt.ts';
import { MAX_MANIFEST_BYTES } from '../../store/manifest.ts';
import { attemptToJson, isoTime, manifestToJson } from '../../store/manifest-json.ts';
import { parseManifest } from '../../store/manifest-schema.ts';
import { makeAttempt } from '../support/attempts.ts';
import { makeManifest } from '../support/manifests.ts';

test('a manifest is JSON that people read: indented, times in ISO 8601 UTC, absent as null', async () => {
  const manifest = makeManifest({ attempt: makeAttempt({ attempt: undefined, labels: { os: 'linux' } }) });
  await expect(manifestToJson(manifest)).toMatchFileSnapshot('../golden/manifest.json');
});

test('the same manifest is written as the same bytes', () => {
  expect(manifestToJson(makeManifest())).toBe(manifestToJson(makeManifest()));
});

test('an absent field of an attempt is null, not left out', () => {
  const json = attemptToJson(makeAttempt({ pr: undefined, url: undefined }));
  expect(json).toMatchObject({ pr: null, url: null, startedAt: '2026-05-04T09:00:00.000Z' });
});

test('an absent time is null', () => {
  expect(isoTime(undefined)).toBeNull();
});

test('an attempt with names of any length and content fits a manifest that can be read', () => {
  for (const name of ['x'.repeat(1_000_000), '\0'.repeat(100_000), '\uD800'.repeat(100_000), '€'.repeat(100_000)]) {
    const labels = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`${n}${name}`, name]));
    const names = { repo: name, sha: name, testedSha: name, treeSha: name, workflow: name, job: name, run: name };
    const attempt = boundAttempt(
      makeAttempt({ ...names, providerId: name, branch: name, event: name, url: name, labels }),
    );
    const json = Buffer.from(manifestToJson(makeManifest({ attempt, logName: boundName(name) })));
    expect(json.byteLength).toBeLessThan(MAX_MANIFEST_BYTES);
    expect(parseManifest(json, 'here').attempt.job).toBe(attempt.job?.toWellFormed());
  }
});

test('a name of 10,000 characters is kept whole', () => {
  const job = `e2e (${'matrix, '.repeat(1_249)})`;
  expect(boundAttempt(makeAttempt({ job })).job).toBe(job);
});

test('numbers and times that count nothing become unknown', () => {
  const odd = { attempt: -1, pr: 1.5, limitMs: Number.POSITIVE_INFINITY, startedAtMs: Number.NaN, finishedAtMs: 9e15 };
  const { attempt, pr, limitMs, startedAtMs, finishedAtMs } = boundAttempt(makeAttempt(odd));
  expect([attempt, pr, limitMs, startedAtMs, finishedAtMs]).toEqual(Array(5).fill(undefined));
});
