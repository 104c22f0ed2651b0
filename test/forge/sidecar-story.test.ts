// End to end, with the built command line beside each server: red, kept by the sidecar, re-run by somebody who never heard
// of firstred, green, and no merge until somebody has named what happened. Then its dark twin: the sidecar was down.
import type { ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand, startCommand, type TestHome } from '../support/command.ts';
import { providerFixture } from '../support/env-fixture.ts';
import { stepOf } from '../support/fake-forge/environment.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { deliverHooks } from '../support/fake-forge/webhooks.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';

const RED = providerFixture('gitea/logs/test-20.task4812.attempt1.red.log');
const GREEN = providerFixture('gitea/logs/test-20.task4830.attempt2.green.log');
const JOB = 'test (20)';
const SECRET = 'test-secret';

interface Place {
  readonly fake: FakeForge;
  readonly home: TestHome;
  readonly storage: string;
  readonly runId: number;
}

async function begin(mode: Mode): Promise<Place> {
  const fake = await startFakeForge(mode);
  onTestFinished(() => fake.close());
  fake.world.nowMs = Date.now(); // the sidecar looks back from now
  const home = await makeHome({
    FIRSTRED_SERVER_URL: fake.serverUrl,
    FIRSTRED_TOKEN: PERSONAL_TOKEN,
    FIRSTRED_REPO: 'acme/widgets',
    FIRSTRED_WEBHOOK_SECRET: SECRET,
  });
  const storage = join(home.folder, 'actions_log');
  if (mode !== 'github') storeLogsIn(fake.world, storage);
  // A server that has run something has a folder for its logs.
  const earlier = fake.world.start({
    jobs: [{ name: 'lint' }],
    sha: 'a'.repeat(40),
    workflow: 'Lint',
    file: 'lint.yml',
  });
  fake.world.ran(earlier.id, 'lint', 'success', 'lint ok\n');
  return { fake, home, storage, runId: fake.world.start({ jobs: [{ name: JOB }] }).id };
}

interface Sidecar {
  readonly url: string;
  /** Resolves once the sidecar has said something that matches. */
  heard(what: RegExp): Promise<void>;
  stop(): Promise<number | null>;
}

