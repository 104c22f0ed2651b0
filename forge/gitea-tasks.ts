// Tasks of Gitea and Forgejo: the one list that keeps every attempt, the replaced ones included.
import { type GiteaTask, taskSchema } from './gitea-json.ts';
import type { ForgeHttp } from './http.ts';
import { listPages } from './pages.ts';
import { repoPath } from './repo-path.ts';

/** A job of a run, as tasks name it. */
export interface TaskJob {
  readonly runNumber: number | undefined;
  /** File name of the workflow. */
  readonly workflowFile: string | undefined;
  readonly name: string;
}

/** Which tasks of a repository: created at `sinceMs` or later, or with an id of `downTo` or above. */
export type TaskRange = { readonly repo: string } & ({ readonly sinceMs: number } | { readonly downTo: string });

/** Tasks of a repository, newest first. */
export async function listTasks(http: ForgeHttp, range: TaskRange, signal: AbortSignal): Promise<readonly GiteaTask[]> {
  const { repo } = range;
  const request = { path: `${repoPath(repo)}/actions/tasks`, what: `tasks of ${repo}`, scope: 'read:repository' };
  // 50 is the most that a server gives by default.
  const shape = {
    item: taskSchema,
    key: 'workflow_runs',
    idOf: (t: GiteaTask) => t.id,
    sizeParameter: 'limit',
    pageSize: 50,
  } as const;
  const tasks: GiteaTask[] = [];
  for await (const task of listPages(http, request, shape, signal)) {
    // Ids rise with the time of creation, so everything after this is older.
    if ('downTo' in range) {
      if (BigInt(task.id) < BigInt(range.downTo)) break;
    } else if ((task.created_at ?? task.run_started_at ?? 0) < range.sinceMs) break;
    tasks.push(task);
  }
  return tasks;
}

/** Tasks of one job, newest first. Matrix legs that share a name cannot be told apart here. */
export const tasksOfJob = (tasks: readonly GiteaTask[], job: TaskJob): readonly GiteaTask[] =>
  tasks.filter(
    (task) =>
      task.name === job.name &&
      (job.runNumber === undefined || task.run_number === job.runNumber) &&
      (job.workflowFile === undefined || task.workflow_id === undefined || task.workflow_id === job.workflowFile),
  );

/** The task that began when the job did: the start is the same number on the server. undefined when not just one did. */
export function findTaskByStart(tasks: readonly GiteaTask[], startedAtMs: number | undefined): GiteaTask | undefined {
  if (startedAtMs === undefined) return undefined;
  const same = tasks.filter((task) => task.run_started_at === startedAtMs);
  return same.length === 1 ? same[0] : undefined;
}
