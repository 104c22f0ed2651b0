// Runs and jobs of GitHub, as attempts. Every attempt of a run has jobs of its own ids, copies of old ones included.
import { type Attempt, forkLabel, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { type AttemptFilter, type ForgeAttempt, isSinceTime, type LogPlace, type OwnJob } from './forge.ts';
import { forkName } from './fork-name.ts';
import {
  type GithubJob,
  type GithubRun,
  githubConclusion,
  githubJobSchema,
  githubRunSchema,
  githubState,
} from './github-json.ts';
import type { ApiRequest, ForgeHttp } from './http.ts';
import { collect, listPages } from './pages.ts';
import { idSegment, repoOfPage, repoPath } from './repo-path.ts';

const SCOPE = 'actions: read';
/** A filtered list of runs ends at this many, so says its documentation. */
const MAX_FILTERED_RUNS = 1000;
/** A run can be re-run for 30 days: older ones have no new attempts. */
const RERUN_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

const runShape = {
  item: githubRunSchema,
  key: 'workflow_runs',
  idOf: (run: GithubRun) => run.id,
  sizeParameter: 'per_page',
  pageSize: 100,
} as const;
const jobShape = { ...runShape, item: githubJobSchema, key: 'jobs', idOf: (job: GithubJob) => job.id } as const;

/** Attempts of runs, oldest run first, of each run in the order of attempts. */
export async function* listGithubAttempts(
  http: ForgeHttp,
  filter: AttemptFilter,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number },
): AsyncGenerator<ForgeAttempt> {
  const { repo } = filter;
  for (const run of (await runsOf(http, filter, { signal, now })).toReversed()) {
    const jobs = await jobsOfRun(http, { repo, run: run.id, all: true }, signal);
    for (const found of attemptsOfJobs(jobs, { repo, run })) {
      if (filter.by !== 'since' || isSinceTime(found, filter.sinceMs)) yield found;
    }
  }
}