async function startSidecar({ home, storage, fake }: Place, ...flags: readonly string[]): Promise<Sidecar> {
  const way = fake.world.family === 'github' ? ['--repo', 'acme/widgets'] : ['--gitea-logs', storage];
  const child: ChildProcess = startCommand(home, ['watch', ...way, '--port', '0', '--interval', '100ms', ...flags]);
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      for (const look of waiting) look();
    });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const heard = (what: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!what.test(said)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      void ended.then(() => reject(new Error(`it ended before it said ${what}:\n${said}`)));
      look();
    });
  await heard(/http:\/\/127\.0\.0\.1:\d+\n/);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0] ?? '';
  return {
    url,
    heard,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** A runner does the job while nobody thinks of firstred. */
const ran = ({ fake, runId }: Place, conclusion: 'success' | 'failure'): void => {
  fake.world.ran(runId, JOB, conclusion, conclusion === 'failure' ? RED : GREEN);
};

interface Verdict {
  readonly verdict: string;
  readonly reds: readonly { readonly logId: string | null; readonly signature: string | null }[];
  readonly reasons: readonly string[];
}

async function gate({ home }: Place, code: number): Promise<Verdict> {
  const asked = await runCommand(home, ['gate', '--sha', MAIN_SHA, '--json', '--post-status']);
  return JSON.parse(expectCode(asked, code).stdout.toString()) as Verdict;
}

/** Other runs get statuses too, each of its own SHA. */
const newestStatus = ({ fake }: Place, sha = MAIN_SHA): string | undefined =>
  fake.world.statuses.findLast((row) => row.context === 'firstred/gate' && row.sha === sha)?.state;

/** Why, name, yes, and the evidence on the issue. */
async function explain(place: Place, verdict: Verdict): Promise<void> {
  const { home, fake } = place;
  const [red] = verdict.reds;
  const shown = await runCommand(home, ['show', red?.logId ?? '', '--raw']);
  expect(shown.stdout.toString()).toBe((fake.world.family === 'github' ? '\ufeff' : '') + RED);
  expect([0, 1]).toContain((await runCommand(home, ['why', red?.logId ?? ''])).code);
  expectCode(await runCommand(home, ['name', red?.signature ?? '', '--mechanism', 'order-inversion']), 0);
  expect((await gate(place, 0)).verdict).toBe('explained');
  expect(newestStatus(place)).toBe('success');
  expectCode(await runCommand(home, ['attach', red?.logId ?? '', '--issue', '9']), 0);
  const [comment] = fake.social.comments.filter(({ body }) => body.includes(red?.logId ?? 'none'));
  expect(comment?.body).toContain('not ok 3 - retries on ECONNRESET');
  expect(comment?.body).toContain('order-inversion');
  expect(comment?.assets.map(({ name }) => name)).toEqual(
    fake.world.family === 'github' ? [] : [`${red?.logId}.log.gz`],
  );
}

const MODES = ['gitea-1.24', 'gitea-1.26', 'gitea-1.27', 'forgejo-16', 'github'] as const;

describe.each(MODES)('%s', (mode) => {
  test('no merge on an unexplained red', async () => {
    const place = await begin(mode);
    const sidecar = await startSidecar(place);
    deliverHooks(place.fake, `${sidecar.url}/webhook`, SECRET);
    ran(place, 'failure');
    await sidecar.heard(/L\w{16} failure/);
    place.fake.world.rerun(place.runId);
    ran(place, 'success');
    await sidecar.heard(/L\w{16} success \S+ test \(20\)/);
    expect(await sidecar.stop()).toBe(143);

    const verdict = await gate(place, 1);
    expect(verdict.verdict).toBe('unexplained');
    expect(newestStatus(place)).toBe('failure');
    await explain(place, verdict);
  });
});

test('asked to, the sidecar writes the status and one comment on the pull request', async () => {
  const place = await begin('gitea-1.26');
  const { world, social } = place.fake;
  const run = world.start({ event: 'pull_request', jobs: [{ name: JOB }] });
  const sidecar = await startSidecar(place, '--post-status', '--comment');
  world.ran(run.id, JOB, 'failure', RED);
  await sidecar.heard(/comment on #12 of \S+ created/);
  await sidecar.heard(new RegExp(`status firstred/gate of ${run.headSha.slice(0, 10)}`));
  expect(newestStatus(place, run.headSha)).toBe('failure');
  world.rerun(run.id);
  world.ran(run.id, JOB, 'success', GREEN);
  await sidecar.heard(/comment on #12 of \S+ (edited|unchanged)/);
  expect(social.comments.filter(({ body, issue }) => issue === 12 && body.includes('not ok 3'))).toHaveLength(1);
  expect(await sidecar.stop()).toBe(143);
});

test('gitea-1.22, which tells nobody whose its logs are: jobs keep their own output, and the statuses bear witness', async () => {
  const place = await begin('gitea-1.22');
  const { fake, home, runId } = place;
  for (const conclusion of ['failure', 'success'] as const) {
    const job = fake.world.job(runId, JOB);
    const step = stepOf(fake, job, fake.world.claim(job));
    await writeFile(join(home.folder, 'event.json'), step.eventText);
    await writeFile(join(home.folder, 'output.log'), conclusion === 'failure' ? RED : GREEN);
    const make = `cat '${join(home.folder, 'output.log')}'; exit ${conclusion === 'failure' ? 1 : 0}`;
    const env = { ...step.env, GITHUB_EVENT_PATH: join(home.folder, 'event.json'), FIRSTRED_JOB: JOB };
    const done = await runCommand(home, ['run', '--', 'sh', '-c', make], { env });
    expect(done.code).toBe(conclusion === 'failure' ? 1 : 0);
    fake.world.finish(job, conclusion);
    if (conclusion === 'failure') fake.world.rerun(runId);
  }
  const verdict = await gate(place, 1);
  expect(verdict.verdict).toBe('unexplained');
  await explain(place, verdict);
});

describe.each(['gitea-1.26', 'forgejo-11'] as const)('%s', (mode) => {
  test('the dark twin: the sidecar was down during the re-run', async () => {
    const place = await begin(mode);
    ran(place, 'failure');
    place.fake.world.rerun(place.runId);
    ran(place, 'success');

    const before = await gate(place, 1);
    expect(before.reds).toEqual([expect.objectContaining({ logId: null })]);
    expect(newestStatus(place)).toBe('failure');
    expectCode(await runCommand(place.home, ['rescue', place.storage]), 0);
    const after = await gate(place, 1);
    expect(after.reds[0]?.logId).toMatch(/^L/);
    await explain(place, after);
  });
});
