// API of a fake Gitea, by version: routes that a version lacks answer 404 as the real one's do.
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { iso, page, sendBytes } from './answers.ts';
import { addGiteaSocial, type Social } from './social-routes.ts';
import { callerOf } from './tokens.ts';
import type { Job, Run, Task, World } from './world.ts';

const PAGES = { sizeName: 'limit', defaultSize: 30, maxSize: 50 };
const STATUS_WORDS = ['queued', 'waiting', 'in_progress', 'completed', 'success', 'failure', 'cancelled', 'skipped'];

/** The API below `/api/v1`. `base` is its public address. */
export function giteaRoutes(world: World, base: string, social: Social): Hono {
  const app = new Hono();
  const site = base.replace('/api/v1', '');
  app.use('*', async (c, next) => {
    const caller = callerOf(world, c.req.header('authorization'));
    if (caller === undefined)
      return c.json({ message: 'invalid username, password or token', url: `${base}/swagger` }, 401);
    await next();
    return undefined;
  });
  app.get('/version', (c) => c.json({ version: `1.${world.version}.4` }));
  addGiteaSocial(app, base, world, social);
  if (world.version >= 23) addTasks(app, world, site);
  addWorkflowFile(app, world);
  if (world.version >= 24) addLogs(app, world, base);
  if (world.version >= 25) addRuns(app, world, base);
  if (world.version >= 26) addReruns(app, world, base);
  app.notFound((c) => c.json({ message: 'not found', url: `${base}/swagger` }, 404));
  return app;
}

/** `/actions/tasks`: every task ever, newest first. Forgejo has the same. */
export function addTasks(app: Hono, world: World, site: string): void {
  app.get('/repos/:owner/:repo/actions/tasks', (c) => {
    const tasks = world.tasks.filter((task) => !world.run(task.runId).deleted).toSorted((a, b) => b.id - a.id);
    return c.json({
      workflow_runs: page(c, tasks, PAGES).map((task) => taskJson(world, task, site)),
      total_count: tasks.length,
    });
  });
}

function taskJson(world: World, task: Task, site: string): object {
  const run = world.run(task.runId);
  return {
    id: task.id,
    name: task.name,
    head_branch: run.pr === undefined ? run.branch : `#${run.pr}`,
    head_sha: run.headSha,
    run_number: run.index,
    event: run.event,
    display_title: 'retry: add jitter',
    status: task.status,
    workflow_id: run.file,
    url: `${site}${world.runPage(run)}`,
    created_at: iso(task.startedMs),
    updated_at: iso(task.stoppedMs === 0 ? world.nowMs : task.stoppedMs),
    run_started_at: iso(task.startedMs),
  };
}

/** The workflow's file, in the folder that the server looks in first. */
export function addWorkflowFile(app: Hono, world: World): void {
  const folder = world.family === 'forgejo' ? '.forgejo' : '.gitea';
  app.get(`/repos/:owner/:repo/raw/${folder}/workflows/:file`, (c) => {
    const run = world.runs.find((r) => r.file === c.req.param('file'));
    if (run === undefined) return c.json({ message: 'not found' }, 404);
    return c.text(`# build and test\nname: "${run.workflow}" # shown\non: [push]\njobs: {}\n`);
  });
}

/** Up to 1.26 the reason stands in `errors`, from 1.27 in `message`. */
function notFound(c: Context, world: World, base: string, reason: string): Response {
  const url = `${base}/swagger`;
  return world.version >= 27
    ? c.json({ message: reason, url }, 404)
    : c.json({ message: 'not found', url, errors: [reason] }, 404);
}

/** 1.24 and 1.25 answer 500 without a word where 1.26 says that it is not there. */
const missing = (c: Context, world: World, base: string, reason: string): Response =>
  world.version >= 26 ? notFound(c, world, base, reason) : c.json({ message: '', url: `${base}/swagger` }, 500);

