// A job's own view of itself and the server's, on every kind of server: they must come out as the same attempt.
import { afterEach, describe, expect, test } from 'vitest';
import { addressFromEnvironment } from '../../forge/access.ts';
import { openForge } from '../../forge/detect.ts';
import type { ForgeAttempt } from '../../forge/forge.ts';
import { ownIdentity } from '../../forge/own-identity.ts';
import { collect } from '../../forge/pages.ts';
import type { Attempt } from '../../store/attempt.ts';
import { stepOf } from '../support/fake-forge/environment.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { BASE_SHA, HEAD_SHA, MAIN_SHA, MERGE_SHA, type Mode } from '../support/fake-forge/world.ts';
import { testTools } from '../support/forge-tools.ts';

const { signal } = new AbortController();
let fake: FakeForge;
afterEach(async () => {
  expect(fake.apiFaults).toEqual([]);
  await fake.close();
});

/** What makes an attempt the same one: the key's fields and the log id's. */
const identityOf = (a: Attempt) => {
  const { repo, sha, workflow, job, run, attempt, providerId, event, pr } = a;
  return { repo, sha, workflow, job, run, attempt, providerId, event, pr };
};

const EVENTS = ['push', 'pull_request', 'pull_request_target', 'schedule', 'workflow_dispatch'];
const MODES: readonly Mode[] = ['gitea-1.25', 'gitea-1.26', 'gitea-1.27', 'forgejo-16', 'github'];
const CASES = MODES.flatMap((mode) => EVENTS.map((event) => [mode, event] as const));

describe('the identity in the job equals the one by API', () => {
  test.each(CASES)('%s, %s, first attempt and a re-run of one job', async (mode, event) => {
    fake = await startFakeForge(mode);
    const { world } = fake;
    const run = world.start({ event, jobs: [{ name: 'lint' }, { name: 'test (20)' }, { name: 'test (22)' }] });
    world.ran(run.id, 'lint', 'success', 'ok\n');
    world.ran(run.id, 'test (22)', 'success', 'ok\n');
    const first = await identityInJob(run.id, 'test (20)', 'failure');
    expect(first).toMatchObject({ job: 'test (20)', workflow: 'CI', partial: false, run: String(run.id) });
    const isPull = event.startsWith('pull_request');
    const tested = event === 'pull_request_target' ? BASE_SHA : mode === 'github' ? MERGE_SHA : HEAD_SHA;
    expect(first).toMatchObject({ sha: isPull ? HEAD_SHA : MAIN_SHA, testedSha: isPull ? tested : MAIN_SHA });
    expect(identityOf(await pulled(first))).toEqual(identityOf(first));
    world.rerun(run.id, ['test (20)']);
    const second = await identityInJob(run.id, 'test (20)', 'success');
    expect(second).toMatchObject({ attempt: 2, job: 'test (20)' });
    expect(second.providerId).not.toBe(first.providerId);
    expect(identityOf(await pulled(second))).toEqual(identityOf(second));
    // The red one is still told by the server, its number with it, wherever tasks or attempts are kept.
    expect(identityOf(await pulled(first))).toEqual(identityOf(first));
  });

  test.each(['gitea-1.23', 'gitea-1.24', 'forgejo-11', 'forgejo-15'] as const)(
    '%s names attempts by task alone: all that both sides know is equal',
    async (mode) => {
      fake = await startFakeForge(mode);
      const run = fake.world.start({ event: 'pull_request', jobs: [{ name: 'test (20)' }] });
      const first = await identityInJob(run.id, 'test (20)', 'failure');
      const byApi = identityOf(await pulled(first));
      expect({ ...byApi, run: byApi.run ?? first.run, attempt: undefined }).toEqual({
        ...identityOf(first),
        attempt: undefined,
      });
    },
  );

  test('gitea-1.22 leaves the environment alone: the leg stays unknown', async () => {
    fake = await startFakeForge('gitea-1.22');
    const run = fake.world.start({ jobs: [{ name: 'test (20)' }] });
    expect(await identityInJob(run.id, 'test (20)', 'failure')).toMatchObject({
      job: 'test',
      partial: true,
      attempt: undefined,
    });
  });
});

test.each(MODES)('%s: a job of a reusable workflow, whose key is that of the called one', async (mode) => {
  fake = await startFakeForge(mode);
  const run = fake.world.start({
    jobs: [
      { name: 'call / test (20)', key: 'test' },
      { name: 'test (20)', key: 'test' },
    ],
  });
  const called = await identityInJob(run.id, 'call / test (20)', 'failure');
  const own = await identityInJob(run.id, 'test (20)', 'failure');
  expect([called.job, own.job]).toEqual(['call / test (20)', 'test (20)']);
  expect(called.workflow).toBe('CI');
  expect(identityOf(await pulled(called))).toEqual(identityOf(called));
  expect(identityOf(await pulled(own))).toEqual(identityOf(own));
});

test('a workflow without a name has that of its file on both sides', async () => {
  fake = await startFakeForge('gitea-1.26');
  const run = fake.world.start({ event: 'schedule', workflow: '', jobs: [{ name: 'test' }] });
  const own = await identityInJob(run.id, 'test', 'failure');
  expect(own.workflow).toBe('ci.yml');
  expect(identityOf(await pulled(own))).toEqual(identityOf(own));
});

async function identityInJob(runId: number, name: string, end: 'success' | 'failure'): Promise<Attempt> {
  const { world } = fake;
  const job = world.job(runId, name);
  const task = world.claim(job);
  const { env, eventText } = stepOf(fake, job, task);
  const forge = await openForge(addressFromEnvironment(env), testTools(world), signal);
  const { attempt } = await ownIdentity({ env, readText: () => eventText, forge }, signal);
  world.finish(job, end);
  return attempt;
}

async function pulled(own: Attempt): Promise<Attempt> {
  const address = {
    serverUrl: fake.serverUrl,
    apiUrl: undefined,
    token: PERSONAL_TOKEN,
    tokenVariable: 'FIRSTRED_TOKEN',
  };
  const forge = await openForge(address, testTools(fake.world), signal);
  const repo = own.repo ?? '';
  const hasRuns = forge.kind === 'github' || fake.world.version >= (forge.kind === 'gitea' ? 25 : 16);
  const filter = hasRuns
    ? ({ repo, by: 'run', run: own.run ?? '' } as const)
    : ({ repo, by: 'sha', sha: own.sha ?? '' } as const);
  const all: ForgeAttempt[] = await collect(forge.attempts!(filter, signal));
  const found = all.filter((f) => f.log.kind !== 'passed-through' && isSame(f.attempt, own));
  expect(found.map((f) => identityOf(f.attempt))).toHaveLength(1);
  return found[0]!.attempt;
}

/** Inside a GitHub job its id is told by the API only, so both know it; elsewhere the task's id is the attempt. */
const isSame = (a: Attempt, own: Attempt): boolean => a.providerId === own.providerId;
