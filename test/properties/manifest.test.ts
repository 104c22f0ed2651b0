import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attempt, CONCLUSIONS } from '../../store/attempt.ts';
import { attemptToJson, manifestToJson } from '../../store/manifest-json.ts';
import { attemptSchema, parseManifest } from '../../store/manifest-schema.ts';
import { makeManifest } from '../support/manifests.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const count = fc.maxSafeNat();
const time = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
const range = fc.tuple(count, count).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

const attempt: fc.Arbitrary<Attempt> = fc.record({
  repo: optional(text),
  sha: optional(text),
  workflow: optional(text),
  job: optional(text),
  run: optional(text),
  attempt: optional(count),
  providerId: optional(text),
  provider: fc.constantFrom('gitea' as const, 'forgejo' as const, 'github' as const, 'generic' as const),
  testedSha: optional(text),
  treeSha: optional(text),
  branch: optional(text),
  pr: optional(count),
  event: optional(text),
  conclusion: fc.constantFrom(...CONCLUSIONS),
  startedAtMs: optional(time),
  finishedAtMs: optional(time),
  url: optional(text),
  labels: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    text,
    { noNullPrototype: true, maxKeys: 6 },
  ),
  limitMs: optional(count),
  partial: fc.boolean(),
});

const manifest = fc
  .record({
    attempt,
    logName: text,
    capture: fc.record({
      id: fc.stringMatching(/^[0-9a-z]{8}$/),
      how: fc.constantFrom('file' as const, 'run' as const, 'rescan' as const),
      tool: text,
      startedAtMs: time,
      finishedAtMs: time,
      complete: fc.boolean(),
      cutReason: optional(text),
    }),
    text: fc.record({
      sizeBytes: count,
      lines: count,
      longestLineBytes: count,
      sha256: hex,
      notes: fc.subarray(['ansi', 'bom', 'crlf', 'nul']),
    }),
    object: fc.record({
      sizeBytes: count,
      sha256: hex,
      frames: fc.nat(0xffff_ffff),
      lineTable: range,
      seekTable: range,
      sideTable: optional(range),
    }),
    masking: fc.record({
      rules: fc.option(
        text.map((t) => t.slice(0, 20)),
        { nil: null },
      ),
      counts: fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), count, { noNullPrototype: true, maxKeys: 4 }),
      withheldLines: count,
    }),
    steps: fc.array(
      fc.record({
        name: text,
        firstLine: count,
        lastLine: count,
        startedAtMs: optional(time),
        finishedAtMs: optional(time),
      }),
      { maxLength: 4 },
    ),
  })
  .map(makeManifest);

test('a manifest that was written is read back as itself', () => {
  fc.assert(
    fc.property(manifest, (each) => {
      expect(parseManifest(Buffer.from(manifestToJson(each)), 'here')).toEqual(each);
    }),
    { numRuns: 300 },
  );
});

test('an attempt that was written is read back as itself', () => {
  fc.assert(
    fc.property(attempt, (each) => {
      expect(attemptSchema.parse(JSON.parse(JSON.stringify(attemptToJson(each))))).toEqual(each);
    }),
  );
});

test('bytes of any kind are read as a manifest or refused with a code, never otherwise', () => {
  const json = manifestToJson(makeManifest());
  const spoiled = fc
    .tuple(fc.nat(json.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 10 }))
    .map(([at, length, put]) => json.slice(0, at) + put + json.slice(at + length));
  fc.assert(
    fc.property(fc.oneof(spoiled, fc.json()), (bytes) => {
      try {
        parseManifest(Buffer.from(bytes), 'here');
      } catch (error) {
        expect(['STORE_DAMAGED', 'FORMAT_TOO_NEW']).toContain((error as { code?: unknown }).code);
      }
    }),
    { numRuns: 500 },
  );
});
