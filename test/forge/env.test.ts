import { describe, expect, test } from 'vitest';
import { identityFromEnvironment } from '../../forge/env.ts';
import { attemptKey } from '../../store/keys.ts';
import { environmentFixture, providerFixture } from '../support/env-fixture.ts';

const noFile = () => undefined;
const MAIN_SHA = 'dadbde0e6bf15dbd28c51f9027de94acdee810e9';
const HEAD_SHA = 'c11b90b58830bdda7846dbf24fbc05bfc7391cc8';
const MERGE_SHA = '1a9344c00f2af774479c6a39311ead57dfe9dfbd';

const push = { sha: MAIN_SHA, testedSha: MAIN_SHA, workflow: 'CI', job: 'test', event: 'push', branch: 'main' };
const pull = { workflow: 'CI', job: 'test', event: 'pull_request', branch: 'feature/jitter', sha: HEAD_SHA };
const gitea = { provider: 'gitea', repo: 'gitea.example.com/acme/widgets', run: '812' };
const forgejo = { provider: 'forgejo', repo: 'forgejo.example.org/acme/widgets', run: '9120' };
const github = { provider: 'github', repo: 'github.com/acme/widgets', run: '17690042211' };

describe('identity from a fixture environment', () => {
  test.each([
    ['gitea/env/push.gitea-1.25.act_runner-0.2.11.env', { ...gitea, ...push, attempt: undefined, providerId: '4812' }],
    [
      'gitea/env/push-empty-attempt.gitea-1.25.act_runner-0.3.0.env',
      { ...gitea, ...push, attempt: undefined, providerId: '4812' },
    ],
    ['gitea/env/push-rerun.gitea-1.26.act_runner-0.3.1.env', { ...gitea, ...push, attempt: 2, providerId: '4830' }],
    [
      'gitea/env/internal-url.gitea-1.25.env',
      { ...gitea, ...push, repo: 'gitea:3000/acme/widgets', providerId: '4812' },
    ],
    ['gitea/env/opaque-runtime-token.gitea-1.21.env', { ...gitea, ...push, attempt: undefined, providerId: undefined }],
    [
      'gitea/env/pr.gitea-1.27.runner-3.3.0.env',
      { ...gitea, ...pull, run: '813', attempt: 1, pr: 12, providerId: '4850', testedSha: HEAD_SHA },
    ],
    ['forgejo/env/push.forgejo-16.runner-12.env', { ...forgejo, ...push, attempt: 1, providerId: '22040' }],
    ['forgejo/env/push-rerun.forgejo-16.runner-12.env', { ...forgejo, ...push, attempt: 2, providerId: '22055' }],
    ['forgejo/env/push-rerun-lying.runner-11.env', { ...forgejo, ...push, attempt: undefined, providerId: '22055' }],
    [
      'forgejo/env/pr.forgejo-15.runner-12.env',
      { ...forgejo, ...pull, run: '9121', attempt: 1, pr: 7, providerId: '22060' },
    ],
    ['github/env/push.run-step.env', { ...github, ...push, attempt: 1, providerId: undefined }],
    ['github/env/push.js-action.env', { ...github, ...push, attempt: 1, providerId: '50331001' }],
  ])('%s', (name, expected) => {
    expect(identityFromEnvironment(environmentFixture(name), noFile)).toMatchObject({ ...expected, partial: true });
  });

  test('a GitHub pull request has its head from the event file and the merge as what was tested', () => {
    const env = environmentFixture('github/env/pr.rerun.env');
    const readText = (path: string) =>
      path === env['GITHUB_EVENT_PATH'] ? providerFixture('github/env/event.pull_request.json') : undefined;
    const found = identityFromEnvironment(env, readText);
    expect(found).toMatchObject({
      ...pull,
      run: '17690050000',
      attempt: 2,
      pr: 12,
      sha: HEAD_SHA,
      testedSha: MERGE_SHA,
    });
  });

  test('a GitHub pull request without its event file has an unknown head, not the merge', () => {
    const found = identityFromEnvironment(environmentFixture('github/env/pr.rerun.env'), noFile);
    expect(found).toMatchObject({ sha: undefined, testedSha: MERGE_SHA, pr: 12 });
  });

  test.each(['gitea/env/pr.gitea-1.27.runner-3.3.0.env', 'forgejo/env/pr.forgejo-15.runner-12.env'])(
    'pull_request_target has the head of the event file: %s',
    (name) => {
      const base = '1a4c6af87e6f4d9cba2753c4a66155c94d91b72b';
      const env = {
        ...environmentFixture(name),
        GITHUB_EVENT_NAME: 'pull_request_target',
        FORGEJO_EVENT_NAME: 'pull_request_target',
        GITHUB_SHA: base,
        FORGEJO_SHA: base,
      };
      const event = providerFixture('gitea/env/event.pull_request.json');
      expect(identityFromEnvironment(env, () => event)).toMatchObject({ sha: HEAD_SHA, testedSha: base, pr: 12 });
      expect(identityFromEnvironment(env, noFile)).toMatchObject({ sha: undefined, testedSha: base });
    },
  );

  test.each(['schedule', 'workflow_dispatch'])('%s tests the head itself', (event) => {
    const env = { ...environmentFixture('github/env/push.run-step.env'), GITHUB_EVENT_NAME: event };
    expect(identityFromEnvironment(env, noFile)).toMatchObject({ sha: MAIN_SHA, testedSha: MAIN_SHA, event });
  });
});

