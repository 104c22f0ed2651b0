import { expect, test } from 'vitest';
import { identityFromEnvironment } from '../../forge/env.ts';

const SHA = 'dadbde0e6bf15dbd28c51f9027de94acdee810e9';
const MERGE = '1a9344c00f2af774479c6a39311ead57dfe9dfbd';
const read = (env: Record<string, string>) => identityFromEnvironment(env, () => undefined);

test('GitLab: a merged-results pipeline tests a merge of the source branch', () => {
  const found = read({
    GITLAB_CI: 'true',
    CI_SERVER_URL: 'https://gitlab.example.com',
    CI_PROJECT_PATH: 'group/sub/widgets',
    CI_COMMIT_SHA: MERGE,
    CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: SHA,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'feature/x',
    CI_MERGE_REQUEST_IID: '12',
    CI_JOB_NAME: 'test: [20, linux]',
    CI_JOB_ID: '991',
    CI_PIPELINE_ID: '77',
    CI_JOB_TIMEOUT: '3600',
    CI_JOB_STATUS: 'failed',
    CI_JOB_STARTED_AT: '2026-03-02T09:14:03Z',
  });
  expect(found).toMatchObject({
    repo: 'gitlab.example.com/group/sub/widgets',
    sha: SHA,
    testedSha: MERGE,
    job: 'test: [20, linux]',
    run: '77',
    providerId: '991',
    attempt: undefined,
    pr: 12,
    branch: 'feature/x',
    conclusion: 'failure',
    limitMs: 3_600_000,
    partial: false,
    startedAtMs: Date.UTC(2026, 2, 2, 9, 14, 3),
  });
});

test('Jenkins: a branch is no part of a multibranch job', () => {
  const found = read({
    JENKINS_URL: 'https://jenkins.example.com/',
    JOB_NAME: 'team/widgets/feature%2Fx',
    BRANCH_NAME: 'feature/x',
    BUILD_NUMBER: '31',
    GIT_COMMIT: SHA,
    GIT_URL: 'git@git.example.com:acme/widgets.git',
  });
  expect(found).toMatchObject({
    repo: 'git.example.com/acme/widgets',
    workflow: 'team/widgets',
    job: 'widgets',
    run: '31',
    providerId: 'team/widgets/feature%2Fx#31',
    branch: 'feature/x',
    sha: SHA,
  });
});

test('Buildkite: retries count from 0', () => {
  const found = read({
    BUILDKITE: 'true',
    BUILDKITE_REPO: 'ssh://git@git.example.com:22/acme/widgets.git',
    BUILDKITE_COMMIT: SHA,
    BUILDKITE_RETRY_COUNT: '1',
    BUILDKITE_LABEL: 'test',
    BUILDKITE_PARALLEL_JOB: '3',
    BUILDKITE_JOB_ID: 'u-1',
    BUILDKITE_PULL_REQUEST: 'false',
    BUILDKITE_TIMEOUT: 'false',
    BUILDKITE_COMMAND_EXIT_STATUS: '1',
  });
  expect(found).toMatchObject({
    repo: 'git.example.com/acme/widgets',
    job: 'test (3)',
    attempt: 2,
    providerId: 'u-1',
    pr: undefined,
    limitMs: undefined,
    conclusion: 'failure',
  });
});

test('CircleCI: a container of a parallel job is its own', () => {
  const found = read({
    CIRCLECI: 'true',
    CIRCLE_REPOSITORY_URL: 'git@github.com:acme/widgets.git',
    CIRCLE_SHA1: SHA,
    CIRCLE_JOB: 'test-20',
    CIRCLE_WORKFLOW_ID: 'w-1',
    CIRCLE_WORKFLOW_JOB_ID: 'j-1',
    CIRCLE_NODE_TOTAL: '4',
    CIRCLE_NODE_INDEX: '0',
  });
  expect(found).toMatchObject({ repo: 'github.com/acme/widgets', job: 'test-20 (0)', run: 'w-1', providerId: 'j-1.0' });
});

test('Travis: the id of a job, kept by a restart, is never the id of an attempt', () => {
  const found = read({
    TRAVIS: 'true',
    TRAVIS_REPO_SLUG: 'acme/widgets',
    TRAVIS_COMMIT: MERGE,
    TRAVIS_PULL_REQUEST_SHA: SHA,
    TRAVIS_PULL_REQUEST: '12',
    TRAVIS_JOB_ID: '5',
    TRAVIS_JOB_NUMBER: '4.2',
    TRAVIS_BUILD_ID: '9',
  });
  expect(found).toMatchObject({ sha: SHA, testedSha: MERGE, job: '2', partial: true, providerId: undefined, run: '9' });
});

test('Azure: a job id without its build and attempt is no id', () => {
  const env = {
    TF_BUILD: 'True',
    BUILD_SOURCEVERSION: SHA,
    BUILD_BUILDID: '8',
    SYSTEM_JOBID: 'g',
    AGENT_JOBSTATUS: 'Canceled',
  };
  expect(read(env)).toMatchObject({ providerId: undefined, conclusion: 'cancelled' });
  expect(read({ ...env, SYSTEM_JOBATTEMPT: '2' })).toMatchObject({ providerId: '8.g.2', attempt: 2 });
});

test('Woodpecker is not taken for GitLab', () => {
  const found = read({
    CI: 'woodpecker',
    CI_REPO_CLONE_URL: 'https://git.example.com/acme/widgets.git',
    CI_COMMIT_SHA: SHA,
    CI_PIPELINE_NUMBER: '4',
    CI_WORKFLOW_NAME: 'test',
    CI_STEP_NAME: 'unit',
  });
  expect(found).toMatchObject({ repo: 'git.example.com/acme/widgets', workflow: 'test', job: 'unit', partial: true });
});
