// What a CI server can answer besides what is wanted, through the built command line: the exit code, and two lines that
// name the object and the remedy. What is in the answer is never kept as a log.
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CommandResult, expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import type { Fault } from '../support/fake-forge/faults.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { MAIN_SHA, type Mode } from '../support/fake-forge/world.ts';
import { readKeptLogs } from '../support/kept-logs.ts';

interface Place {
  readonly fake: FakeForge;
  readonly home: TestHome;
  readonly runId: number;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>;
}

async function begin(mode: Mode): Promise<Place> {
  const fake = await startFakeForge(mode);
  onTestFinished(() => fake.close());
  const runId = fake.world.start({ jobs: [{ name: 'test (20)' }] }).id;
  fake.world.ran(runId, 'test (20)', 'failure', 'a red row\n');
  const home = await makeHome({
    FIRSTRED_SERVER_URL: fake.serverUrl,
    FIRSTRED_TOKEN: PERSONAL_TOKEN,
    FIRSTRED_REPO: 'acme/widgets',
  });
  return { fake, home, runId, run: (args, env = {}) => runCommand(home, args, { env }) };
}

const says = (status: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  status,
  body: '{"message":"so says the server"}',
  headers: { 'content-type': 'application/json', ...headers },
});
const PAGE: Fault = {
  kind: 'status',
  status: 200,
  body: '<!DOCTYPE html><title>Please log in</title>',
  headers: { 'content-type': 'text/html; charset=utf-8' },
};
const ALWAYS = 1000;

/** Two lines for each problem, the second indented. */
function problemIn({ stderr }: CommandResult): string {
  const lines = stderr.trimEnd().split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^firstred: /);
  expect(lines[1]).toMatch(/^ {2}\S/);
  return stderr;
}

/** What a token must be able to do, in the words of each server. */
const SCOPES = { 'gitea-1.26': 'read:repository', 'forgejo-16': 'read:repository', github: 'actions: read' } as const;

describe.each(Object.entries(SCOPES) as [keyof typeof SCOPES, string][])('%s', (mode, scope) => {
  test('a token that has expired: the variable and the scope are named, the token is not', async () => {
    const { run, runId } = await begin(mode);
    const refused = await run(['pull', '--run', String(runId)], { FIRSTRED_TOKEN: 'a-token-of-last-year' });
    const said = problemIn(expectCode(refused, 23));
    expect(said).toContain('FIRSTRED_TOKEN is expired');
    expect(said).toContain(scope);
    expect(said).not.toContain('a-token-of-last-year');
  });

  test.each([
    ['403', /\/jobs/, says(403), 23, /answered 403 \(so says the server\).*needs/s],
    ['404', /\/runs\/\d+$/, says(404), 21, /answered 404.*deleted or has expired/s],
    [
      '429 with a long wait',
      /\/runs\/\d+$/,
      says(429, { 'retry-after': '3600' }),
      24,
      /answered 429.*wait 60 minutes/s,
    ],
    ['500 for a log', /\/logs/, says(500), 20, /answered 500.*try again later/s],
    ['a page in place of JSON', /\/jobs/, PAGE, 24, /answered an HTML page.*FIRSTRED_API_URL/s],
    ['a page in place of a log', /\/logs/, PAGE, 20, /answered an HTML page for the log.*login page/s],
  ] as const)('%s', async (_name, path, fault, code, words) => {
    const { fake, home, run, runId } = await begin(mode);
    fake.faults.add(path, fault, ALWAYS);
    const said = problemIn(expectCode(await run(['pull', '--run', String(runId)]), code));
    expect(said).toMatch(words);
    expect(said).not.toContain(PERSONAL_TOKEN);
    expect(await readKeptLogs(home.store).catch(() => [])).toEqual([]);
  });

  test('a run that was deleted', async () => {
    const { fake, run, runId } = await begin(mode);
    fake.world.deleteRun(runId);
    expect(problemIn(expectCode(await run(['pull', '--run', String(runId)]), 21))).toContain(`run ${runId}`);
  });

  test('a redirect to another host gets no token', async () => {
    const { fake, run, runId } = await begin(mode);
    const other = await startFakeForge(mode);
    onTestFinished(() => other.close());
    fake.faults.add(
      /\/runs\/\d+$/,
      { kind: 'redirect', to: `${other.apiUrl}/repos/acme/widgets/actions/runs/1` },
      ALWAYS,
    );
    problemIn(await run(['pull', '--run', String(runId)]));
    expect(other.requests.length).toBeGreaterThan(0);
    expect(other.requests.map(({ authorization }) => authorization)).toEqual(other.requests.map(() => undefined));
  });

  test('a store that does not answer: nothing is asked to run again', async () => {
    const { fake, run } = await begin(mode);
    const away = {
      FIRSTRED_STORE: 's3://logs/x',
      FIRSTRED_S3_ENDPOINT: 'http://127.0.0.1:9',
      FIRSTRED_STORE_TIMEOUT: '500ms',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'a-secret-of-this-test',
    };
    const kept = await run(['rerun', `${MAIN_SHA}:test (20)`], away);
    expect(kept.code).toBe(24);
    expect(fake.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

test.each(['gitea-1.26', 'forgejo-16'] as const)(
  '%s without a token: the variable and the scope are named',
  async (mode) => {
    const { run, runId } = await begin(mode);
    const said = problemIn(expectCode(await run(['pull', '--run', String(runId)], { FIRSTRED_TOKEN: '' }), 20));
    expect(said).toMatch(/set FIRSTRED_TOKEN to a token with read:repository/);
  },
);

test.each(['gitea-1.26', 'github'] as const)(
  '%s says 409 to a re-run: its words are shown, the log is kept',
  async (mode) => {
    const { fake, home, run } = await begin(mode);
    fake.faults.add(/\/rerun/, says(409), ALWAYS);
    const refused = expectCode(await run(['rerun', `${MAIN_SHA}:test (20)`]), 23);
    expect(refused.stderr).toContain('answered 409 (so says the server)');
    expect(await readKeptLogs(home.store)).toHaveLength(1);
  },
);

test('a log that is gone from GitHub is not looked for in a storage that nobody can reach', async () => {
  const { fake, run, runId } = await begin('github');
  fake.faults.add(/\/logs/, says(404), ALWAYS);
  const said = problemIn(expectCode(await run(['pull', '--run', String(runId)]), 20));
  expect(said).toContain('is lost');
  expect(said).not.toContain('rescue');
});
