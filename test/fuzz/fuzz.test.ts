// A short round of fuzzing in every run; `npm run fuzz` goes on for as long as it is told.
import { expect, test } from 'vitest';
import { TARGETS } from './targets.ts';

/** chosen: together a few seconds; the seed is new in each run and printed when a target fails. */
const INPUTS = 300;

test.each(TARGETS.map((target) => [target.name, target] as const))('%s bears whatever it is given', (_name, target) => {
  expect(() => target.run({ numRuns: INPUTS })).not.toThrow();
});
