// What a fake CI server knows, and what happens on it: runs, jobs, tasks and their logs, by the rules of each version.
// The routes only show it. Sources of the rules: docs/ci/ and the fixtures under test/fixtures/providers.

const MODES = [
  'gitea-1.22',
  'gitea-1.23',
  'gitea-1.24',
  'gitea-1.25',
  'gitea-1.26',
  'gitea-1.27',
  'forgejo-11',
  'forgejo-15',
  'forgejo-16',
  'github',
] as const;
export type Mode = (typeof MODES)[number];
export type Family = 'gitea' | 'forgejo' | 'github';
type TaskStatus = 'running' | 'success' | 'failure' | 'cancelled';
type JobStatus = 'waiting' | 'blocked' | 'skipped' | TaskStatus;

/** One execution of a job. Its log stays here whatever the API still shows. */
export interface Task {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  /** The job that it ran for at first. */
  readonly jobId: number;
  readonly attempt: number;
  readonly token: string;
  readonly startedMs: number;
  readonly runnerName: string;
  stoppedMs: number;
  status: TaskStatus;
  log: Buffer;
  /** `gone`: neither on disk nor in the database. */
  storage: 'there' | 'expired' | 'gone';
}

export interface Job {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  /** The YAML key: `test` of `test (20)`. */
  readonly key: string;
  readonly needs: readonly string[];
  readonly createdMs: number;
  /** Which attempt of the run it belongs to, where attempts are kept. */
  readonly runAttempt: number;
  /** Its own counter, where attempts count per job. */
  attempt: number;
  taskId: number;
  /** The task that a copy stands for, hidden from the API. */
  sourceTaskId: number;
  status: JobStatus;
}

export interface Run {
  readonly id: number;
  /** Number within the repository. */
  readonly index: number;
  readonly event: string;
  readonly workflow: string;
  readonly file: string;
  readonly headSha: string;
  /** What jobs see as GITHUB_SHA. */
  readonly testedSha: string;
  readonly pr: number | undefined;
  readonly branch: string;
  readonly createdMs: number;
  /** Times that the run has been started, 1 at first. */
  attempt: number;
  deleted: boolean;
}

export interface RunSpec {
  readonly event?: string;
  readonly workflow?: string;
  readonly file?: string;
  readonly sha?: string;
  readonly testedSha?: string;
  readonly pr?: number;
  readonly branch?: string;
  readonly jobs: readonly { readonly name: string; readonly key?: string; readonly needs?: readonly string[] }[];
}

export interface StatusRow {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string;
  readonly targetUrl: string;
  readonly createdMs: number;
}

/** Something that a webhook would tell. */
export interface HookEvent {
  readonly event: 'workflow_job' | 'workflow_run' | 'action_run_success' | 'action_run_failure' | 'action_run_recover';
  readonly action: string;
  readonly runId: number;
  readonly jobId: number | undefined;
}

export const MAIN_SHA = 'dadbde0e6bf15dbd28c51f9027de94acdee810e9';
export const HEAD_SHA = 'c11b90b58830bdda7846dbf24fbc05bfc7391cc8';
export const BASE_SHA = '1a4c6af87e6f4d9cba2753c4a66155c94d91b72b';
export const MERGE_SHA = '1a9344c00f2af774479c6a39311ead57dfe9dfbd';

/** One server with one repository. Time goes on by a second with each thing that happens. */
export class World {
  readonly mode: Mode;
  readonly family: Family;
  readonly version: number;
  readonly owner = 'acme';
  readonly name = 'widgets';
  readonly runs: Run[] = [];
  readonly jobs: Job[] = [];
  readonly tasks: Task[] = [];
  readonly statuses: StatusRow[] = [];
  /** Called for everything that a webhook would tell. */
  onHook: (event: HookEvent) => void = () => undefined;
  /** Called when a finished task's log goes to the server's own storage. */
  onStored: (task: Task) => void = () => undefined;
  nowMs = Date.UTC(2026, 2, 2, 9, 13, 50);
  #lastId = { run: 811, index: 56, job: 2300, task: 4810, status: 900 };

  constructor(mode: Mode) {
    this.mode = mode;
    const [family, version] = mode.split('-');
    this.family = family as Family;
    this.version = Number((version ?? '0').replace('1.', ''));
  }

  /** 1.27 and GitHub keep attempts of runs; the others count per job. */
  get keepsAttempts(): boolean {
    return this.family === 'github' || (this.family === 'gitea' && this.version >= 27);
  }

  tick(ms = 1000): number {
    this.nowMs += ms;
    return this.nowMs;
  }

