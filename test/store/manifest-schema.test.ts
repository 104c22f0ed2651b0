import { expect, test } from 'vitest';
import { MAX_MANIFEST_BYTES } from '../../store/manifest.ts';
import { manifestToJson } from '../../store/manifest-json.ts';
import { parseJsonObject, parseManifest } from '../../store/manifest-schema.ts';
import { makeAttempt } from '../support/attempts.ts';
import { makeManifest } from '../support/manifests.ts';

type Json = Record<string, unknown>;

/** The everyday manifest as JSON that `change` has been at. */
function changed(change: (json: Json & { [part: string]: Json }) => unknown): Buffer {
  const json = JSON.parse(manifestToJson(makeManifest()));
  change(json);
  return Buffer.from(JSON.stringify(json));
}
const parse = (bytes: Uint8Array): unknown => parseManifest(bytes, 'logs/x.json');
const damaged = expect.objectContaining({ code: 'STORE_DAMAGED', message: expect.stringContaining('logs/x.json') });

test('what was written is read back', () => {
  const manifest = makeManifest();
  expect(parse(Buffer.from(manifestToJson(manifest)))).toEqual(manifest);
});

test('a newer format is refused before anything else is looked at', () => {
  expect(() => parse(Buffer.from('{"format": 2, "attempt": "of another form"}'))).toThrow(
    expect.objectContaining({ code: 'FORMAT_TOO_NEW' }),
  );
});

test('a field that this version does not know does no harm', () => {
  expect(parse(changed((m) => (m['colour'] = { a: 1 })))).toEqual(makeManifest());
  expect(parse(changed((m) => (m['attempt']!['colour'] = 1)))).toEqual(makeManifest());
  expect(parse(changed((m) => (m['capture']!['colour'] = 1)))).toEqual(makeManifest());
});

test('a provider or conclusion of a later version reads as generic and unknown', () => {
  const later = changed((m) => {
    m['attempt']!['provider'] = 'forge2030';
    m['attempt']!['conclusion'] = 'exploded';
  });
  expect(parse(later)).toMatchObject({ attempt: { provider: 'generic', conclusion: 'unknown' } });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['half of it', Buffer.from(manifestToJson(makeManifest())).subarray(0, 300)],
  ['an array', Buffer.from('[]')],
  ['null', Buffer.from('null')],
  ['a number', Buffer.from('1')],
  ['invalid UTF-8', Buffer.from('{"format": "\xff"}', 'latin1')],
  ['more than a manifest may have', Buffer.alloc(MAX_MANIFEST_BYTES + 1, ' ')],
  ['no format', changed((m) => delete m['format'])],
  ['a format in words', changed((m) => (m['format'] = '1' as never))],
  ['format 0', changed((m) => (m['format'] = 0 as never))],
  ['the log id of another log', changed((m) => (m['logId'] = 'L0000000000000000' as never))],
  ['another repository under the same id', changed((m) => (m['attempt']!['repo'] = 'evil.example.org/a/b'))],
  ['another digest under the same id', changed((m) => (m['text']!['sha256'] = 'f'.repeat(64)))],
  ['a digest that is none', changed((m) => (m['object']!['sha256'] = '../../x'))],
  ['a negative size', changed((m) => (m['object']!['sizeBytes'] = -1))],
  ['a size beyond exact numbers', changed((m) => (m['text']!['sizeBytes'] = 2 ** 60))],
  ['a broken number of frames', changed((m) => (m['object']!['frames'] = 1.5))],
  ['a range that runs backwards', changed((m) => (m['object']!['seekTable'] = { start: 5, end: 4 }))],
  ['a capture id that is a path', changed((m) => (m['capture']!['id'] = '../../xx'))],
  ['a time that is none', changed((m) => (m['capture']!['startedAt'] = 'yesterday'))],
  ['a job of 20,000 characters', changed((m) => (m['attempt']!['job'] = 'x'.repeat(20_000)))],
  ['an attempt number in words', changed((m) => (m['attempt']!['attempt'] = 'first'))],
  ['steps without lines', changed((m) => (m['steps'] = [{ name: 'a' }] as never))],
  ['a prototype', Buffer.from('{"format": 1, "__proto__": {"logId": "L"}}')],
])('a manifest with %s is damage that names it', (_what, bytes) => {
  expect(() => parse(bytes)).toThrow(damaged);
});

test('labels named as methods of objects are labels', () => {
  const attempt = makeAttempt({ labels: { constructor: 'a', prototype: 'b', toString: 'c' } });
  const parsed = parseManifest(Buffer.from(manifestToJson(makeManifest({ attempt }))), 'here');
  expect(Object.entries(parsed.attempt.labels).sort()).toEqual(Object.entries(attempt.labels).sort());
});

test.each([
  '{"a": 1, "__proto__": {"b": 1}}',
  '{"a": {"__proto__": {"b": 1}}}',
  '{"a": 1, "\\u005f_proto__": {"b": 1}}',
  '{"a": 1, "__pr\\u006Fto__": {"b": 1}}',
])('a prototype among the keys is refused: %s', (json) => {
  expect(parseJsonObject(Buffer.from(json))).toBeUndefined();
});

test('the word as a value, and escapes, are read', () => {
  expect(parseJsonObject(Buffer.from('{"a": "__proto__", "b\\u0063": "\\u001b"}'))).toEqual({
    a: '__proto__',
    bc: '\x1b',
  });
});

test('deep nesting is refused, not followed', () => {
  expect(parseJsonObject(Buffer.from(`{"a":${'['.repeat(200_000)}`))).toBeUndefined();
});

test('the error of a manifest does not hold its values', () => {
  const secret = 'hunter2-hunter2';
  try {
    parse(changed((m) => (m['capture']!['id'] = secret)));
    expect.unreachable();
  } catch (error) {
    expect(String(error)).not.toContain(secret);
  }
});

test('of many wrong entries the first is named, and no complaint is made of each', () => {
  const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, n) => [String(n), 'x']));
  expect(() => parse(changed((m) => (m['masking']!['counts'] = many)))).toThrow(
    expect.objectContaining({ code: 'STORE_DAMAGED', message: expect.stringContaining('masking.counts: more than') }),
  );
  expect(parse(changed((m) => (m['attempt']!['labels'] = many)))).toEqual(makeManifest());
  const steps = Array.from({ length: 60_000 }, () => 'x');
  expect(() => parse(changed((m) => ((m as Json)['steps'] = steps)))).toThrow(
    expect.objectContaining({ message: expect.stringMatching(/steps\.0: /) }),
  );
});
