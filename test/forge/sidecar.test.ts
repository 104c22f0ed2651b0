// The sidecar's listener: whoever knocks gets no more than he may, and deliveries become work once.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openArchiver } from '../../cli/archiver.ts';
import type { CommandInput, CommandIo } from '../../cli/command.ts';
import { readConfig } from '../../cli/config.ts';
import { openSession, type Session } from '../../cli/session.ts';
import { type Listener, startListening } from '../../cli/watch-listener.ts';
import { openWatchState } from '../../cli/watch-state.ts';
import { Watcher } from '../../cli/watcher.ts';
import { WorkQueue } from '../../cli/work-queue.ts';
import { openForge } from '../../forge/detect.ts';
import { createMasker } from '../../store/mask.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { hookRequest } from '../support/fake-forge/webhooks.ts';
import type { HookEvent } from '../support/fake-forge/world.ts';
import { testTools } from '../support/forge-tools.ts';
import { makeKeptFolder } from '../support/temp-folder.ts';

const SECRET = 'test-secret';
const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const JOB = 'test (20)';
const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
let fake: FakeForge;
let session: Session;
let listener: Listener;
let watcher: Watcher;
let queue: WorkQueue;
let nowMs: number;
let notes: string[];
let hooks: HookEvent[];

beforeEach(async () => {
  fake = await startFakeForge('gitea-1.26');
  hooks = [];
  fake.world.onHook = (hook) => void hooks.push(hook);
  nowMs = fake.world.nowMs;
  notes = [];
  const folder = await makeKeptFolder();
  const env = {
    FIRSTRED_STORE: `${folder}/store`,
    FIRSTRED_INDEX: `${folder}/index.db`,
    FIRSTRED_SPOOL: `${folder}/spool`,
    FIRSTRED_WEBHOOK_SECRET: SECRET,
    XDG_CONFIG_HOME: folder,
  };
  const config = await readConfig({ env, flags: {}, workingFolder: folder });
  session = openSession(config);
  const now = (): number => nowMs;
  const onIndexFailure = async (why: string): Promise<void> => void notes.push(why);
  const archiver = await openArchiver(session, { index: true, onIndexFailure, now, signal });
  const address = { serverUrl: fake.serverUrl, apiUrl: undefined, token: PERSONAL_TOKEN, tokenVariable: 'T' };
  const forge = await openForge(address, testTools(fake.world), signal);
  const newMasker = () => createMasker({ told: [] });
  const note = (line: string): void => void notes.push(line);
  watcher = new Watcher({
    forge,
    storage: undefined,
    archiver,
    store: await session.store(),
    facts: { by: 'watch', tool: 'test' },
    newMasker,
    state: openWatchState(undefined),
    host: undefined,
    now,
    signal,
    onKept: () => undefined,
    note,
  });
  const onFailure = (name: string, error: unknown): void => note(`${name} ${String(error)}`);
  queue = new WorkQueue({ width: 4, tries: 2, pause: async () => undefined, signal, onFailure });
  const input: CommandInput = {
    arguments: [],
    text: (name) => (name === 'port' ? '0' : undefined),
    flag: () => false,
    isOff: () => false,
    list: () => [],
  };
  const io = { now, signal, config: async () => config } as unknown as CommandIo;
  const repos = ['acme/widgets'];
  listener = await startListening({ input, io, session, archiver, forge, watcher, queue, repos, newMasker, note });
  closing.push(
    () => listener.close(),
    () => queue.idle(),
    () => archiver.close(),
    () => session.close(),
    () => fake.close(),
  );
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const post = (path: string, body = '', headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(listener.url + path, { method: 'POST', body, headers });

/** The deliveries of a job that ran and failed. */
function redRun(): readonly { readonly headers: Readonly<Record<string, string>>; readonly body: string }[] {
  const run = fake.world.start({ jobs: [{ name: JOB }] });
  hooks = [];
  fake.world.ran(run.id, JOB, 'failure', RED);
  return hooks.map((hook) => hookRequest(fake, hook, SECRET));
}

describe('webhooks', () => {
  test('in any order and twice, an attempt is kept once', async () => {
    const deliveries = redRun().toReversed();
    for (const { headers, body } of [...deliveries, ...deliveries])
      expect((await post('/webhook', body, headers)).status).toBe(202);
    await queue.idle();
    expect(watcher.counts).toMatchObject({ kept: 1, failed: 0, lost: 0 });
    const asked = fake.requests.length;
    for (const { headers, body } of deliveries) await post('/webhook', body, headers); // the same delivery ids
    await queue.idle();
    expect(fake.requests).toHaveLength(asked);
  });

  test('a wrong signature, none, and a body that is no JSON are refused, and nothing is asked', async () => {
    const [delivery] = redRun();
    const asked = fake.requests.length;
    const { headers = {}, body = '' } = delivery ?? {};
    expect((await post('/webhook', `${body} `, headers)).status).toBe(401);
    expect((await post('/webhook', body, { 'X-Gitea-Event': 'workflow_job' })).status).toBe(401);
    const hex = createHmac('sha256', SECRET).update('{').digest('hex');
    const odd = { 'X-Gitea-Event': 'workflow_job', 'X-Gitea-Signature': hex, 'Content-Type': 'application/json' };
    expect((await post('/webhook', '{', odd)).status).toBe(400);
    await queue.idle();
    expect(fake.requests).toHaveLength(asked);
  });

  test('another repository is passed over, and a run that is gone is no end of the sidecar', async () => {
    const [delivery] = redRun().filter(({ body }) => body.includes('completed'));
    const foreign = (delivery?.body ?? '').replaceAll('acme/widgets', 'evil/widgets');
    const hex = createHmac('sha256', SECRET).update(foreign).digest('hex');
    const headers = { 'X-Gitea-Event': 'workflow_job', 'X-Gitea-Signature': hex };
    const asked = fake.requests.length;
    expect((await post('/webhook', foreign, headers)).status).toBe(202);
    await queue.idle();
    expect(fake.requests).toHaveLength(asked);
    expect(notes.join()).toContain('not watched');
    for (const run of fake.world.runs) fake.world.deleteRun(run.id);
    fake.faults.add(/actions\/runs\//, { kind: 'status', status: 404, body: '{"message":"not found"}' }, 9);
    expect((await post('/webhook', delivery?.body, delivery?.headers)).status).toBe(202);
    await queue.idle();
    expect((await fetch(`${listener.url}/healthz`)).status).toBe(200);
  });

  test('a body over the limit is refused', async () => {
    expect((await post('/webhook', 'x'.repeat(6 * 1024 * 1024))).status).toBe(413);
  });
});

describe('a capture ping', () => {
  test('keeps what the running job has written, and answers in three lines', async () => {
    const run = fake.world.start({ jobs: [{ name: JOB }] });
    const task = fake.world.claim(fake.world.job(run.id, JOB));
    fake.world.write(task, RED);
    const answer = await post(`/capture/acme/widgets/${task.id}`);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toMatch(/^L\w{16} is kept in .*\n {2}seen in .*not ok 3.*\nnot named: firstred why L/s);
  });

  test('a flood is refused, before anything is asked of the server', async () => {
    const answers = await Promise.all(Array.from({ length: 90 }, (_, n) => post(`/capture/acme/widgets/${n + 1}`)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(30);
    expect(refused[0]?.headers.get('retry-after')).toBe('10');
    nowMs += 3_600_000;
    expect((await post('/capture/acme/widgets/99')).status).toBe(404);
  });

  test.each(['/capture/acme/widgets/x', '/capture/acme/../1', '/capture/a%2fb/widgets/1', '/capture/acme/widgets/0'])(
    '%s reaches nothing',
    async (path) => {
      const asked = fake.requests.length;
      expect([400, 404]).toContain((await post(path)).status);
      expect(fake.requests).toHaveLength(asked);
    },
  );
});

test('metrics tell what was kept, and health when no look went well for long', async () => {
  for (const { headers, body } of redRun()) await post('/webhook', body, headers);
  await queue.idle();
  const metrics = await (await fetch(`${listener.url}/metrics`)).text();
  expect(metrics).toContain('firstred_attempts_total{outcome="kept"} 1');
  expect(metrics).toContain('firstred_coverage_ratio 1');
  listener.sawLook('server', 'the server is away');
  nowMs += 3_600_000;
  const health = await fetch(`${listener.url}/healthz`);
  expect([health.status, await health.text()]).toEqual([503, expect.stringContaining('the server is away')]);
});
