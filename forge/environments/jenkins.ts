// Identity of a Jenkins build.
import { UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { type EnvironmentVariables, findPositive, findSha, findVariable, repoOfCloneUrl } from './variables.ts';

/** Builds of Jenkins: each rebuild is a build of its own number, so there are no attempts. */
export const jenkinsEnvironment: Environment = {
  name: 'jenkins',
  variable: 'JENKINS_URL',
  isHere: (env) =>
    findVariable(env, 'JENKINS_URL', 'JENKINS_HOME') !== undefined && findVariable(env, 'BUILD_NUMBER') !== undefined,
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    const name = get('JOB_NAME');
    const build = get('BUILD_NUMBER');
    const workflow = workflowName(env);
    return {
      ...UNKNOWN_ATTEMPT,
      repo: repoOfCloneUrl(get('GIT_URL', 'GIT_URL_1')),
      sha: findSha(get('GIT_COMMIT')),
      testedSha: findSha(get('GIT_COMMIT')),
      workflow,
      job: workflow?.split('/').at(-1),
      run: build,
      // The number counts per job: only both together are unique on the server.
      providerId: name === undefined || build === undefined ? undefined : `${name}#${build}`,
      branch: get('CHANGE_BRANCH', 'BRANCH_NAME') ?? get('GIT_BRANCH')?.replace(/^origin\//, ''),
      pr: findPositive(get('CHANGE_ID')),
      url: get('BUILD_URL'),
      labels: get('NODE_NAME') === undefined ? {} : { runner: get('NODE_NAME') ?? '' },
    };
  },
};

/** A multibranch job's name ends with its branch (`/` as %2F), which is no part of what is defined. */
function workflowName(env: EnvironmentVariables): string | undefined {
  const name = findVariable(env, 'JOB_NAME');
  const branch = findVariable(env, 'BRANCH_NAME');
  const tail = branch === undefined ? undefined : `/${encodeURIComponent(branch)}`;
  return tail !== undefined && name?.endsWith(tail) === true && name.length > tail.length
    ? name.slice(0, -tail.length)
    : name;
}
