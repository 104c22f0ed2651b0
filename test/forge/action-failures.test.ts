// The CI action when something goes wrong: the job stays green, and a warning says what happened and what to do.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openActionJob } from '../support/action-runner.ts';
import { openStage, warningsOf } from '../support/action-stage.ts';
import { readKeptLogs } from '../support/kept-logs.ts';

describe('what goes wrong is a warning that says what to do', () => {
  test('no store is named', async () => {
    const { use } = await openStage('gitea-1.26');
    expect(warningsOf(await use({ inputs: { store: '' } }).post({ STATE_firstred: 'begun' }))).toEqual([
      expect.stringMatching(/no store.*s3:\/\//),
    ]);
  });

  test('the store does not answer: the log waits in the spool that was named', async () => {
    const { fake, folder, task, use } = await openStage('gitea-1.26');
    const spool = join(folder, 'spool');
    const inputs = { store: 's3://logs/x', 's3-endpoint': 'http://127.0.0.1:9', 's3-region': 'us-east-1', spool };
    const env = {
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'a-secret-of-this-test',
      FIRSTRED_STORE_TIMEOUT: '1s',
    };
    const action = use({ inputs, env });
    await action.main();
    fake.world.write(task, 'a row\n');
    const result = await action.post();
    expect(warningsOf(result)).toEqual([expect.stringMatching(/s3:\/\/logs\/x did not take the log.*firstred flush/)]);
    expect(result.stdout.toString() + result.stderr).not.toContain(env.AWS_SECRET_ACCESS_KEY);
    const sealed = readdirSync(spool).filter((name) => name.endsWith('.zst'));
    expect(sealed).toHaveLength(1);
    expect(execFileSync('zstd', ['-dc', join(spool, sealed[0] ?? '')]).toString()).toBe('a row\n');
  });

  test('the log breaks off on its way again and again: what came is kept', async () => {
    const { fake, task, store, use } = await openStage('gitea-1.26');
    const action = use();
    await action.main();
    fake.world.write(task, 'a row of the job\n'.repeat(100));
    fake.faults.add(/\/logs$/, { kind: 'cut', afterBytes: 20 }, 1000);
    expect(warningsOf(await action.post())).toEqual([
      expect.stringMatching(/broke off, what came is kept.*pull it later/),
    ]);
    const [log] = await readKeptLogs(store);
    expect(log?.text.length).toBeGreaterThanOrEqual(20);
    expect('a row of the job\n'.repeat(100).startsWith(log?.text ?? 'nothing')).toBe(true);
    expect(log?.manifest.capture).toMatchObject({ complete: false, cutReason: expect.stringContaining('log of job') });
  });

  test('the server refuses the token', async () => {
    const { fake, job, use } = await openStage('gitea-1.26');
    const action = use();
    await action.main();
    fake.world.finish(job, 'success'); // its token dies with it
    expect(warningsOf(await action.post())).toEqual([expect.stringContaining('INPUT_TOKEN')]);
  });

  test('the server is silent: the action gives up', async () => {
    const sockets: { destroy(): void }[] = [];
    const silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
    const { use } = await openStage('gitea-1.26');
    const env = { GITHUB_API_URL: `${url}/api/v1`, GITHUB_SERVER_URL: url };
    const action = use({ env, inputs: { timeout: '1s' } });
    await action.main();
    const warnings = warningsOf(await action.post());
    expect(warnings.at(-1)).toMatch(/gave up after 1 s/);
  });

  test('the process that keeps is killed', async () => {
    const { fake, task, use } = await openStage('gitea-1.26');
    const action = use({ env: { FIRSTRED_TEST_KILL_AT: 'deliver:object' } });
    await action.main();
    fake.world.write(task, 'a row\n');
    expect(warningsOf(await action.post())).toEqual([expect.stringMatching(/SIGKILL.*firstred pull/)]);
  });

  test('an input is no duration, a state file cannot be written', async () => {
    const { use, folder } = await openStage('gitea-1.26');
    expect(warningsOf(await use({ inputs: { timeout: 'soon' } }).post({ STATE_firstred: 'begun' }))).toHaveLength(1);
    const action = openActionJob(folder, { env: { GITHUB_STATE: folder }, hasStateFile: false });
    expect(warningsOf(await action.main())).toEqual([expect.stringContaining('EISDIR')]);
  });
});
