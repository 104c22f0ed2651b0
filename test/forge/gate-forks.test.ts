// A fork's pull request at the gate: its author writes the log, so a name that was given to others explains nothing there.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { archive } from '../../cli/commands/archive.ts';
import { gate } from '../../cli/commands/gate.ts';
import { list } from '../../cli/commands/list.ts';
import { name } from '../../cli/commands/name.ts';
import { pull } from '../../cli/commands/pull.ts';
import { type CommandWorld, openCommandWorld } from '../support/command-world.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { HEAD_SHA, MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';

const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const JOB = 'test (20)';
let fake: FakeForge;
let world: CommandWorld;

interface Verdict {
  readonly verdict: string;
  readonly reds: readonly { readonly signature: string | null }[];
  readonly reasons: readonly string[];
}

afterEach(async () => {
  expect(fake.apiFaults).toEqual([]);
  world.close();
  await fake.close();
});

async function open(mode: Mode): Promise<void> {
  fake = await startFakeForge(mode);
  const env = { FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN, FIRSTRED_REPO: 'acme/widgets' };
  world = openCommandWorld(env, () => fake.world.nowMs);
}

async function askGate(sha: string): Promise<Verdict> {
  await world.run(gate, [], { sha, json: true });
  return JSON.parse(world.out.text) as Verdict;
}

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
  const repo = `${new URL(fake.serverUrl).host}/acme/widgets`;
  for (const [task, sha, pr] of [
    [fake.world.tasks[0], MAIN_SHA, undefined],
    [fake.world.tasks[1], HEAD_SHA, 12],
  ] as const) {
    const file = path.join(world.folder, 'job.log');
    writeFileSync(file, RED);
    const flags = { repo, sha, pr: pr === undefined ? undefined : String(pr), workflow: 'CI', job: JOB };
    const identity = { ...flags, providerId: String(task?.id), conclusion: 'failure' };
    expect(await world.run(archive, [file], identity)).toBe(0);
  }
  const signature = (await askGate(MAIN_SHA)).reds[0]?.signature ?? '';
  expect(await world.run(name, [signature], { mechanism: 'order-inversion' })).toBe(0);
  expect(await askGate(MAIN_SHA)).toMatchObject({ verdict: 'explained' });
  expect(await askGate(HEAD_SHA)).toMatchObject({ verdict: 'unexplained' });
  // A server that does not say is no reason to believe the job.
  fake.faults.add(/\/pulls\/12$/, { kind: 'status', status: 404 }, 2);
  const unsure = await askGate(HEAD_SHA);
  expect(unsure).toMatchObject({ verdict: 'unexplained', reasons: [expect.stringContaining('could not be asked')] });
});
