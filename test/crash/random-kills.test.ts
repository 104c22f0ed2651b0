// The short form of kills at random moments; the long one (500 kills) is test/slow/soak.ts.
import { expect, test } from 'vitest';
import { makeHome } from '../support/command.ts';
import { randomFrom } from '../support/random.ts';
import { torture } from '../support/torture.ts';

test('commands killed at random: nothing lost, nothing half seen, nothing twice', async () => {
  const seed = Number(process.env['FIRSTRED_TEST_SEED'] ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}: FIRSTRED_TEST_SEED repeats this run`);
  const counts = await torture(await makeHome(), { random: randomFrom(seed), kills: 8, commandsBetweenChecks: 10 });
  expect(counts.kills).toBeGreaterThanOrEqual(8);
});
