// What goes on beside a CI server, over a team's index: the sidecar keeps and judges, `rerun` finds a log by its short name.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand, startCommand, type TestHome } from '../support/command.ts';
import { startEngine, type TestEngine } from '../support/engine/engine.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA } from '../support/fake-forge/world.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const JOB = 'test (20)';
const engine = await startEngine();

interface Row {
  readonly logId: string;
  readonly job: string;
  readonly conclusion: string;
}

describe.skipIf(engine === undefined)('beside a server, over a team’s index', () => {
  let fake: FakeForge;
  let home: TestHome;
  let local: TestHome;
  let storage: string;
  let runId: number;
  beforeAll(async () => {
    fake = await startFakeForge('gitea-1.26');
    fake.world.nowMs = Date.now(); // the sidecar looks back from now
    const server = {
      FIRSTRED_SERVER_URL: fake.serverUrl,
      FIRSTRED_TOKEN: PERSONAL_TOKEN,
      FIRSTRED_REPO: 'acme/widgets',
    };
    local = await makeHome(server, await makeKeptFolder());
    home = { ...local, env: { ...local.env, FIRSTRED_INDEX: (engine as TestEngine).address } };
    storage = join(home.folder, 'actions_log');
    storeLogsIn(fake.world, storage);
    const earlier = fake.world.start({
      jobs: [{ name: 'lint' }],
      sha: 'a'.repeat(40),
      workflow: 'Lint',
      file: 'lint.yml',
    });
    fake.world.ran(earlier.id, 'lint', 'success', 'lint ok\n');
    runId = fake.world.start({ jobs: [{ name: JOB }] }).id;
    // Nothing of earlier tests, and tables that are there.
    expectCode(
      await runCommand(home, ['reindex', '--quiet'], { env: { FIRSTRED_STORE: join(home.folder, 'none') } }),
      0,
    );
  });
  afterAll(async () => {
    await fake?.close();
    await rm(local.folder, { recursive: true, force: true });
    await engine?.stop();
  });

  const listed = async (place: TestHome): Promise<readonly Row[]> =>
    JSON.parse(expectCode(await runCommand(place, ['list', '--json']), 0).stdout.toString()) as Row[];

  test('the sidecar keeps a red attempt, writes its status, and a worker brings it in', async () => {
    const sidecar = startCommand(home, [
      ...['watch', '--gitea-logs', storage, '--port', '0', '--interval', '100ms', '--post-status'],
    ]);
    onTestFinished(() => void sidecar.kill('SIGKILL'));
    const ended = new Promise<number | null>((resolve) => sidecar.once('exit', resolve));
    let said = '';
    const judged = new Promise<void>((resolve, reject) => {
      const take = (chunk: Buffer): void => {
        said += chunk.toString();
        if (said.includes(`status firstred/gate of ${MAIN_SHA.slice(0, 10)}`)) resolve();
      };
      sidecar.stdout?.on('data', take);
      sidecar.stderr?.on('data', take);
      void ended.then(() => reject(new Error(`it ended before it had judged:\n${said}`)));
    });
    fake.world.ran(runId, JOB, 'failure', RED);
    await judged;
    sidecar.kill('SIGTERM');
    await ended;
    expect(said).not.toContain('not indexed');

    expectCode(await runCommand(home, ['sync', '--quiet']), 0);
    expectCode(await runCommand(local, ['sync', '--quiet']), 0);
    const [own, theirs] = [await listed(local), await listed(home)];
    expect(theirs).toEqual(own);
    expect(own.map(({ job, conclusion }) => [job, conclusion])).toContainEqual([JOB, 'failure']);
    const judge = ['gate', '--sha', MAIN_SHA, '--json'];
    const [gate, theirGate] = [await runCommand(local, judge), await runCommand(home, judge)];
    expect([theirGate.code, theirGate.stdout.toString()]).toEqual([gate.code, gate.stdout.toString()]);
    expect(gate.code).toBe(1);
  });

  test('rerun finds the job of a log by its short name in the team’s index alone', async () => {
    const red = (await listed(home)).find(({ job }) => job === JOB) as Row;
    const before = fake.requests.length;
    const args = ['rerun', red.logId.slice(0, 9), '--json'];
    const result = expectCode(await runCommand(home, args), 0);
    expect(JSON.parse(result.stdout.toString())).toMatchObject({ logId: red.logId, job: JOB, run: String(runId) });
    const asked = fake.requests.slice(before).filter(({ method }) => method === 'POST');
    expect(asked.map(({ path }) => path)).toEqual([expect.stringMatching(/\/rerun$/)]);
    expect(fake.world.job(runId, JOB).status).toBe('waiting');
  });
});
