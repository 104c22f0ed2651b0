// Identity of a Buildkite job.
import { type Conclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { findPositive, findSha, findVariable, isOn, repoOfCloneUrl } from './variables.ts';

/** Jobs of Buildkite. BUILDKITE_RETRY_COUNT counts from 0 and is always set by its agent. */
export const buildkiteEnvironment: Environment = {
  name: 'buildkite',
  variable: 'BUILDKITE',
  isHere: (env) => isOn(env, 'BUILDKITE'),
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    const retries = get('BUILDKITE_RETRY_COUNT')?.trim();
    const part = get('BUILDKITE_PARALLEL_JOB');
    const label = get('BUILDKITE_LABEL', 'BUILDKITE_STEP_KEY', 'BUILDKITE_STEP_ID');
    const limitMinutes = findPositive(get('BUILDKITE_TIMEOUT'));
    return {
      ...UNKNOWN_ATTEMPT,
      repo: repoOfCloneUrl(get('BUILDKITE_REPO')),
      sha: findSha(get('BUILDKITE_COMMIT')),
      testedSha: findSha(get('BUILDKITE_COMMIT')),
      workflow: get('BUILDKITE_PIPELINE_SLUG'),
      job: label === undefined || part === undefined ? label : `${label} (${part})`,
      run: get('BUILDKITE_BUILD_ID', 'BUILDKITE_BUILD_NUMBER'),
      attempt: retries !== undefined && /^\d{1,6}$/.test(retries) ? Number(retries) + 1 : undefined,
      providerId: get('BUILDKITE_JOB_ID'),
      branch: get('BUILDKITE_BRANCH'),
      pr: findPositive(get('BUILDKITE_PULL_REQUEST')),
      event: get('BUILDKITE_SOURCE'),
      conclusion: conclusionOf(get('BUILDKITE_COMMAND_EXIT_STATUS')),
      url: get('BUILDKITE_BUILD_URL'),
      limitMs: limitMinutes === undefined ? undefined : limitMinutes * 60_000,
      labels: get('BUILDKITE_AGENT_NAME') === undefined ? {} : { runner: get('BUILDKITE_AGENT_NAME') ?? '' },
    };
  },
};

/** Set in hooks after the command only. */
function conclusionOf(exitStatus: string | undefined): Conclusion {
  if (exitStatus === undefined) return 'unknown';
  return exitStatus.trim() === '0' ? 'success' : 'failure';
}
