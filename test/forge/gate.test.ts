// The gate against fake servers: what the server saw and nobody kept counts, and only its own word makes a green.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { name } from '../../cli/commands/name.ts';
import { pull } from '../../cli/commands/pull.ts';
import type { CommandWorld } from '../support/command-world.ts';
import type { FakeForge } from '../support/fake-forge/server.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';
import { type GateScene, GREEN, JOB, openGateScene, RED, type Verdict } from '../support/gate-scene.ts';

let scene: GateScene;
let fake: FakeForge;
let world: CommandWorld;
let runId: number;

async function open(mode: Mode): Promise<void> {
  scene = await openGateScene(mode);
  ({ fake, world } = scene);
  runId = fake.world.start({ jobs: [{ name: JOB }] }).id;
}

const askGate = (flags?: Readonly<Record<string, unknown>>): Promise<Verdict> => scene.askGate(MAIN_SHA, flags);

const pullAll = (): Promise<number> => world.run(pull, [], { sha: MAIN_SHA });

const archiveClaim = (log: string | Uint8Array, conclusion: string, task: { readonly id: number }): Promise<void> =>
  scene.archiveClaim(log, { sha: MAIN_SHA, providerId: task.id, conclusion });

describe.each(['gitea-1.24', 'gitea-1.26', 'gitea-1.27', 'forgejo-16', 'github'] as const)('%s', (mode) => {
  test('a red that was run again green passes only when it is named', async () => {
    await open(mode);
    const red = fake.world.ran(runId, JOB, 'failure', RED);
    if (mode === 'gitea-1.24') await archiveClaim(RED, 'failure', red);
    else expect(await pullAll()).toBe(0);
    fake.world.rerun(runId);
    const green = fake.world.ran(runId, JOB, 'success', GREEN);
    if (mode === 'gitea-1.24') await archiveClaim(GREEN, 'success', green);
    else expect(await pullAll()).toBe(0);

    const before = await askGate({ postStatus: true });
    expect(before).toMatchObject({ code: 1, verdict: 'unexplained', reds: [{ job: JOB }] });
    expect(fake.world.statuses.at(-1)).toMatchObject({ context: 'firstred/gate', state: 'failure' });
    const signature = before.reds[0]?.signature ?? '';
    expect(await world.run(name, [signature], { mechanism: 'order-inversion' })).toBe(0);
    const after = await askGate({ postStatus: true });
    expect(after).toMatchObject({ code: 0, verdict: 'explained' });
    expect(fake.world.statuses.at(-1)).toMatchObject({ context: 'firstred/gate', state: 'success' });
  });
});

describe.each(['gitea-1.22', 'gitea-1.23', 'gitea-1.26', 'forgejo-16', 'github'] as const)('%s', (mode) => {
  test('a red that nobody kept does not pass, whatever is kept of the green', async () => {
    await open(mode);
    fake.world.ran(runId, JOB, 'failure', RED);
    fake.world.rerun(runId);
    const green = fake.world.ran(runId, JOB, 'success', GREEN);
    // GitHub's job ids are what its attempts go by.
    const id = mode === 'github' ? fake.world.job(runId, JOB).id : green.id;
    await archiveClaim(GREEN, 'success', { id });
    const found = await askGate();
    expect(found).toMatchObject({ code: 1, verdict: 'unexplained' });
    expect(found.reds).toEqual([expect.objectContaining({ logId: null, explained: false })]);
    expect(found.reasons[0]).toMatch(/red on the CI server/);
  });
});

