// Identity of a Travis CI job.
import { type Conclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { findPositive, findSha, findVariable, isOn } from './variables.ts';

/**
 * Jobs of Travis CI. A restarted job keeps its id and has no attempt number, so nothing tells its attempts apart and
 * the id must not stand as one: red and green would become the same attempt.
 */
export const travisEnvironment: Environment = {
  name: 'travis',
  variable: 'TRAVIS',
  isHere: (env) => isOn(env, 'TRAVIS'),
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    const name = get('TRAVIS_JOB_NAME');
    const leg = get('TRAVIS_JOB_NUMBER')?.split('.')[1];
    return {
      ...UNKNOWN_ATTEMPT,
      // The slug tells no host, and it is not always the same one.
      repo: get('TRAVIS_REPO_SLUG'),
      sha: findSha(get('TRAVIS_PULL_REQUEST_SHA')) ?? findSha(get('TRAVIS_COMMIT')),
      testedSha: findSha(get('TRAVIS_COMMIT')),
      job: name ?? leg,
      partial: name === undefined,
      run: get('TRAVIS_BUILD_ID'),
      branch: get('TRAVIS_PULL_REQUEST_BRANCH', 'TRAVIS_BRANCH'),
      pr: findPositive(get('TRAVIS_PULL_REQUEST')),
      event: get('TRAVIS_EVENT_TYPE'),
      conclusion: conclusionOf(get('TRAVIS_TEST_RESULT')),
      url: get('TRAVIS_JOB_WEB_URL'),
    };
  },
};

function conclusionOf(testResult: string | undefined): Conclusion {
  if (testResult === undefined) return 'unknown';
  return testResult.trim() === '0' ? 'success' : 'failure';
}
