// JSON of GitHub's API, as far as it is read.
import { z } from 'zod';
import { type Conclusion, findConclusion } from '../store/attempt.ts';
import { authorSchema } from './own-comment.ts';

const text = z
  .string()
  .optional()
  .nullable()
  .transform((value) => (value === null || value === '' ? undefined : value));
const time = z
  .string()
  .optional()
  .nullable()
  .transform((value) => {
    const ms = Date.parse(value ?? '');
    return Number.isFinite(ms) && ms > 0 ? ms : undefined;
  });
const id = z.int().nonnegative().transform(String);

export const githubRunSchema = z.object({
  id,
  name: text,
  path: text,
  event: text,
  head_sha: text,
  head_branch: text,
  run_attempt: z.int().optional(),
  html_url: text,
  created_at: time,
  updated_at: time,
  repository: z.object({ full_name: z.string() }).nullish(),
  /** null: a fork that was deleted. */
  head_repository: z.object({ full_name: z.string() }).nullish(),
  pull_requests: z
    .array(z.object({ number: z.int().positive() }))
    .nullable()
    .optional(),
});
export type GithubRun = z.infer<typeof githubRunSchema>;

export const githubJobSchema = z.object({
  id,
  run_id: id,
  name: z.string(),
  workflow_name: text,
  head_sha: text,
  head_branch: text,
  run_attempt: z.int().optional(),
  status: z.string(),
  conclusion: text,
  created_at: time,
  started_at: time,
  completed_at: time,
  html_url: text,
  runner_name: text,
});
export type GithubJob = z.infer<typeof githubJobSchema>;

export const githubStatusSchema = z.object({
  id,
  state: z.string(),
  context: z.string(),
  description: text,
  target_url: text,
  created_at: time,
});

export const githubCommentSchema = z.object({
  id,
  html_url: text,
  body: z.string().nullable().optional(),
  user: authorSchema,
});

/** GitHub's words in ours. `neutral`, `stale` and `action_required` say neither red nor green. */
export function githubConclusion(word: string | undefined): Conclusion {
  return word === 'startup_failure' ? 'failure' : (findConclusion(word ?? '') ?? 'unknown');
}

/** How far a job is: it has more words for waiting (`queued requested pending`) than for anything else. */
export function githubState(word: string): 'waiting' | 'running' | 'finished' {
  if (word === 'completed') return 'finished';
  return word === 'in_progress' ? 'running' : 'waiting';
}
