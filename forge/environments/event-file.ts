// The file with the event that started a run (GITHUB_EVENT_PATH), of which only the pull request is read.
import { z } from 'zod';

/** What the event says about the change under test. */
export interface PullRequestOfEvent {
  readonly number: number | undefined;
  readonly headSha: string | undefined;
  readonly headBranch: string | undefined;
}

const optionalText = z.string().min(1).optional().catch(undefined);
const optionalNumber = z.int().positive().optional().catch(undefined);
const eventSchema = z.object({
  number: optionalNumber,
  pull_request: z
    .object({
      number: optionalNumber,
      head: z.object({ sha: optionalText, ref: optionalText }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** The pull request that `text`, the event as JSON, is about; undefined if it is about none or is not readable. */
export function findPullRequest(text: string | undefined): PullRequestOfEvent | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const pull = eventSchema.safeParse(json);
  if (!pull.success || pull.data.pull_request === undefined) return undefined;
  const { number, head } = pull.data.pull_request;
  return { number: number ?? pull.data.number, headSha: head?.sha, headBranch: head?.ref };
}
