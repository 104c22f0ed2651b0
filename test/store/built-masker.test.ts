// What the build keeps of the masker must be what the rules of the sources give: stale tables would let secrets pass.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtFile } from '../../store/built-file.ts';
import { BUILT_MASKER, packBuiltMasker, readBuiltMasker } from '../../store/built-masker.ts';
import { buildTables, packMasker } from '../../store/mask/tables.ts';
import { loadZstd } from '../../store/zstd.ts';

test('the build has the tables that the rules give', () => {
  expect(Buffer.compare(readFileSync(builtFile(BUILT_MASKER)), packMasker())).toBe(0);
});

test('sources use no build, which may be older than they are', () => {
  expect(readBuiltMasker()).toBeUndefined();
});

test('told values come behind the words of the rules, and leave those as they are', () => {
  const rules = buildTables([]);
  const before = Buffer.from(rules.image.bytes);
  const told = buildTables(['correct-horse-battery']);
  expect(told.image.words).toBeGreaterThan(rules.image.words);
  expect(told.texts.slice(0, rules.image.words)).toEqual(rules.texts);
  expect(Buffer.compare(before, buildTables([]).image.bytes)).toBe(0);
});

test('packed parts follow each other in one frame, after their sizes', () => {
  const part = (text: string): Uint8Array => Buffer.from(text);
  const packed = Buffer.from(packBuiltMasker({ image: part('im'), words: part('w'), module: part('mod') }));
  expect([0, 4, 8].map((at) => packed.readUInt32LE(at))).toEqual([2, 1, 3]);
  expect(Buffer.from(loadZstd().decompress(packed.subarray(12), 6)).toString()).toBe('imwmod');
});
