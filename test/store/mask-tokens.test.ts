// One sample for a rule of a token, and look-alikes: where whoever adds a rule adds a line. The large sets of cases are in
// mask-cases.test.ts. Samples are put together here, so that no scanner takes this file for a leak.
import { expect, test } from 'vitest';
import { maskText } from '../support/mask-text.ts';

const random = (length: number): string => 'q7Zp2LxV9mB4tKdR8nWc'.repeat(20).slice(0, length);

test.each([
  ['a key of a language model', `sk-${'proj'}-${random(48)}`],
  ['a personal token of GitHub', `gh${'p'}_${random(36)}`],
  ['a token of npm', `npm${'_'}${random(36)}`],
  ['an access key of AWS', `AKI${'A'}Q7ZP2LXV7MB4TKDR`],
])('%s is masked, alone in a line and within one', (_name, token) => {
  expect(maskText(`${token}\n`)).toBe('***\n');
  expect(maskText(`2026-05-04T09:00:00Z using ${token} for the upload\n`)).toBe(
    '2026-05-04T09:00:00Z using *** for the upload\n',
  );
});

test.each([
  'sk-proj-local',
  'ghp_is a prefix',
  'npm_config_cache=/root/.npm',
  'commit 4f2a91c8d3b5e6f70819a2b3c4d5e6f708192a3b',
  'sha256:df9b9388f04ad6279a7410b85cedfdcb2208c0a003da7ab5613af71079148139',
  'request 0b9f3c1e-2a4d-4f6b-8c7d-1e2f3a4b5c6d took 12 ms',
])('%s stays', (line) => {
  expect(maskText(`${line}\n`)).toBe(`${line}\n`);
});
