// Identity of a CircleCI job.
import { UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { type EnvironmentVariables, findPositive, findSha, findVariable, isOn, repoOfCloneUrl } from './variables.ts';

/** Jobs of CircleCI: a re-run is a new workflow with new job ids, so there are no attempts. */
export const circleciEnvironment: Environment = {
  name: 'circleci',
  variable: 'CIRCLECI',
  isHere: (env) => isOn(env, 'CIRCLECI'),
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    return {
      ...UNKNOWN_ATTEMPT,
      repo: repoOfCloneUrl(get('CIRCLE_REPOSITORY_URL')) ?? projectOf(env),
      sha: findSha(get('CIRCLE_SHA1')),
      testedSha: findSha(get('CIRCLE_SHA1')),
      job: jobName(env),
      run: get('CIRCLE_WORKFLOW_ID'),
      providerId: providerId(env),
      branch: get('CIRCLE_BRANCH'),
      pr: findPositive(get('CIRCLE_PR_NUMBER') ?? /\/(\d+)$/.exec(get('CIRCLE_PULL_REQUEST') ?? '')?.[1]),
      url: get('CIRCLE_BUILD_URL'),
    };
  },
};

function projectOf(env: EnvironmentVariables): string | undefined {
  const owner = findVariable(env, 'CIRCLE_PROJECT_USERNAME');
  const name = findVariable(env, 'CIRCLE_PROJECT_REPONAME');
  return owner === undefined || name === undefined ? undefined : `${owner}/${name}`;
}

/** Containers of a parallel job have logs of their own. */
function jobName(env: EnvironmentVariables): string | undefined {
  const job = findVariable(env, 'CIRCLE_JOB');
  const parts = findPositive(findVariable(env, 'CIRCLE_NODE_TOTAL')) ?? 1;
  return job === undefined || parts === 1 ? job : `${job} (${findVariable(env, 'CIRCLE_NODE_INDEX') ?? '?'})`;
}

/** The build number counts per project; with the container it is unique only together with the project's name. */
function providerId(env: EnvironmentVariables): string | undefined {
  const id = findVariable(env, 'CIRCLE_WORKFLOW_JOB_ID');
  const number = findVariable(env, 'CIRCLE_BUILD_NUM');
  const project = projectOf(env);
  const stem = id ?? (number === undefined || project === undefined ? undefined : `${project}#${number}`);
  const parts = findPositive(findVariable(env, 'CIRCLE_NODE_TOTAL')) ?? 1;
  return stem === undefined || parts === 1 ? stem : `${stem}.${findVariable(env, 'CIRCLE_NODE_INDEX') ?? '?'}`;
}
