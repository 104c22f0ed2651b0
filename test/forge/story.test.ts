// The story that all of this is for, told with the built command line on each server: red, kept, run again, green, and
// both are there, the red log byte for byte, although the server shows only the green one.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openActionJob } from '../support/action-runner.ts';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { stepOf } from '../support/fake-forge/environment.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const GREEN = providerFixture('gitea/logs/test-20.task4830.attempt2.green.log');
const JOB = 'test (20)';

/** How a log is kept where the server can do no more: by `run`, a last step, the action, or a pull from outside. */
type Way = 'run' | 'last step' | 'action' | 'pull';

interface Story {
  readonly fake: FakeForge;
  readonly home: TestHome;
  readonly runId: number;
  readonly way: Way;
}

async function begin(mode: Mode, way: Way): Promise<Story> {
  const fake = await startFakeForge(mode);
  onTestFinished(() => fake.close());
  const outside = {
    FIRSTRED_SERVER_URL: fake.serverUrl,
    FIRSTRED_TOKEN: PERSONAL_TOKEN,
    FIRSTRED_REPO: 'acme/widgets',
  };
  const home = await makeHome(way === 'pull' || way === 'action' ? outside : {});
  return { fake, home, runId: fake.world.start({ jobs: [{ name: JOB }] }).id, way };
}

/** A runner takes the job and does it, and its log is kept on the way or right after. */
async function doJob({ fake, home, runId, way }: Story, log: string, conclusion: 'success' | 'failure'): Promise<void> {
  const { world } = fake;
  const job = world.job(runId, JOB);
  const task = world.claim(job);
  const step = stepOf(fake, job, task);
  const event = join(home.folder, 'event.json');
  await writeFile(event, step.eventText);
  const env = { ...step.env, GITHUB_EVENT_PATH: event, FIRSTRED_CONCLUSION: conclusion, FIRSTRED_JOB: JOB };
  if (way === 'run') {
    await writeFile(join(home.folder, 'output.log'), log);
    const code = conclusion === 'success' ? 0 : 1;
    const make = ['sh', '-c', `cat '${join(home.folder, 'output.log')}'; exit ${code}`];
    const done = expectCode(await runCommand(home, ['run', '--', ...make], { env }), code);
    expect(done.stdout.toString()).toBe(log); // the job's own output is untouched
  }
  const action = openActionJob(await makeTempFolder(), { env, inputs: { store: home.store } });
  if (way === 'action') expect(await action.main()).toMatchObject({ code: 0, stderr: '' });
  world.write(task, log);
  if (way === 'action') expect((await action.post()).stdout.toString()).not.toContain('::warning');
  if (way === 'last step') expectCode(await runCommand(home, ['archive', '--no-fail'], { env }), 0);
  world.finish(job, conclusion);
  if (way === 'pull') expectCode(await runCommand(home, ['pull', '--run', String(runId)]), 0);
}

/** By firstred where the server lets it, else by somebody who never heard of firstred. */
async function runAgain({ fake, home, runId }: Story): Promise<void> {
  const { world } = fake;
  const hasApi = world.family === 'github' || (world.family === 'gitea' && world.version >= 26);
  if (hasApi) expectCode(await runCommand(home, ['rerun', `${MAIN_SHA}:${JOB}`]), 0);
  else world.rerun(runId);
  expect(world.job(runId, JOB).status).toBe('waiting');
}

/** What the server shows as the log of the job. */
async function shownByServer({ fake, runId }: Story): Promise<string> {
  const { world, apiUrl } = fake;
  const job = world.job(runId, JOB);
  const hasLogs = world.family === 'github' || world.version >= (world.family === 'gitea' ? 24 : 16);
  if (!hasLogs) return world.taskOf(job)?.log.toString() ?? '';
  const headers = { authorization: `token ${PERSONAL_TOKEN}` };
  const answer = await fetch(`${apiUrl}/repos/acme/widgets/actions/jobs/${job.id}/logs`, {
    headers,
    redirect: 'manual',
  });
  const place = answer.headers.get('location');
  return place === null ? answer.text() : (await fetch(place)).text();
}

interface Row {
  readonly logId: string;
  readonly primary: boolean;
  readonly job: string;
  readonly conclusion: string;
}

async function keptRows({ home, way }: Story): Promise<readonly Row[]> {
  if (way === 'action') expectCode(await runCommand(home, ['sync']), 0); // it has no index
  const listed = expectCode(await runCommand(home, ['list', '--sha', MAIN_SHA, '--json']), 0);
  return (JSON.parse(listed.stdout.toString()) as Row[]).filter((row) => row.primary);
}

const textOf = async ({ home }: Story, row: Row | undefined): Promise<string> =>
  expectCode(await runCommand(home, ['show', row?.logId ?? 'none', '--raw']), 0).stdout.toString();

describe.each([
  ['gitea-1.22', 'run'],
  ['gitea-1.23', 'run'],
  ['gitea-1.24', 'last step'],
  ['gitea-1.25', 'action'],
  ['gitea-1.26', 'pull'],
  ['gitea-1.27', 'action'],
  ['forgejo-11', 'run'],
  ['forgejo-15', 'run'],
  ['forgejo-16', 'last step'],
  ['github', 'pull'],
] as const)('%s, kept by %s', (mode, way) => {
  test('a red log outlives the re-run that took its place', async () => {
    const story = await begin(mode, way);
    await doJob(story, RED, 'failure');
    await runAgain(story);
    await doJob(story, GREEN, 'success');

    expect(await shownByServer(story)).toContain(GREEN);
    expect(await shownByServer(story)).not.toContain(RED);
    const rows = await keptRows(story);
    expect(rows.map((row) => [row.job, row.conclusion]).sort()).toEqual([
      [JOB, 'failure'],
      [JOB, 'success'],
    ]);
    const red = await textOf(
      story,
      rows.find((row) => row.conclusion === 'failure'),
    );
    const green = await textOf(
      story,
      rows.find((row) => row.conclusion === 'success'),
    );
    // GitHub puts a byte order mark before its logs: it is part of the log.
    const mark = mode === 'github' ? '\ufeff' : '';
    expect(red).toBe(mark + RED);
    expect(green).toBe(mark + GREEN);
  });
});
