import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLines } from '../../indexer/lines.ts';
import { createLogDigester, LogAnalyser, MAX_SIGNATURES } from '../../indexer/log-digest.ts';
import { findSignatureId, signatureOf } from '../../indexer/signatures.ts';
import { packTemplateSet } from '../../indexer/template-set.ts';
import { cutInto, ODD_TEXTS } from '../support/texts.ts';

const analyse = (text: string | Uint8Array, sizes: readonly number[] = [1 << 18]) => {
  const analyser = new LogAnalyser();
  for (const piece of cutInto(typeof text === 'string' ? Buffer.from(text) : text, sizes)) analyser.push(piece);
  return analyser.end();
};

describe('LogAnalyser', () => {
  it.each(Object.entries(ODD_TEXTS))('has the templates and counts of the line model: %s', (_name, text) => {
    const log = readLines('x', text);
    const { templates, lines } = analyse(text);
    expect(lines).toBe(log.count);
    expect([...templates.hashes]).toEqual([...log.counts.keys()].sort((a, b) => a - b));
    templates.hashes.forEach((hash, n) => {
      expect(templates.counts[n]).toBe(log.counts.get(hash));
      expect(log.hash(templates.firstLines[n]!)).toBe(hash);
    });
  });

  it('does not depend on how the text is cut', () => {
    const text =
      '##[group]Run x\nexit 1\n##[endgroup]\n[00:00:01] ERROR: boom 12\r\n--- FAIL: TestA (0.1s)\n    a_test.go:3: expected 1, got 2\nbye';
    const whole = analyse(text);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(analyse(text, sizes)).toEqual(whole);
      }),
    );
  });

  it('finds signatures without a baseline, heaviest first, with first line, count and exemplar', () => {
    const { signatures } = analyse(
      'x\nERROR: disk 1 is on fire\nERROR: disk 2 is on fire\nmake: *** [Makefile:2: x] Error 1\n',
    );
    expect(signatures.map((s) => [s.headline, s.firstLine, s.count, s.kind])).toEqual([
      ['ERROR: disk 1 is on fire', 2, 2, 'cause'],
      ['make: *** [Makefile:2: x] Error 1', 4, 1, 'exit'],
    ]);
    expect(signatures[0]?.exemplar).toEqual({ line: 2, text: 'ERROR: disk 1 is on fire' });
  });

  it('a failed test and its message are an ordered signature of their own', () => {
    const { signatures } = analyse('--- FAIL: TestA (0.1s)\n    a_test.go:3: expected 1, but got 2\n');
    const pair = signatures.find((s) => s.templates.length === 2);
    expect(pair).toMatchObject({ firstLine: 1, count: 1 });
    expect(pair?.headline).toContain(' … ');
    expect(new Set(signatures.map((s) => s.id)).size).toBe(signatures.length);
  });

  it('an echo of a script makes no signature, the same line printed later does', () => {
    const echo = '##[group]Run x\nERROR: it broke\n##[endgroup]\n';
    expect(analyse(echo).signatures).toEqual([]);
    expect(analyse(`${echo}ERROR: it broke\n`).signatures).toHaveLength(1);
  });

  it('is bounded where everything fails', () => {
    const text = Array.from(
      { length: 5000 },
      (_, n) =>
        `ERROR: thing ${String.fromCharCode(97 + (n % 26), 97 + ((n / 26) % 26), 97 + ((n / 676) % 26))} failed\n`,
    ).join('');
    expect(analyse(text).signatures).toHaveLength(MAX_SIGNATURES);
  });

  it('has the first and last time, and none without stamps', () => {
    expect(analyse('[00:00:01] a\nb\n[00:00:09] c\n')).toMatchObject({ firstTimeMs: 1000, lastTimeMs: 9000 });
    expect(analyse('a\n').firstTimeMs).toBeUndefined();
  });

  it('a line over many pieces keeps head and tail only', () => {
    const text = Buffer.from(`ERROR: boom ${'x'.repeat(3 << 20)} end\nnext\n`);
    const { lines, signatures } = analyse(text, [1 << 16]);
    expect(lines).toBe(2);
    expect(signatures[0]?.headline.startsWith('ERROR: boom')).toBe(true);
  });
});

it('the digester of the index says the same', () => {
  const text = Buffer.from('ERROR: boom\nfine\n');
  const digester = createLogDigester();
  digester.push(text);
  const { templateSet, signatures } = digester.end();
  const analysis = analyse(text);
  expect(templateSet).toEqual(packTemplateSet(analysis.templates.hashes));
  expect(signatures.map((s) => s.signature)).toEqual(analysis.signatures.map((s) => s.id));
});

describe('signature ids', () => {
  it('are the same everywhere, and tell order and number of templates apart', () => {
    expect(signatureOf(['a', 'b'])).toBe(signatureOf(['a', 'b']));
    const ids = [['a', 'b'], ['b', 'a'], ['ab'], ['a'], ['a', 'b', '']].map((parts) => signatureOf(parts));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are read back, and other words are not', () => {
    const id = signatureOf(['x']);
    expect(findSignatureId(id)).toBe(id);
    for (const word of ['', 'x', id.slice(1), `${id}0`, id.toUpperCase()])
      expect(findSignatureId(word)).toBeUndefined();
  });
});

it('output inside a group that a script calls Run, or that is never closed, is no echo', () => {
  const analyse = (...lines: string[]) => {
    const analyser = new LogAnalyser();
    analyser.push(Buffer.from(`${lines.join('\n')}\n`));
    return analyser.end().signatures.map((s) => s.headline);
  };
  const late = analyse(
    '2026-05-04T09:00:00.0000000Z ##[group]Run make e2e',
    '2026-05-04T09:00:00.0010000Z TypeError: an example in the script',
    '2026-05-04T09:05:00.0000000Z TypeError: cart.total is not a function',
    '2026-05-04T09:05:00.0000000Z ##[error]Process completed with exit code 1.',
  );
  expect(late).toContain('TypeError: cart.total is not a function');
  expect(late).not.toContain('TypeError: an example in the script');
  // Without time stamps nobody can tell; then it is better than nothing, and only then.
  const group = ['##[group]Run make', 'TypeError: x is not a function'];
  expect(analyse(...group)).toEqual(['TypeError: x is not a function']);
  expect(analyse(...group, '##[endgroup]', 'RangeError: too deep')).toEqual(['RangeError: too deep']);
});
