// The file with the event that started a run (GITHUB_EVENT_PATH), of which only the pull request is read.

import { forkName } from '../fork-name.ts';
import { fieldsOf, findPositive, findText } from '../json-fields.ts';

/** What the event says about the change under test. */
export interface PullRequestOfEvent {
  readonly number: number | undefined;
  readonly headSha: string | undefined;
  readonly headBranch: string | undefined;
  /** The fork that the change comes from. */
  readonly fork: string | undefined;
}

/** The pull request that `text`, the event as JSON, is about; undefined if it is about none or is not readable. */
export function findPullRequest(text: string | undefined): PullRequestOfEvent | undefined {
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const event = fieldsOf(json);
  if (typeof event['pull_request'] !== 'object' || event['pull_request'] === null) return undefined;
  const pull = fieldsOf(event['pull_request']);
  const head = fieldsOf(pull['head']);
  const nameOf = (side: unknown): string | undefined => findText(fieldsOf(fieldsOf(side)['repo'])['full_name']);
  return {
    number: findPositive(pull['number']) ?? findPositive(event['number']),
    headSha: findText(head['sha']),
    headBranch: findText(head['ref']),
    fork: 'repo' in head ? forkName(nameOf(head), nameOf(pull['base'])) : undefined,
  };
}
