import { expect, test } from 'vitest';
import {
  attemptKey,
  captureKeys,
  encodeKeySegment,
  factCursor,
  factKey,
  feedCursor,
  feedKey,
  findObjectKey,
  objectKeyOf,
} from '../../store/keys.ts';
import { makeAttempt } from '../support/attempts.ts';

const DIGEST = 'ab'.repeat(32);
const at = Date.parse('2026-05-04T09:07:08.009Z');

test('letters, digits, dot, underscore and hyphen stand for themselves, every other byte is %XX', () => {
  expect(encodeKeySegment('ci.yml_A-9')).toBe('ci.yml_A-9');
  expect(encodeKeySegment('test (20, ü)/%')).toBe('test%20%2820%2C%20%C3%BC%29%2F%25');
});

test.each([
  ['.', '%2E'],
  ['..', '%2E%2E'],
  ['.git', '%2Egit'],
  ['x.', 'x%2E'],
  ['CON', '%43ON'],
  ['nul.txt', '%6Eul.txt'],
  ['com1', '%63om1'],
  ['', '%'],
  ['-', '%2D'],
  ['console', 'console'],
])('the name %j becomes the segment %s', (name, segment) => {
  expect(encodeKeySegment(name)).toBe(segment);
});

test('an unknown name is a hyphen, which no name becomes', () => {
  expect(encodeKeySegment(undefined)).toBe('-');
});

test('a long name is cut to 100 bytes and keeps its difference', () => {
  const long = 'x'.repeat(10_000);
  expect(encodeKeySegment(long)).toHaveLength(100);
  expect(encodeKeySegment(long)).toMatch(/^x{74}%_[0-9a-f]{24}$/);
  expect(encodeKeySegment(long)).not.toBe(encodeKeySegment(`${long}y`));
});

test('a cut never splits a %XX', () => {
  for (let pad = 0; pad < 4; pad++) {
    const segment = encodeKeySegment('x'.repeat(pad) + 'ü'.repeat(100));
    expect(segment.replace(/%_[0-9a-f]{24}$/, '').replaceAll(/%[0-9A-F]{2}/g, '')).toMatch(/^x*$/);
  }
});

test('half a surrogate pair is not the text that describes it', () => {
  const halves = ['\uD800', '\uDBFF', '\uDC00', '\uFFFD', '\uFFFDud800', '\\ud800', 'a\uD800', 'ud800'];
  expect(new Set(halves.map(encodeKeySegment)).size).toBe(halves.length);
});

test('the folder of an attempt names what is known of the run', () => {
  const folder = (over: Parameters<typeof makeAttempt>[0]): string =>
    attemptKey(makeAttempt(over)).split('/').at(-1) ?? '';
  expect(folder({})).toBe('812-a1-t4812');
  expect(folder({ attempt: undefined })).toBe('812-t4812');
  expect(folder({ providerId: undefined })).toBe('812-a1');
  expect(folder({ run: undefined, attempt: undefined, providerId: undefined })).toBe('-');
});

test('an attempt of which nothing is known has a folder all the same', () => {
  const nothing = { repo: undefined, sha: undefined, workflow: undefined, job: undefined, run: undefined };
  expect(attemptKey(makeAttempt({ ...nothing, attempt: undefined, providerId: undefined }))).toBe('-/-/-/-/-/-/-');
});

test('sub-groups of an owner stay one segment', () => {
  expect(attemptKey(makeAttempt({ repo: 'host/a/b/app' }))).toMatch(/^host\/a%2Fb\/app\//);
});

test('object and manifest of a capture share a stem with digest and capture id', () => {
  const { object, manifest } = captureKeys(makeAttempt(), 'log', DIGEST, '0123abcd');
  expect(object).toBe(
    `logs/git.example.org/acme/app/4f2a91c0d3b5e6f708192a3b4c5d6e7f80912a3b/ci.yml/test%20%2820%29/812-a1-t4812/log-${DIGEST.slice(0, 32)}-0123abcd.zst`,
  );
  expect(objectKeyOf(manifest)).toBe(object);
});

test('feed entries lie by hour and sort by time', () => {
  expect(feedKey(at, '0123abcd')).toBe('feed/2026/05/04/09/2026-05-04T090708.009Z-0123abcd.json');
  expect(feedKey(at, 'zzzzzzzz') < feedKey(at + 1, '00000000')).toBe(true);
});

test('a feed cursor lies after every entry before its time and before every entry of it', () => {
  expect(feedKey(at - 1, 'zzzzzzzz') < feedCursor(at)).toBe(true);
  expect(feedCursor(at) < feedKey(at, '00000000')).toBe(true);
});

test('facts lie by day; their cursor works as that of the feed', () => {
  expect(factKey(at, 'id')).toBe('facts/2026/05/04/2026-05-04T090708.009Z-id.json');
  expect(factKey(at - 1, 'zz') < factCursor(at)).toBe(true);
  expect(factCursor(at) < factKey(at, '00')).toBe(true);
});

test.each(['', '/', 'a//b', '../x', 'a/../b', 'a/.', 'a b', 'a\\b', 'ü', `a/${'b'.repeat(1023)}`])(
  '%j is no object key',
  (text) => {
    expect(findObjectKey(text)).toBeUndefined();
  },
);
