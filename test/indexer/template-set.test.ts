import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openTemplateSet, packTemplateSet } from '../../indexer/template-set.ts';

it('has every hash that was packed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 300 }), (hashes) => {
      const set = openTemplateSet(packTemplateSet(Uint32Array.from(hashes).sort()));
      for (const hash of hashes) expect(set.has(hash)).toBe(true);
    }),
  );
});

it('answers yes by chance about once in a thousand, at two bytes a template', () => {
  // A full-period generator gives distinct, spread hashes.
  const spread = (n: number): number => Math.imul(n, 2_654_435_761) >>> 0;
  const packed = packTemplateSet(Uint32Array.from({ length: 1000 }, (_, n) => spread(n)).sort());
  const set = openTemplateSet(packed);
  let chance = 0;
  for (let n = 1000; n < 101_000; n++) if (set.has(spread(n))) chance += 1;
  expect(chance).toBeLessThan(300);
  expect(packed.byteLength).toBeLessThan(2000);
});

it('survives bytes that are no set', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => void openTemplateSet(bytes).has(1)));
});
