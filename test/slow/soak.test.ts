// `npm run soak`: the long form of what npm test shows in short. Bounded by the counts below and by the time limits of
// each test; docs/reliability.md records what it found.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openS3Store } from '../../store/s3-store.ts';
import { makeHome } from '../support/command.ts';
import { expectCrowd } from '../support/crowd.ts';
import { type Fault, startFaultProxy } from '../support/fault-proxy.ts';
import type { StoreFault } from '../support/faulty-store.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { findS3Server, makeBucket } from '../support/s3-server.ts';
import { type FaultPlan, memoryWorld, StoreWorld } from '../support/store-world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';
import { torture } from '../support/torture.ts';

const HOUR_MS = 3_600_000;
const countOf = (name: string, usual: number): number => Number(process.env[`FIRSTRED_SOAK_${name}`] ?? usual);
const KILLS = countOf('KILLS', 500);
const FAULTS = countOf('FAULTS', 2000);
const S3_FAULTS = countOf('S3_FAULTS', 400);
const WRITERS = countOf('WRITERS', 200);

const seed = Number(process.env['FIRSTRED_TEST_SEED'] ?? Date.now() % 1_000_000);
console.log(`seed ${seed}: FIRSTRED_TEST_SEED repeats this run`);

test(`${KILLS} kills of real processes`, { timeout: 2 * HOUR_MS }, async () => {
  const random = randomFrom(seed);
  let kills = 0;
  let commands = 0;
  // Homes of some 60 kills each: the model and the checks stay small.
  while (kills < KILLS) {
    const home = await makeHome();
    const counts = await torture(home, { random, kills: Math.min(60, KILLS - kills), commandsBetweenChecks: 24 });
    await rm(home.folder, { recursive: true, force: true });
    kills += counts.kills;
    commands += counts.commands;
    console.log(`${kills} kills of ${commands} commands`);
  }
  expect(kills).toBeGreaterThanOrEqual(KILLS);
});

test(`${FAULTS} faults of a store in memory`, { timeout: HOUR_MS }, async () => {
  const random = randomFrom(seed + 1);
  let faults = 0;
  let worlds = 0;
  while (faults < FAULTS) {
    const store = memoryWorld();
    const folder = await makeTempFolder();
    await liveAtRandom(new StoreWorld(folder, store), random, () => memoryPlan(random));
    await rm(folder, { recursive: true, force: true });
    faults += store.faults;
    worlds += 1;
  }
  console.log(`${faults} faults in ${worlds} lives`);
});

test(`${S3_FAULTS} faults between us and a real S3 server`, { timeout: HOUR_MS }, async () => {
  const server = await findS3Server();
  if (server === undefined) return;
  const random = randomFrom(seed + 2);
  const { endpoint, region, credentials } = server;
  const bucket = await makeBucket(server);
  const proxy = await startFaultProxy({ target: endpoint });
  let faults = 0;
  let worlds = 0;
  try {
    while (faults < S3_FAULTS) {
      const place = { bucket, prefix: `w${worlds++}`, region, credentials };
      const direct = await openS3Store({ ...place, endpoint });
      const proxied = await openS3Store({ ...place, endpoint: proxy.url, giveUpMs: 1500 });
      const store = {
        direct,
        connect(plan: (() => Fault | undefined) | undefined) {
          proxy.setFaults(() => {
            const fault = plan?.();
            if (fault !== undefined) faults += 1;
            return fault;
          });
          return plan === undefined ? direct : proxied;
        },
      };
      const folder = await makeTempFolder();
      await liveAtRandom(new StoreWorld(folder, store), random, () => networkPlan(random));
      await rm(folder, { recursive: true, force: true });
      await Promise.all([direct.close(), proxied.close()]);
    }
  } finally {
    await proxy.close();
  }
  console.log(`${faults} faults in ${worlds} lives`);
});

test(`${WRITERS} archives at once, 20 of them the same attempt with other bytes, 8 syncs and readers`, {
  timeout: HOUR_MS,
}, async () => {
  const home = await makeHome();
  await mkdir(join(home.folder, 'data'), { recursive: true });
  await expectCrowd(home, { writers: WRITERS, sameAttempt: 20, syncs: 8, readers: 8 });
});

async function liveAtRandom<Plan>(world: StoreWorld<Plan>, random: Random, plan: () => Plan): Promise<void> {
  try {
    for (let n = 0; n < 15; n++) {
      const step = random.pick(['archive', 'archive', 'archive', 'flush', 'sync', 'forget', 'repair', 'clear']);
      const goesWell = random.below(4) === 0;
      const faults = goesWell ? undefined : plan();
      if (step === 'archive')
        await world.archive(1 + random.below(4), `text ${random.below(3)}\n`.repeat(random.below(300)), faults);
      else if (step === 'flush') await world.flush(faults);
      else if (step === 'sync') await world.sync(random.pick(['one', 'two']), faults);
      else if (step === 'forget') await world.forget(random.below(5), faults);
      else await world.repair(step === 'clear', faults);
      await world.check();
    }
    await world.settle(['one', 'two']);
  } finally {
    await world.close();
  }
}

function memoryPlan(random: Random): FaultPlan {
  let calls = 0;
  const at = new Map<number, StoreFault>();
  for (let n = 0; n < 2; n++)
    at.set(1 + random.below(10), random.pick(['before', 'after', 'crash-before', 'crash-after']));
  return () => {
    calls += 1;
    return at.get(calls);
  };
}

function networkPlan(random: Random): () => Fault | undefined {
  return () => {
    if (random.below(3) !== 0) return undefined;
    const after = random.below(3000);
    return random.pick<Fault>([
      { kind: 'refuse' },
      { kind: 'reset-request', after },
      { kind: 'reset-response', after },
      { kind: 'truncate', after },
      { kind: 'lost-response' },
      { kind: 'status', status: 503, code: 'SlowDown' },
      { kind: 'status', status: 500, code: 'InternalError' },
      { kind: 'status-after', status: 503, code: 'SlowDown' },
    ]);
  };
}
