// A webhook's delivery, checked and parsed: pure, knows no server and no socket. What is done with it is the caller's.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import { repoOfPage } from './repo-path.ts';

/** What a delivery is about: enough to ask the server itself, which is the only one believed. */
export interface Delivery {
  /** Unique per delivery, for refusing the same one twice; undefined where the server sent none. */
  readonly id: string | undefined;
  /** `host/owner/name`. */
  readonly repo: string;
  readonly run: string;
  /** Present in events of a job. */
  readonly jobId: string | undefined;
  /** The job's or run's counter as the server tells it; 0 on Gitea up to 1.26 before a runner first took the job. */
  readonly runAttempt: number | undefined;
  /** `finished`: logs are there. `waiting` with a counter above 0 is, on Gitea up to 1.26, a re-run that cost a log. */
  readonly news: 'finished' | 'started' | 'waiting';
}

/** Headers by lower-case name, and the body as it came over the wire. */
export interface RawDelivery {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/**
 * Reads a delivery of Gitea, Forgejo or GitHub. REFUSED when the signature is missing or wrong. undefined for an event
 * that says nothing about jobs (ping, status, push …). USAGE when a signed body is not what its event says.
 */
export function parseDelivery(delivery: RawDelivery, secret: string): Delivery | undefined {
  checkSignature(delivery, secret);
  const event = header(delivery, 'x-gitea-event', 'x-forgejo-event', 'x-github-event');
  const id = header(delivery, 'x-gitea-delivery', 'x-forgejo-delivery', 'x-github-delivery');
  if (event === undefined) throw badDelivery('it has no header that names its event');
  const json = parseBody(delivery);
  switch (event) {
    case 'workflow_job':
      return ofJob(json, id);
    case 'workflow_run':
      return ofRun(json, id);
    case 'action_run_failure':
    case 'action_run_recover':
    case 'action_run_success':
      return ofForgejoRun(json, id);
    default:
      return undefined;
  }
}

const header = ({ headers }: RawDelivery, ...names: readonly string[]): string | undefined =>
  names.map((name) => headers[name]).find((value) => value !== undefined && value !== '');

/** All three send `sha256=<hex>` of the raw body; Gitea and Forgejo also the bare hex. An empty one is none. */
function checkSignature(delivery: RawDelivery, secret: string): void {
  if (secret === '')
    throw new AppError('USAGE', 'the webhook has no secret', { hint: 'set one here and on the server' });
  const given = header(delivery, 'x-hub-signature-256', 'x-gitea-signature', 'x-forgejo-signature') ?? '';
  const hex = given.replace(/^sha256=/, '');
  const expected = createHmac('sha256', secret).update(signedBytes(delivery)).digest();
  const actual = /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, 'hex') : Buffer.alloc(expected.byteLength);
  if (timingSafeEqual(actual, expected)) return;
  throw new AppError('REFUSED', `the webhook's signature is ${hex === '' ? 'missing' : 'wrong'}`, {
    hint: 'the secret here and on the server must be the same',
  });
}

/** A form carries the JSON as its field `payload`, and the signature is over that JSON. */
function signedBytes({ headers, body }: RawDelivery): Uint8Array {
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return body;
  return Buffer.from(new URLSearchParams(Buffer.from(body).toString('utf8')).get('payload') ?? '');
}

function parseBody(delivery: RawDelivery): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(signedBytes(delivery)));
  } catch {
    throw badDelivery('its body is not JSON');
  }
}

const id = z.union([z.int().positive(), z.string().regex(/^\d{1,19}$/)]).transform(String);
const repository = z.object({ full_name: z.string(), html_url: z.string().optional().catch(undefined) });
const subject = z.object({ id, html_url: z.string().nullish(), run_attempt: z.int().nullish() });
const jobEvent = z.object({ action: z.string(), workflow_job: subject.extend({ run_id: id }), repository });
const runEvent = z.object({ action: z.string(), workflow_run: subject, repository });
const forgejoEvent = z.object({ run: z.object({ id, html_url: z.string().nullish(), repository }) });

function ofJob(json: unknown, deliveryId: string | undefined): Delivery {
  const { action, workflow_job: job, repository: repo } = checked(jobEvent, json);
  const runAttempt = job.run_attempt ?? undefined;
  return {
    id: deliveryId,
    repo: repoOf(job.html_url, repo),
    run: job.run_id,
    jobId: job.id,
    runAttempt,
    news: newsOf(action),
  };
}

function ofRun(json: unknown, deliveryId: string | undefined): Delivery {
  const { action, workflow_run: run, repository: repo } = checked(runEvent, json);
  const runAttempt = run.run_attempt ?? undefined;
  return {
    id: deliveryId,
    repo: repoOf(run.html_url, repo),
    run: run.id,
    jobId: undefined,
    runAttempt,
    news: newsOf(action),
  };
}

/** Forgejo tells only of ends, and only of whole runs. */
function ofForgejoRun(json: unknown, deliveryId: string | undefined): Delivery {
  const { run } = checked(forgejoEvent, json);
  const repo = repoOf(run.html_url, run.repository);
  return { id: deliveryId, repo, run: run.id, jobId: undefined, runAttempt: undefined, news: 'finished' };
}

const newsOf = (action: string): Delivery['news'] =>
  action === 'completed' ? 'finished' : action === 'in_progress' ? 'started' : 'waiting';

/** The page's address names the repository as people do; a host alone is not in every body. */
function repoOf(pageUrl: string | null | undefined, { full_name, html_url }: z.infer<typeof repository>): string {
  const host = html_url !== undefined && URL.canParse(html_url) ? new URL(html_url).host : undefined;
  return repoOfPage(pageUrl ?? undefined) ?? (host === undefined ? full_name : `${host}/${full_name}`);
}

function checked<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw badDelivery(`its field ${parsed.error.issues[0]?.path.join('.') ?? ''} is not what it should be`);
}

const badDelivery = (why: string): AppError =>
  new AppError('USAGE', `the webhook's delivery cannot be read: ${why}`, {
    hint: 'send JSON, of the events for workflow jobs and runs',
  });
