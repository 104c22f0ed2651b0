import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskChunks, maskText } from '../support/mask-text.ts';

/** Pieces that a log, and a hostile one, is made of. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      'password',
      'token',
      'secret',
      'API_KEY',
      'Authorization',
      'Bearer ',
      'Basic ',
      '://',
      '@',
      '=',
      ': ',
      ' ',
      '"',
      "'",
      '\\"',
      '\n',
      '\r\n',
      '\r',
      '\u001b[32m',
      '\u001b[0m',
      '\u001b]8;;x\u0007',
      '***',
      '&',
      '?',
      ',',
      '[',
      ']',
      '{',
      '}',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      `gh${'p_'}abcdefghijklmnopqrstuvwxyz0123456789`,
      'Xk29fLq8Zt71Vb',
      '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
      'dXNlcjpwYXNzdzByZDEyMw==',
      'name: DB_PASSWORD',
      'value: ',
      'data:',
      '  ',
      '--token ',
      'cookie: ',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk',
      '-p ',
      'docker login',
      '|',
      '>',
      '%22',
      '&quot;',
      '<password>',
    ),
  },
);
const log = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
const lineEnds = (bytes: Buffer): number =>
  bytes.reduce((count, byte) => count + (byte === 10 || byte === 13 ? 1 : 0), 0);

describe('masking', () => {
  it('is independent of chunking', () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(400), { maxLength: 6 }), (text, cuts) => {
        const bytes = Buffer.from(text);
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(maskChunks(chunks).bytes.equals(maskChunks([bytes]).bytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the number of lines, and lines without a secret byte for byte', () => {
    fc.assert(
      fc.property(log, (text) => {
        const bytes = Buffer.from(text);
        expect(lineEnds(maskChunks([bytes]).bytes)).toBe(lineEnds(bytes));
      }),
      { numRuns: 200 },
    );
    const plain = Buffer.from(
      Array.from({ length: 500 }, (_, n) => `line ${n} \u00e9\u0001\u00ff took ${n * 7} ms`).join('\r\n'),
    );
    expect(maskChunks([plain]).bytes.equals(plain)).toBe(true);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(log, (text) => {
        const once = maskText(text);
        expect(maskText(once)).toBe(once);
      }),
      { numRuns: 200 },
    );
  });

  it('never fails on a line, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(maskChunks([bytes]).report.withheldLines).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

/** How a value may stand in a log. */
const FORMS: Readonly<Record<string, (value: string) => string>> = {
  plain: (v) => v,
  json: (v) => JSON.stringify({ v }),
  'json in json': (v) => JSON.stringify(JSON.stringify({ v })),
  uri: (v) => encodeURIComponent(v),
  form: (v) => new URLSearchParams({ v }).toString(),
  base64: (v) => Buffer.from(v).toString('base64'),
  'base64, one before': (v) => Buffer.from(`x${v}y`).toString('base64'),
  'base64, two before': (v) => Buffer.from(`xx${v}yy`).toString('base64'),
  base64url: (v) => Buffer.from(`u:${v}`).toString('base64url'),
  hex: (v) => Buffer.from(v).toString('hex'),
  xml: (v) => v.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  shell: (v) => `'${v.replaceAll("'", "'\\''")}'`,
  'workflow command': (v) => v.replaceAll('%', '%25'),
  colours: (v) => `\u001b[1m${v.slice(0, 4)}\u001b[0m${v.slice(4)}`,
};

describe('a told value', () => {
  // Printable, eight characters at least, and not of one or two signs only: what the masker promises to mask.
  const value = fc
    .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 60 })
    .filter((v) => v.trim().length >= 8 && new Set(v.trim()).size >= 5 && /\d/.test(v));
  it.each(Object.entries(FORMS))('never survives as %s', (_name, form) => {
    fc.assert(
      fc.property(value, fc.string({ maxLength: 30 }), fc.nat(200), (secret, around, cut) => {
        const log = Buffer.from(`${around.replace(/\d/g, '')} ${form(secret)} ${around.replace(/\d/g, '')}\n`);
        const { bytes } = maskChunks([log.subarray(0, cut), log.subarray(cut)], [{ name: 'T', value: secret }]);
        expect(bytes.includes(Buffer.from(secret.trim()))).toBe(false);
        expect(bytes.toString('latin1')).toContain('***');
      }),
      { numRuns: 30 },
    );
  });
});
