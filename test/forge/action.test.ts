// The CI action, one file without native modules, run as a runner runs it: it keeps the job's log or says what to do.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { actionFile } from '../support/action-runner.ts';
import { openStage, warningsOf } from '../support/action-stage.ts';
import { readKeptLogs } from '../support/kept-logs.ts';
import { ROOT } from '../support/sources.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

test('the committed file is what the sources give, and the licences of all that is in it (else: npm run action)', async () => {
  const folder = await makeTempFolder();
  execFileSync(process.execPath, [join(ROOT, 'scripts/build-action.mjs'), folder]);
  const names = readdirSync(folder);
  expect(names.toSorted()).toEqual(['firstred.cjs', 'licences.txt']);
  for (const name of names) {
    const isSame = readFileSync(join(folder, name)).equals(readFileSync(join(ROOT, 'action', name)));
    expect(isSame, `action/${name} is not what the sources give`).toBe(true);
  }
});

test('action.yml names the file for both ends of the job, and every input says what it is', () => {
  expect(actionFile.runs).toMatchObject({ using: 'node20', main: actionFile.runs.post, 'post-if': 'always()' });
  for (const [name, input] of Object.entries(actionFile.inputs))
    expect([name, typeof input.description, typeof input.default]).toEqual([name, 'string', 'string']);
});

describe.each(['gitea-1.24', 'gitea-1.25', 'gitea-1.26', 'gitea-1.27', 'forgejo-16'] as const)('%s', (mode) => {
  test('what the job has printed is kept at its end', async () => {
    const { fake, task, store, use } = await openStage(mode);
    const action = use({ inputs: { label: 'tier=slow\nteam=core' } });
    expect(warningsOf(await action.main())).toEqual([]);
    fake.world.write(task, 'first row\nlast row\n');
    const result = await action.post();
    expect(warningsOf(result)).toEqual([]);
    expect(result.stderr).toBe('');
    const [log, ...others] = await readKeptLogs(store);
    expect(others).toEqual([]);
    expect(log?.text).toBe('first row\nlast row\n');
    expect(log?.manifest.attempt).toMatchObject({
      job: 'test (20)',
      workflow: 'CI',
      providerId: String(task.id),
      partial: false,
      conclusion: 'unknown',
      labels: { tier: 'slow', team: 'core' },
    });
    expect(log?.manifest.capture).toMatchObject({
      how: 'api',
      complete: false,
      tool: expect.stringMatching(/^firstred \d/),
    });
    expect(fake.apiFaults).toEqual([]);
  });
});

test.each([
  ['gitea-1.22', 'upgrade to 1.24'],
  ['gitea-1.23', 'upgrade to 1.24'],
  ['forgejo-11', 'upgrade to 16'],
  ['forgejo-15', 'upgrade to 16'],
  ['github', 'firstred run -- CMD'],
] as const)('%s gives no log of a running job: the job stays green and is told what to do', async (mode, hint) => {
  const { use, store } = await openStage(mode);
  const action = use();
  expect(warningsOf(await action.main())).toEqual([]);
  const warnings = warningsOf(await action.post());
  expect(warnings).toEqual([expect.stringContaining(hint)]);
  expect(warnings[0]).toContain('firstred run');
  expect(await readKeptLogs(store).catch(() => [])).toEqual([]);
});

test('a runner without a state file is served by the command of old', async () => {
  const { fake, task, store, use } = await openStage('gitea-1.24');
  const action = use({ hasStateFile: false });
  expect((await action.main()).stdout.toString()).toBe('::save-state name=firstred::begun\n');
  fake.world.write(task, 'a row\n');
  expect(warningsOf(await action.post())).toEqual([]);
  expect((await readKeptLogs(store)).map(({ text }) => text)).toEqual(['a row\n']);
});

test.skipIf(process.getuid?.() !== 0)(
  'in a container whose user has no entry and no home, the log is kept',
  async () => {
    const { fake, folder, task, store, use } = await openStage('gitea-1.26');
    const action = use({ strangerId: 54_321 });
    mkdirSync(store);
    for (const open of [folder, store, join(folder, 'state'), join(folder, 'workspace')]) chmodSync(open, 0o777);
    expect(warningsOf(await action.main())).toEqual([]);
    fake.world.write(task, 'a row\n');
    expect(warningsOf(await action.post())).toEqual([]);
    expect((await readKeptLogs(store)).map(({ text }) => text)).toEqual(['a row\n']);
  },
);

test('secrets of the job and those that are named are masked, and the token is in no message', async () => {
  const { fake, task, store, use } = await openStage('gitea-1.26');
  const env = { DEPLOY_PASSWORD: 'correct-horse-battery', HARMLESS_NAME: 'staple-of-the-day' };
  const action = use({ env, inputs: { 'mask-env': 'HARMLESS_NAME' } });
  await action.main();
  fake.world.write(task, `with ${env.DEPLOY_PASSWORD}, ${env.HARMLESS_NAME} and ${task.token}\n`);
  const result = await action.post();
  expect(warningsOf(result)).toEqual([]);
  expect(result.stdout.toString()).not.toContain(task.token);
  expect((await readKeptLogs(store)).map(({ text }) => text)).toEqual(['with ***, *** and ***\n']);
});

test('a long log is packed by workers that are the same file', async () => {
  const { fake, task, store, use } = await openStage('gitea-1.27');
  const action = use();
  await action.main();
  const text = Array.from({ length: 90_000 }, (_, n) => `row ${n} of a job that prints ${n * 7} things\n`).join('');
  fake.world.write(task, text);
  expect(warningsOf(await action.post())).toEqual([]);
  const [log] = await readKeptLogs(store);
  expect(log?.text === text).toBe(true);
});

test('the pages say how large the file is', () => {
  const size = `${(readFileSync(join(ROOT, 'action/firstred.cjs')).byteLength / 1e6).toFixed(1)} MB`;
  for (const page of ['docs/ci/gitea.md', 'docs/ci/forgejo.md', 'docs/design.md'])
    expect(readFileSync(join(ROOT, page), 'utf8'), page).toContain(size);
});
