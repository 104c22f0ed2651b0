// Runs and jobs of Forgejo 16 and later, as attempts. A re-run keeps the job's id and raises its attempt at once.
import { type Attempt, forkLabel, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { findPullRequest } from './environments/event-file.ts';
import { type AttemptFilter, type ForgeAttempt, isSinceTime, type LogPlace } from './forge.ts';
import { type ForgejoJob, type ForgejoRun, forgejoJobSchema, forgejoRunSchema } from './forgejo-json.ts';
import { conclusionOf, type GiteaTask, stateOf } from './gitea-json.ts';
import { listTasks, tasksOfJob } from './gitea-tasks.ts';
import type { ForgeHttp } from './http.ts';
import { collect, listPages } from './pages.ts';
import { idSegment, repoOfPage, repoPath } from './repo-path.ts';
import { findStatuses, readWorkflowName, workflowOfStatuses } from './workflow-name.ts';

const SCOPE = 'read:repository';
export const FORGEJO_WORKFLOW_FOLDERS = ['.forgejo/workflows', '.gitea/workflows', '.github/workflows'];

/** Attempts of runs, oldest run first, of each job in order. */
export async function* listForgejoAttempts(
  http: ForgeHttp,
  filter: AttemptFilter,
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const { repo } = filter;
  if (filter.by === 'since') return yield* attemptsSince(http, filter, signal);
  const runs =
    filter.by === 'run'
      ? [await getRun(http, repo, filter.run, signal)]
      : await runsOfSha(http, repo, filter.sha, signal);
  for (const run of runs.toReversed()) {
    const tasks = await listTasks(http, { repo, sinceMs: run.created ?? 0 }, signal);
    yield* attemptsOfRun(http, { repo, run, tasks }, signal);
  }
}

/** By the list of tasks, as re-runs of old runs show nowhere else. */
async function* attemptsSince(
  http: ForgeHttp,
  { repo, sinceMs }: { readonly repo: string; readonly sinceMs: number },
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const tasks = await listTasks(http, { repo, sinceMs }, signal);
  const shas = [...new Set(tasks.map((task) => task.head_sha).filter((sha) => sha !== undefined))];
  for (const sha of shas.toReversed()) {
    for (const run of (await runsOfSha(http, repo, sha, signal)).toReversed()) {
      if (!tasks.some((task) => task.run_number === run.index_in_repo)) continue;
      for await (const found of attemptsOfRun(http, { repo, run, tasks }, signal)) {
        if (isSinceTime(found, sinceMs)) yield found;
      }
    }
  }
}

async function getRun(http: ForgeHttp, repo: string, run: string, signal: AbortSignal): Promise<ForgejoRun> {
  const path = `${repoPath(repo)}/actions/runs/${idSegment(run, 'run')}`;
  return (await http.json({ path, what: `run ${run} of ${repo}`, scope: SCOPE }, forgejoRunSchema, signal)).value;
}

async function runsOfSha(http: ForgeHttp, repo: string, sha: string, signal: AbortSignal): Promise<ForgejoRun[]> {
  const path = `${repoPath(repo)}/actions/runs`;
  const request = { path, query: { head_sha: sha }, what: `runs of ${sha.slice(0, 10)} of ${repo}`, scope: SCOPE };
  const shape = {
    item: forgejoRunSchema,
    key: 'workflow_runs',
    idOf: (r: ForgejoRun) => r.id,
    sizeParameter: 'limit',
    pageSize: 50,
  } as const;
  const runs = await collect(listPages(http, request, shape, signal));
  return runs.filter((run) => run.commit_sha === sha || headOf(run) === sha);
}

interface RunContext {
  readonly repo: string;
  readonly run: ForgejoRun;
  readonly tasks: readonly GiteaTask[];
  /** Known already: the job itself told it. */
  readonly workflow?: string | undefined;
}

async function* attemptsOfRun(http: ForgeHttp, context: RunContext, signal: AbortSignal): AsyncGenerator<ForgeAttempt> {
  const { repo, run, tasks } = context;
  const jobs = await jobsOfRun(http, repo, run.id, signal);
  const workflow = context.workflow ?? (await workflowOf(http, { repo, run, jobs }, signal));
  for (const job of jobs) {
    const own = tasksOfJob(tasks, { runNumber: run.index_in_repo, workflowFile: run.workflow_id, name: job.name });
    const isOnlyLeg = jobs.filter((other) => other.name === job.name).length === 1;
    yield* attemptsOfJob(job, { context, workflow, own, isOnlyLeg });
  }
}

/** The list has no pages in this API, and its entries stand in an array of their own. */
async function jobsOfRun(http: ForgeHttp, repo: string, run: string, signal: AbortSignal): Promise<ForgejoJob[]> {
  const path = `${repoPath(repo)}/actions/runs/${idSegment(run, 'run')}/jobs`;
  const request = { path, what: `jobs of run ${run} of ${repo}`, scope: SCOPE };
  const shape = {
    item: forgejoJobSchema,
    idOf: (j: ForgejoJob) => j.id,
    sizeParameter: 'limit',
    pageSize: 50,
  } as const;
  return collect(listPages(http, request, shape, signal));
}

interface JobContext {
  readonly context: RunContext;
  readonly workflow: string | undefined;
  /** The job's tasks, newest first. */
  readonly own: readonly GiteaTask[];
  readonly isOnlyLeg: boolean;
}

/** All attempts of a job: the newest by the job itself, the earlier ones by their tasks. */
function* attemptsOfJob(job: ForgejoJob, { context, workflow, own, isOnlyLeg }: JobContext): Generator<ForgeAttempt> {
  const newest = job.attempt ?? 0;
  const newestTask =
    job.task_id === undefined || job.task_id === null || job.task_id === 0 ? undefined : String(job.task_id);
  const earlier = own.filter((task) => task.id !== newestTask);
  for (let number = 1; number <= Math.max(1, newest); number++) {
    // Attempts count per job and each has had one task, so the n-th last task is that of the n-th last attempt.
    const isNewest = number === Math.max(1, newest);
    const task = isNewest ? own.find((t) => t.id === newestTask) : isOnlyLeg ? earlier[newest - 1 - number] : undefined;
    const attempt: Attempt = {
      ...attemptOf(job, { context, workflow, task }),
      attempt: newest === 0 ? undefined : number,
      providerId: isNewest ? newestTask : task?.id,
    };
    const state = stateOf(task?.status ?? (isNewest ? job.status : 'success'));
    yield { attempt, state, jobId: job.id, log: logPlace(attempt, state) };
  }
}

function logPlace(attempt: Attempt, state: ForgeAttempt['state']): LogPlace {
  const hasRun = attempt.providerId !== undefined || attempt.startedAtMs !== undefined || state === 'running';
  return hasRun || (attempt.attempt ?? 0) > 1 ? { kind: 'here' } : { kind: 'none', why: 'it has not run' };
}

function attemptOf(
  job: ForgejoJob,
  {
    context,
    workflow,
    task,
  }: { readonly context: RunContext; readonly workflow: string | undefined; readonly task: GiteaTask | undefined },
): Attempt {
  const { run, repo } = context;
  const pull = findPullRequest(run.event_payload);
  const isPull = run.trigger_event?.startsWith('pull_request') === true;
  const status = task?.status ?? job.status;
  const isDone = stateOf(status) === 'finished';
  const pr = /^#(\d+)$/.exec(run.prettyref ?? '')?.[1];
  return {
    ...UNKNOWN_ATTEMPT,
    provider: 'forgejo',
    repo: repoOfPage(run.html_url) ?? repo,
    sha: headOf(run),
    testedSha: run.trigger_event === 'pull_request_target' ? undefined : run.commit_sha,
    workflow,
    job: job.name,
    run: run.id,
    branch: isPull ? pull?.headBranch : pr === undefined ? run.prettyref : undefined,
    pr: isPull ? (pull?.number ?? (pr === undefined ? undefined : Number(pr))) : undefined,
    event: run.trigger_event,
    conclusion: conclusionOf(status),
    startedAtMs: task?.run_started_at,
    finishedAtMs: isDone ? task?.updated_at : undefined,
    url: run.html_url,
    labels: forkLabel(isPull ? pull?.fork : undefined),
  };
}

/** The head of the change: of a pull request the event tells it, and the run's commit is the same but for `_target`. */
function headOf(run: ForgejoRun): string | undefined {
  const isPull = run.trigger_event?.startsWith('pull_request') === true;
  return (isPull ? findPullRequest(run.event_payload)?.headSha : undefined) ?? run.commit_sha;
}

async function workflowOf(
  http: ForgeHttp,
  { repo, run, jobs }: { readonly repo: string; readonly run: ForgejoRun; readonly jobs: readonly ForgejoJob[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  const sha = headOf(run);
  const named = { repo, sha: run.commit_sha, file: run.workflow_id, pageUrl: run.html_url };
  const statuses = await findStatuses(http, { repo, sha }, signal);
  const names = jobs.map((job) => job.name);
  const read = (): Promise<string | undefined> => readWorkflowName(http, named, FORGEJO_WORKFLOW_FOLDERS, signal);
  return workflowOfStatuses(statuses, named, names) ?? (await read()) ?? run.workflow_id;
}

/** The run of a number that counts per repository, among those of a commit. */
export async function findRunByIndex(
  http: ForgeHttp,
  { repo, sha, index }: { readonly repo: string; readonly sha: string; readonly index: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const runs = await runsOfSha(http, repo, sha, signal);
  return runs.find((run) => run.index_in_repo === index)?.id;
}

/** What the running job knows of itself. */
interface OwnJobIds {
  readonly repo: string;
  readonly run: string;
  readonly jobId: string;
  readonly taskId: string | undefined;
  readonly workflow: string | undefined;
}

/** The running job by the ids of its token. Its attempt is the newest one unless a re-run was asked for already. */
export async function findOwnForgejoAttempt(
  http: ForgeHttp,
  own: OwnJobIds,
  signal: AbortSignal,
): Promise<ForgeAttempt | undefined> {
  const { repo, jobId, taskId, workflow } = own;
  const run = await getRun(http, repo, own.run, signal);
  const tasks = await listTasks(http, { repo, sinceMs: run.created ?? 0 }, signal);
  for await (const found of attemptsOfRun(http, { repo, run, tasks, workflow }, signal)) {
    if (found.jobId === jobId && (taskId === undefined || found.attempt.providerId === taskId)) return found;
  }
  return undefined;
}
