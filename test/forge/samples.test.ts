// Sample answers of real servers (test/fixtures/providers) as attempts: the fake servers are ours, these are not.
import { describe, expect, test } from 'vitest';
import { openForge } from '../../forge/detect.ts';
import type { AttemptFilter, Forge } from '../../forge/forge.ts';
import { collect } from '../../forge/pages.ts';
import { providerFixture, providerJson } from '../support/env-fixture.ts';
import { testTools } from '../support/forge-tools.ts';

const { signal } = new AbortController();
const SHA = 'dadbde0e6bf15dbd28c51f9027de94acdee810e9';
const REPO = '/repos/acme/widgets';
const RUN: AttemptFilter = { repo: 'acme/widgets', by: 'run', run: '812' };

/** A server that knows these paths alone; a value is a fixture's name, or its content. */
async function serverOf(apiUrl: string, answers: Readonly<Record<string, unknown>>): Promise<Forge> {
  const answer: typeof fetch = async (input) => {
    const path = String(input).replace(apiUrl, '').replace(/\?.*$/, '');
    const found = answers[path];
    if (found === undefined) return Response.json({ message: 'not found' }, { status: 404 });
    return Response.json(typeof found === 'string' ? providerJson(found) : found);
  };
  const tools = { ...testTools({ nowMs: Date.UTC(2026, 2, 3) }), fetch: answer };
  return openForge({ serverUrl: undefined, apiUrl, token: 'x', tokenVariable: 'FIRSTRED_TOKEN' }, tools, signal);
}

const rows = async (forge: Forge, filter: AttemptFilter) =>
  (await collect(forge.attempts!(filter, signal))).map(({ attempt: a, log }) => [
    a.job,
    a.attempt,
    a.providerId,
    a.conclusion,
    log.kind,
  ]);

describe('Gitea 1.25', () => {
  const answers = (jobs: string, extra = {}) => ({
    '/version': 'gitea/api/1.25/version.json',
    [`${REPO}/actions/runs/812`]: 'gitea/api/1.25/run.812.after-rerun.json',
    [`${REPO}/actions/runs/812/jobs`]: jobs,
    [`${REPO}/actions/tasks`]: 'gitea/api/1.25/tasks.page1.json',
    [`${REPO}/statuses/${SHA}`]: 'gitea/api/common/statuses.list.json',
    [`${REPO}/raw/.gitea/workflows/ci.yml`]: undefined,
    ...extra,
  });

  test('after a re-run the red attempt is known by its task alone', async () => {
    const forge = await serverOf(
      'https://gitea.example.com/api/v1',
      answers('gitea/api/1.25/run.812.jobs.after-rerun.json'),
    );
    expect(await rows(forge, RUN)).toEqual([
      ['lint', 1, '4811', 'success', 'here'],
      ['test (20)', 1, '4812', 'failure', 'replaced'],
      ['test (20)', 2, '4830', 'success', 'here'],
      ['test (22)', 1, '4813', 'success', 'here'],
    ]);
    const [first] = await collect(forge.attempts!(RUN, signal));
    expect(first?.attempt).toMatchObject({
      repo: 'gitea.example.com/acme/widgets',
      sha: SHA,
      testedSha: SHA,
      run: '812',
      event: 'push',
      branch: 'main',
      startedAtMs: Date.UTC(2026, 2, 2, 9, 14, 1),
      url: 'https://gitea.example.com/acme/widgets/actions/runs/57/jobs/0',
    });
  });

  test('while the re-run is queued, the newest task is the old attempt', async () => {
    const jobs = 'gitea/api/1.25/run.812.jobs.rerun-queued.json';
    const tasks = providerJson('gitea/api/1.25/tasks.page1.json') as { workflow_runs: { id: number }[] };
    const older = { workflow_runs: tasks.workflow_runs.filter((t) => t.id !== 4830), total_count: 3 };
    const forge = await serverOf(
      'https://gitea.example.com/api/v1',
      answers(jobs, { [`${REPO}/actions/tasks`]: older }),
    );
    expect((await rows(forge, RUN)).filter(([job]) => job === 'test (20)')).toEqual([
      ['test (20)', 1, '4812', 'failure', 'replaced'],
      ['test (20)', undefined, undefined, 'unknown', 'none'],
    ]);
  });

  test('a task of a pull request has its number and no branch', async () => {
    const forge = await serverOf('https://gitea.example.com/api/v1', {
      '/version': { version: '1.23.8' },
      [`${REPO}/actions/tasks`]: 'gitea/api/1.25/tasks.pr.json',
    });
    const sha = 'c11b90b58830bdda7846dbf24fbc05bfc7391cc8';
    const [found] = await collect(forge.attempts!({ repo: 'acme/widgets', by: 'sha', sha }, signal));
    expect(found?.attempt).toMatchObject({ pr: 12, branch: undefined, sha, workflow: 'ci.yml', providerId: '4850' });
  });
});

