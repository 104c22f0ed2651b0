// Every snippet of docs/ci is pasted and run: by the shell, in the environment that the CI system gives, with the built
// command line, against the fake server of each version that the page says it works on.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openActionJob } from '../support/action-runner.ts';
import { type CommandResult, endOf, MAIN, makeHome, type TestHome } from '../support/command.ts';
import { environmentFixture } from '../support/env-fixture.ts';
import { stepOf } from '../support/fake-forge/environment.ts';
import { storeLogsIn } from '../support/fake-forge/log-storage.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { type Job, MAIN_SHA, type Mode, type Task } from '../support/fake-forge/world.ts';
import { type KeptText, readKeptLogs } from '../support/kept-logs.ts';
import { evaluateExpressions, type Snippet, type SnippetStep, snippetsOf } from '../support/page-snippets.ts';
import { ROOT } from '../support/sources.ts';

const HOUR_MS = 3_600_000;
const ROWS = 'a row of the job\n';

/** A machine with `npx`, `firstred` and `make` on its path, and what a reader puts in place of what the pages invent. */
interface Desk {
  readonly home: TestHome;
  readonly fake: FakeForge;
  readonly storage: string;
  /** The page's text with this machine's addresses, token and folders. */
  fill(text: string): string;
  shell(script: string, env: Readonly<Record<string, string>>): Promise<CommandResult>;
}

