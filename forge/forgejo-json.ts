// JSON of Forgejo's runs and jobs, whose fields are not Gitea's.
import { z } from 'zod';

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
const id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,19}$/)]).transform(String);

export const forgejoRunSchema = z.object({
  id,
  workflow_id: text,
  index_in_repo: z.int().optional(),
  prettyref: text,
  commit_sha: text,
  trigger_event: text,
  /** The event as JSON text. */
  event_payload: text,
  status: z.string(),
  started: time,
  stopped: time,
  created: time,
  html_url: text,
});
export type ForgejoRun = z.infer<typeof forgejoRunSchema>;

export const forgejoJobSchema = z.object({
  id,
  run_id: id,
  name: z.string(),
  attempt: z.int().nonnegative().optional(),
  task_id: z.int().nonnegative().optional().nullable(),
  status: z.string(),
});
export type ForgejoJob = z.infer<typeof forgejoJobSchema>;
