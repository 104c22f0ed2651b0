// 50 finished jobs a second, with faults of the server and the sidecar killed and started again in the middle: nothing is
// lost, nothing doubled. FIRSTRED_LOAD_SECONDS says for how long (60), FIRSTRED_LOAD_LINES how many lines a log has (50).
// It prints how long after its job's end each log was kept, and what that took of the processor; it does not judge either.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand, startCommand, type TestHome } from '../support/command.ts';
import type { Fault } from '../support/fake-forge/faults.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';

const SECONDS = Number(process.env['FIRSTRED_LOAD_SECONDS'] ?? 60);
const LINES = Number(process.env['FIRSTRED_LOAD_LINES'] ?? 50);
const JOBS_A_SECOND = 50;
const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 502, body: '<html>' },
  { kind: 'drop' },
  { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
];

test(`${JOBS_A_SECOND} jobs a second for ${SECONDS} s`, async () => {
  const fake = await startFakeForge('gitea-1.26');
  onTestFinished(() => fake.close());
  const { world } = fake;
  world.nowMs = Date.now();
  const home = await makeHome({ FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN });
  const storage = join(home.folder, 'actions_log');
  storeLogsIn(world, storage);
  world.ran(world.start({ jobs: [{ name: 'first' }] }).id, 'first', 'success', 'first\n');
  const watch = (): ChildProcess => startWatch(home, storage);
  let sidecar = watch();
  let cpuMs = 0;
  const startedMs = performance.now();
  for (let second = 0; second < SECONDS; second++) {
    const names = Array.from({ length: JOBS_A_SECOND }, (_, n) => ({ name: `job ${n}` }));
    const run = world.start({ jobs: names, sha: second.toString(16).padStart(40, 'b') });
    for (const [n, { name }] of names.entries()) {
      const log = Array.from({ length: LINES }, (_, line) => `${name} of ${second}, line ${line}\n`).join('');
      world.ran(run.id, name, second % 7 === 0 ? 'failure' : 'success', log);
      await untilMs(startedMs + second * 1000 + ((n + 1) * 1000) / JOBS_A_SECOND);
    }
    const fault = FAULTS[second % FAULTS.length];
    if (second % 5 === 2 && fault !== undefined) fake.faults.add(/actions\/tasks/, fault, 2);
    if (second === Math.floor(SECONDS / 2)) {
      cpuMs += cpuOf(sidecar);
      sidecar.kill('SIGKILL');
      await once(sidecar, 'exit');
      sidecar = watch();
    }
  }
  const wanted = SECONDS * JOBS_A_SECOND + 1;
  const deadlineMs = performance.now() + 180_000;
  while (manifestsIn(home).length < wanted && performance.now() < deadlineMs) await untilMs(performance.now() + 500);
  cpuMs += cpuOf(sidecar);
  sidecar.kill('SIGTERM');
  await once(sidecar, 'exit');
  const kept = manifestsIn(home);
  report(kept, { wanted, cpuMs, home, storage });
  const tasks = kept.map(taskOf);
  expect(new Set(tasks).size).toBe(wanted);
  // A kill may leave a second capture of a log; it is one attempt all the same.
  expectCode(await runCommand(home, ['sync']), 0);
  const listed = expectCode(await runCommand(home, ['list', '--json']), 0).stdout.toString();
  expect((JSON.parse(listed) as { primary: boolean }[]).filter(({ primary }) => primary)).toHaveLength(wanted);
});

function startWatch(home: TestHome, storage: string): ChildProcess {
  // As the unit and the compose file set it: a disk takes many waits together.
  const env = { UV_THREADPOOL_SIZE: '32' };
  const child = startCommand(home, ['watch', '--gitea-logs', storage, '--port', '0', '--interval', '500ms'], { env });
  child.stdout?.resume();
  child.stderr?.resume();
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const untilMs = (atMs: number): Promise<void> =>
  new Promise((done) => setTimeout(done, Math.max(0, atMs - performance.now())));

const manifestsIn = (home: TestHome): readonly string[] =>
  readdirSync(join(home.store, 'logs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

const taskOf = (manifest: string): string => /t(\d+)\/[^/]+$/.exec(manifest)?.[1] ?? '';

/** User and system time so far, all threads; 0 where there is no /proc. A tick is 10 ms on every Linux. */
function cpuOf({ pid }: ChildProcess): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

interface LoadFigures {
  readonly wanted: number;
  readonly cpuMs: number;
  readonly home: TestHome;
  readonly storage: string;
}

function report(kept: readonly string[], { wanted, cpuMs, home, storage }: LoadFigures): void {
  const endedMs = new Map(
    readdirSync(storage, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.zst'))
      .map((name) => [basename(name).split('.')[0] ?? '', statSync(join(storage, name)).mtimeMs]),
  );
  const lateMs = kept
    .map((name) => statSync(join(home.store, 'logs', name)).mtimeMs - (endedMs.get(taskOf(name)) ?? 0))
    .sort((a, b) => a - b);
  const at = (share: number): string => ((lateMs[Math.ceil(lateMs.length * share) - 1] ?? 0) / 1000).toFixed(1);
  const over = lateMs.filter((ms) => ms > 10_000).length;
  console.log(
    `${kept.length} captures of ${wanted} logs; kept after ${at(0.5)} s (median), ${at(0.99)} s (99 %), ${at(1)} s (last), ${over} later than 10 s; ${(cpuMs / wanted).toFixed(1)} ms of processor a log; load ${loadavg()[0]?.toFixed(1)}`,
  );
}