describe('what is not told is not made up', () => {
  test.each(['', '0', ' ', '-1', '1.5', 'one', '00', '9'.repeat(30)])('attempt %j is unknown', (text) => {
    const env = { ...environmentFixture('github/env/push.run-step.env'), GITHUB_RUN_ATTEMPT: text };
    expect(identityFromEnvironment(env, noFile).attempt).toBeUndefined();
  });

  test.each(['', 'dev', 'v', '11', 'v3.5.1'])('Forgejo runner %j saying 1 knows nothing, saying 2 does', (version) => {
    const env = {
      ...environmentFixture('forgejo/env/push.forgejo-16.runner-12.env'),
      FORGEJO_ACTIONS_RUNNER_VERSION: version,
      GITEA_ACTIONS_RUNNER_VERSION: version,
    };
    expect(identityFromEnvironment(env, noFile).attempt).toBeUndefined();
    expect(identityFromEnvironment({ ...env, FORGEJO_RUN_ATTEMPT: '2' }, noFile).attempt).toBe(2);
  });

  test('outside of CI all is unknown', () => {
    expect(identityFromEnvironment({ PATH: '/bin' }, noFile)).toMatchObject({ provider: 'generic', repo: undefined });
  });

  test.each([
    'a.b',
    'a.b.c',
    'e30.e30.e30',
    `x.${Buffer.from('[]').toString('base64url')}.y`,
    `x.${'A'.repeat(40_000)}.y`,
  ])('a runtime token that is no JWT with ids gives none', (token) => {
    const name = 'gitea/env/push.gitea-1.25.act_runner-0.2.11.env';
    const found = identityFromEnvironment({ ...environmentFixture(name), ACTIONS_RUNTIME_TOKEN: token }, noFile);
    expect(found).toMatchObject({ providerId: undefined, run: '812', sha: MAIN_SHA });
  });

  test.each(['', '[]', '{"pull_request":7}', '{"pull_request":{"head":{"sha":9}}}', '{'])(
    'an event file %j gives no head',
    (text) => {
      const found = identityFromEnvironment(environmentFixture('github/env/pr.rerun.env'), () => text);
      expect(found).toMatchObject({ sha: undefined, testedSha: MERGE_SHA });
    },
  );
});

describe('FIRSTRED_* variables', () => {
  const base = environmentFixture('gitea/env/push.gitea-1.25.act_runner-0.2.11.env');

  test('win, and a full job name completes the identity', () => {
    const found = identityFromEnvironment(
      {
        ...base,
        FIRSTRED_JOB: 'test (20)',
        FIRSTRED_ATTEMPT: '3',
        FIRSTRED_CONCLUSION: 'failure',
        FIRSTRED_SHA: HEAD_SHA,
      },
      noFile,
    );
    expect(found).toMatchObject({ job: 'test (20)', partial: false, attempt: 3, conclusion: 'failure', sha: HEAD_SHA });
  });

  test('that are empty count as not set', () => {
    const found = identityFromEnvironment(
      { ...base, FIRSTRED_JOB: '', FIRSTRED_SHA: '', FIRSTRED_ATTEMPT: '' },
      noFile,
    );
    expect(found).toMatchObject({ job: 'test', partial: true, sha: MAIN_SHA, attempt: undefined });
  });

  test.each([
    ['{"node":20}', 'test (20)', false],
    ['{"node":20,"os":"linux"}', 'test (20, linux)', false],
    ['null', 'test', false],
    ['{}', 'test', false],
    ['[1]', 'test', true],
    ['{', 'test', true],
  ])('a matrix %s names the leg', (matrix, job, partial) => {
    expect(identityFromEnvironment({ ...base, FIRSTRED_MATRIX: matrix }, noFile)).toMatchObject({ job, partial });
  });

  test('a repository without its host gets that of the server; a public address replaces an internal one', () => {
    expect(identityFromEnvironment({ ...base, FIRSTRED_REPO: 'a/b' }, noFile).repo).toBe('gitea.example.com/a/b');
    const inner = environmentFixture('gitea/env/internal-url.gitea-1.25.env');
    expect(identityFromEnvironment({ ...inner, FIRSTRED_SERVER_URL: 'https://git.example.com/' }, noFile).repo).toBe(
      'git.example.com/acme/widgets',
    );
  });
});

test('hostile values are only data: a key stays inside its folder', () => {
  const env = {
    ...environmentFixture('github/env/push.run-step.env'),
    GITHUB_REPOSITORY: '../../etc',
    GITHUB_JOB: `../../x\0\u001b]0;${'y'.repeat(10_000)}`,
    GITHUB_WORKFLOW: '__proto__',
    GITHUB_SHA: '$(rm -rf /)',
    GITHUB_RUN_ID: '../..',
  };
  const found = identityFromEnvironment(env, noFile);
  expect(found.sha).toBeUndefined();
  expect(attemptKey(found).split('/')).toHaveLength(7);
  expect(attemptKey(found)).not.toMatch(/(^|\/)\.\.?(\/|$)/);
});
