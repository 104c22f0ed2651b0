// The README's first command: the demo does what it says, and the picture is what it prints.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { makeTempFolder } from '../support/temp-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const script = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args.map(String), { cwd: ROOT, encoding: 'utf8' });

/** Ages grow; everything else stays. */
const withoutAges = (text: string): string => text.replaceAll(/\d+y ago/g, 'long ago');

test('the demo keeps red and green, shows the red one unchanged, and finds errors with their base rates', () => {
  const text = script('scripts/demo.mjs');
  expect(text).toContain('\nsame\n');
  expect(text).toMatch(/success .* docker +2 /);
  expect(text).toMatch(/failure .* docker +1 /);
  expect(text).toContain('in 1 of 6 attempts: 1 of 3 red, 0 of 3 green');
  expect(text).toContain('in 2 of 6 attempts: 2 of 3 red, 0 of 3 green');
});

test('the picture in the README is what the commands print (else: node scripts/demo-picture.mjs)', async () => {
  const path = join(await makeTempFolder(), 'picture.svg');
  script('scripts/demo-picture.mjs', path);
  const kept = readFileSync(join(ROOT, 'docs/terminal.svg'), 'utf8');
  expect(withoutAges(readFileSync(path, 'utf8'))).toBe(withoutAges(kept));
});
