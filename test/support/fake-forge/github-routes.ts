// API of a fake GitHub, and the store on another host that its logs lie in.
import { Hono } from 'hono';
import { providerJson } from '../env-fixture.ts';
import { zipOf } from '../zip.ts';
import { iso, page, sendBytes } from './answers.ts';
import { addComments, addPulls, headRepoOf, type Social, type StoredComment, USER } from './social-routes.ts';
import { callerOf } from './tokens.ts';
import type { Job, Run, StatusRow, World } from './world.ts';

const PAGES = { sizeName: 'per_page', defaultSize: 30, maxSize: 100 };
/** Fields that no client of ours reads come from real answers. */
const RUN_SAMPLE = providerJson('github/api/run.latest.json') as {
  readonly repository: object;
  readonly head_repository: object;
};
const JOB_SAMPLE = providerJson('github/api/job.50331001.in_progress.json') as object;
const COMMENT_SAMPLE = providerJson('github/api/comment.create.201.json') as { readonly user: object };
const STATUS_SAMPLE = providerJson('github/api/status.create.201.json') as object;
const BOM = Buffer.from('\ufeff');

/** `base` is the API's address, `site` that of the pages, `blobs` that of the store with the logs. */
export interface GithubPlaces {
  readonly base: string;
  readonly site: string;
  readonly blobs: () => string;
}

export function githubRoutes(world: World, places: GithubPlaces, social: Social): Hono {
  const app = new Hono();
  app.use('*', async (c, next) => {
    if (callerOf(world, c.req.header('authorization')) === undefined)
      return c.json({ message: 'Bad credentials' }, 401);
    await next();
    return undefined;
  });
  app.get('/meta', (c) => c.json({ verifiable_password_authentication: false }));
  addRuns(app, world, places);
  addStatuses(app, world, places.base);
  const commentJson = (comment: StoredComment) => ({
    ...COMMENT_SAMPLE,
    id: comment.id,
    node_id: 'n',
    url: `${places.base}/repos/acme/widgets/issues/comments/${comment.id}`,
    html_url: `${places.site}/acme/widgets/issues/${comment.issue}#issuecomment-${comment.id}`,
    body: comment.body,
    user: { ...COMMENT_SAMPLE.user, id: comment.author ?? USER.id },
    created_at: iso(world.nowMs),
    updated_at: iso(world.nowMs),
    issue_url: `${places.base}/repos/acme/widgets/issues/${comment.issue}`,
  });
  addPulls(app, world);
  addComments(app, { social, commentJson, paged: true });
  app.notFound((c) => c.json({ message: 'Not Found', status: '404' }, 404));
  return app;
}

function addRuns(app: Hono, world: World, places: GithubPlaces): void {
  const root = '/repos/:owner/:repo/actions';
  app.get(`${root}/runs`, (c) => {
    const sha = c.req.query('head_sha');
    const [from, to] = (c.req.query('created') ?? '').split('..').map((text) => Date.parse(text));
    const inSpan = (run: Run): boolean =>
      from === undefined || to === undefined || (run.createdMs >= from && run.createdMs <= to);
    const runs = world.runs
      .filter((run) => (sha === undefined || run.headSha === sha) && inSpan(run))
      .toReversed()
      .slice(0, 1000);
    return c.json({
      total_count: runs.length,
      workflow_runs: page(c, runs, PAGES).map((run) => runJson(world, run, places)),
    });
  });
  app.get(`${root}/runs/:run`, (c) => {
    const run = world.runs.find((r) => r.id === Number(c.req.param('run')) && !r.deleted);
    return run === undefined
      ? c.json({ message: 'Not Found', status: '404' }, 404)
      : c.json(runJson(world, run, places));
  });
  app.get(`${root}/runs/:run/jobs`, (c) => {
    const run = Number(c.req.param('run'));
    const all =
      c.req.query('filter') === 'all' ? world.jobs.filter((j) => j.runId === run).toReversed() : world.jobsOf(run);
    return c.json({ total_count: all.length, jobs: page(c, all, PAGES).map((job) => jobJson(world, job, places)) });
  });
  app.get(`${root}/jobs/:job/logs`, (c) => {
    const job = world.jobs.find((j) => j.id === Number(c.req.param('job')));
    const task = job === undefined ? undefined : world.taskOf(job);
    if (task === undefined || task.status === 'running' || task.storage !== 'there')
      return c.json({ message: 'Not Found', status: '404' }, 404);
    return c.redirect(`${places.blobs()}/logs/${task.id}?sig=REDACTED`, 302);
  });
  app.get(`${root}/runs/:run/attempts/:n/logs`, (c) =>
    c.redirect(`${places.blobs()}/archives/${c.req.param('run')}/${c.req.param('n')}?sig=REDACTED`, 302),
  );
  app.post(`${root}/jobs/:job/rerun`, (c) => {
    const job = world.jobs.find((j) => j.id === Number(c.req.param('job')));
    if (job === undefined) return c.json({ message: 'Not Found', status: '404' }, 404);
    try {
      world.rerun(job.runId, [job.name]);
    } catch {
      return c.json({ message: 'The workflow run containing this job is already running', status: '403' }, 403);
    }
    return c.json({}, 201);
  });
}

