// A fork's pull request at the gate: its author writes the log, so a name that was given to others explains nothing there.
import { expect, test } from 'vitest';
import { list } from '../../cli/commands/list.ts';
import { name } from '../../cli/commands/name.ts';
import { pull } from '../../cli/commands/pull.ts';
import type { CommandWorld } from '../support/command-world.ts';
import type { FakeForge } from '../support/fake-forge/server.ts';
import { HEAD_SHA, MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';
import { type GateScene, JOB, openGateScene, RED, type Verdict } from '../support/gate-scene.ts';

let scene: GateScene;
let fake: FakeForge;
let world: CommandWorld;

async function open(mode: Mode): Promise<void> {
  scene = await openGateScene(mode);
  ({ fake, world } = scene);
}

const askGate = (sha: string): Promise<Verdict> => scene.askGate(sha);

/** A red attempt of the repository's own branch, and one of a pull request from `branch`, with the same error. */
async function twoReds(branch: string): Promise<void> {
  const own = fake.world.start({ jobs: [{ name: JOB }] });
  fake.world.ran(own.id, JOB, 'failure', RED);
  const theirs = fake.world.start({ event: 'pull_request', branch, jobs: [{ name: JOB }] });
  fake.world.ran(theirs.id, JOB, 'failure', RED);
}

test.each(['gitea-1.26', 'gitea-1.27', 'forgejo-16', 'github'] as const)(
  '%s: a name does not hold for a fork’s pull request, unless it is given to that commit',
  async (mode) => {
    await open(mode);
    await twoReds('fork:theirs');
    for (const sha of [MAIN_SHA, HEAD_SHA]) expect(await world.run(pull, [], { sha })).toBe(0);
    const signature = (await askGate(MAIN_SHA)).reds[0]?.signature ?? '';
    expect(await world.run(name, [signature], { mechanism: 'order-inversion' })).toBe(0);
    expect(await askGate(MAIN_SHA)).toMatchObject({ verdict: 'explained' });
    const theirs = await askGate(HEAD_SHA);
    expect(theirs).toMatchObject({ verdict: 'unexplained', reds: [{ signature }] });
    expect(theirs.reasons[0]).toContain('of a fork');
    expect(await world.run(name, [signature], { mechanism: 'order-inversion', sha: HEAD_SHA.slice(0, 10) })).toBe(0);
    expect(world.out.text).toContain('for the commit c11b90b588 alone');
    expect(await askGate(HEAD_SHA)).toMatchObject({ verdict: 'explained' });
    expect(await world.run(list, [], { label: ['fork=stranger/widgets'], json: true })).toBe(0);
    expect(JSON.parse(world.out.text)).toMatchObject([{ sha: HEAD_SHA }]);
  },
);

test.each(['gitea-1.26', 'forgejo-16', 'github'] as const)(
  '%s: a pull request of the repository itself takes names',
  async (mode) => {
    await open(mode);
    await twoReds('feature/jitter');
    for (const sha of [MAIN_SHA, HEAD_SHA]) expect(await world.run(pull, [], { sha })).toBe(0);
    const signature = (await askGate(HEAD_SHA)).reds[0]?.signature ?? '';
    expect(await world.run(name, [signature], { mechanism: 'order-inversion' })).toBe(0);
    expect(await askGate(HEAD_SHA)).toMatchObject({ verdict: 'explained' });
  },
);

test('what is found out from a fork’s log alone holds for its commit alone', async () => {
  await open('gitea-1.26');
  const run = fake.world.start({ event: 'pull_request', branch: 'fork:theirs', jobs: [{ name: JOB }] });
  fake.world.ran(run.id, JOB, 'failure', RED);
  expect(await world.run(pull, [], { sha: HEAD_SHA })).toBe(0);
  const signature = (await askGate(HEAD_SHA)).reds[0]?.signature ?? '';
  expect(await world.run(name, [signature], { mechanism: 'timeout', json: true })).toBe(0);
  expect(JSON.parse(world.out.text)).toMatchObject({ scope: { job: JOB, sha: HEAD_SHA } });
  const own = fake.world.start({ jobs: [{ name: JOB }] });
  fake.world.ran(own.id, JOB, 'failure', RED);
  expect(await world.run(pull, [], { sha: MAIN_SHA })).toBe(0);
  expect(await askGate(MAIN_SHA)).toMatchObject({ verdict: 'unexplained', reds: [{ signature }] });
});

test('a job that hides that it is of a fork is found out by its pull request', async () => {
  await open('gitea-1.24');
  await twoReds('fork:theirs');
  const [own, theirs] = fake.world.tasks;
  const red = { conclusion: 'failure' };
  await scene.archiveClaim(RED, { ...red, sha: MAIN_SHA, providerId: own?.id });
  await scene.archiveClaim(RED, { ...red, sha: HEAD_SHA, providerId: theirs?.id, pr: '12' });
  const signature = (await askGate(MAIN_SHA)).reds[0]?.signature ?? '';
  expect(await world.run(name, [signature], { mechanism: 'order-inversion' })).toBe(0);
  expect(await askGate(MAIN_SHA)).toMatchObject({ verdict: 'explained' });
  expect(await askGate(HEAD_SHA)).toMatchObject({ verdict: 'unexplained' });
  // A server that does not say is no reason to believe the job.
  fake.faults.add(/\/pulls\/12$/, { kind: 'status', status: 404 }, 2);
  const unsure = await askGate(HEAD_SHA);
  expect(unsure).toMatchObject({ verdict: 'unexplained', reasons: [expect.stringContaining('could not be asked')] });
});