async function openDesk(mode: Mode): Promise<Desk> {
  const fake = await startFakeForge(mode);
  onTestFinished(() => fake.close());
  fake.world.nowMs = Date.now() - HOUR_MS; // pages ask for the last days
  const home = await makeHome();
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  const start = `exec '${process.execPath}' '${MAIN}' "$@"`;
  const programs = { firstred: start, npx: `shift; ${start}`, make: 'echo "making $1"' };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const storage = join(home.folder, 'actions_log');
  mkdirSync(storage);
  const places: readonly (readonly [RegExp, string])[] = [
    [/https:\/\/(?:gitea|forgejo)\.example\.(?:com|org)|https:\/\/github\.com/g, fake.serverUrl],
    [/(FIRSTRED_TOKEN=)…/g, `$1${PERSONAL_TOKEN}`],
    [/(FIRSTRED_WEBHOOK_SECRET=)…/g, '$1test-secret'],
    [/s3:\/\/ci-logs\/acme/g, home.store],
    [/\/var\/lib\/firstred\/spool/g, home.spool],
    [/\/var\/lib\/gitea\/data\/actions_log/g, storage],
    [/--host 0\.0\.0\.0 --port 9330/g, '--host 127.0.0.1 --port 0'],
    [/\bacme\/(?:app|lib)\b/g, 'acme/widgets'],
    [/4f2a91c8d3b5e6f70819a2b3c4d5e6f708192a3b/g, MAIN_SHA],
  ];
  return {
    home,
    fake,
    storage,
    fill: (text) => places.reduce((filled, [place, by]) => filled.replaceAll(place, by), text),
    shell: (script, env) =>
      endOf(
        spawn('bash', ['-euc', script], {
          cwd: join(home.folder, 'work'),
          env: { ...home.env, PATH: `${bin}:${home.env['PATH']}`, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      ),
  };
}

/** A job that is running, as its steps see it. */
interface Running {
  readonly job: Job;
  readonly task: Task;
  readonly env: Readonly<Record<string, string>>;
  readonly expressions: Readonly<Record<string, string>>;
}

function startJob({ fake, home }: Desk, name = 'test (20)'): Running {
  const run = fake.world.start({ jobs: [{ name }] });
  const job = fake.world.job(run.id, name);
  const task = fake.world.claim(job);
  const { env, eventText } = stepOf(fake, job, task);
  const event = join(home.folder, `event-${task.id}.json`);
  writeFileSync(event, eventText);
  return {
    job,
    task,
    env: { ...env, GITHUB_EVENT_PATH: event },
    expressions: {
      'job.status': 'failure',
      'github.token': task.token,
      'matrix.node': '20',
      'toJSON(matrix)': '{"node":20}',
      'job.check_run_id': fake.world.family === 'github' ? String(job.id) : '',
      'secrets.CI_LOGS_KEY': 'a-key-of-the-test',
      'secrets.CI_LOGS_SECRET': 'a-secret-of-the-test',
    },
  };
}

/** Runs a step, as a workflow has it, in `job`. */
async function runStep(desk: Desk, job: Running, step: SnippetStep, expressions = job.expressions): Promise<void> {
  const evaluate = (values: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, desk.fill(evaluateExpressions(String(value), expressions))]),
    );
  if (step.uses !== undefined) {
    const env = { ...job.env, ...evaluate(step.env) };
    const action = openActionJob(desk.home.folder, { env, inputs: evaluate(step.with), expressions });
    expect(await action.main()).toMatchObject({ code: 0, stderr: '' });
    desk.fake.world.write(job.task, ROWS);
    const post = await action.post();
    expect([post.code, post.stderr, post.stdout.toString()]).toEqual([0, '', expect.not.stringContaining('::warning')]);
    return;
  }
  desk.fake.world.write(job.task, ROWS);
  const script = evaluateExpressions(step.run ?? '', expressions);
  const ran = await desk.shell(script, { ...job.env, ...evaluate(step.env) });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  expect(ran.stdout.toString()).not.toContain('::warning');
}

async function keptBy(desk: Desk): Promise<KeptText> {
  const [log, ...others] = await readKeptLogs(desk.home.store);
  expect(others).toEqual([]);
  if (log === undefined) throw new Error('nothing is kept');
  return log;
}

const stepsIn = (page: string, what: RegExp): readonly SnippetStep[] =>
  snippetsOf(page).flatMap((snippet) =>
    snippet.kind === 'steps' ? snippet.steps.filter((step) => what.test(step.uses ?? step.run ?? '')) : [],
  );
const shellsIn = (page: string): readonly string[] =>
  snippetsOf(page).flatMap((snippet) => (snippet.kind === 'shell' ? [snippet.script] : []));

test('there is no snippet that no test below runs', () => {
  const pages = readdirSync(join(ROOT, 'docs/ci'));
  const kinds = (page: string): readonly string[] =>
    snippetsOf(page).flatMap((snippet: Snippet) =>
      snippet.kind === 'steps'
        ? snippet.steps.map(({ uses, run = '' }) =>
            uses === undefined ? (/firstred (\w+)/.exec(run)?.[1] ?? '') : 'action',
          )
        : [snippet.kind],
    );
  expect(Object.fromEntries(pages.map((page) => [page, kinds(page)]))).toEqual({
    'forgejo.md': ['action', 'archive', 'run', 'shell'],
    'forty-repositories.md': ['shell', 'shell'],
    'generic.md': ['shell', 'jenkins', 'gitlab'],
    'gitea.md': ['action', 'archive', 'run', 'shell'],
    'github.md': ['run', 'pull', 'shell'],
  });
});

describe.each([
  ['gitea.md', 'gitea-1.24'],
  ['gitea.md', 'gitea-1.27'],
  ['forgejo.md', 'forgejo-16'],
] as const)('%s on %s', (page, mode) => {
  test.each([
    ['the action', /firstred@v1$/, 'unknown'],
    ['one last step', /firstred archive/, 'failure'],
  ] as const)('%s keeps the rows of its job', async (_name, what, conclusion) => {
    const desk = await openDesk(mode);
    const job = startJob(desk);
    const [step, ...others] = stepsIn(page, what);
    expect(others).toEqual([]);
    await runStep(desk, job, step!);
    const { text, manifest } = await keptBy(desk);
    expect(text).toBe(ROWS);
    expect(manifest.attempt).toMatchObject({ job: 'test (20)', providerId: String(job.task.id), conclusion });
  });
});

describe.each([
  ['gitea.md', 'gitea-1.22'],
  ['gitea.md', 'gitea-1.27'],
  ['forgejo.md', 'forgejo-11'],
  ['forgejo.md', 'forgejo-16'],
  ['github.md', 'github'],
] as const)('%s on %s', (page, mode) => {
  test('a command’s own output is kept under the name of its leg', async () => {
    const desk = await openDesk(mode);
    const job = startJob(desk);
    const [step, ...others] = stepsIn(page, /firstred run/);
    expect(others).toEqual([]);
    await runStep(desk, job, step!);
    const { text, manifest } = await keptBy(desk);
    expect(text).toMatch(/^making \w+\n$/);
    expect(manifest.attempt).toMatchObject({ job: 'test (20)', conclusion: 'success', sha: MAIN_SHA, partial: false });
  });
});

test('github.md: the workflow that follows a run keeps all jobs of it', async () => {
  const desk = await openDesk('github');
  const { world } = desk.fake;
  const done = world.start({ jobs: [{ name: 'test (20)' }, { name: 'test (22)' }] });
  world.ran(done.id, 'test (20)', 'failure', 'red\n');
  world.ran(done.id, 'test (22)', 'success', 'green\n');
  const follower = startJob(desk, 'pull');
  const [step] = stepsIn('github.md', /firstred pull/);
  await runStep(desk, follower, step!, {
    ...follower.expressions,
    'github.event.workflow_run.id': String(done.id),
  });
  const logs = await readKeptLogs(desk.home.store);
  expect(logs.map(({ manifest }) => [manifest.attempt.job, manifest.attempt.conclusion]).sort()).toEqual([
    ['test (20)', 'failure'],
    ['test (22)', 'success'],
  ]);
});

test.each([
  ['gitea.md', 'gitea-1.25'],
  ['gitea.md', 'gitea-1.27'],
  ['forgejo.md', 'forgejo-16'],
  ['github.md', 'github'],
] as const)('%s on %s: what was missed is pulled, and coverage or a re-run agrees', async (page, mode) => {
  const desk = await openDesk(mode);
  const run = desk.fake.world.start({ jobs: [{ name: 'test (20)' }] });
  desk.fake.world.ran(run.id, 'test (20)', 'failure', 'red\n');
  for (const script of shellsIn(page)) {
    const ran = await desk.shell(desk.fill(script), {});
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  }
  const [log] = await readKeptLogs(desk.home.store);
  expect(log?.text.replace(/^\ufeff/, '')).toBe('red\n');
  if (mode === 'github') expect(desk.fake.world.job(run.id, 'test (20)').status).toBe('waiting');
});

test.each(['gitea-1.26', 'forgejo-16'] as const)(
  'forty-repositories.md on %s: the sidecar keeps what no job knows of, and coverage proves it',
  async (mode) => {
    const desk = await openDesk(mode);
    const { world } = desk.fake;
    storeLogsIn(world, desk.storage);
    const run = world.start({ jobs: [{ name: 'test (20)' }] });
    world.ran(run.id, 'test (20)', 'failure', 'red\n');
    const [sidecar = '', proof = '', ...others] = shellsIn('forty-repositories.md').map(desk.fill);
    expect(others).toEqual([]);
    await untilKept(desk, sidecar);
    const settings = sidecar.split('\n').filter((line) => line.startsWith('export '));
    const asked = await desk.shell(`${settings.join('\n')}\n${proof}`, {});
    expect([asked.code, asked.stderr]).toEqual([0, '']);
    expect((await keptBy(desk)).text).toBe('red\n');
  },
);

/** Runs the sidecar's script until it says that it has kept a log. */
async function untilKept({ home }: Desk, script: string): Promise<void> {
  const child = spawn('bash', ['-euc', script.replace(/^firstred watch/m, 'exec firstred watch')], {
    cwd: join(home.folder, 'work'),
    env: { ...home.env, PATH: `${join(home.folder, 'bin')}:${home.env['PATH']}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      said += chunk.toString();
      if (/L\w{16} failure/.test(said)) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void ended.then((code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
  child.kill('SIGTERM');
  expect(await ended).toBe(143); // as it says of a signal
}

describe('generic.md', () => {
  const [shell, jenkins, gitlab] = snippetsOf('generic.md') as readonly [Snippet, Snippet, Snippet];
  const isOf = <K extends Snippet['kind']>(snippet: Snippet, kind: K): Extract<Snippet, { kind: K }> => {
    expect(snippet.kind).toBe(kind);
    return snippet as Extract<Snippet, { kind: K }>;
  };

  test('a shell', async () => {
    const desk = await openDesk('gitea-1.22');
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.test', ...args], {
        cwd: join(desk.home.folder, 'work'),
        env: desk.home.env,
      }).toString();
    git('init', '-q');
    git('commit', '-q', '--allow-empty', '-m', 'a change');
    const ran = await desk.shell(desk.fill(isOf(shell, 'shell').script), {});
    expect([ran.code, ran.stdout.toString(), ran.stderr]).toEqual([0, 'making e2e\n', '']);
    const { text, manifest } = await keptBy(desk);
    expect(text).toBe('making e2e\n');
    expect(manifest.attempt).toMatchObject({ job: 'e2e', sha: git('rev-parse', 'HEAD').trim() });
    expect(manifest.attempt.repo).toMatch(/^git\.example\.com\//);
  });

  test.each(['freestyle', 'multibranch'])('Jenkins, %s', async (name) => {
    const desk = await openDesk('gitea-1.22');
    const { script, env } = isOf(jenkins, 'jenkins');
    const filled = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, desk.fill(String(value))]));
    const ran = await desk.shell(script, { ...environmentFixture(`jenkins/env/${name}.env`), ...filled });
    expect([ran.code, ran.stdout.toString(), ran.stderr]).toEqual([0, 'making e2e\n', '']);
    const { manifest } = await keptBy(desk);
    const fixture = environmentFixture(`jenkins/env/${name}.env`);
    expect(manifest.attempt).toMatchObject({ job: 'e2e', run: fixture['BUILD_NUMBER'], conclusion: 'success' });
    expect(manifest.attempt.sha).toBe(fixture['GIT_COMMIT']);
  });

  test.each(['push', 'merge-request.merged-results'])('GitLab, %s', async (name) => {
    const desk = await openDesk('gitea-1.22');
    const { script, env } = isOf(gitlab, 'gitlab');
    const fixture = environmentFixture(`gitlab/env/${name}.env`);
    const filled = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, desk.fill(String(value))]));
    const ran = await desk.shell(script, { ...fixture, ...filled });
    expect([ran.code, ran.stdout.toString(), ran.stderr]).toEqual([0, 'making e2e\n', '']);
    const { manifest } = await keptBy(desk);
    const head = fixture['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA'] || fixture['CI_COMMIT_SHA'];
    expect(manifest.attempt).toMatchObject({ sha: head, providerId: fixture['CI_JOB_ID'], attempt: undefined });
  });
});
