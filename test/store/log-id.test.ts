import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { crockford32, findLogId, isLogIdPrefix, logIdOf } from '../../store/log-id.ts';
import { makeAttempt } from '../support/attempts.ts';

const DIGEST = 'ab'.repeat(32);

/** Another way to the same letters: the bytes as one large number. */
function slowCrockford(bytes: Uint8Array): string {
  const bits = [...bytes].map((b) => b.toString(2).padStart(8, '0')).join('');
  const padded = bits.padEnd(Math.ceil(bits.length / 5) * 5, '0');
  return (padded.match(/.{5}/g) ?? []).map((five) => '0123456789abcdefghjkmnpqrstvwxyz'[parseInt(five, 2)]).join('');
}

test('base32 is Crockford’s, five bits a character', () => {
  for (let length = 0; length <= 12; length++) {
    const bytes = createHash('sha256').update(String(length)).digest().subarray(0, length);
    expect(crockford32(bytes)).toBe(slowCrockford(bytes));
  }
});

test('the log id is L and 80 bits of the hash of identity, name and text digest, as docs/format.md says', () => {
  const a = makeAttempt();
  const canonical = JSON.stringify([a.repo, a.sha, a.workflow, a.job, a.run, 1, a.providerId, 'log', DIGEST]);
  const hash = createHash('sha256').update(canonical).digest();
  expect(logIdOf(a, 'log', DIGEST)).toBe(`L${slowCrockford(hash.subarray(0, 10))}`);
});

test('what is unknown counts as null, which no text is', () => {
  const unknown = logIdOf(makeAttempt({ workflow: undefined }), 'log', DIGEST);
  expect(unknown).not.toBe(logIdOf(makeAttempt({ workflow: 'null' }), 'log', DIGEST));
  expect(unknown).not.toBe(logIdOf(makeAttempt({ workflow: '' }), 'log', DIGEST));
});

test('a second capture of the same text has the same id, whatever else was learned', () => {
  const first = logIdOf(makeAttempt({ conclusion: 'unknown', finishedAtMs: undefined, url: undefined }), 'log', DIGEST);
  expect(logIdOf(makeAttempt({ url: 'https://git.example.org/1', labels: { os: 'linux' } }), 'log', DIGEST)).toBe(
    first,
  );
});

test.each([
  ['repo', { repo: 'git.example.org/acme/other' }],
  ['sha', { sha: 'f'.repeat(40) }],
  ['workflow', { workflow: 'nightly.yml' }],
  ['job', { job: 'test (22)' }],
  ['run', { run: '813' }],
  ['attempt', { attempt: 2 }],
  ['absent attempt', { attempt: undefined }],
  ['providerId', { providerId: '4830' }],
])('another %s is another log', (_field, over) => {
  expect(logIdOf(makeAttempt(over), 'log', DIGEST)).not.toBe(logIdOf(makeAttempt(), 'log', DIGEST));
});

test('fields do not run into each other', () => {
  const split = logIdOf(makeAttempt({ workflow: 'a', job: 'bc' }), 'log', DIGEST);
  expect(logIdOf(makeAttempt({ workflow: 'ab', job: 'c' }), 'log', DIGEST)).not.toBe(split);
});

test('a whole id is found, a SHA or a part of an id is none', () => {
  const id = logIdOf(makeAttempt(), 'log', DIGEST);
  expect(findLogId(id)).toBe(id);
  for (const text of [id.slice(1), id.toLowerCase(), `${id}0`, id.slice(0, 12), `L${'u'.repeat(16)}`, '4f2a91c'])
    expect(findLogId(text)).toBeUndefined();
});

test('a start of an id has at least six characters', () => {
  expect(isLogIdPrefix('L7kq2m')).toBe(true);
  expect(isLogIdPrefix('L7kq2')).toBe(false);
  expect(isLogIdPrefix('l7kq2m')).toBe(false);
});
