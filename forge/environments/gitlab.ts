// Identity of a GitLab CI job.
import { findConclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { findPositive, findSha, findTimeMs, findVariable, isOn, repoOf } from './variables.ts';

/** Jobs of GitLab CI. A retried job has a new id and no attempt number; its name has the matrix values. */
export const gitlabEnvironment: Environment = {
  name: 'gitlab',
  variable: 'GITLAB_CI',
  isHere: (env) => isOn(env, 'GITLAB_CI'),
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    const limitSeconds = findPositive(get('CI_JOB_TIMEOUT'));
    return {
      ...UNKNOWN_ATTEMPT,
      repo: repoOf(get('CI_SERVER_URL', 'CI_PROJECT_URL'), get('CI_PROJECT_PATH')),
      // In a merged-results pipeline CI_COMMIT_SHA is a test merge and only then the source branch's head is told.
      sha: findSha(get('CI_MERGE_REQUEST_SOURCE_BRANCH_SHA')) ?? findSha(get('CI_COMMIT_SHA')),
      testedSha: findSha(get('CI_COMMIT_SHA')),
      workflow: get('CI_CONFIG_PATH'),
      job: get('CI_JOB_NAME'),
      run: get('CI_PIPELINE_ID'),
      providerId: get('CI_JOB_ID'),
      branch: get('CI_MERGE_REQUEST_SOURCE_BRANCH_NAME', 'CI_COMMIT_BRANCH'),
      pr: findPositive(get('CI_MERGE_REQUEST_IID')),
      event: get('CI_PIPELINE_SOURCE'),
      conclusion: findConclusion(get('CI_JOB_STATUS') ?? '') ?? 'unknown',
      startedAtMs: findTimeMs(get('CI_JOB_STARTED_AT')),
      url: get('CI_JOB_URL'),
      limitMs: limitSeconds === undefined ? undefined : limitSeconds * 1000,
      labels: labelOf('runner', get('CI_RUNNER_DESCRIPTION')),
    };
  },
};

const labelOf = (name: string, value: string | undefined): Readonly<Record<string, string>> =>
  value === undefined ? {} : { [name]: value };
