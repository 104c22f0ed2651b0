// The environment of a step in a running job, as the server's usual runner of that time sets it.
import type { FakeForge } from './server.ts';
import { runtimeToken } from './tokens.ts';
import type { Job, Run, Task, World } from './world.ts';

/** What a step of a job sees: variables, and the text of its event file. */
export interface StepWorld {
  readonly env: Readonly<Record<string, string>>;
  readonly eventText: string;
}

/** Runners are as old as their server. */
const RUNNERS: Readonly<Record<string, string>> = {
  'gitea-1.22': 'v0.2.11',
  'gitea-1.23': 'v0.2.11',
  'gitea-1.24': 'v0.2.11',
  'gitea-1.25': 'v0.3.0',
  'gitea-1.26': 'v0.3.1',
  'gitea-1.27': 'v3.3.0',
  'forgejo-11': 'v9.1.0',
  'forgejo-15': 'v11.0.0',
  'forgejo-16': 'v12.7.0',
};

/** A step of `job` while `task` runs it. */
export function stepOf(fake: FakeForge, job: Job, task: Task): StepWorld {
  const { world } = fake;
  const run = world.run(job.runId);
  const shared = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: fake.apiUrl,
    GITHUB_SERVER_URL: fake.serverUrl,
    GITHUB_REPOSITORY: `${world.owner}/${world.name}`,
    GITHUB_EVENT_NAME: run.event,
    GITHUB_EVENT_PATH: '/event.json',
    GITHUB_JOB: job.key,
    GITHUB_WORKFLOW: run.workflow,
    GITHUB_RUN_ID: String(run.id),
    GITHUB_RUN_NUMBER: String(run.index),
    GITHUB_SHA: run.testedSha,
    ...refs(run, world),
  };
  return { env: { ...shared, ...ownVariables(world, job, task) }, eventText: JSON.stringify(eventOf(run)) };
}

function refs(run: Run, world: World): Readonly<Record<string, string>> {
  const isPull = run.event === 'pull_request';
  const end = world.family === 'github' ? 'merge' : 'head';
  const base = run.event === 'pull_request_target' ? 'main' : run.branch;
  return {
    GITHUB_REF: isPull ? `refs/pull/${run.pr}/${end}` : `refs/heads/${base}`,
    GITHUB_HEAD_REF: run.pr === undefined ? '' : run.branch,
    GITHUB_BASE_REF: run.pr === undefined ? '' : 'main',
  };
}

function ownVariables(world: World, job: Job, task: Task): Readonly<Record<string, string>> {
  const runner = RUNNERS[world.mode] ?? '';
  switch (world.family) {
    case 'github':
      return {
        GITHUB_RUN_ATTEMPT: String(job.runAttempt),
        GITHUB_TOKEN: task.token,
        RUNNER_NAME: task.runnerName,
        RUNNER_OS: 'Linux',
      };
    case 'gitea':
      return {
        GITEA_ACTIONS: 'true',
        GITEA_ACTIONS_RUNNER_VERSION: runner,
        ACTIONS_RUNTIME_TOKEN: runtimeToken(task, job.id),
        // Not passed on at all before 0.3.0, empty in 0.3.0.
        ...(world.version < 25 ? {} : { GITHUB_RUN_ATTEMPT: world.version === 25 ? '' : String(task.attempt) }),
      };
    case 'forgejo':
      return {
        GITEA_ACTIONS: 'true',
        FORGEJO_ACTIONS: 'true',
        FORGEJO_ACTIONS_RUNNER_VERSION: runner,
        ACTIONS_RUNTIME_TOKEN: runtimeToken(task, job.id),
        FORGEJO_TOKEN: task.token,
        GITHUB_TOKEN: task.token,
        // Runners before 12 always say 1.
        GITHUB_RUN_ATTEMPT: runner.startsWith('v12') ? String(task.attempt) : '1',
      };
    default:
      return world.family satisfies never;
  }
}

function eventOf(run: Run): object {
  if (run.pr === undefined) return { ref: `refs/heads/${run.branch}` };
  return {
    number: run.pr,
    pull_request: { number: run.pr, head: { ref: run.branch, sha: run.headSha }, base: { ref: 'main' } },
  };
}