  start(spec: RunSpec): Run {
    const event = spec.event ?? 'push';
    const isPull = event.startsWith('pull_request');
    const headSha = spec.sha ?? (isPull ? HEAD_SHA : MAIN_SHA);
    const run: Run = {
      id: ++this.#lastId.run,
      index: ++this.#lastId.index,
      event,
      workflow: spec.workflow ?? 'CI',
      file: spec.file ?? 'ci.yml',
      headSha,
      testedSha: spec.testedSha ?? this.#testedSha(event, headSha),
      pr: spec.pr ?? (isPull ? 12 : undefined),
      branch: spec.branch ?? (isPull ? 'feature/jitter' : 'main'),
      createdMs: this.tick(),
      attempt: 1,
      deleted: false,
    };
    this.runs.push(run);
    for (const { name, key, needs = [] } of spec.jobs) {
      this.jobs.push({
        id: ++this.#lastId.job,
        runId: run.id,
        name,
        key: key ?? name.replace(/ \(.*$/, ''),
        needs,
        createdMs: this.nowMs,
        runAttempt: 1,
        attempt: this.family === 'forgejo' && this.version >= 15 ? 1 : 0,
        taskId: 0,
        sourceTaskId: 0,
        status: needs.length === 0 ? 'waiting' : 'blocked',
      });
    }
    for (const job of this.jobsOf(run.id)) this.#told('queued', job);
    return run;
  }

  #testedSha(event: string, headSha: string): string {
    if (event === 'pull_request_target') return BASE_SHA;
    return event === 'pull_request' && this.family === 'github' ? MERGE_SHA : headSha;
  }

  /** Jobs of the newest attempt. */
  jobsOf(runId: number, attempt = this.run(runId).attempt): Job[] {
    return this.jobs.filter((j) => j.runId === runId && (!this.keepsAttempts || j.runAttempt === attempt));
  }

  run(id: number): Run {
    const run = this.runs.find((r) => r.id === id);
    if (run === undefined) throw new Error(`no run ${id}`);
    return run;
  }

  job(runId: number, name: string): Job {
    const job = this.jobsOf(runId).find((j) => j.name === name);
    if (job === undefined) throw new Error(`no job ${name}`);
    return job;
  }

  /** The task that a job shows: its own, or that of the job it is a copy of. */
  taskOf(job: Job): Task | undefined {
    return this.tasks.find((t) => t.id === (job.taskId === 0 ? job.sourceTaskId : job.taskId));
  }

  /** A runner takes the job: only now does a per-job counter rise (but Forgejo's, which rises at the request). */
  claim(job: Job): Task {
    if (!(this.family === 'forgejo' && this.version >= 15)) job.attempt += 1;
    const task: Task = {
      id: ++this.#lastId.task,
      runId: job.runId,
      name: job.name,
      jobId: job.id,
      attempt: this.keepsAttempts ? job.runAttempt : job.attempt,
      token: (this.#lastId.task * 7919).toString(16).padStart(40, '0'),
      startedMs: this.tick(),
      runnerName: `runner-${(job.id % 4) + 1}`,
      stoppedMs: 0,
      status: 'running',
      log: Buffer.alloc(0),
      storage: 'there',
    };
    this.tasks.push(task);
    job.taskId = task.id;
    job.status = 'running';
    this.#told('in_progress', job);
    return task;
  }

  /** The runner flushes rows to the server. */
  write(task: Task, log: Uint8Array | string): void {
    task.log = Buffer.concat([task.log, Buffer.from(log)]);
  }

  finish(job: Job, status: 'success' | 'failure' | 'cancelled'): Task {
    const task = this.taskOf(job);
    if (task === undefined) throw new Error(`job ${job.name} was not claimed`);
    task.status = status;
    task.stoppedMs = this.tick();
    job.status = status;
    this.onStored(task);
    this.#told('completed', job);
    for (const next of this.jobsOf(job.runId)) {
      if (next.status === 'blocked' && next.needs.includes(job.key))
        next.status = status === 'success' ? 'waiting' : 'skipped';
    }
    if (this.isDone(job.runId)) this.#runDone(job.runId);
    return task;
  }

  /** Claims, writes and finishes at once. */
  ran(runId: number, name: string, status: 'success' | 'failure' | 'cancelled', log: Uint8Array | string): Task {
    const job = this.job(runId, name);
    this.write(this.claim(job), log);
    return this.finish(job, status);
  }

  isDone(runId: number): boolean {
    return this.jobsOf(runId).every((j) => ['success', 'failure', 'cancelled', 'skipped'].includes(j.status));
  }

  /** The re-run button, or its API. Chosen jobs and all that need them start again. Throws with the server's words. */
  rerun(runId: number, names: readonly string[] | 'failed' | 'all' = 'all'): void {
    const run = this.run(runId);
    if (!this.isDone(runId)) throw new Error('this workflow run is not done');
    if (this.keepsAttempts && run.attempt >= 50) throw new Error('workflow run has reached the maximum of 50 attempts');
    const jobs = this.jobsOf(runId);
    const chosen = this.#withDependents(jobs, (j) =>
      names === 'all'
        ? true
        : names === 'failed'
          ? j.status === 'failure' || j.status === 'cancelled'
          : names.includes(j.name),
    );
    this.tick(60_000);
    run.attempt += 1;
    if (this.keepsAttempts) this.#cloneJobs(jobs, chosen, run.attempt);
    else for (const job of chosen) this.#reset(job);
    for (const job of this.jobsOf(runId)) if (job.status === 'waiting') this.#told('queued', job);
  }

