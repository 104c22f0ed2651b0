// Forgejo: what each version can do, behind the `Forge` interface.
import type { Forge, ForgeAttempt, OwnJob } from './forge.ts';
import {
  FORGEJO_WORKFLOW_FOLDERS,
  findOwnForgejoAttempt,
  findRunByIndex,
  listForgejoAttempts,
} from './forgejo-runs.ts';
import { giteaSocial } from './gitea-social.ts';
import { findOwnTask, listTaskAttempts, listTasksDownTo, type TaskServer } from './gitea-task-attempts.ts';
import type { ForgeHttp } from './http.ts';
import { readLog } from './log-stream.ts';
import { idSegment, repoPath } from './repo-path.ts';
import { findServerVersion, isSince } from './server-version.ts';

/** A Forgejo server. `version` is its own (`16.0.0`), without the Gitea suffix, which tells nothing of Actions. */
export function openForgejo(http: ForgeHttp, version: string): Forge {
  const parsed = findServerVersion(version);
  const has = (major: number): boolean => isSince(parsed, major, 0);
  const runIdOf: TaskServer['runIdOf'] = async (repo, { head_sha: sha, run_number: index }, signal) =>
    sha === undefined ? undefined : findRunByIndex(http, { repo, sha, index }, signal);
  const tasks: TaskServer = {
    http,
    provider: 'forgejo',
    noLog: `Forgejo ${version} has no log API: use \`firstred run\` in the job, or upgrade to 16`,
    workflowFolders: FORGEJO_WORKFLOW_FOLDERS,
    ...(has(12) ? { runIdOf } : {}),
  };
  const log = (attempt: ForgeAttempt, signal: AbortSignal) => readForgejoLog(http, attempt, signal);
  return {
    kind: 'forgejo',
    version,
    title: `Forgejo ${version} at ${http.source.host}`,
    gaps: gapsOf(version, has),
    ...(has(8)
      ? {
          attempts: (filter, signal) =>
            has(16) ? listForgejoAttempts(http, filter, signal) : listTaskAttempts(tasks, filter, signal),
        }
      : {}),
    ...(has(8) ? { tasks: (range, signal) => listTasksDownTo(tasks, range, signal) } : {}),
    ...(has(16) ? { log, ownLog: log } : {}),
    ownAttempt: (own, signal) => ownAttempt({ http, tasks, own, has }, signal),
    ...giteaSocial(http),
  };
}

function gapsOf(version: string, has: (major: number) => boolean): Forge['gaps'] {
  const noLog = `Forgejo ${version} has no log API: use \`firstred run\` in the job, or upgrade to 16`;
  return {
    ...(has(8)
      ? {}
      : { attempts: `Forgejo ${version} lists no tasks: keep logs with \`firstred run\`, or upgrade to 16` }),
    ...(has(16) ? {} : { log: noLog, ownLog: noLog }),
    rerun: 'Forgejo has no re-run API: press the button on the run\u2019s page after `firstred pull` has kept the log',
  };
}

/** Each attempt has its own log under the job's id; the server never gives another one's. */
function readForgejoLog(
  http: ForgeHttp,
  { attempt, jobId }: ForgeAttempt,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const job = idSegment(jobId ?? '', 'job');
  const repo = attempt.repo ?? '';
  const request = {
    path: `${repoPath(repo)}/actions/jobs/${job}/logs`,
    query: { attempt: attempt.attempt },
    what: `log of job ${job} (attempt ${attempt.attempt ?? 'newest'}) of ${repo}`,
    scope: 'read:repository',
  };
  return readLog(http, request, { signal });
}

interface OwnContext {
  readonly http: ForgeHttp;
  readonly tasks: TaskServer;
  readonly own: OwnJob;
  readonly has: (major: number) => boolean;
}

async function ownAttempt(
  { http, tasks, own, has }: OwnContext,
  signal: AbortSignal,
): Promise<ForgeAttempt | undefined> {
  const { repo, providerId: taskId, run, workflow } = own.attempt;
  const { jobId } = own;
  if (repo === undefined) return undefined;
  if (has(16)) {
    return run === undefined || jobId === undefined
      ? undefined
      : findOwnForgejoAttempt(http, { repo, run, jobId, taskId, workflow }, signal);
  }
  if (!has(8) || taskId === undefined) return undefined;
  const found = await findOwnTask(tasks, { repo, taskId }, signal);
  if (found === undefined) return undefined;
  return { attempt: { ...found, run }, state: 'running', jobId, log: { kind: 'none', why: tasks.noLog } };
}