test('Gitea 1.27: copies in a re-run are passed through, the red attempt is there', async () => {
  const forge = await serverOf('https://gitea.example.com/api/v1', {
    '/version': 'gitea/api/1.27/version.json',
    [`${REPO}/actions/runs/812`]: 'gitea/api/1.27/run.812.json',
    [`${REPO}/actions/runs/812/attempts/1/jobs`]: 'gitea/api/1.27/run.812.attempt1.jobs.json',
    [`${REPO}/actions/runs/812/attempts/2/jobs`]: 'gitea/api/1.27/run.812.attempt2.jobs.json',
    [`${REPO}/actions/tasks`]: 'gitea/api/1.25/tasks.page1.json',
  });
  expect(await rows(forge, RUN)).toEqual([
    ['lint', 1, '4811', 'success', 'here'],
    ['test (20)', 1, '4812', 'failure', 'here'],
    ['test (22)', 1, '4813', 'success', 'here'],
    ['lint', 2, '4811', 'success', 'passed-through'],
    ['test (20)', 2, '4830', 'success', 'here'],
    ['test (22)', 2, '4813', 'success', 'passed-through'],
  ]);
});

test('Gitea 1.27: a run from before the upgrade has no number and is read as it is', async () => {
  const forge = await serverOf('https://gitea.example.com/api/v1', {
    '/version': 'gitea/api/1.27/version.json',
    [`${REPO}/actions/runs/640`]: 'gitea/api/1.27/run.640.legacy.json',
    [`${REPO}/actions/runs/640/jobs`]: { jobs: [], total_count: 0 },
  });
  expect(await rows(forge, { ...RUN, run: '640' })).toEqual([]);
});

test('Forgejo 16: every attempt of a job under one id', async () => {
  const forge = await serverOf('https://forgejo.example.org/api/v1', {
    '/version': 'forgejo/api/16/version.json',
    [`${REPO}/actions/runs`]: 'forgejo/api/16/runs.by-head-sha.red.json',
    [`${REPO}/actions/runs/9120/jobs`]: 'forgejo/api/16/run.9120.jobs.after-rerun.json',
    [`${REPO}/actions/tasks`]: 'forgejo/api/16/tasks.page1.json',
  });
  expect(forge.version).toBe('16.0.0');
  expect(await rows(forge, { repo: 'acme/widgets', by: 'sha', sha: SHA })).toEqual([
    ['lint', 1, '22039', 'success', 'here'],
    ['test (20)', 1, '22040', 'failure', 'here'],
    ['test (20)', 2, '22055', 'success', 'here'],
    ['test (22)', 1, '22041', 'success', 'here'],
  ]);
});

test('GitHub: jobs of all attempts, copies told by their times', async () => {
  const forge = await serverOf('https://api.github.com', {
    '/meta': { verifiable_password_authentication: false },
    [`${REPO}/actions/runs/17690042211`]: 'github/api/run.latest.json',
    [`${REPO}/actions/runs/17690042211/jobs`]: 'github/api/run.jobs.filter-all.json',
  });
  expect(await rows(forge, { ...RUN, run: '17690042211' })).toEqual([
    ['lint', 1, '50331000', 'success', 'here'],
    ['test (20)', 1, '50331001', 'failure', 'here'],
    ['test (22)', 1, '50331002', 'success', 'here'],
    ['lint', 2, '50339100', 'success', 'passed-through'],
    ['test (20)', 2, '50339101', 'success', 'here'],
    ['test (22)', 2, '50339102', 'success', 'passed-through'],
  ]);
});

test.each([
  'gitea/api/1.25/errors.json',
  'gitea/api/1.26/errors.json',
  'gitea/api/1.27/errors.json',
  'github/api/errors.json',
])('every error of %s becomes an error of ours that says what to do', async (name) => {
  const samples = JSON.parse(providerFixture(name)) as Record<
    string,
    { status: number; body: object; headers?: Record<string, string> }
  >;
  for (const { status, body, headers = {} } of Object.values(samples)) {
    const answer: typeof fetch = async () => Response.json(body, { status, headers });
    const tools = { ...testTools({ nowMs: 1_772_446_000_000 }), fetch: answer };
    const address = { serverUrl: undefined, apiUrl: 'https://h/api/v1', token: 'x', tokenVariable: 'T' };
    await expect(openForge(address, tools, signal)).rejects.toMatchObject({ hint: expect.stringMatching(/.{10}/) });
  }
});
