// Which server to speak to, and as whom, from the environment. A token goes only to the server it was made for.

import type { Attempt } from '../store/attempt.ts';
import { actionsProvider } from './environments/actions.ts';
import { runtimeIds } from './environments/runtime-token.ts';
import { type EnvironmentVariables, findHttpUrl, findVariable } from './environments/variables.ts';
import type { OwnJob } from './forge.ts';

/** Where a server may be, and the token for it. */
export interface ForgeAddress {
  /** Address of its pages; the API is looked for beside it. */
  readonly serverUrl: string | undefined;
  /** Address of its API, where it is known. */
  readonly apiUrl: string | undefined;
  readonly token: string | undefined;
  /** The variable that the token came from, or should be put into. */
  readonly tokenVariable: string;
}

/** The variable that people set, inside a job and outside. */
const TOKEN_VARIABLE = 'FIRSTRED_TOKEN';

/**
 * FIRSTRED_SERVER_URL, FIRSTRED_API_URL and FIRSTRED_TOKEN win. Inside a job of Gitea, Forgejo or GitHub its own
 * address and token serve; a job's token is never sent to another address than the job's.
 */
export function addressFromEnvironment(env: EnvironmentVariables): ForgeAddress {
  const provider = actionsProvider(env);
  const given = findVariable(env, 'FIRSTRED_API_URL', 'FIRSTRED_SERVER_URL');
  const jobApi = findVariable(env, 'FORGEJO_API_URL', 'GITHUB_API_URL');
  const jobServer = findVariable(env, 'FORGEJO_SERVER_URL', 'GITHUB_SERVER_URL');
  const inJob = provider !== undefined && (jobApi !== undefined || jobServer !== undefined);
  // FIRSTRED_SERVER_URL alone, in a job, is the server's public name: the runner's own way to it stays.
  const useJob =
    inJob && (findVariable(env, 'FIRSTRED_API_URL') === undefined || sameOrigin(given, jobApi ?? jobServer));
  const serverUrl = findVariable(env, 'FIRSTRED_SERVER_URL') ?? (useJob ? jobServer : undefined);
  const apiUrl = findVariable(env, 'FIRSTRED_API_URL') ?? (useJob ? jobApi : undefined);
  const own = findVariable(env, TOKEN_VARIABLE);
  if (own !== undefined || !useJob) return { serverUrl, apiUrl, token: own?.trim(), tokenVariable: TOKEN_VARIABLE };
  const { token, name } = jobToken(env, provider);
  return { serverUrl, apiUrl, token, tokenVariable: name };
}

const sameOrigin = (a: string | undefined, b: string | undefined): boolean =>
  findHttpUrl(a) !== undefined && findHttpUrl(a)?.origin === findHttpUrl(b)?.origin;

/** The job's token by its usual names; Gitea and Forgejo take the runtime token as well, while the task runs. */
function jobToken(
  env: EnvironmentVariables,
  provider: 'gitea' | 'forgejo' | 'github',
): { readonly token: string | undefined; readonly name: string } {
  const usual = { gitea: 'GITEA_TOKEN', forgejo: 'FORGEJO_TOKEN', github: 'GITHUB_TOKEN' }[provider];
  const names = ['INPUT_TOKEN', usual, 'GITHUB_TOKEN', ...(provider === 'github' ? [] : ['ACTIONS_RUNTIME_TOKEN'])];
  const name = names.find((n) => findVariable(env, n) !== undefined);
  return { token: name === undefined ? undefined : findVariable(env, name)?.trim(), name: name ?? usual };
}

/** The ids of the job that this process runs in, beside the identity that its environment gave. */
export function ownJob(env: EnvironmentVariables, attempt: Attempt): OwnJob {
  const jobId = attempt.provider === 'github' ? attempt.providerId : runtimeIds(env).jobId;
  return { attempt, jobId, runnerName: findVariable(env, 'RUNNER_NAME') };
}