describe('a green', () => {
  test('that only the job claims does not count', async () => {
    await open('gitea-1.26');
    const task = fake.world.ran(runId, JOB, 'failure', RED);
    await archiveClaim('all is well\n', 'success', task);
    expect(await askGate()).toMatchObject({ code: 1, verdict: 'unexplained' });
  });

  test('of an attempt that the server does not know waits for its word', async () => {
    await open('gitea-1.26');
    fake.world.ran(runId, JOB, 'success', GREEN);
    expect(await pullAll()).toBe(0);
    await archiveClaim('all is well\n', 'success', { id: 999_999 });
    const found = await askGate();
    expect(found).toMatchObject({ code: 24, verdict: 'pending' });
    expect(found.reasons.join()).toContain('claims to be green');
  });

  test('of a job that still runs is not there yet', async () => {
    await open('gitea-1.26');
    fake.world.claim(fake.world.job(runId, JOB));
    expect(await askGate()).toMatchObject({ code: 24, verdict: 'pending' });
  });

  test('is awaited as long as --wait says', async () => {
    await open('gitea-1.26');
    fake.world.ran(fake.world.start({ jobs: [{ name: 'lint' }] }).id, 'lint', 'success', 'lint ok\n');
    expect(await pullAll()).toBe(0);
    const job = fake.world.job(runId, JOB);
    fake.world.claim(job);
    const asked = fake.requests.length;
    // The job ends while the command looks for the second time; its clock stands still, so only the end ends the wait.
    const looks = (): number => fake.requests.slice(asked).filter((r) => r.path.includes('/statuses/')).length;
    fake.requests.push = (...seen) => {
      if (looks() >= 2 && job.status === 'running') {
        fake.world.write(fake.world.tasks[1] as never, GREEN);
        const { nowMs } = fake.world;
        fake.world.finish(job, 'success');
        fake.world.nowMs = nowMs;
      }
      return Array.prototype.push.apply(fake.requests, seen);
    };
    expect(await askGate({ wait: '20ms' })).toMatchObject({ verdict: 'explained', code: 0 });
    expect(job.status).toBe('success');
  });
});

test('a server that does not answer keeps the gate shut', async () => {
  await open('gitea-1.26');
  fake.world.ran(runId, JOB, 'success', GREEN);
  expect(await pullAll()).toBe(0);
  fake.faults.add(/statuses/, { kind: 'status', status: 502, body: '<html>bad gateway</html>' }, 99);
  const found = await askGate();
  expect(found).toMatchObject({ code: 24, verdict: 'pending' });
  expect(found.reasons.join()).toContain('could not be asked');
});

test('a name lapses when its issue is closed', async () => {
  await open('gitea-1.26');
  fake.world.ran(runId, JOB, 'failure', RED);
  expect(await pullAll()).toBe(0);
  const signature = (await askGate()).reds[0]?.signature ?? '';
  const issue = `${fake.serverUrl}/acme/widgets/issues/9`;
  expect(await world.run(name, [signature], { mechanism: 'timeout', issue })).toBe(0);
  expect(await askGate()).toMatchObject({ code: 0 });
  fake.social.closedIssue = 9;
  const found = await askGate();
  expect(found).toMatchObject({ code: 1, verdict: 'unexplained' });
  expect(found.reasons.join()).toContain('is closed');
});

describe('the policy', () => {
  const policyFile = (policy: unknown): string => {
    const file = path.join(world.folder, 'policy.json');
    writeFileSync(file, JSON.stringify(policy));
    return file;
  };

  test('an unknown key is named', async () => {
    await open('gitea-1.26');
    await expect(askGate({ policy: policyFile({ require: ['*'] }) })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('require'),
    });
  });

  test('globs cross slashes, for jobs without a log too', async () => {
    await open('gitea-1.22');
    fake.world.ran(runId, JOB, 'failure', RED);
    expect(await askGate({ policy: policyFile({ ignored: ['CI / te*'] }) })).toMatchObject({ code: 21 });
    expect(await askGate({ policy: policyFile({ advisory: ['*(20)'] }) })).toMatchObject({ code: 0 });
    expect(await askGate({ policy: policyFile({ advisory: ['lint*'] }) })).toMatchObject({ code: 1 });
  });

  test('a job that is required by name and never ran is missed', async () => {
    await open('gitea-1.26');
    fake.world.ran(runId, JOB, 'success', GREEN);
    expect(await pullAll()).toBe(0);
    expect(await askGate({ policy: policyFile({ required: ['test*'] }) })).toMatchObject({ code: 0 });
    const found = await askGate({ policy: policyFile({ required: ['test*', 'e2e*'] }) });
    expect(found).toMatchObject({ code: 24, verdict: 'pending' });
    expect(found.reasons.join()).toContain('e2e*: required by the policy');
  });
});
