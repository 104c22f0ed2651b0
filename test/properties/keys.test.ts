import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt } from '../../store/attempt.ts';
import { captureKeys, encodeKeySegment, findObjectKey } from '../../store/keys.ts';
import { makeAttempt } from '../support/attempts.ts';

/** Names as an attacker would give them: any UTF-16, path parts, device names, near twins, very long ones. */
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '.',
    '..',
    '../../x',
    '-',
    '',
    'CON',
    'con.log',
    'nul',
    '%',
    '%2E',
    '%_',
    'a/b',
    'a\\b',
    '\0',
    '~x',
    ' ',
  ),
  fc.string({ minLength: 1, maxLength: 5 }).map((text) => text.repeat(2_000)),
);
const optional = fc.option(name, { nil: undefined });
const identity: fc.Arbitrary<Attempt> = fc
  .record({
    repo: optional,
    sha: optional,
    workflow: optional,
    job: optional,
    run: optional,
    attempt: fc.option(fc.nat(), { nil: undefined }),
    providerId: optional,
  })
  .map(makeAttempt);

test('every name is a safe segment of at most 100 bytes', () => {
  fc.assert(
    fc.property(optional, (each) => {
      const segment = encodeKeySegment(each);
      expect(segment).toMatch(/^[A-Za-z0-9._%-]{1,100}$/);
      expect(segment).not.toMatch(/^\.|\.$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
    }),
  );
});

test('distinct names are distinct segments', () => {
  fc.assert(
    fc.property(optional, optional, (a, b) => {
      expect(encodeKeySegment(a) === encodeKeySegment(b)).toBe(a === b);
    }),
  );
});

test('every attempt has keys of at most 1,024 bytes that a store takes', () => {
  fc.assert(
    fc.property(identity, name, (attempt, logName) => {
      for (const key of Object.values(captureKeys(attempt, logName, 'ab'.repeat(32), '0123abcd'))) {
        expect(key.length).toBeLessThanOrEqual(1024);
        expect(findObjectKey(key)).toBe(key);
        expect(Math.max(...key.split('/').map((s) => s.length))).toBeLessThanOrEqual(255);
      }
    }),
  );
});

test('two captures never share a key, on a file system that ignores case neither', () => {
  fc.assert(
    fc.property(identity, identity, name, (a, b, logName) => {
      const first = captureKeys(a, logName, 'ab'.repeat(32), '0123abcd');
      const second = captureKeys(b, logName.toUpperCase(), 'AB'.repeat(32), '0123abce');
      expect(first.object.toLowerCase()).not.toBe(second.object.toLowerCase());
    }),
  );
});
