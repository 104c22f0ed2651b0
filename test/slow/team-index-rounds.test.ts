// A hundred rounds of eight workers on one team's index, with kills of the engine and of workers in each.
import { afterAll, describe, test } from 'vitest';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { expectRound, makeCrowdedHome } from '../support/engine/rounds.ts';

const ROUNDS = Number(process.env['FIRSTRED_TEST_ROUNDS'] ?? 100);
/** So that several runs can share the rounds among them. */
const FIRST = Number(process.env['FIRSTRED_TEST_FIRST_ROUND'] ?? 1);
const engine = await startEngine();

describe.skipIf(engine === undefined)('a team’s index', () => {
  afterAll(() => engine?.stop());

  test(`loses and doubles nothing in ${ROUNDS} rounds`, { timeout: 7_200_000 }, async () => {
    const home = await makeCrowdedHome();
    for (let seed = FIRST; seed < FIRST + ROUNDS; seed++) {
      await expectRound(home, engine as TestEngine, { seed, writers: 8 });
      console.info(`round ${seed}, ${seed - FIRST + 1} of ${ROUNDS}: nothing lost, nothing doubled`);
    }
  });
});
