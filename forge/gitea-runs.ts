// Runs and jobs of Gitea 1.25 and later, as attempts.
import { type Attempt, forkLabel, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import { type AttemptFilter, type CommitStatus, type ForgeAttempt, isSinceTime, type LogPlace } from './forge.ts';
import {
  conclusionOf,
  eventOf,
  type GiteaJob,
  type GiteaRun,
  type GiteaTask,
  jobSchema,
  runSchema,
  stateOf,
} from './gitea-json.ts';
import { logRequest, taskIdOfLog } from './gitea-log.ts';
import { findTaskByStart, listTasks, tasksOfJob } from './gitea-tasks.ts';
import type { ForgeHttp } from './http.ts';
import { collect, listPages } from './pages.ts';
import { startAskingForks } from './pull-head.ts';
import { idSegment, repoOfPage, repoPath } from './repo-path.ts';
import { findStatuses, type NamedRun, readWorkflowName, workflowOfStatuses } from './workflow-name.ts';

/** One server, as the functions of this file need it. */
export interface GiteaServer {
  readonly http: ForgeHttp;
  /** 1.27 and later keep attempts; before, a re-run resets the job and its log is gone. */
  readonly keepsAttempts: boolean;
}

/** A server with what was asked of it already in this one walk. */
interface Walk extends GiteaServer {
  statusesOf(repo: string, sha: string): Promise<readonly CommitStatus[]>;
  forkOf(repo: string, pr: number | undefined): Promise<string | undefined>;
}

function startWalk(server: GiteaServer, signal: AbortSignal): Walk {
  const known = new Map<string, Promise<readonly CommitStatus[]>>();
  const statusesOf = (repo: string, sha: string): Promise<readonly CommitStatus[]> => {
    const asked = known.get(sha) ?? findStatuses(server.http, { repo, sha }, signal);
    known.set(sha, asked);
    return asked;
  };
  return { ...server, statusesOf, forkOf: startAskingForks(server.http, signal) };
}

const SCOPE = 'read:repository';
const WORKFLOW_FOLDERS = ['.gitea/workflows', '.github/workflows'];

/** Attempts of runs, oldest run first, of each run in the order of attempts. */
export async function* listRunAttempts(
  giteaServer: GiteaServer,
  filter: AttemptFilter,
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const server = startWalk(giteaServer, signal);
  if (filter.by === 'since') return yield* attemptsSince(server, filter, signal);
  const runs =
    filter.by === 'run'
      ? [await getRun(server, filter, signal)]
      : await runsOfSha(server, filter.repo, filter.sha, signal);
  for (const run of runs.toReversed()) {
    let jobs = await jobsOfRun(server, filter.repo, run, signal);
    const firstMs = Math.min(...jobs.map((job) => job.created_at ?? 0));
    const tasks =
      jobs.length === 0 ? [] : await listTasks(server.http, { repo: filter.repo, sinceMs: firstMs }, signal);
    // A job that a runner took between the two lists has a task and no start, as one whose task a re-run replaced.
    if (jobs.some((job) => job.started_at === undefined && ownTasks(tasks, run, job).length > 0))
      jobs = await jobsOfRun(server, filter.repo, run, signal);
    yield* attemptsOfRun(server, { repo: filter.repo, run, jobs, tasks }, signal);
  }
}

const ownTasks = (tasks: readonly GiteaTask[], run: GiteaRun, job: GiteaJob): readonly GiteaTask[] =>
  tasksOfJob(tasks, { runNumber: run.run_number, workflowFile: workflowFile(run), name: job.name });

/**
 * Tasks are the only list by time that shows re-runs of old runs. Their commits lead to the runs, and of those come the
 * attempts that are new, with what never got a task (waiting, skipped) beside them.
 */
async function* attemptsSince(
  server: Walk,
  { repo, sinceMs }: { readonly repo: string; readonly sinceMs: number },
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const tasks = await listTasks(server.http, { repo, sinceMs }, signal);
  const shas = [...new Set(tasks.map((task) => task.head_sha).filter((sha) => sha !== undefined))];
  for (const sha of shas.toReversed()) {
    for (const run of (await runsOfSha(server, repo, sha, signal)).toReversed()) {
      if (!tasks.some((task) => task.run_number === run.run_number)) continue;
      const jobs = await jobsOfRun(server, repo, run, signal);
      for await (const found of attemptsOfRun(server, { repo, run, jobs, tasks }, signal)) {
        if (isSinceTime(found, sinceMs)) yield found;
      }
    }
  }
}

const getRun = async (
  { http }: GiteaServer,
  { repo, run }: { readonly repo: string; readonly run: string },
  signal: AbortSignal,
): Promise<GiteaRun> => {
  const path = `${repoPath(repo)}/actions/runs/${idSegment(run, 'run')}`;
  return (await http.json({ path, what: `run ${run} of ${repo}`, scope: SCOPE }, runSchema, signal)).value;
};

async function runsOfSha({ http }: GiteaServer, repo: string, sha: string, signal: AbortSignal): Promise<GiteaRun[]> {
  const path = `${repoPath(repo)}/actions/runs`;
  const request = { path, query: { head_sha: sha }, what: `runs of ${sha.slice(0, 10)} of ${repo}`, scope: SCOPE };
  const shape = {
    item: runSchema,
    key: 'workflow_runs',
    idOf: (r: GiteaRun) => r.id,
    sizeParameter: 'limit',
    pageSize: 50,
  } as const;
  const runs = await collect(listPages(http, request, shape, signal));
  // A server that does not know the filter gives every run.
  return runs.filter((run) => run.head_sha === sha);
}

/** The id of the run that a task is of; tasks tell only its number in the repository. */
export async function findRunId(
  server: GiteaServer,
  { repo, task }: { readonly repo: string; readonly task: GiteaTask },
  signal: AbortSignal,
): Promise<string | undefined> {
  if (task.head_sha === undefined || task.run_number === undefined) return undefined;
  const runs = await runsOfSha(server, repo, task.head_sha, signal);
  return runs.find((run) => run.run_number === task.run_number)?.id;
}

/** Jobs of all attempts where they are kept, else those that there are now. */
async function jobsOfRun(server: GiteaServer, repo: string, run: GiteaRun, signal: AbortSignal): Promise<GiteaJob[]> {
  const base = `${repoPath(repo)}/actions/runs/${idSegment(run.id, 'run')}`;
  const shape = {
    item: jobSchema,
    key: 'jobs',
    idOf: (j: GiteaJob) => j.id,
    sizeParameter: 'limit',
    pageSize: 50,
  } as const;
  const attempts = server.keepsAttempts ? (run.run_attempt ?? 0) : 0;
  // 0: made before the server kept attempts, and not run again since.
  const paths =
    attempts === 0 ? [`${base}/jobs`] : Array.from({ length: attempts }, (_, n) => `${base}/attempts/${n + 1}/jobs`);
  const jobs: GiteaJob[] = [];
  for (const path of paths) {
    const request = { path, what: `jobs of run ${run.id} of ${repo}`, scope: SCOPE };
    jobs.push(...(await collect(listPages(server.http, request, shape, signal))));
  }
  return jobs;
}

interface RunContext {
  readonly repo: string;
  readonly run: GiteaRun;
  readonly jobs: readonly GiteaJob[];
  readonly tasks: readonly GiteaTask[];
  /** The fork that it was run for. */
  readonly fork?: string | undefined;
}

async function* attemptsOfRun(server: Walk, told: RunContext, signal: AbortSignal): AsyncGenerator<ForgeAttempt> {
  const context = { ...told, fork: await server.forkOf(told.repo, prOf(told.run)) };
  const { run, jobs, tasks } = context;
  const workflow = await workflowOf(server, context, signal);
  const given = new Set<string>();
  for (const job of jobs) {
    const own = ownTasks(tasks, run, job);
    const isOnlyLeg =
      jobs.filter((other) => other.name === job.name && other.run_attempt === job.run_attempt).length === 1;
    const current = currentTask(own, job, isOnlyLeg && !server.keepsAttempts);
    const taskId = current?.id ?? (await askTaskId(server, context.repo, job, signal));
    if (!server.keepsAttempts && isOnlyLeg) yield* replacedAttempts(own, current, { context, job, workflow });
    const attempt = { ...attemptOf(job, { context, task: current, workflow }), providerId: taskId };
    const log = logPlace(job, taskId, given);
    if (taskId !== undefined) given.add(taskId);
    yield { attempt, state: stateOf(job.status), jobId: job.id, log };
  }
}

/** The task that a job shows now. After a re-run was asked for, and before a runner took it, there is none. */
function currentTask(own: readonly GiteaTask[], job: GiteaJob, newestWillDo: boolean): GiteaTask | undefined {
  if (job.started_at === undefined) return undefined;
  return findTaskByStart(own, job.started_at) ?? (newestWillDo ? own[0] : undefined);
}

/** The task's id from the name of the log's file: for a job whose task the list could not tell. */
async function askTaskId(
  { http }: GiteaServer,
  repo: string,
  job: GiteaJob,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (job.started_at === undefined || stateOf(job.status) !== 'finished') return undefined;
  try {
    // These servers register GET alone, so HEAD is no way to see the headers; a range of an empty log is an error.
    const answer = await http.open(logRequest(repo, job.id), signal);
    await answer.close();
    return taskIdOfLog(answer.headers);
  } catch (error) {
    if (error instanceof AppError && error.code !== 'INTERRUPTED') return undefined;
    throw error;
  }
}

interface JobContext {
  readonly context: RunContext;
  readonly job: GiteaJob;
  readonly workflow: string | undefined;
}

/** Tasks of this job that a re-run made unreachable: the API still lists them, and their logs it has no more. */
function* replacedAttempts(
  own: readonly GiteaTask[],
  current: GiteaTask | undefined,
  { context, job, workflow }: JobContext,
): Generator<ForgeAttempt> {
  const counted = job.run_attempt ?? 0;
  const newestNumber = current === undefined || own[0] !== current ? counted : counted - 1;
  const older = own.filter((task) => task !== current);
  for (const [index, task] of [...older.entries()].reverse()) {
    const number = newestNumber - index;
    const attempt: Attempt = {
      ...attemptOf({ ...job, runner_name: undefined }, { context, task, workflow }),
      attempt: number >= 1 ? number : undefined,
      conclusion: conclusionOf(task.status),
      startedAtMs: task.run_started_at,
      finishedAtMs: stateOf(task.status) === 'finished' ? task.updated_at : undefined,
    };
    yield { attempt, state: stateOf(task.status), jobId: undefined, log: { kind: 'replaced' } };
  }
}

function attemptOf(
  job: GiteaJob,
  {
    context,
    task,
    workflow,
  }: { readonly context: RunContext; readonly task: GiteaTask | undefined; readonly workflow: string | undefined },
): Attempt {
  const { run, repo } = context;
  const pull = run.pull_requests?.[0];
  const event = task?.event ?? eventOf(run.event);
  const sha = job.head_sha ?? run.head_sha;
  return {
    ...UNKNOWN_ATTEMPT,
    provider: 'gitea',
    repo: repoOfPage(run.html_url) ?? repo,
    sha,
    // Runs call pull_request_target, which tests the base, by the same word as pull_request: only a task tells which.
    testedSha: event === 'pull_request_target' || (task === undefined && event === 'pull_request') ? undefined : sha,
    workflow,
    job: job.name,
    run: run.id,
    attempt: (job.run_attempt ?? 0) > 0 && job.started_at !== undefined ? (job.run_attempt ?? undefined) : undefined,
    providerId: task?.id,
    branch: pull?.head?.ref ?? job.head_branch ?? run.head_branch,
    pr: prOf(run),
    event,
    conclusion: conclusionOf(job.conclusion),
    startedAtMs: job.started_at,
    finishedAtMs: job.completed_at,
    url: job.html_url,
    labels: { ...(job.runner_name === undefined ? {} : { runner: job.runner_name }), ...forkLabel(context.fork) },
  };
}

function prOf({ pull_requests: pulls, path }: GiteaRun): number | undefined {
  const inPath = /@refs\/pull\/(\d+)\//.exec(path ?? '')?.[1];
  return pulls?.[0]?.number ?? (inPath === undefined ? undefined : Number(inPath));
}

/** `given`: tasks whose attempt came already, so that a copy in a later attempt is known for one. */
function logPlace(job: GiteaJob, taskId: string | undefined, given: ReadonlySet<string>): LogPlace {
  if (taskId !== undefined && given.has(taskId)) return { kind: 'passed-through', providerId: taskId };
  if (job.started_at === undefined) return { kind: 'none', why: 'it has not run' };
  // Copied into a re-run that did not run it: made later than it started.
  if ((job.created_at ?? 0) > job.started_at) return { kind: 'passed-through', providerId: taskId };
  return { kind: 'here' };
}

/** `ci.yml` of `ci.yml@refs/heads/main`. */
const workflowFile = (run: GiteaRun): string | undefined => run.path?.split('@')[0] || undefined;

/** The name that jobs of this run see as GITHUB_WORKFLOW; the file's name where it has none. */
async function workflowOf(
  { http, statusesOf }: Walk,
  { repo, run, jobs }: RunContext,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = workflowFile(run);
  const named: NamedRun = { repo, sha: run.head_sha, file, pageUrl: run.html_url };
  const statuses = run.head_sha === undefined ? [] : await statusesOf(repo, run.head_sha);
  const names = jobs.map((job) => job.name);
  return (
    workflowOfStatuses(statuses, named, names) ??
    (await readWorkflowName(http, named, WORKFLOW_FOLDERS, signal)) ??
    file
  );
}

/** What the running job knows of itself; a name that it knows need not be asked for. */
interface OwnJobIds {
  readonly repo: string;
  readonly jobId: string;
  readonly taskId: string | undefined;
  readonly workflow: string | undefined;
}

/** The running job by its id, with its run; the job that a post-step is part of. */
export async function getOwnAttempt(server: GiteaServer, own: OwnJobIds, signal: AbortSignal): Promise<ForgeAttempt> {
  const { repo, jobId, taskId } = own;
  const path = `${repoPath(repo)}/actions/jobs/${idSegment(jobId, 'job')}`;
  const job = (await server.http.json({ path, what: `job ${jobId} of ${repo}`, scope: SCOPE }, jobSchema, signal))
    .value;
  const run = await getRun(server, { repo, run: job.run_id }, signal);
  const context: RunContext = { repo, run, jobs: [job], tasks: [] };
  const workflow = own.workflow ?? (await workflowOf(startWalk(server, signal), context, signal));
  const attempt = attemptOf(job, { context, task: undefined, workflow });
  return { attempt: { ...attempt, providerId: taskId }, state: stateOf(job.status), jobId, log: { kind: 'here' } };
}
