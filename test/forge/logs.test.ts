// Logs by API: the red one before a re-run takes its place, whole after a broken line, never another's.
import { afterEach, describe, expect, test } from 'vitest';
import { openForge } from '../../forge/detect.ts';
import { type Forge, type ForgeAttempt, missingAbility } from '../../forge/forge.ts';
import { collect } from '../../forge/pages.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import type { Mode } from '../support/fake-forge/world.ts';
import { testTools } from '../support/forge-tools.ts';

const { signal } = new AbortController();
const RED = Buffer.from(providerFixture('gitea/logs/test-20.task4812.attempt1.red.log'));
const GREEN = Buffer.from(providerFixture('gitea/logs/test-20.task4830.attempt2.green.log'));
const REPO = 'acme/widgets';
let fake: FakeForge;
let forge: Forge;
let runId: string;

afterEach(async () => {
  expect(fake.apiFaults).toEqual([]);
  await fake.close();
});

async function open(mode: Mode): Promise<void> {
  fake = await startFakeForge(mode);
  forge = await openForge(
    { serverUrl: fake.serverUrl, apiUrl: undefined, token: PERSONAL_TOKEN, tokenVariable: 'FIRSTRED_TOKEN' },
    testTools(fake.world),
    signal,
  );
  const run = fake.world.start({ jobs: [{ name: 'lint' }, { name: 'test (20)' }] });
  runId = String(run.id);
  fake.world.ran(run.id, 'lint', 'success', 'lint ok\n');
  fake.world.ran(run.id, 'test (20)', 'failure', RED);
}

const attempts = (): Promise<ForgeAttempt[]> => collect(forge.attempts!({ repo: REPO, by: 'run', run: runId }, signal));
const log = async (attempt: ForgeAttempt): Promise<Buffer> => Buffer.concat(await collect(forge.log!(attempt, signal)));
const ofTest = (all: readonly ForgeAttempt[]) => all.filter((a) => a.attempt.job === 'test (20)');
const rerun = () => fake.world.rerun(Number(runId), ['test (20)']);

describe.each(['gitea-1.25', 'gitea-1.26', 'gitea-1.27', 'forgejo-16', 'github'] as const)('%s', (mode) => {
  test('red, kept, run again, green: both logs byte for byte, the untouched job once', async () => {
    await open(mode);
    const [red] = ofTest(await attempts());
    const kept = await log(red!);
    const bom = mode === 'github' ? '\ufeff' : '';
    expect(kept.toString()).toBe(bom + RED.toString());
    expect(red?.attempt).toMatchObject({ conclusion: 'failure', attempt: 1 });
    rerun();
    fake.world.ran(Number(runId), 'test (20)', 'success', GREEN);
    const all = await attempts();
    expect(ofTest(all).map((a) => [a.attempt.attempt, a.attempt.conclusion])).toEqual([
      [1, 'failure'],
      [2, 'success'],
    ]);
    const green = ofTest(all)[1];
    expect((await log(green!)).toString()).toBe(bom + GREEN.toString());
    expect(all.filter((a) => a.attempt.job === 'lint' && a.log.kind === 'here')).toHaveLength(1);
    const old = ofTest(all)[0];
    if (mode === 'gitea-1.25' || mode === 'gitea-1.26') expect(old?.log).toEqual({ kind: 'replaced' });
    else expect((await log(old!)).toString()).toBe(kept.toString());
  });

  test('a line that breaks twice in the middle of a log loses nothing', async () => {
    await open(mode);
    const [red] = ofTest(await attempts());
    if (mode === 'github') return;
    fake.faults.add(/logs/, { kind: 'cut', afterBytes: 400 }, 2);
    expect((await log(red!)).toString()).toBe(RED.toString());
  });

  test('what is asked since a time includes the re-run of an old run', async () => {
    await open(mode);
    rerun();
    const sinceMs = fake.world.nowMs - 1000;
    fake.world.ran(Number(runId), 'test (20)', 'success', GREEN);
    const found = await collect(forge.attempts!({ repo: REPO, by: 'since', sinceMs }, signal));
    expect(found.map((a) => [a.attempt.job, a.attempt.conclusion])).toEqual([['test (20)', 'success']]);
  });
});

