// JSON of Gitea's API (and of Forgejo's, where both agree), as far as it is read. Unknown fields are of no interest.
import { z } from 'zod';
import { type Conclusion, findConclusion } from '../store/attempt.ts';
import { authorSchema } from './own-comment.ts';

/** Text that Go leaves out, or writes as ''. */
const text = z
  .string()
  .optional()
  .nullable()
  .transform((value) => (value === null || value === '' ? undefined : value));

/** Epoch ms. Go writes a time that was never set as 1970 or as the year 1. */
const time = z
  .string()
  .optional()
  .nullable()
  .transform((value) => {
    const ms = Date.parse(value ?? '');
    return Number.isFinite(ms) && ms > 0 ? ms : undefined;
  });

const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,19}$/)]).transform(String);
const count = z.int().nonnegative().optional().nullable();

export const versionSchema = z.object({ version: z.string().min(1) });

/** A task: one attempt of one job, as `/actions/tasks` lists it. */
export const taskSchema = z.object({
  id,
  name: z.string(),
  head_branch: text,
  head_sha: text,
  run_number: z.int(),
  event: text,
  status: z.string(),
  workflow_id: text,
  url: text,
  created_at: time,
  updated_at: time,
  run_started_at: time,
});
export type GiteaTask = z.infer<typeof taskSchema>;

export const runSchema = z.object({
  id,
  html_url: text,
  path: text,
  event: text,
  run_number: z.int().optional(),
  run_attempt: count,
  head_sha: text,
  head_branch: text,
  status: text,
  pull_requests: z
    .array(
      z.object({
        number: z.int().positive().optional(),
        head: z.object({ ref: text, sha: text }).optional().nullable(),
      }),
    )
    .optional()
    .nullable(),
});
export type GiteaRun = z.infer<typeof runSchema>;

export const jobSchema = z.object({
  id,
  run_id: id,
  html_url: text,
  name: z.string(),
  run_attempt: count,
  head_sha: text,
  head_branch: text,
  status: z.string(),
  conclusion: text,
  created_at: time,
  started_at: time,
  completed_at: time,
  runner_name: text,
});
export type GiteaJob = z.infer<typeof jobSchema>;

export const statusSchema = z.object({
  id,
  status: z.string().optional(),
  state: z.string().optional(),
  context: z.string(),
  description: text,
  target_url: text,
  created_at: time,
});

export const commentSchema = z.object({
  id,
  html_url: text,
  body: z.string().nullable().optional(),
  user: authorSchema,
  assets: z
    .array(z.object({ name: z.string() }))
    .nullable()
    .optional(),
});

export const attachmentSettingsSchema = z.object({
  enabled: z.boolean(),
  allowed_types: z.string().optional(),
  max_size: z.number().nonnegative(),
  max_files: z.int().nonnegative().optional(),
});

export const attachmentSchema = z.object({ id, browser_download_url: z.string() });

/** `failure` and the like; what is no conclusion of ours (`neutral`, `stale`) is unknown. */
export const conclusionOf = (word: string | undefined): Conclusion => findConclusion(word ?? '') ?? 'unknown';

/** How far a job or task is, of the words that Gitea uses for either. */
export function stateOf(word: string): 'waiting' | 'running' | 'finished' {
  switch (word) {
    case 'completed':
    case 'success':
    case 'failure':
    case 'cancelled':
    case 'skipped':
      return 'finished';
    case 'in_progress':
    case 'running':
    case 'cancelling':
      return 'running';
    default:
      return 'waiting';
  }
}

/** The event as jobs see it: runs tell the webhook's own word, such as `pull_request_sync`. */
export const eventOf = (word: string | undefined): string | undefined =>
  word !== undefined && /^pull_request_(sync|assign|label|milestone|review_request)$/.test(word)
    ? 'pull_request'
    : word;
