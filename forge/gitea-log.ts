// Logs of Gitea's jobs by API (1.24 and later).
import { AppError } from '../store/errors.ts';
import type { ForgeAttempt } from './forge.ts';
import type { ApiRequest, ForgeHttp } from './http.ts';
import { statusOf } from './http-failure.ts';
import { readLog } from './log-stream.ts';
import { idSegment, repoPath } from './repo-path.ts';

/** The request for a job's log. */
export const logRequest = (repo: string, jobId: string): ApiRequest => ({
  path: `${repoPath(repo)}/actions/jobs/${idSegment(jobId, 'job')}/logs`,
  what: `log of job ${jobId} of ${repo}`,
  scope: 'read:repository (in a job `permissions: actions: read`)',
});

/** The task that a log is of: the file name is `<workflow>-<job>-<task>.log`. */
export const taskIdOfLog = (headers: Headers): string | undefined =>
  /-(\d{1,19})\.log"?\s*(;|$)/.exec(headers.get('content-disposition') ?? '')?.[1];

/** Where logs come from. */
export interface LogServer {
  readonly http: ForgeHttp;
  /** 1.24 and 1.25 answer 500 without a word for an unknown job and for a log that is not on disk. */
  readonly says500ForMissing: boolean;
}

/**
 * The log of the attempt. Between listing and reading a re-run can take its place under the same address: the file's
 * name tells, and what is not the attempt's own log is not given out (NOT_FOUND).
 */
export async function* readGiteaLog(
  { http, says500ForMissing }: LogServer,
  { attempt, jobId }: ForgeAttempt,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const request = logRequest(attempt.repo ?? '', jobId ?? '');
  const check = ({ headers }: { readonly headers: Headers }): void => {
    const taskId = taskIdOfLog(headers);
    if (taskId === undefined || attempt.providerId === undefined || taskId === attempt.providerId) return;
    throw new AppError('NOT_FOUND', `the ${request.what} is now that of task ${taskId}, not of ${attempt.providerId}`, {
      hint: 'it was re-run meanwhile: `firstred rescue` finds the old log in the server\u2019s log storage',
    });
  };
  try {
    yield* readLog(http, request, { signal, check });
  } catch (error) {
    if (!says500ForMissing || statusOf(error) !== 500) throw error;
    throw new AppError('NOT_FOUND', `there is no ${request.what}`, {
      hint: 'the run was deleted, or its log is not on the server\u2019s disk',
      cause: error,
    });
  }
}
