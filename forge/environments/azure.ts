// Identity of an Azure Pipelines job.
import { type Conclusion, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment } from './environment.ts';
import { type EnvironmentVariables, findPositive, findSha, findVariable, isOn, repoOfCloneUrl } from './variables.ts';

const STATUS: Readonly<Record<string, Conclusion>> = {
  succeeded: 'success',
  succeededwithissues: 'success',
  failed: 'failure',
  canceled: 'cancelled',
};

/** Jobs of Azure Pipelines. */
export const azureEnvironment: Environment = {
  name: 'azure',
  variable: 'TF_BUILD',
  isHere: (env) => isOn(env, 'TF_BUILD'),
  read: (env) => {
    const get = (...names: readonly string[]): string | undefined => findVariable(env, ...names);
    const attempt = findPositive(get('SYSTEM_JOBATTEMPT'));
    return {
      ...UNKNOWN_ATTEMPT,
      repo: repoOfCloneUrl(get('BUILD_REPOSITORY_URI')) ?? get('BUILD_REPOSITORY_NAME'),
      sha: findSha(get('SYSTEM_PULLREQUEST_SOURCECOMMITID')) ?? findSha(get('BUILD_SOURCEVERSION')),
      testedSha: findSha(get('BUILD_SOURCEVERSION')),
      workflow: get('BUILD_DEFINITIONNAME'),
      job: get('SYSTEM_JOBDISPLAYNAME', 'AGENT_JOBNAME'),
      run: get('BUILD_BUILDID'),
      attempt,
      providerId: providerId(env, attempt),
      branch: branchOf(get('SYSTEM_PULLREQUEST_SOURCEBRANCH', 'BUILD_SOURCEBRANCH')),
      pr: findPositive(get('SYSTEM_PULLREQUEST_PULLREQUESTNUMBER', 'SYSTEM_PULLREQUEST_PULLREQUESTID')),
      event: get('BUILD_REASON'),
      conclusion: STATUS[get('AGENT_JOBSTATUS')?.trim().toLowerCase() ?? ''] ?? 'unknown',
      labels: get('AGENT_NAME') === undefined ? {} : { runner: get('AGENT_NAME') ?? '' },
    };
  },
};

const branchOf = (ref: string | undefined): string | undefined => ref?.replace(/^refs\/heads\//, '');

/** A job's GUID comes from its name: the same in every build and attempt. */
function providerId(env: EnvironmentVariables, attempt: number | undefined): string | undefined {
  const build = findVariable(env, 'BUILD_BUILDID');
  const job = findVariable(env, 'SYSTEM_JOBID');
  return build === undefined || job === undefined || attempt === undefined ? undefined : `${build}.${job}.${attempt}`;
}
