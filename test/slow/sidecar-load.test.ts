// 50 finished jobs a second, with faults of the server and the sidecar killed and started again in the middle: nothing is
// lost, nothing doubled. FIRSTRED_LOAD_SECONDS says for how long (60). It prints how long logs took; it does not judge it.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand, startCommand } from '../support/command.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';

const SECONDS = Number(process.env['FIRSTRED_LOAD_SECONDS'] ?? 60);
const JOBS_A_SECOND = 50;

test(`${JOBS_A_SECOND} jobs a second for ${SECONDS} s`, async () => {
  const fake = await startFakeForge('gitea-1.26');
  onTestFinished(() => fake.close());
  const { world } = fake;
  world.nowMs = Date.now();
  const home = await makeHome({ FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN });
  const storage = join(home.folder, 'actions_log');
  storeLogsIn(world, storage);
  world.ran(world.start({ jobs: [{ name: 'first' }] }).id, 'first', 'success', 'first\n');
  const args = ['watch', '--gitea-logs', storage, '--port', '0', '--interval', '500ms', '--no-index'];
  const start = () => {
    const child = startCommand(home, args);
    child.stdout?.resume();
    child.stderr?.resume();
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  let sidecar = start();
  const startedMs = performance.now();
  for (let second = 0; second < SECONDS; second++) {
    const names = Array.from({ length: JOBS_A_SECOND }, (_, n) => ({ name: `job ${n}` }));
    const run = world.start({ jobs: names, sha: second.toString(16).padStart(40, 'b') });
    for (const { name } of names) {
      world.ran(run.id, name, second % 7 === 0 ? 'failure' : 'success', `${name} of ${second}\n`.repeat(50));
    }
    if (second % 5 === 2) fake.faults.add(/actions\/tasks/, { kind: 'status', status: 502, body: '<html>' }, 2);
    if (second === Math.floor(SECONDS / 2)) {
      sidecar.kill('SIGKILL');
      await once(sidecar, 'exit');
      sidecar = start();
    }
    const nextMs = startedMs + (second + 1) * 1000;
    await new Promise((done) => setTimeout(done, Math.max(0, nextMs - performance.now())));
  }
  const wanted = SECONDS * JOBS_A_SECOND + 1;
  const deadlineMs = performance.now() + 180_000;
  let kept: string[] = [];
  while (performance.now() < deadlineMs) {
    kept = readdirSync(join(home.store, 'logs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.json'),
    );
    if (kept.length >= wanted) break;
    await new Promise((done) => setTimeout(done, 500));
  }
  const lastMs = performance.now() - startedMs;
  sidecar.kill('SIGTERM');
  await once(sidecar, 'exit');
  console.log(
    `${kept.length} of ${wanted} kept, the last ${((lastMs - SECONDS * 1000) / 1000).toFixed(1)} s after the end`,
  );
  const tasks = kept.map((name) => /t(\d+)\/[^/]+$/.exec(name)?.[1] ?? '');
  expect(new Set(tasks).size).toBe(wanted);
  // A kill may leave a second capture of a log; it is one attempt all the same.
  expectCode(await runCommand(home, ['sync']), 0);
  const listed = expectCode(await runCommand(home, ['list', '--json']), 0).stdout.toString();
  expect((JSON.parse(listed) as { primary: boolean }[]).filter(({ primary }) => primary)).toHaveLength(wanted);
});