function addLogs(app: Hono, world: World, base: string): void {
  app.get('/repos/:owner/:repo/actions/jobs/:job/logs', (c) => {
    const caller = callerOf(world, c.req.header('authorization'));
    if (caller?.kind === 'nobody') return c.json({ message: 'token is required', url: `${base}/swagger` }, 401);
    const isFork = caller?.kind === 'job' && world.run(caller.task.runId).branch.startsWith('fork:');
    if (isFork && world.version >= 26)
      return c.json({ message: 'user should have permission to read actions', url: `${base}/swagger` }, 403);
    const job = world.jobs.find((j) => j.id === Number(c.req.param('job')));
    if (job === undefined || world.run(job.runId).deleted) return missing(c, world, base, 'job not found');
    const task = world.taskOf(job);
    if (task === undefined) return notFound(c, world, base, 'job not started');
    if (task.storage === 'expired') return notFound(c, world, base, 'logs have been cleaned up');
    if (task.storage === 'gone') return missing(c, world, base, 'logs not found');
    const workflow = world.run(job.runId).file.replace(/\.ya?ml$/, '');
    const headers = {
      'content-type': 'text/plain;charset=utf-8',
      'content-disposition': `attachment; filename="${workflow}-${job.name}-${task.id}.log"`,
    };
    return sendBytes(c, task.log, headers);
  });
}

function addRuns(app: Hono, world: World, base: string): void {
  const known = (c: Context): Run | undefined =>
    world.runs.find((r) => r.id === Number(c.req.param('run')) && !r.deleted);
  app.get('/repos/:owner/:repo/actions/runs', (c) => {
    const status = c.req.query('status');
    if (status !== undefined && !STATUS_WORDS.includes(status))
      return c.json({ message: `Invalid status ${status}` }, 400);
    const sha = c.req.query('head_sha');
    const runs = world.runs.filter((run) => !run.deleted && (sha === undefined || run.headSha === sha)).toReversed();
    return c.json({
      workflow_runs: page(c, runs, PAGES).map((run) => runJson(world, run, base)),
      total_count: runs.length,
    });
  });
  app.get('/repos/:owner/:repo/actions/runs/:run', (c) => {
    const run = known(c);
    return run === undefined ? notFound(c, world, base, 'run not found') : c.json(runJson(world, run, base));
  });
  const jobs = (c: Context, list: readonly Job[]): Response =>
    c.json({ jobs: page(c, list, PAGES).map((job) => jobJson(world, job, base)), total_count: list.length });
  app.get('/repos/:owner/:repo/actions/runs/:run/jobs', (c) => {
    const run = known(c);
    return run === undefined ? notFound(c, world, base, 'run not found') : jobs(c, world.jobsOf(run.id));
  });
  app.get('/repos/:owner/:repo/actions/jobs/:job', (c) => {
    const job = world.jobs.find((j) => j.id === Number(c.req.param('job')));
    return job === undefined ? missing(c, world, base, 'job not found') : c.json(jobJson(world, job, base));
  });
  if (world.version < 27) return;
  app.get('/repos/:owner/:repo/actions/runs/:run/attempts/:n/jobs', (c) => {
    const run = known(c);
    const n = Number(c.req.param('n'));
    if (run === undefined || n > run.attempt)
      return notFound(c, world, base, `run attempt ${n}: resource does not exist`);
    return jobs(c, world.jobsOf(run.id, n));
  });
}

function addReruns(app: Hono, world: World, base: string): void {
  const again = (
    c: Context,
    names: (run: Run) => readonly string[] | 'failed' | 'all',
    answer: (run: Run) => Response,
  ): Response => {
    const run = world.runs.find((r) => r.id === Number(c.req.param('run')));
    if (run === undefined) return notFound(c, world, base, 'run not found');
    try {
      world.rerun(run.id, names(run));
    } catch (error) {
      return c.json({ message: error instanceof Error ? error.message : '', url: `${base}/swagger` }, 400);
    }
    return answer(run);
  };
  const root = '/repos/:owner/:repo/actions/runs/:run';
  app.post(`${root}/rerun`, (c) =>
    again(
      c,
      () => 'all',
      (run) => c.json(runJson(world, run, base), 201),
    ),
  );
  app.post(`${root}/rerun-failed-jobs`, (c) =>
    again(
      c,
      () => 'failed',
      () => c.body(null, 201),
    ),
  );
  app.post(`${root}/jobs/:job/rerun`, (c) => {
    const job = world.jobs.find((j) => j.id === Number(c.req.param('job')));
    if (job === undefined) return notFound(c, world, base, 'job not found');
    return again(
      c,
      () => [job.name],
      (run) => c.json(jobJson(world, world.job(run.id, job.name), base), 201),
    );
  });
}

