// Attempts of servers that list tasks but neither runs nor jobs: Gitea 1.23 and 1.24, Forgejo 11.
import { type Attempt, forkLabel, type ProviderName, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import type { AttemptFilter, ForgeAttempt, TasksDownTo } from './forge.ts';
import { conclusionOf, type GiteaTask, stateOf } from './gitea-json.ts';
import { listTasks, tasksOfJob } from './gitea-tasks.ts';
import type { ForgeHttp } from './http.ts';
import { startAskingForks } from './pull-head.ts';
import { idSegment, repoOfPage } from './repo-path.ts';
import { findStatuses, readWorkflowName, workflowOfStatuses } from './workflow-name.ts';

/** A server and what its missing lists mean. */
export interface TaskServer {
  readonly http: ForgeHttp;
  readonly provider: ProviderName;
  /** Why a log of these attempts cannot be read. */
  readonly noLog: string;
  readonly workflowFolders: readonly string[];
  /** The id of a task's run, where the server lists runs at least. */
  readonly runIdOf?: (repo: string, task: GiteaTask, signal: AbortSignal) => Promise<string | undefined>;
}

/** Attempts, oldest first. The run's id is not told here; the task's id joins them with what the job itself kept. */
export async function* listTaskAttempts(
  server: TaskServer,
  filter: AttemptFilter,
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const { repo } = filter;
  if (filter.by === 'run') {
    throw new AppError('PROVIDER_UNSUPPORTED', 'this server lists no jobs of a run', {
      hint: 'ask by --sha or --since, or upgrade to Gitea 1.25 or Forgejo 16',
    });
  }
  const all = await listTasks(server.http, { repo, sinceMs: filter.by === 'since' ? filter.sinceMs : 0 }, signal);
  const tasks = filter.by === 'sha' ? all.filter((task) => task.head_sha === filter.sha) : all;
  yield* attemptsOfTasks(server, { repo, tasks, all, wholeList: filter.by === 'sha' }, signal);
}

/** Attempts by their tasks alone, oldest first, replaced ones too; the server's own log storage has their logs. */
export async function* listTasksDownTo(
  server: TaskServer,
  { repo, downTo, detailed }: TasksDownTo,
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const all = await listTasks(server.http, { repo, downTo: taskId(downTo) }, signal);
  yield* attemptsOfTasks(server, { repo, tasks: all, all, wholeList: false, detailed }, signal);
}

const taskId = (text: string): string => idSegment(text, 'task');

interface TaskList {
  readonly repo: string;
  readonly tasks: readonly GiteaTask[];
  readonly all: readonly GiteaTask[];
  readonly wholeList: boolean;
  readonly detailed?: ReadonlySet<string> | undefined;
}

const NO_FACTS: RunFacts = { workflow: undefined, run: undefined };

async function* attemptsOfTasks(
  server: TaskServer,
  { repo, tasks, all, wholeList, detailed }: TaskList,
  signal: AbortSignal,
): AsyncGenerator<ForgeAttempt> {
  const runOf = startAsking((task) => tellRun(server, { repo, task }, signal));
  const forkOf = startAskingForks(server.http, signal);
  for (const task of tasks.toReversed()) {
    const place = { kind: 'none', why: server.noLog } as const;
    const isWanted = detailed?.has(task.id) !== false;
    const facts = isWanted ? await runOf(task) : NO_FACTS;
    const fork = isWanted ? await forkOf(repo, prOf(task)) : undefined;
    const attempt = attemptOfTask(task, { server, repo, tasks: all, wholeList, fork, ...facts });
    yield { attempt, state: stateOf(task.status), jobId: undefined, log: place };
  }
}

interface TaskContext {
  readonly server: TaskServer;
  readonly repo: string;
  readonly tasks: readonly GiteaTask[];
  /** Whether `tasks` holds the first ones too, so that their rank is the attempt number. */
  readonly wholeList: boolean;
  readonly workflow: string | undefined;
  readonly run: string | undefined;
  readonly fork?: string | undefined;
}

/** A pull request's tasks have its number for a branch. */
function prOf({ head_branch: branch }: GiteaTask): number | undefined {
  const number = /^#(\d+)$/.exec(branch ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

function attemptOfTask(task: GiteaTask, context: TaskContext): Attempt {
  const { server, repo, tasks, wholeList, workflow, run } = context;
  const job = { runNumber: task.run_number, workflowFile: task.workflow_id, name: task.name };
  const pr = prOf(task);
  return {
    ...UNKNOWN_ATTEMPT,
    provider: server.provider,
    repo: repoOfPage(task.url) ?? repo,
    sha: task.head_sha,
    testedSha: task.event === 'pull_request_target' ? undefined : task.head_sha,
    workflow,
    job: task.name,
    run,
    attempt: wholeList ? tasksOfJob(tasks, job).toReversed().indexOf(task) + 1 : undefined,
    providerId: task.id,
    branch: pr === undefined ? task.head_branch : undefined,
    pr,
    event: task.event,
    conclusion: conclusionOf(task.status),
    startedAtMs: task.run_started_at,
    finishedAtMs: stateOf(task.status) === 'finished' ? task.updated_at : undefined,
    url: task.url,
    labels: forkLabel(context.fork),
  };
}

/** What is not in a task itself. */
interface RunFacts {
  readonly workflow: string | undefined;
  readonly run: string | undefined;
}

/** Asks once a run, however many tasks it has. */
function startAsking(ask: (task: GiteaTask) => Promise<RunFacts>): (task: GiteaTask) => Promise<RunFacts> {
  const known = new Map<string, Promise<RunFacts>>();
  return (task) => {
    const key = `${task.run_number} ${task.workflow_id ?? ''} ${task.head_sha ?? ''}`;
    const asked = known.get(key) ?? ask(task);
    known.set(key, asked);
    return asked;
  };
}

interface TaskOfRepo {
  readonly repo: string;
  readonly task: GiteaTask;
}

async function tellRun(server: TaskServer, { repo, task }: TaskOfRepo, signal: AbortSignal): Promise<RunFacts> {
  const workflow = await nameOf(server, { repo, task }, signal);
  return { workflow, run: await server.runIdOf?.(repo, task, signal) };
}

async function nameOf(
  server: TaskServer,
  { repo, task }: TaskOfRepo,
  signal: AbortSignal,
): Promise<string | undefined> {
  const named = { repo, sha: task.head_sha, file: task.workflow_id, pageUrl: task.url };
  const statuses = await findStatuses(server.http, { repo, sha: task.head_sha }, signal);
  return (
    workflowOfStatuses(statuses, named, [task.name]) ??
    (await readWorkflowName(server.http, named, server.workflowFolders, signal)) ??
    task.workflow_id
  );
}

/** The running job's task, found by its id among the newest. */
export async function findOwnTask(
  server: TaskServer,
  own: { readonly repo: string; readonly taskId: string },
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  const { repo } = own;
  // By id, not by time: a runner's clock may be off by any amount.
  const tasks = await listTasks(server.http, { repo, downTo: taskId(own.taskId) }, signal);
  const task = tasks.find((t) => t.id === own.taskId);
  if (task === undefined) return undefined;
  const facts = await tellRun(server, { repo, task }, signal);
  return attemptOfTask(task, { server, repo, tasks, wholeList: false, ...facts });
}
