// Gitea: what each version can do, behind the `Forge` interface.
import type { AttemptFilter, Forge, ForgeAttempt, OwnJob } from './forge.ts';
import { readGiteaLog } from './gitea-log.ts';
import { findRunId, type GiteaServer, getOwnAttempt, listRunAttempts } from './gitea-runs.ts';
import { giteaSocial } from './gitea-social.ts';
import { findOwnTask, listTaskAttempts, listTasksDownTo, type TaskServer } from './gitea-task-attempts.ts';
import type { ForgeHttp } from './http.ts';
import { idSegment, repoPath } from './repo-path.ts';
import { findServerVersion, isSince } from './server-version.ts';

/** A Gitea server of `version`, as `/version` tells it. Which members there are follows the version alone. */
export function openGitea(http: ForgeHttp, version: string): Forge {
  const parsed = findServerVersion(version);
  const has = (minor: number): boolean => isSince(parsed, 1, minor);
  const server: GiteaServer = { http, keepsAttempts: has(27) };
  const tasks: TaskServer = {
    http,
    provider: 'gitea',
    noLog: `Gitea ${version} tells no job ids, by which logs are asked for: keep logs from inside the job, or upgrade to 1.25`,
    workflowFolders: ['.gitea/workflows', '.github/workflows'],
    ...(has(25) ? { runIdOf: (repo, task, signal) => findRunId(server, { repo, task }, signal) } : {}),
  };
  const logs = { http, says500ForMissing: !has(26) };
  const readLog = (attempt: ForgeAttempt, signal: AbortSignal) => readGiteaLog(logs, attempt, signal);
  return {
    kind: 'gitea',
    version,
    title: `Gitea ${version} at ${http.source.host}`,
    gaps: gapsOf(version, has),
    ...(has(23) ? { attempts: (filter, signal) => attempts({ server, tasks, hasRuns: has(25) }, filter, signal) } : {}),
    ...(has(23) ? { tasks: (range, signal) => listTasksDownTo(tasks, range, signal) } : {}),
    ...(has(25) ? { log: readLog } : {}),
    ...(has(24) ? { ownLog: readLog } : {}),
    ...(has(26) ? { rerun: (attempt, signal) => rerun(http, attempt, signal) } : {}),
    ownAttempt: (own, signal) => ownAttempt({ server, tasks, own, has }, signal),
    ...giteaSocial(http),
  };
}

function gapsOf(version: string, has: (minor: number) => boolean): Forge['gaps'] {
  const noLog = `Gitea ${version} has no log API: use \`firstred run\` in the job, or upgrade to 1.24 or later`;
  return {
    ...(has(23)
      ? {}
      : { attempts: `Gitea ${version} lists no tasks: keep logs with \`firstred run\`, or upgrade to 1.25` }),
    ...(has(24) ? {} : { ownLog: noLog }),
    ...(has(25)
      ? {}
      : {
          log: has(24) ? `Gitea ${version} tells no job ids: keep logs from inside the job, or upgrade to 1.25` : noLog,
        }),
    ...(has(26)
      ? {}
      : { rerun: `Gitea ${version} has no re-run API: press the button on the run\u2019s page, or upgrade to 1.26` }),
  };
}

interface AttemptSources {
  readonly server: GiteaServer;
  readonly tasks: TaskServer;
  readonly hasRuns: boolean;
}

const attempts = (
  { server, tasks, hasRuns }: AttemptSources,
  filter: AttemptFilter,
  signal: AbortSignal,
): AsyncIterable<ForgeAttempt> =>
  hasRuns ? listRunAttempts(server, filter, signal) : listTaskAttempts(tasks, filter, signal);

/** Re-runs this job; the server also re-runs those that need it. */
async function rerun(http: ForgeHttp, { attempt, jobId }: ForgeAttempt, signal: AbortSignal): Promise<void> {
  const job = idSegment(jobId ?? '', 'job');
  const path = `${repoPath(attempt.repo ?? '')}/actions/runs/${idSegment(attempt.run ?? '', 'run')}/jobs/${job}/rerun`;
  await http.send({ path, method: 'POST', what: `re-run of job ${job}`, scope: 'write:repository' }, signal);
}

interface OwnContext {
  readonly server: GiteaServer;
  readonly tasks: TaskServer;
  readonly own: OwnJob;
  readonly has: (minor: number) => boolean;
}

async function ownAttempt(
  { server, tasks, own, has }: OwnContext,
  signal: AbortSignal,
): Promise<ForgeAttempt | undefined> {
  const { repo, providerId: taskId, workflow } = own.attempt;
  const { jobId } = own;
  if (repo === undefined) return undefined;
  if (has(25))
    return jobId === undefined ? undefined : getOwnAttempt(server, { repo, jobId, taskId, workflow }, signal);
  if (!has(23) || taskId === undefined) return undefined;
  const found = await findOwnTask(tasks, { repo, taskId }, signal);
  if (found === undefined) return undefined;
  const log =
    jobId !== undefined && has(24) ? ({ kind: 'here' } as const) : ({ kind: 'none', why: tasks.noLog } as const);
  return { attempt: { ...found, run: own.attempt.run }, state: 'running', jobId, log };
}
