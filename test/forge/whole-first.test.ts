// A job's own capture is cut, as the job still ran; what is pulled afterwards is whole, is kept beside it, and is shown.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand } from '../support/command.ts';
import { stepOf } from '../support/fake-forge/environment.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA } from '../support/fake-forge/world.ts';

test.each([
  ['gitea-1.25', 'run'],
  ['gitea-1.27', 'sha'],
  ['forgejo-16', 'run'],
] as const)('%s, pulled by %s', async (mode, by) => {
  const fake = await startFakeForge(mode);
  onTestFinished(() => fake.close());
  const home = await makeHome();
  const run = fake.world.start({ jobs: [{ name: 'test (20)' }] });
  const job = fake.world.job(run.id, 'test (20)');
  const task = fake.world.claim(job);
  const { env, eventText } = stepOf(fake, job, task);
  await writeFile(join(home.folder, 'event.json'), eventText);
  fake.world.write(task, 'first row\n');
  const inJob = { ...env, GITHUB_EVENT_PATH: join(home.folder, 'event.json') };
  expectCode(await runCommand(home, ['archive', '--no-fail'], { env: inJob }), 0);
  fake.world.write(task, 'last row\n');
  fake.world.finish(job, 'failure');

  const outside = {
    FIRSTRED_SERVER_URL: fake.serverUrl,
    FIRSTRED_TOKEN: PERSONAL_TOKEN,
    FIRSTRED_REPO: 'acme/widgets',
  };
  const which = by === 'run' ? ['--run', String(run.id)] : ['--sha', MAIN_SHA];
  const pulled = expectCode(await runCommand(home, ['pull', ...which], { env: outside }), 0);
  expect(pulled.stdout.toString()).toBe('1 kept\n');
  expect(expectCode(await runCommand(home, ['pull', ...which], { env: outside }), 0).stdout.toString()).toBe(
    '1 here already\n',
  );

  const rows = JSON.parse(expectCode(await runCommand(home, ['list', '--json']), 0).stdout.toString()) as {
    readonly primary: boolean;
    readonly rawBytes: number;
    readonly conclusion: string;
  }[];
  expect(rows.map(({ primary, rawBytes, conclusion }) => [primary, rawBytes, conclusion]).toSorted()).toEqual([
    [false, 'first row\n'.length, 'failure'],
    [true, 'first row\nlast row\n'.length, 'failure'],
  ]);
  const shown = expectCode(await runCommand(home, ['show', `${MAIN_SHA}:test (20)`, '--raw']), 0);
  expect(shown.stdout.toString()).toBe('first row\nlast row\n');
});
