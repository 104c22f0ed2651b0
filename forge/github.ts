// GitHub, and GitHub Enterprise Server, behind the `Forge` interface.
import type { CommentRef, CommitStatus, Forge, ForgeAttempt, IssueRef, NewComment, NewStatus } from './forge.ts';
import { findIssueState, shaSegment } from './gitea-social.ts';
import { githubCommentSchema, githubStatusSchema } from './github-json.ts';
import { findOwnGithubAttempt, listGithubAttempts } from './github-runs.ts';
import type { ForgeHttp } from './http.ts';
import type { LogArchive } from './log-archive.ts';
import { readLog } from './log-stream.ts';
import { findOwnComment } from './own-comment.ts';
import { collect, listPages } from './pages.ts';
import { findFork } from './pull-head.ts';
import { idSegment, repoPath } from './repo-path.ts';

/** GitHub cuts a description at 140 characters with an error. */
const MAX_DESCRIPTION = 140;

/** GitHub's API; `version` is that of an Enterprise server, else `current`. */
export function openGithub(http: ForgeHttp, version: string, now: () => number): Forge {
  return {
    kind: 'github',
    version,
    title: `GitHub ${version} at ${http.source.host}`,
    gaps: {
      ownLog: 'GitHub gives no log of a running job: use `firstred run -- CMD` in the job, or `firstred pull` after it',
      attach: 'GitHub takes no attachments by API: the comment has an excerpt and a link',
    },
    attempts: (filter, signal) => listGithubAttempts(http, filter, { signal, now }),
    log: (attempt, signal) => readGithubLog({ http, now }, attempt, signal),
    logArchive: (attempt, signal) => fetchArchive(http, attempt, signal),
    rerun: (attempt, signal) => rerun(http, attempt, signal),
    ownAttempt: (own, signal) => findOwnGithubAttempt(http, own, signal),
    statuses: (repo, sha, signal) => listGithubStatuses(http, { repo, sha }, signal),
    setStatus: (status, signal) => setGithubStatus(http, status, signal),
    issueState: (issue, signal) => findIssueState(http, issue, { scope: 'issues: read', signal }),
    forkOfPull: (pull, signal) => findFork(http, pull, { scope: 'pull-requests: read', signal }),
    comment: (issue, comment, signal) => writeGithubComment(http, { issue, comment }, signal),
  };
}

/** chosen: the log is written some seconds after the job's end. */
const LOG_DELAY_MS = 60_000;

/** The answer is a redirect to a store of another host, which refuses our token; it does not get it. */
async function* readGithubLog(
  { http, now }: { readonly http: ForgeHttp; readonly now: () => number },
  { attempt, jobId }: ForgeAttempt,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const job = idSegment(jobId ?? '', 'job');
  const repo = attempt.repo ?? '';
  const path = `${repoPath(repo)}/actions/jobs/${job}/logs`;
  const isFresh = attempt.finishedAtMs !== undefined && now() - attempt.finishedAtMs < LOG_DELAY_MS;
  const request = { path, what: `log of job ${job} of ${repo}`, scope: 'actions: read' };
  yield* readLog(http, isFresh ? { ...request, passingStatus: 404 } : request, { signal });
}

/** One request for a whole attempt of a run, where each job's log would cost one of a rate-limited number. */
async function fetchArchive(http: ForgeHttp, { attempt }: ForgeAttempt, signal: AbortSignal): Promise<LogArchive> {
  const run = idSegment(attempt.run ?? '', 'run');
  const number = idSegment(String(attempt.attempt ?? ''), 'attempt');
  const what = `logs of run ${run}, attempt ${number}`;
  const path = `${repoPath(attempt.repo ?? '')}/actions/runs/${run}/attempts/${number}/logs`;
  const { openLogArchive } = await import('./log-archive.ts');
  return openLogArchive(readLog(http, { path, what, scope: 'actions: read' }, { signal }), what);
}

async function rerun(http: ForgeHttp, { attempt, jobId }: ForgeAttempt, signal: AbortSignal): Promise<void> {
  const job = idSegment(jobId ?? '', 'job');
  const path = `${repoPath(attempt.repo ?? '')}/actions/jobs/${job}/rerun`;
  await http.send({ path, method: 'POST', what: `re-run of job ${job}`, scope: 'actions: write' }, signal);
}

async function* listGithubStatuses(
  http: ForgeHttp,
  { repo, sha }: { readonly repo: string; readonly sha: string },
  signal: AbortSignal,
): AsyncGenerator<CommitStatus> {
  const path = `${repoPath(repo)}/commits/${shaSegment(sha)}/statuses`;
  const request = { path, what: `statuses of ${sha.slice(0, 10)}`, scope: 'statuses: read' };
  const shape = {
    item: githubStatusSchema,
    idOf: (s: { id: string }) => s.id,
    sizeParameter: 'per_page',
    pageSize: 100,
  } as const;
  for await (const status of listPages(http, request, shape, signal)) {
    const { state } = status;
    const known = state === 'success' || state === 'failure' || state === 'error' ? state : 'pending';
    yield {
      context: status.context,
      state: known,
      description: status.description ?? '',
      targetUrl: status.target_url,
      createdAtMs: status.created_at,
    };
  }
}

async function setGithubStatus(http: ForgeHttp, status: NewStatus, signal: AbortSignal): Promise<void> {
  const { context, state, targetUrl } = status;
  const description = [...status.description].slice(0, MAX_DESCRIPTION).join('');
  const json = { context, state, description, ...(targetUrl === undefined ? {} : { target_url: targetUrl }) };
  const path = `${repoPath(status.repo)}/statuses/${shaSegment(status.sha)}`;
  const what = `status ${context} of ${status.sha.slice(0, 10)}`;
  await http.send({ path, method: 'POST', json, what, scope: 'statuses: write' }, signal);
}

interface CommentJob {
  readonly issue: IssueRef;
  readonly comment: NewComment;
}

async function writeGithubComment(
  http: ForgeHttp,
  { issue, comment }: CommentJob,
  signal: AbortSignal,
): Promise<CommentRef> {
  const base = repoPath(issue.repo);
  const what = `comments of #${issue.number} of ${issue.repo}`;
  const scope = 'issues: write';
  const list = `${base}/issues/${issue.number}/comments`;
  const shape = {
    item: githubCommentSchema,
    idOf: (c: { id: string }) => c.id,
    sizeParameter: 'per_page',
    pageSize: 100,
  } as const;
  const json = { body: comment.body };
  const all = await collect(listPages(http, { path: list, what, scope: 'issues: read' }, shape, signal));
  const marked = all.filter(({ body }) => body?.startsWith(comment.marker) === true);
  const old = await findOwnComment(http, marked, signal);
  if (old !== undefined) {
    if (old.body === comment.body) return { id: old.id, url: old.html_url, state: 'unchanged', attachments: [] };
    await http.send({ path: `${base}/issues/comments/${old.id}`, method: 'PATCH', json, what, scope }, signal);
    return { id: old.id, url: old.html_url, state: 'edited', attachments: [] };
  }
  const { value } = await http.json({ path: list, method: 'POST', json, what, scope }, githubCommentSchema, signal);
  return { id: value.id, url: value.html_url, state: 'created', attachments: [] };
}
