// Identity of a job of GitHub Actions and of the two servers that took over its variables, Gitea and Forgejo.
import { type Attempt, forkLabel, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import type { Environment, ReadText } from './environment.ts';
import { findPullRequest, type PullRequestOfEvent } from './event-file.ts';
import { jobWithMatrix } from './matrix.ts';
import { runtimeIds } from './runtime-token.ts';
import {
  type EnvironmentVariables,
  findHttpUrl,
  findPositive,
  findSha,
  findVariable,
  isOn,
  repoOf,
} from './variables.ts';

type ActionsProvider = 'gitea' | 'forgejo' | 'github';

/** Forgejo's runner sets GITEA_ACTIONS as well, and both set GITHUB_ACTIONS: the order decides. */
export function actionsProvider(env: EnvironmentVariables): ActionsProvider | undefined {
  if (isOn(env, 'FORGEJO_ACTIONS')) return 'forgejo';
  if (isOn(env, 'GITEA_ACTIONS')) return 'gitea';
  return isOn(env, 'GITHUB_ACTIONS') ? 'github' : undefined;
}

/** Jobs of Gitea, Forgejo and GitHub. */
export const actionsEnvironment: Environment = {
  name: 'actions',
  variable: 'GITHUB_ACTIONS',
  isHere: (env) => actionsProvider(env) !== undefined,
  read: (env, readText) => readActions(env, readText, actionsProvider(env) ?? 'github'),
};

function readActions(env: EnvironmentVariables, readText: ReadText, provider: ActionsProvider): Attempt {
  const get = (name: string): string | undefined => actionsVariable(env, name);
  const event = get('EVENT_NAME');
  const eventPath = get('EVENT_PATH');
  const isPull = event?.startsWith('pull_request') === true;
  const pull = isPull && eventPath !== undefined ? findPullRequest(readText(eventPath)) : undefined;
  const ids = provider === 'github' ? { taskId: undefined, runId: undefined } : runtimeIds(env);
  const key = get('JOB');
  const withMatrix = jobWithMatrix(key, findVariable(env, 'FIRSTRED_MATRIX', 'INPUT_MATRIX'));
  const repo = repoOf(get('SERVER_URL'), get('REPOSITORY'));
  const run = ids.runId ?? get('RUN_ID') ?? findVariable(env, 'GITEA_RUN_ID');
  return {
    ...UNKNOWN_ATTEMPT,
    provider,
    repo,
    sha: headSha({ provider, event, isPull, sha: findSha(get('SHA')), pull }),
    testedSha: findSha(get('SHA')),
    workflow: get('WORKFLOW'),
    job: withMatrix ?? key,
    // Only the YAML key is told: neither the job's own name nor its matrix values.
    partial: withMatrix === undefined,
    run,
    attempt: attemptNumber(env, provider, get('RUN_ATTEMPT')),
    providerId:
      provider === 'github'
        ? findVariable(env, 'INPUT_CHECK-RUN-ID', 'INPUT_CHECK_RUN_ID', 'FIRSTRED_CHECK_RUN_ID')
        : (ids.taskId ?? findVariable(env, 'GITEA_TASK_ID')),
    branch: branchOf(get, pull),
    pr: pull?.number ?? findPositive(/^refs\/pull\/(\d+)\//.exec(get('REF') ?? '')?.[1]),
    event,
    url: runUrl(provider, get, run),
    labels: { ...runnerLabels(env), ...forkLabel(pull?.fork) },
  };
}

/** Forgejo's runner sets both names; its own is the one that an imported action cannot have overwritten. */
const actionsVariable = (env: EnvironmentVariables, name: string): string | undefined =>
  isOn(env, 'FORGEJO_ACTIONS')
    ? findVariable(env, `FORGEJO_${name}`, `GITHUB_${name}`)
    : findVariable(env, `GITHUB_${name}`);

interface HeadQuestion {
  readonly provider: ActionsProvider;
  readonly event: string | undefined;
  readonly isPull: boolean;
  readonly sha: string | undefined;
  readonly pull: PullRequestOfEvent | undefined;
}

/**
 * The head of the change. GITHUB_SHA is it on a push; on a pull request it is GitHub's test merge, on
 * `pull_request_target` the base: then only the event tells, and without it the head is not known.
 */
function headSha({ provider, event, isPull, sha, pull }: HeadQuestion): string | undefined {
  if (!isPull) return sha;
  const shaIsHead = provider !== 'github' && event !== 'pull_request_target';
  return findSha(pull?.headSha) ?? (shaIsHead ? sha : undefined);
}

/**
 * Empty, absent and 0 mean that the runner does not know it. Forgejo's runner said `1` for every attempt until
 * commit 8e624ab1 (2025-11-24, in the v12 line), so its 1 counts from version 12 on.
 */
function attemptNumber(env: EnvironmentVariables, provider: ActionsProvider, text: string | undefined) {
  const attempt = findPositive(text);
  if (provider !== 'forgejo' || attempt !== 1) return attempt;
  const version = findVariable(env, 'FORGEJO_ACTIONS_RUNNER_VERSION', 'GITEA_ACTIONS_RUNNER_VERSION');
  const major = /^v?(\d+)\./.exec(version?.trim() ?? '')?.[1];
  return major !== undefined && Number(major) >= 12 ? attempt : undefined;
}

function branchOf(get: (name: string) => string | undefined, pull: PullRequestOfEvent | undefined): string | undefined {
  return get('HEAD_REF') ?? pull?.headBranch ?? /^refs\/heads\/(.+)$/s.exec(get('REF') ?? '')?.[1];
}

/** Gitea's page of a run is named by index up to 1.25 and by id from 1.26: from inside a job it cannot be told. */
function runUrl(
  provider: ActionsProvider,
  get: (name: string) => string | undefined,
  run: string | undefined,
): string | undefined {
  const server = findHttpUrl(get('SERVER_URL'))?.href.replace(/\/+$/, '');
  const number = provider === 'forgejo' ? get('RUN_NUMBER') : run;
  const repository = get('REPOSITORY');
  if (provider === 'gitea' || server === undefined || repository === undefined || number === undefined)
    return undefined;
  const path = [...repository.split('/'), 'actions', 'runs', number].map(encodeURIComponent).join('/');
  return `${server}/${path}`;
}

/** What `why` compares when an environment changed. */
function runnerLabels(env: EnvironmentVariables): Readonly<Record<string, string>> {
  const names = { runner: 'RUNNER_NAME', os: 'RUNNER_OS', arch: 'RUNNER_ARCH', image: 'ImageOS' } as const;
  const known = Object.entries(names).map(([label, name]) => [label, findVariable(env, name)] as const);
  return Object.fromEntries(known.filter((pair): pair is readonly [string & {}, string] => pair[1] !== undefined));
}