/** The runs that the filter asks for, newest first. */
async function runsOf(
  http: ForgeHttp,
  filter: AttemptFilter,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<readonly GithubRun[]> {
  const base = `${repoPath(filter.repo)}/actions/runs`;
  const note = { what: `runs of ${filter.repo}`, scope: SCOPE };
  switch (filter.by) {
    case 'run': {
      const request = {
        ...note,
        path: `${base}/${idSegment(filter.run, 'run')}`,
        what: `run ${filter.run} of ${filter.repo}`,
      };
      return [(await http.json(request, githubRunSchema, signal)).value];
    }
    case 'sha': {
      const list = listPages(http, { ...note, path: base, query: { head_sha: filter.sha } }, runShape, signal);
      return (await collect(list)).filter((run) => run.head_sha === filter.sha);
    }
    case 'since': {
      // A list by time of creation: a re-run shows in an old entry, by its time of change.
      const window = { fromMs: filter.sinceMs - RERUN_WINDOW_MS, toMs: now() };
      const runs = await runsBetween(http, { ...note, path: base }, window, signal);
      return runs.filter((run) => (run.updated_at ?? Number.POSITIVE_INFINITY) >= filter.sinceMs);
    }
    default:
      return filter satisfies never;
  }
}

/** Runs created in a span of time; a span with too many for one list is halved. */
async function runsBetween(
  http: ForgeHttp,
  request: ApiRequest,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  signal: AbortSignal,
): Promise<readonly GithubRun[]> {
  const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
  const query = { created: `${iso(fromMs)}..${iso(toMs)}` };
  const runs = await collect(listPages(http, { ...request, query }, runShape, signal));
  if (runs.length < MAX_FILTERED_RUNS || toMs - fromMs < 2000) return runs;
  const middleMs = Math.floor((fromMs + toMs) / 2000) * 1000;
  const later = await runsBetween(http, request, { fromMs: middleMs + 1000, toMs }, signal);
  return [...later, ...(await runsBetween(http, request, { fromMs, toMs: middleMs }, signal))];
}

/** Jobs of every attempt, or of the newest alone. */
async function jobsOfRun(
  http: ForgeHttp,
  { repo, run, all }: { readonly repo: string; readonly run: string; readonly all: boolean },
  signal: AbortSignal,
): Promise<GithubJob[]> {
  const path = `${repoPath(repo)}/actions/runs/${idSegment(run, 'run')}/jobs`;
  const request = {
    path,
    query: { filter: all ? 'all' : 'latest' },
    what: `jobs of run ${run} of ${repo}`,
    scope: SCOPE,
  };
  return collect(listPages(http, request, jobShape, signal));
}

function* attemptsOfJobs(
  jobs: readonly GithubJob[],
  context: { readonly repo: string; readonly run: GithubRun },
): Generator<ForgeAttempt> {
  const inOrder = jobs.toSorted((a, b) => (a.run_attempt ?? 0) - (b.run_attempt ?? 0));
  for (const job of inOrder) {
    const original = inOrder.find((other) => isCopyOf(job, other));
    const log: LogPlace = original === undefined ? logPlace(job) : { kind: 'passed-through', providerId: original.id };
    yield { attempt: attemptOf(job, context), state: githubState(job.status), jobId: job.id, log };
  }
}

/** A job that a re-run did not run stands in it again, under a new id but with the times of the old one. */
const isCopyOf = (job: GithubJob, other: GithubJob): boolean =>
  other.id !== job.id &&
  other.name === job.name &&
  (other.run_attempt ?? 0) < (job.run_attempt ?? 0) &&
  job.started_at !== undefined &&
  job.completed_at !== undefined &&
  other.started_at === job.started_at &&
  other.completed_at === job.completed_at;

function logPlace(job: GithubJob): LogPlace {
  if (githubState(job.status) !== 'finished')
    return { kind: 'none', why: 'GitHub gives no log of a job that has not ended' };
  // A skipped job has times, though it never began.
  return job.conclusion === 'skipped' ? { kind: 'none', why: 'it was skipped' } : { kind: 'here' };
}

function attemptOf(job: GithubJob, { repo, run }: { readonly repo: string; readonly run: GithubRun }): Attempt {
  const isPull = run.event?.startsWith('pull_request') === true;
  const sha = job.head_sha ?? run.head_sha;
  return {
    ...UNKNOWN_ATTEMPT,
    provider: 'github',
    repo: repoOfPage(run.html_url) ?? repo,
    sha,
    // What was checked out in a pull request's job (a test merge, or the base) is told only inside the job.
    testedSha: isPull ? undefined : sha,
    workflow: job.workflow_name ?? run.name,
    job: job.name,
    run: run.id,
    attempt: job.run_attempt !== undefined && job.run_attempt > 0 ? job.run_attempt : undefined,
    providerId: job.id,
    branch: job.head_branch ?? run.head_branch,
    pr: run.pull_requests?.[0]?.number,
    event: run.event,
    conclusion: githubConclusion(job.conclusion),
    startedAtMs: job.started_at,
    finishedAtMs: job.completed_at,
    url: job.html_url,
    labels: { ...(job.runner_name === undefined ? {} : { runner: job.runner_name }), ...forkLabel(forkOfRun(run)) },
  };
}

const forkOfRun = ({ repository, head_repository: head }: GithubRun): string | undefined =>
  head === undefined ? undefined : forkName(head?.full_name, repository?.full_name);

/**
 * The running job: by its id where an action was given it, else the one job in progress on this runner in the run's
 * newest attempt. undefined when there is not just one.
 */
export async function findOwnGithubAttempt(
  http: ForgeHttp,
  own: OwnJob,
  signal: AbortSignal,
): Promise<ForgeAttempt | undefined> {
  const { repo, run, job: key } = own.attempt;
  if (repo === undefined || run === undefined) return undefined;
  const runPath = `${repoPath(repo)}/actions/runs/${idSegment(run, 'run')}`;
  const found = await http.json(
    { path: runPath, what: `run ${run} of ${repo}`, scope: SCOPE },
    githubRunSchema,
    signal,
  );
  const jobs = await jobsOfRun(http, { repo, run, all: false }, signal);
  const running = jobs.filter(
    (job) =>
      githubState(job.status) === 'running' && own.runnerName !== undefined && job.runner_name === own.runnerName,
  );
  const named = running.filter((job) => job.name === key || job.name.startsWith(`${key ?? ''} (`));
  const only = (list: readonly GithubJob[]): GithubJob | undefined => (list.length === 1 ? list[0] : undefined);
  const job = own.jobId === undefined ? (only(running) ?? only(named)) : jobs.find((j) => j.id === own.jobId);
  if (job === undefined) return undefined;
  const attempt = attemptOf(job, { repo, run: found.value });
  return { attempt, state: githubState(job.status), jobId: job.id, log: logPlace(job) };
}
