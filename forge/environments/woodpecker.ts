// Identity of a Woodpecker CI step.
import { findConclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { findPositive, findSha, findTimeMs, findVariable, repoOf, repoOfCloneUrl } from './variables.ts';

/** Jobs of Woodpecker CI. A restarted pipeline has a new number, so there are no attempts. */
export const woodpeckerEnvironment: Environment = {
  name: 'woodpecker',
  variable: 'CI=woodpecker',
  isHere: (env) => env['CI']?.trim() === 'woodpecker' || findVariable(env, 'CI_SYSTEM_NAME') === 'woodpecker',
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    return {
      ...UNKNOWN_ATTEMPT,
      repo: repoOfCloneUrl(get('CI_REPO_CLONE_URL')) ?? repoOf(get('CI_FORGE_URL', 'CI_REPO_URL'), get('CI_REPO')),
      sha: findSha(get('CI_COMMIT_SHA')),
      testedSha: findSha(get('CI_COMMIT_SHA')),
      workflow: get('CI_WORKFLOW_NAME'),
      job: get('CI_STEP_NAME', 'CI_WORKFLOW_NAME'),
      // A workflow's matrix values are variables of the job's own choice.
      partial: true,
      run: get('CI_PIPELINE_NUMBER'),
      branch: get('CI_COMMIT_SOURCE_BRANCH', 'CI_COMMIT_BRANCH'),
      pr: findPositive(get('CI_COMMIT_PULL_REQUEST')),
      event: get('CI_PIPELINE_EVENT'),
      conclusion: findConclusion(get('CI_PIPELINE_STATUS') ?? '') ?? 'unknown',
      startedAtMs: findTimeMs(get('CI_STEP_STARTED', 'CI_PIPELINE_STARTED')),
      url: get('CI_STEP_URL', 'CI_PIPELINE_URL'),
    };
  },
};
