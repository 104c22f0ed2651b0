// 50 finished jobs a second, with faults of the server and the sidecar killed and started again in the middle: nothing is
// lost, nothing doubled. FIRSTRED_LOAD_SECONDS says for how long (60), FIRSTRED_LOAD_LINES how many lines a log has (50),
// FIRSTRED_LOAD_RATE how many jobs end a second (50; fewer for a machine that is busy), FIRSTRED_LOAD_WAY how the sidecar
// hears of them: `storage` (the server's own log storage) or `webhooks` (and asking). It prints how long after its job's end
// each log was kept, and what that and the test's own server took of the processor; it does not judge either.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand, startCommand, type TestHome } from '../support/command.ts';
import type { Fault } from '../support/fake-forge/faults.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { deliverHooks } from '../support/fake-forge/webhooks.ts';

const SECONDS = Number(process.env['FIRSTRED_LOAD_SECONDS'] ?? 60);
const LINES = Number(process.env['FIRSTRED_LOAD_LINES'] ?? 50);
const JOBS_A_SECOND = Number(process.env['FIRSTRED_LOAD_RATE'] ?? 50);
const WAY = process.env['FIRSTRED_LOAD_WAY'] ?? 'storage';
const SECRET = 'test-secret';
const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 502, body: '<html>' },
  { kind: 'drop' },
  { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
];

test(`${JOBS_A_SECOND} jobs a second for ${SECONDS} s, by ${WAY}`, async () => {
  const fake = await startFakeForge('gitea-1.26');
  onTestFinished(() => fake.close());
  const { world } = fake;
  world.nowMs = Date.now();
  const home = await makeHome({ FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN });
  const storage = join(home.folder, 'actions_log');
  const endedMs = new Map<string, number>();
  if (WAY === 'storage') storeLogsIn(world, storage);
  const finish = (run: number, name: string, conclusion: 'success' | 'failure', log: string): void => {
    endedMs.set(String(world.ran(run, name, conclusion, log).id), Date.now());
  };
  finish(world.start({ jobs: [{ name: 'first' }] }).id, 'first', 'success', 'first\n');
  const watch = (): ChildProcess => startWatch(home, fake, storage);
  let sidecar = watch();
  let cpuMs = 0;
  const startedMs = performance.now();
  const cpuBefore = process.cpuUsage();
  for (let second = 0; second < SECONDS; second++) {
    const names = Array.from({ length: JOBS_A_SECOND }, (_, n) => ({ name: `job ${n}` }));
    const run = world.start({ jobs: names, sha: second.toString(16).padStart(40, 'b') });
    for (const [n, { name }] of names.entries()) {
      const log = Array.from({ length: LINES }, (_, line) => `${name} of ${second}, line ${line}\n`).join('');
      finish(run.id, name, second % 7 === 0 ? 'failure' : 'success', log);
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
  const own = process.cpuUsage(cpuBefore);
  sidecar.kill('SIGTERM');
  await once(sidecar, 'exit');
  const kept = manifestsIn(home);
  report(kept, { wanted, cpuMs, ownMs: (own.user + own.system) / 1000, home, endedMs });
  const tasks = kept.map(taskOf);
  expect(new Set(tasks).size).toBe(wanted);
  // A kill may leave a second capture of a log; it is one attempt all the same.
  expectCode(await runCommand(home, ['sync']), 0);
  const listed = expectCode(await runCommand(home, ['list', '--json']), 0).stdout.toString();
  expect((JSON.parse(listed) as { primary: boolean }[]).filter(({ primary }) => primary)).toHaveLength(wanted);
});

function startWatch(home: TestHome, fake: FakeForge, storage: string): ChildProcess {
  // As the unit and the compose file set it: a disk takes many waits together.
  const env = { UV_THREADPOOL_SIZE: '32', FIRSTRED_WEBHOOK_SECRET: SECRET };
  const from = WAY === 'storage' ? ['--gitea-logs', storage] : ['--repo', 'acme/widgets'];
  const child = startCommand(home, ['watch', ...from, '--port', '0', '--interval', '500ms'], { env });
  child.stdout?.once('data', (line: Buffer) => {
    if (WAY !== 'storage') deliverHooks(fake, `${line.toString().trim()}/webhook`, SECRET);
  });
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
  /** What the server and the jobs took, which share the machine. */
  readonly ownMs: number;
  readonly home: TestHome;
  /** By task. */
  readonly endedMs: ReadonlyMap<string, number>;
}

function report(kept: readonly string[], { wanted, cpuMs, ownMs, home, endedMs }: LoadFigures): void {
  const late = kept
    .map((name) => ({
      endedMs: endedMs.get(taskOf(name)) ?? 0,
      keptMs: statSync(join(home.store, 'logs', name)).mtimeMs,
    }))
    .map((log) => ({ ...log, lateMs: log.keptMs - log.endedMs }))
    .sort((a, b) => a.lateMs - b.lateMs);
  const lateMs = late.map((log) => log.lateMs);
  const startMs = Math.min(...endedMs.values());
  const last = late.at(-1);
  const lastEnded = (((last?.endedMs ?? 0) - startMs) / 1000).toFixed(0);
  const at = (share: number): string => ((lateMs[Math.ceil(lateMs.length * share) - 1] ?? 0) / 1000).toFixed(1);
  const over = lateMs.filter((ms) => ms > 10_000).length;
  console.log(
    `${kept.length} captures of ${wanted} logs; kept after ${at(0.5)} s (median), ${at(0.99)} s (99 %), ${at(1)} s (last, ended in second ${lastEnded}), ${over} later than 10 s; ${(cpuMs / wanted).toFixed(1)} ms of processor a log, ${(ownMs / wanted).toFixed(1)} of the test’s server; load ${loadavg()[0]?.toFixed(1)}`,
  );
}
