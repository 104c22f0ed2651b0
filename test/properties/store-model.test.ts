// Random lives of a store: archive, re-run, second capture, flush, sync, forget, repair and clearing, each with random
// failures and deaths, against a model that knows what must be visible. See test/support/store-world.ts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreFault } from '../support/faulty-store.ts';
import { type FaultPlan, memoryWorld, StoreWorld } from '../support/store-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

type Step =
  | { readonly kind: 'archive'; readonly attempt: number; readonly text: string }
  | { readonly kind: 'flush' }
  | { readonly kind: 'sync'; readonly index: string }
  | { readonly kind: 'forget'; readonly choice: number }
  | { readonly kind: 'repair' }
  | { readonly kind: 'clear' };

/** The faults of one step: at which calls, and which. */
type Faults = readonly { readonly at: number; readonly fault: StoreFault }[];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('archive' as const),
      attempt: fc.integer({ min: 1, max: 3 }),
      text: fc.constantFrom('red\n', 'green\n', 'another\n', ''),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync' as const), index: fc.constantFrom('one', 'two') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), choice: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('repair' as const, 'clear' as const) }) },
);
const faults: fc.Arbitrary<Faults> = fc.array(
  fc.record({
    at: fc.integer({ min: 1, max: 14 }),
    fault: fc.constantFrom<StoreFault>('before', 'after', 'crash-before', 'crash-after'),
  }),
  { maxLength: 2 },
);

const planOf = (faultsOfStep: Faults): FaultPlan => {
  let calls = 0;
  return () => {
    calls += 1;
    return faultsOfStep.find(({ at }) => at === calls)?.fault;
  };
};

async function live(world: StoreWorld<FaultPlan>, each: Step, plan: FaultPlan): Promise<void> {
  switch (each.kind) {
    case 'archive':
      return world.archive(each.attempt, each.text, plan);
    case 'flush':
      return world.flush(plan);
    case 'sync':
      await world.sync(each.index, plan);
      return;
    case 'forget':
      return world.forget(each.choice, plan);
    case 'repair':
    case 'clear':
      return world.repair(each.kind === 'clear', plan);
    default:
      each satisfies never;
  }
}

test('whatever fails and whoever dies, nothing owed is lost, nothing half is seen, nothing is seen twice', async () => {
  let faultCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, faults), { minLength: 3, maxLength: 18 }), async (steps) => {
      const store = memoryWorld();
      const world = new StoreWorld(await makeTempFolder(), store);
      try {
        for (const [each, faultsOfStep] of steps) {
          await live(world, each, planOf(faultsOfStep));
          await world.check();
        }
        await world.settle(['one', 'two']);
        faultCount += store.faults;
      } finally {
        await world.close();
      }
    }),
    { numRuns: Number(process.env['FIRSTRED_TEST_RUNS'] ?? 25), endOnFailure: true },
  );
  expect(faultCount).toBeGreaterThan(10);
});