describe.each(['gitea-1.25', 'gitea-1.26'] as const)('%s loses a log to a re-run', (mode) => {
  test('between the list and the read: never the other attempt’s log', async () => {
    await open(mode);
    const [red] = ofTest(await attempts());
    rerun();
    await expect(log(red!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    fake.world.ran(Number(runId), 'test (20)', 'success', GREEN);
    await expect(log(red!)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('rescue') });
  });

  test('while the re-run waits for a runner, the red attempt keeps its number', async () => {
    await open(mode);
    rerun();
    const all = ofTest(await attempts());
    expect(all.map((a) => [a.attempt.attempt, a.state, a.attempt.conclusion, a.log.kind])).toEqual([
      [1, 'finished', 'failure', 'replaced'],
      [undefined, 'waiting', 'unknown', 'none'],
    ]);
  });
});

test('many re-runs count down rightly, and matrix legs of one name stay apart by their logs', async () => {
  await open('gitea-1.26');
  for (const end of ['failure', 'failure', 'success'] as const) {
    rerun();
    fake.world.ran(Number(runId), 'test (20)', end, GREEN);
  }
  const all = ofTest(await attempts());
  expect(all.map((a) => [a.attempt.attempt, a.attempt.conclusion])).toEqual([
    [1, 'failure'],
    [2, 'failure'],
    [3, 'failure'],
    [4, 'success'],
  ]);
  expect(new Set(all.map((a) => a.attempt.providerId)).size).toBe(4);
});

test('two legs of one name, started in one second, are told apart', async () => {
  await open('gitea-1.26');
  const { world } = fake;
  const run = world.start({ jobs: [{ name: 'e2e' }, { name: 'e2e' }] });
  const [a, b] = world.jobsOf(run.id);
  const first = world.claim(a!);
  world.nowMs -= 1000;
  const second = world.claim(b!);
  world.finish(a!, 'failure');
  world.finish(b!, 'success');
  runId = String(run.id);
  expect((await attempts()).map((found) => found.attempt.providerId)).toEqual([String(first.id), String(second.id)]);
});

test('a run with more jobs than a page has is listed whole', async () => {
  await open('gitea-1.27');
  const jobs = Array.from({ length: 120 }, (_, n) => ({ name: `shard ${n}` }));
  const run = fake.world.start({ jobs });
  for (const { name } of jobs) fake.world.ran(run.id, name, 'success', name);
  runId = String(run.id);
  const all = await attempts();
  expect(new Set(all.map((a) => a.attempt.providerId)).size).toBe(120);
});

test.each([
  ['gitea-1.25', 'expired'],
  ['gitea-1.27', 'expired'],
  ['gitea-1.24', 'gone'],
  ['gitea-1.25', 'gone'],
  ['gitea-1.26', 'gone'],
  ['forgejo-16', 'expired'],
  ['github', 'gone'],
] as const)('%s: a log that is %s is not found, with a reason', async (mode, storage) => {
  await open(mode === 'gitea-1.24' ? 'gitea-1.25' : mode);
  const [red] = ofTest(await attempts());
  for (const task of fake.world.tasks) task.storage = storage;
  await expect(log(red!)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.stringMatching(/.{20}/) });
});

describe('what a version cannot do has a plain message', () => {
  test.each([
    [
      'gitea-1.22',
      'ownLog',
      'Gitea 1.22.4 has no log API',
      'use `firstred run` in the job, or upgrade to 1.24 or later',
    ],
    ['gitea-1.23', 'log', 'Gitea 1.23.4 has no log API', '1.24'],
    ['gitea-1.24', 'log', 'tells no job ids', 'upgrade to 1.25'],
    ['gitea-1.25', 'rerun', 'has no re-run API', 'press the button'],
    ['forgejo-15', 'log', 'Forgejo 15.0.1 has no log API', 'upgrade to 16'],
    ['forgejo-16', 'rerun', 'has no re-run API', 'press the button'],
    ['github', 'ownLog', 'no log of a running job', 'firstred run'],
    ['github', 'attach', 'takes no attachments', 'excerpt'],
  ] as const)('%s: %s', async (mode, ability, message, hint) => {
    await open(mode);
    expect(forge[ability]).toBeUndefined();
    const error = missingAbility(forge, ability);
    expect(error.code).toBe('PROVIDER_UNSUPPORTED');
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });
});

test('GitHub writes a log a moment after the job’s end: it is waited for', async () => {
  await open('github');
  const [red] = ofTest(await attempts());
  fake.faults.add(/logs$/, { kind: 'status', status: 404, body: '{"message":"Not Found"}' }, 2);
  expect((await log(red!)).toString()).toContain(RED.toString());
  fake.world.nowMs += 3_600_000;
  fake.faults.add(/logs$/, { kind: 'status', status: 404, body: '{"message":"Not Found"}' }, 2);
  await expect(log(red!)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a server error is no missing log where the server tells them apart', async () => {
  await open('gitea-1.26');
  const [red] = ofTest(await attempts());
  fake.faults.add(/logs$/, { kind: 'status', status: 500, body: '{"message":""}' });
  await expect(log(red!)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
});
