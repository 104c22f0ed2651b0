// Identity of the job that this process runs in, from its environment alone. What a server could add is forge.ts's
// affair, what git could add the command line's.
import { type Attempt, findConclusion, repoParts, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { actionsEnvironment } from './environments/actions.ts';
import { azureEnvironment } from './environments/azure.ts';
import { buildkiteEnvironment } from './environments/buildkite.ts';
import { circleciEnvironment } from './environments/circleci.ts';
import type { Environment, ReadText } from './environments/environment.ts';
import { gitlabEnvironment } from './environments/gitlab.ts';
import { jenkinsEnvironment } from './environments/jenkins.ts';
import { travisEnvironment } from './environments/travis.ts';
import {
  type EnvironmentVariables,
  findHttpUrl,
  findPositive,
  findSha,
  findTimeMs,
  findVariable,
} from './environments/variables.ts';
import { woodpeckerEnvironment } from './environments/woodpecker.ts';

/** Every CI system that is known from inside, in the order of asking: Woodpecker borrows names of GitLab's. */
const ENVIRONMENTS: readonly Environment[] = [
  actionsEnvironment,
  woodpeckerEnvironment,
  gitlabEnvironment,
  buildkiteEnvironment,
  circleciEnvironment,
  azureEnvironment,
  travisEnvironment,
  jenkinsEnvironment,
];

/**
 * Identity of the running job: FIRSTRED_* variables win over the CI system's own; both are only data. Outside of CI
 * all is unknown. `readText` reads the event file.
 */
export const identityFromEnvironment = (env: EnvironmentVariables, readText: ReadText): Attempt =>
  overrideFromEnvironment(readEnvironment(env, readText), env);

/** What the CI system itself says; all unknown outside of CI. */
export const readEnvironment = (env: EnvironmentVariables, readText: ReadText): Attempt =>
  findEnvironment(env)?.read(env, readText) ?? UNKNOWN_ATTEMPT;

/** The CI system that this environment is of, if it is a known one. */
export const findEnvironment = (env: EnvironmentVariables): Environment | undefined =>
  ENVIRONMENTS.find((e) => e.isHere(env));

/** FIRSTRED_* variables: what people set where a CI system does not tell. Empty counts as not set. */
export function overrideFromEnvironment(found: Attempt, env: EnvironmentVariables): Attempt {
  const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
  const job = get('FIRSTRED_JOB');
  const conclusion = findConclusion(get('FIRSTRED_CONCLUSION') ?? '');
  return {
    ...found,
    repo: overriddenRepo(found.repo, env),
    sha: findSha(get('FIRSTRED_SHA', 'FIRSTRED_HEAD_SHA')) ?? found.sha,
    testedSha: findSha(get('FIRSTRED_TESTED_SHA')) ?? found.testedSha,
    treeSha: findSha(get('FIRSTRED_TREE_SHA')) ?? found.treeSha,
    workflow: get('FIRSTRED_WORKFLOW') ?? found.workflow,
    job: job ?? found.job,
    partial: job === undefined && found.partial,
    run: get('FIRSTRED_RUN', 'FIRSTRED_RUN_ID') ?? found.run,
    attempt: findPositive(get('FIRSTRED_ATTEMPT')) ?? found.attempt,
    providerId: get('FIRSTRED_PROVIDER_ID', 'FIRSTRED_TASK_ID') ?? found.providerId,
    branch: get('FIRSTRED_BRANCH') ?? found.branch,
    pr: findPositive(get('FIRSTRED_PR')) ?? found.pr,
    event: get('FIRSTRED_EVENT') ?? found.event,
    conclusion: conclusion ?? found.conclusion,
    startedAtMs: findTimeMs(get('FIRSTRED_STARTED_AT')) ?? found.startedAtMs,
    finishedAtMs: findTimeMs(get('FIRSTRED_FINISHED_AT')) ?? found.finishedAtMs,
    url: get('FIRSTRED_URL') ?? found.url,
  };
}

/** FIRSTRED_SERVER_URL is the public address where a runner knows only an internal one. */
function overriddenRepo(found: string | undefined, env: EnvironmentVariables): string | undefined {
  const repo = findVariable(env, 'FIRSTRED_REPO') ?? found;
  const { host, owner, name } = repoParts(repo);
  const publicHost = findHttpUrl(findVariable(env, 'FIRSTRED_SERVER_URL'))?.host ?? host ?? repoParts(found).host;
  return publicHost === undefined || owner === undefined || name === undefined
    ? repo
    : `${publicHost}/${owner}/${name}`;
}