const STATES: Readonly<Record<string, ContentfulStatusCode | string>> = {
  waiting: 'queued',
  blocked: 'waiting',
  running: 'in_progress',
};
const stateWord = (status: string): string => String(STATES[status] ?? 'completed');

export function jobJson(world: World, job: Job, base: string): object {
  const run = world.run(job.runId);
  const task = world.taskOf(job);
  const done = stateWord(job.status) === 'completed';
  const attempt = world.version >= 27 ? job.runAttempt : job.attempt;
  return {
    id: job.id,
    url: `${base}/repos/${world.owner}/${world.name}/actions/jobs/${job.id}`,
    html_url: `${base.replace('/api/v1', '')}${world.jobPage(job)}`,
    run_id: run.id,
    run_url: `${base}/repos/${world.owner}/${world.name}/actions/runs/${run.id}`,
    name: job.name,
    labels: ['ubuntu-latest'],
    run_attempt: attempt,
    head_sha: run.headSha,
    ...(run.pr === undefined ? { head_branch: run.branch } : {}),
    status: stateWord(job.status),
    steps: world.version >= 26 ? [] : null,
    created_at: iso(job.createdMs),
    started_at: iso(task?.startedMs ?? 0),
    completed_at: iso(done ? (task?.stoppedMs ?? 0) : 0),
    ...(done ? { conclusion: job.status } : {}),
    ...(task === undefined ? {} : { runner_id: 4, runner_name: task.runnerName }),
  };
}

export function runJson(world: World, run: Run, base: string): object {
  const jobs = world.jobsOf(run.id);
  const tasks = jobs.map((job) => world.taskOf(job)).filter((task) => task !== undefined);
  const done = world.isDone(run.id);
  const ref = run.pr === undefined ? `refs/heads/${run.branch}` : `refs/pull/${run.pr}/head`;
  const pulls = run.pr === undefined ? [] : [{ id: 55, number: run.pr, head: { ref: run.branch, sha: run.headSha } }];
  const url = `${base}/repos/${world.owner}/${world.name}/actions/runs/${run.id}`;
  return {
    id: run.id,
    url,
    html_url: `${base.replace('/api/v1', '')}${world.runPage(run)}`,
    display_title: 'retry: add jitter',
    path: `${run.file}@${ref}`,
    // Runs tell the webhook's word: a job's `pull_request` is `pull_request_sync` here, and `_target` is not told at all.
    event:
      run.event === 'pull_request'
        ? 'pull_request_sync'
        : run.event === 'pull_request_target'
          ? 'pull_request'
          : run.event,
    run_attempt: world.version >= 27 ? run.attempt : 0,
    run_number: run.index,
    head_sha: run.headSha,
    ...(run.pr === undefined ? { head_branch: run.branch } : {}),
    status: done ? 'completed' : jobs.some((job) => job.status === 'running') ? 'in_progress' : 'queued',
    started_at: iso(Math.min(...tasks.map((t) => t.startedMs), Number.MAX_SAFE_INTEGER) % Number.MAX_SAFE_INTEGER),
    completed_at: iso(done ? Math.max(0, ...tasks.map((t) => t.stoppedMs)) : 0),
    ...(done ? { conclusion: jobs.some((job) => job.status === 'failure') ? 'failure' : 'success' } : {}),
    ...(world.version >= 27
      ? { previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null, pull_requests: pulls }
      : {}),
  };
}