  #withDependents(jobs: readonly Job[], isChosen: (job: Job) => boolean): Set<Job> {
    const chosen = new Set(jobs.filter(isChosen));
    for (let before = -1; before !== chosen.size; ) {
      before = chosen.size;
      for (const job of jobs) {
        if (jobs.some((other) => chosen.has(other) && job.needs.includes(other.key))) chosen.add(job);
      }
    }
    return chosen;
  }

  /** Up to 1.26, and on Forgejo: the same row, its task unlinked. This is how the red log gets lost. */
  #reset(job: Job): void {
    job.taskId = 0;
    job.status = 'waiting';
    if (this.family === 'forgejo' && this.version >= 15) job.attempt += 1;
  }

  /** 1.27 and GitHub: new ids for all jobs; those not chosen stand for their old task. */
  #cloneJobs(jobs: readonly Job[], chosen: ReadonlySet<Job>, runAttempt: number): void {
    for (const job of jobs) {
      const again = chosen.has(job);
      this.jobs.push({
        ...job,
        id: ++this.#lastId.job,
        createdMs: this.nowMs,
        runAttempt,
        attempt: runAttempt - (again ? 1 : 0),
        taskId: 0,
        sourceTaskId: again ? 0 : job.taskId === 0 ? job.sourceTaskId : job.taskId,
        status: again ? 'waiting' : job.status,
      });
    }
  }

  deleteRun(runId: number): void {
    this.run(runId).deleted = true;
    for (const task of this.tasks) if (task.runId === runId) task.storage = 'gone';
  }

  setStatus(row: Omit<StatusRow, 'id' | 'createdMs'>): StatusRow {
    const status = { ...row, id: ++this.#lastId.status, createdMs: this.nowMs };
    this.statuses.push(status);
    return status;
  }

  /** Commit status and webhook of a change. Only pushes and pull requests get statuses. */
  #told(action: string, job: Job): void {
    const run = this.run(job.runId);
    if (this.family !== 'github' && (run.event === 'push' || run.event.startsWith('pull_request'))) {
      const state = job.status === 'success' ? 'success' : action === 'completed' ? 'failure' : 'pending';
      const context = `${run.workflow} / ${job.name} (${run.event})`.trim();
      this.setStatus({ sha: run.headSha, state, context, description: action, targetUrl: this.jobPage(job) });
    }
    if (this.family === 'github' || (this.family === 'gitea' && this.version >= 24)) {
      this.onHook({ event: 'workflow_job', action, runId: run.id, jobId: job.id });
    }
  }

  #runDone(runId: number): void {
    const red = this.jobsOf(runId).some((j) => j.status === 'failure');
    const base = { runId, jobId: undefined };
    if (this.family === 'forgejo' && this.version >= 12) {
      const event = red
        ? 'action_run_failure'
        : this.run(runId).attempt > 1
          ? 'action_run_recover'
          : 'action_run_success';
      this.onHook({ ...base, event, action: event.replace('action_run_', '') });
    } else if (this.family === 'github' || (this.family === 'gitea' && this.version >= 25)) {
      this.onHook({ ...base, event: 'workflow_run', action: 'completed' });
    }
  }

  /** Path of a run's page: by index up to Gitea 1.25 and on Forgejo, by id since. */
  runPage(run: Run): string {
    const byId = this.family === 'github' || (this.family === 'gitea' && this.version >= 26);
    return `/${this.owner}/${this.name}/actions/runs/${byId ? run.id : run.index}`;
  }

  jobPage(job: Job): string {
    const page = this.runPage(this.run(job.runId));
    if (this.family === 'github') return `${page}/job/${job.id}`;
    const byId = this.family === 'gitea' && this.version >= 26;
    return `${page}/jobs/${byId ? job.id : this.jobsOf(job.runId).indexOf(job)}`;
  }
}
