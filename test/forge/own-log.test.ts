// A post-step keeps its own job's log by API; a later pull joins the same attempt. Then the whole story.
import { afterEach, describe, expect, test } from 'vitest';
import { openArchiver } from '../../cli/archiver.ts';
import type { Command } from '../../cli/command.ts';
import { pull } from '../../cli/commands/pull.ts';
import { openKeptCaptures } from '../../cli/kept-captures.ts';
import { openOwnLog } from '../../cli/own-log.ts';
import { openSession } from '../../cli/session.ts';
import { collect } from '../../forge/pages.ts';
import type { Attempt } from '../../store/attempt.ts';
import { createMasker } from '../../store/mask.ts';
import { openStore } from '../../store/open-store.ts';
import { type CommandWorld, openCommandWorld } from '../support/command-world.ts';
import { stepOf } from '../support/fake-forge/environment.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import type { Mode } from '../support/fake-forge/world.ts';

let fake: FakeForge;
let worlds: CommandWorld[] = [];
afterEach(async () => {
  expect(fake.apiFaults).toEqual([]);
  for (const world of worlds) world.close();
  worlds = [];
  await fake.close();
});

/** `archive` without a file, as a step of the running job does it. */
const archiveOwn: Command = {
  name: 'archive-own',
  summary: '',
  group: 'hidden',
  options: [],
  examples: [
    { line: '', summary: '' },
    { line: '', summary: '' },
  ],
  exitCodes: {},
  async run(input, io) {
    const config = await io.config();
    const own = await openOwnLog(input, io);
    const session = openSession(config);
    const archiver = await openArchiver(session, {
      index: false,
      onIndexFailure: async () => undefined,
      now: io.now,
      signal: io.signal,
    });
    const masker = createMasker({ told: [] });
    await archiver.keep({
      attempt: () => own.attempt,
      logName: 'log',
      how: 'api',
      input: own.chunks,
      masker,
      cutReason: own.cutReason,
    });
    await archiver.close();
    await session.close();
    await io.stdout.write(JSON.stringify(own.attempt));
    return 0;
  },
};

async function stepWorld(runId: number, name: string): Promise<CommandWorld> {
  const job = fake.world.job(runId, name);
  const { env, eventText } = stepOf(fake, job, fake.world.taskOf(job)!);
  const world = openCommandWorld(env, () => fake.world.nowMs);
  worlds.push(world);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${world.folder}/event.json`, eventText);
  return world;
}

describe.each(['gitea-1.24', 'gitea-1.25', 'gitea-1.26', 'gitea-1.27', 'forgejo-16'] as const)('%s', (mode: Mode) => {
  test('the running job’s rows are kept, cut and with no conclusion; pull adds the whole log and the end', async () => {
    fake = await startFakeForge(mode);
    const run = fake.world.start({ jobs: [{ name: 'test (20)' }] });
    const job = fake.world.job(run.id, 'test (20)');
    const task = fake.world.claim(job);
    fake.world.write(task, 'first row\nsecond row\n');
    const step = await stepWorld(run.id, 'test (20)');
    expect(await step.run(archiveOwn, [], {})).toBe(0);
    const attempt = JSON.parse(step.out.text) as Attempt;
    expect(attempt).toMatchObject({ job: 'test (20)', partial: false, providerId: String(task.id), workflow: 'CI' });
    fake.world.write(task, 'last row\n');
    fake.world.finish(job, 'failure');
    if (mode === 'gitea-1.24') return; // it tells no job ids to a pull
    const env = {
      FIRSTRED_SERVER_URL: fake.serverUrl,
      FIRSTRED_TOKEN: PERSONAL_TOKEN,
      FIRSTRED_REPO: 'acme/widgets',
      FIRSTRED_STORE: `${step.folder}/store`,
    };
    const puller = openCommandWorld(env, () => fake.world.nowMs);
    worlds.push(puller);
    expect(await puller.run(pull, [], { run: String(run.id), index: false, json: true })).toBe(0);
    expect(JSON.parse(puller.out.text)).toMatchObject({ kept: 1 });
    const store = await openStore(`${step.folder}/store`);
    const copies = await openKeptCaptures(store).of(attempt);
    expect(copies.map((m) => [m.capture.how, m.capture.complete, m.attempt.conclusion]).toSorted()).toEqual([
      ['api', false, 'unknown'],
      ['pull', true, 'failure'],
    ]);
    const facts = await collect(store.list('facts/'));
    expect(facts).toHaveLength(1);
    await store.close();
  });
});

test.each([
  ['gitea-1.22', 'use `firstred run` in the job, or upgrade to 1.24'],
  ['gitea-1.23', 'use `firstred run` in the job, or upgrade to 1.24'],
  ['forgejo-15', 'upgrade to 16'],
  ['github', 'firstred run -- CMD'],
] as const)('%s cannot give it and says what to do', async (mode, hint) => {
  fake = await startFakeForge(mode);
  const run = fake.world.start({ jobs: [{ name: 'test (20)' }] });
  fake.world.claim(fake.world.job(run.id, 'test (20)'));
  const step = await stepWorld(run.id, 'test (20)');
  await expect(step.run(archiveOwn, [], {})).rejects.toMatchObject({
    code: 'PROVIDER_UNSUPPORTED',
    hint: expect.stringContaining(hint),
  });
});

test('a fork’s job on a private repository of Gitea 1.26 may not read its log, and the hint names the permission', async () => {
  fake = await startFakeForge('gitea-1.26');
  const run = fake.world.start({ event: 'pull_request', branch: 'fork:x', jobs: [{ name: 'test' }] });
  fake.world.claim(fake.world.job(run.id, 'test'));
  const step = await stepWorld(run.id, 'test');
  await expect(step.run(archiveOwn, [], {})).rejects.toMatchObject({
    code: 'REFUSED',
    hint: expect.stringContaining('actions: read'),
  });
});

test('after the job’s end its token is dead, and the error names the variable', async () => {
  fake = await startFakeForge('gitea-1.26');
  const run = fake.world.start({ jobs: [{ name: 'test' }] });
  fake.world.claim(fake.world.job(run.id, 'test'));
  const step = await stepWorld(run.id, 'test');
  fake.world.finish(fake.world.job(run.id, 'test'), 'success');
  await expect(step.run(archiveOwn, [], {})).rejects.toMatchObject({
    code: 'REFUSED',
    hint: expect.stringContaining('ACTIONS_RUNTIME_TOKEN'),
  });
});

test('a job whose token is opaque cannot be told by the server', async () => {
  fake = await startFakeForge('gitea-1.26');
  const run = fake.world.start({ jobs: [{ name: 'test' }] });
  const task = fake.world.claim(fake.world.job(run.id, 'test'));
  const job = fake.world.job(run.id, 'test');
  const world = openCommandWorld(
    { ...stepOf(fake, job, task).env, ACTIONS_RUNTIME_TOKEN: task.token },
    () => fake.world.nowMs,
  );
  worlds.push(world);
  await expect(world.run(archiveOwn, [], {})).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('cannot tell which job'),
  });
});
