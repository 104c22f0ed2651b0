// A hundred rounds of eight workers on one team's index, with kills of the engine and of workers in each.
import { afterAll, describe, test } from 'vitest';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { expectRound, makeCrowdedHome } from '../support/engine/rounds.ts';

const ROUNDS = Number(process.env['FIRSTRED_TEST_ROUNDS'] ?? 100);
const engine = await startEngine();

describe.skipIf(engine === undefined)('a team’s index', () => {
  afterAll(() => engine?.stop());

  test(`loses and doubles nothing in ${ROUNDS} rounds`, { timeout: 7_200_000 }, async () => {
    const home = await makeCrowdedHome();
    for (let seed = 1; seed <= ROUNDS; seed++) {
      await expectRound(home, engine as TestEngine, { seed, writers: 8 });
      console.info(`round ${seed} of ${ROUNDS}: nothing lost, nothing doubled`);
    }
  });
});