/** The store: it refuses whoever shows a token, as the real one does. */
export function blobRoutes(world: World): Hono {
  const app = new Hono();
  app.get('/logs/:task', (c) => {
    if (c.req.header('authorization') !== undefined) return c.text('<Error>InvalidAuthenticationInfo</Error>', 400);
    const task = world.tasks.find((t) => t.id === Number(c.req.param('task')));
    if (task === undefined) return c.text('<Error>BlobNotFound</Error>', 404);
    return sendBytes(c, Buffer.concat([BOM, task.log]), { 'content-type': 'text/plain' });
  });
  app.get('/archives/:run/:n', (c) => {
    if (c.req.header('authorization') !== undefined) return c.text('<Error>InvalidAuthenticationInfo</Error>', 400);
    const jobs = world.jobsOf(Number(c.req.param('run')), Number(c.req.param('n')));
    const entries = jobs.flatMap((job, n) => {
      const log = Buffer.concat([BOM, world.taskOf(job)?.log ?? Buffer.alloc(0)]);
      const name = job.name.replace(/[<>:"/\\|?*]/g, '');
      return [
        { name: `${n}_${name}.txt`, bytes: log },
        { name: `${name}/1_Set up job.txt`, bytes: log.subarray(0, 10) },
      ];
    });
    return sendBytes(c, zipOf(entries), { 'content-type': 'application/zip' });
  });
  return app;
}

export function jobJson(world: World, job: Job, { base, site }: GithubPlaces): object {
  const run = world.run(job.runId);
  const task = world.taskOf(job);
  const status =
    job.status === 'running'
      ? 'in_progress'
      : job.status === 'waiting'
        ? 'queued'
        : job.status === 'blocked'
          ? 'waiting'
          : 'completed';
  const done = status === 'completed';
  return {
    ...JOB_SAMPLE,
    id: job.id,
    run_id: run.id,
    run_url: `${base}/repos/acme/widgets/actions/runs/${run.id}`,
    node_id: 'CR_kwDO',
    head_sha: run.headSha,
    url: `${base}/repos/acme/widgets/actions/jobs/${job.id}`,
    html_url: `${site}${world.jobPage(job)}`,
    status,
    conclusion: done ? job.status : null,
    started_at: iso(task?.startedMs ?? job.createdMs),
    completed_at: done ? iso(task?.stoppedMs ?? job.createdMs) : null,
    name: job.name,
    steps: [],
    check_run_url: `${base}/repos/acme/widgets/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: 118,
    runner_name: task?.runnerName ?? null,
    runner_group_id: 0,
    runner_group_name: 'GitHub Actions',
    workflow_name: run.workflow,
    head_branch: run.branch,
    run_attempt: job.runAttempt,
    created_at: iso(run.createdMs),
  };
}

const pullOf = (run: Run, base: string): object => {
  const repo = { id: 17, url: `${base}/repos/acme/widgets`, name: 'widgets' };
  const url = `${base}/repos/acme/widgets/pulls/${run.pr}`;
  return {
    id: 55,
    number: run.pr,
    url,
    head: { ref: run.branch, sha: run.headSha, repo },
    base: { ref: 'main', sha: run.headSha, repo },
  };
};

export function runJson(world: World, run: Run, { base, site }: GithubPlaces): object {
  const done = world.isDone(run.id);
  const red = world.jobsOf(run.id).some((job) => job.status === 'failure');
  return {
    ...RUN_SAMPLE,
    repository: { ...RUN_SAMPLE.repository, full_name: `${world.owner}/${world.name}` },
    head_repository: { ...RUN_SAMPLE.head_repository, full_name: headRepoOf(run, world) },
    id: run.id,
    name: run.workflow,
    head_branch: run.branch,
    head_sha: run.headSha,
    path: `.github/workflows/${run.file}`,
    run_number: run.index,
    event: run.event,
    display_title: 'retry: add jitter',
    status: done ? 'completed' : 'in_progress',
    conclusion: done ? (red ? 'failure' : 'success') : null,
    workflow_id: 159_038,
    url: `${base}/repos/acme/widgets/actions/runs/${run.id}`,
    html_url: `${site}${world.runPage(run)}`,
    // It names no pull request of a fork.
    pull_requests: run.pr === undefined || run.branch.startsWith('fork:') ? [] : [pullOf(run, base)],
    created_at: iso(run.createdMs),
    updated_at: iso(world.nowMs),
    run_attempt: run.attempt,
    run_started_at: iso(run.createdMs),
  };
}

function addStatuses(app: Hono, world: World, base: string): void {
  const json = (row: StatusRow) => ({
    ...STATUS_SAMPLE,
    url: `${base}/repos/acme/widgets/statuses/${row.sha}`,
    avatar_url: null,
    id: row.id,
    node_id: 'S',
    state: row.state,
    description: row.description,
    target_url: row.targetUrl,
    context: row.context,
    created_at: iso(row.createdMs),
    updated_at: iso(row.createdMs),
  });
  app.get('/repos/:owner/:repo/commits/:sha/statuses', (c) => {
    const rows = world.statuses.filter((row) => row.sha === c.req.param('sha')).toReversed();
    return c.json(page(c, rows, PAGES).map(json));
  });
  app.post('/repos/:owner/:repo/statuses/:sha', async (c) => {
    const body: Record<string, string> = await c.req.json();
    const row = { sha: c.req.param('sha'), state: body['state'] ?? '', context: body['context'] ?? 'default' };
    return c.json(
      json(world.setStatus({ ...row, description: body['description'] ?? '', targetUrl: body['target_url'] ?? '' })),
      201,
    );
  });
}
