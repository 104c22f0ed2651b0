// API of a fake Forgejo: 11 (tasks only), 15 (runs as well), 16 (jobs and logs of each attempt).
import { type Context, Hono } from 'hono';
import { iso, page, sendBytes } from './answers.ts';
import { addTasks, addWorkflowFile } from './gitea-routes.ts';
import { addGiteaSocial, headRepoOf, type Social } from './social-routes.ts';
import { callerOf } from './tokens.ts';
import type { Run, World } from './world.ts';

const PAGES = { sizeName: 'limit', defaultSize: 30, maxSize: 50 };

export function forgejoRoutes(world: World, base: string, social: Social): Hono {
  const app = new Hono();
  app.use('*', async (c, next) => {
    if (callerOf(world, c.req.header('authorization')) === undefined) return c.json({ message: 'invalid token' }, 401);
    await next();
    return undefined;
  });
  app.get('/version', (c) => c.json({ version: `${world.version}.0.1+gitea-1.22.0` }));
  addGiteaSocial(app, base, world, social);
  addTasks(app, world, base.replace('/api/v1', ''));
  addWorkflowFile(app, world);
  if (world.version >= 12) addRuns(app, world, base);
  if (world.version >= 16) addJobs(app, world);
  app.notFound((c) => c.json({ message: 'not found' }, 404));
  return app;
}

function addRuns(app: Hono, world: World, base: string): void {
  app.get('/repos/:owner/:repo/actions/runs', (c) => {
    const sha = c.req.query('head_sha');
    const runs = world.runs.filter((run) => !run.deleted && (sha === undefined || run.headSha === sha)).toReversed();
    return c.json({
      workflow_runs: page(c, runs, PAGES).map((run) => runJson(world, run, base)),
      total_count: runs.length,
    });
  });
  app.get('/repos/:owner/:repo/actions/runs/:run', (c) => {
    const run = world.runs.find((r) => r.id === Number(c.req.param('run')) && !r.deleted);
    return run === undefined ? c.json({ message: 'run not found' }, 404) : c.json(runJson(world, run, base));
  });
}

function addJobs(app: Hono, world: World): void {
  app.get('/repos/:owner/:repo/actions/runs/:run/jobs', (c) =>
    c.json(
      world.jobsOf(Number(c.req.param('run'))).map((job) => ({
        id: job.id,
        run_id: job.runId,
        attempt: job.attempt,
        handle: `0000-${job.id}-${job.attempt}`,
        repo_id: 17,
        owner_id: 2,
        name: job.name,
        needs: job.needs.length === 0 ? null : job.needs,
        runs_on: ['docker'],
        task_id: job.taskId,
        status: job.status,
      })),
    ),
  );
  app.get('/repos/:owner/:repo/actions/jobs/:job/logs', (c) => sendLog(c, world));
}

/** Each attempt keeps its log here; without a number it is the newest one's. */
function sendLog(c: Context, world: World): Response {
  const caller = callerOf(world, c.req.header('authorization'));
  if (caller?.kind === 'nobody') return c.json({ message: 'token is required' }, 401);
  const job = world.jobs.find((j) => j.id === Number(c.req.param('job')));
  if (job === undefined) return c.json({ message: 'job not found' }, 404);
  const number = Number(c.req.query('attempt') ?? job.attempt);
  const task = world.tasks.find((t) => t.jobId === job.id && t.attempt === number);
  if (task === undefined) return c.json({ message: 'job has not been executed yet' }, 404);
  if (task.storage === 'expired') return c.json({ message: 'logs have expired' }, 404);
  if (task.storage === 'gone') return c.json({}, 500);
  const changed = new Date(task.stoppedMs === 0 ? world.nowMs : task.stoppedMs).toUTCString();
  return sendBytes(c, task.log, { 'content-type': 'text/plain; charset=utf-8', 'last-modified': changed });
}

export function runJson(world: World, run: Run, base: string): object {
  const jobs = world.jobsOf(run.id);
  const tasks = world.tasks.filter((task) => task.runId === run.id);
  const payload =
    run.pr === undefined
      ? { ref: `refs/heads/${run.branch}` }
      : {
          number: run.pr,
          pull_request: {
            number: run.pr,
            head: { sha: run.headSha, ref: run.branch, repo: { full_name: headRepoOf(run, world) } },
            base: { ref: 'main', repo: { full_name: `${world.owner}/${world.name}` } },
          },
        };
  const red = jobs.some((job) => job.status === 'failure');
  return {
    id: run.id,
    title: 'retry: add jitter',
    workflow_id: run.file,
    index_in_repo: run.index,
    ScheduleID: 0,
    prettyref: run.pr === undefined ? run.branch : `#${run.pr}`,
    commit_sha: run.headSha,
    is_fork_pull_request: run.branch.startsWith('fork:'),
    need_approval: false,
    event: run.event === 'pull_request' ? 'pull_request_sync' : run.event,
    event_payload: JSON.stringify(payload),
    trigger_event: run.event,
    status: world.isDone(run.id) ? (red ? 'failure' : 'success') : 'running',
    started: iso(tasks[0]?.startedMs ?? 0),
    stopped: iso(tasks.at(-1)?.stoppedMs ?? 0),
    created: iso(run.createdMs),
    updated: iso(world.nowMs),
    duration: 77_000_000_000,
    html_url: `${base.replace('/api/v1', '')}${world.runPage(run)}`,
  };
}
