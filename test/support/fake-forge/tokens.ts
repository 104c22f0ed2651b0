// Tokens of the fake servers: a person's, and those of running jobs.
import { createHmac } from 'node:crypto';
import type { Task, World } from './world.ts';

/** A personal token with all rights. */
export const PERSONAL_TOKEN = 'pat-0123456789abcdef0123456789abcdef01234567';
const SECRET = 'fixture-signing-secret';

/** The runtime token of a task, as Gitea and Forgejo sign it. */
export function runtimeToken(task: Task, jobId = task.jobId): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const times = { exp: Math.floor(task.startedMs / 1000) + 14_400, nbf: Math.floor(task.startedMs / 1000) };
  const ids = { scp: `Actions.Results:${task.runId}:${jobId}`, TaskID: task.id, RunID: task.runId, JobID: jobId };
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ ...times, ...ids })}`;
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
}

/** Who asks. A job's token is known only while its task runs. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'person' }
  | { readonly kind: 'job'; readonly task: Task };

export function callerOf(world: World, authorization: string | undefined): Caller | undefined {
  if (authorization === undefined) return { kind: 'nobody' };
  const token = /^(?:token|bearer) (.+)$/i.exec(authorization)?.[1];
  if (token === PERSONAL_TOKEN) return { kind: 'person' };
  const task = world.tasks.find(
    (t) => t.status === 'running' && (t.token === token || runtimeTokens(world, t).includes(token ?? '')),
  );
  return task === undefined ? undefined : { kind: 'job', task };
}

const runtimeTokens = (world: World, task: Task): string[] =>
  world.jobs.filter((job) => job.taskId === task.id).map((job) => runtimeToken(task, job.id));
