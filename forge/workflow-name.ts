// The name that a workflow gives itself. Jobs see it in their environment; Gitea's and Forgejo's run JSON has the file
// only. So that both come out as the same attempt, it is read off the commit statuses, else off the file itself.
import { AppError } from '../store/errors.ts';
import type { CommitStatus } from './forge.ts';
import { listStatuses } from './gitea-social.ts';
import type { ForgeHttp } from './http.ts';
import { readUpTo } from './http-body.ts';
import { collect } from './pages.ts';
import { repoPath } from './repo-path.ts';

/** A run of which the workflow's name is wanted. */
export interface NamedRun {
  readonly repo: string;
  /** The commit that the workflow file was read from, as far as it is known. */
  readonly sha: string | undefined;
  /** `ci.yml`. */
  readonly file: string | undefined;
  /** Address of the run's page: `target_url` of its statuses starts with its path. */
  readonly pageUrl: string | undefined;
}

/** chosen: `name:` stands at the top of the file. */
const MAX_FILE_BYTES = 256 * 1024;

/**
 * The workflow's name out of statuses such as `CI / test (20) (push)`. A job `a / test` also ends with ` / test`, so
 * the shortest start is the name. undefined when none is of this run.
 */
export function workflowOfStatuses(
  statuses: readonly CommitStatus[],
  run: NamedRun,
  jobNames: readonly string[],
): string | undefined {
  const page = run.pageUrl !== undefined && URL.canParse(run.pageUrl) ? new URL(run.pageUrl).pathname : undefined;
  if (page === undefined) return undefined;
  const found = statuses
    .filter((status) => status.targetUrl !== undefined && pathOf(status.targetUrl).startsWith(`${page}/`))
    .flatMap((status) => jobNames.map((job) => startBefore(status.context, job)))
    .filter((name) => name !== undefined);
  return found.toSorted((a, b) => a.length - b.length)[0];
}

/** Gitea writes a path; a full address would do as well. */
const pathOf = (url: string): string => (URL.canParse(url) ? new URL(url).pathname : url);

function startBefore(context: string, job: string): string | undefined {
  const withoutEvent = /^(.*) \([a-z_]+\)$/s.exec(context)?.[1];
  const tail = ` / ${job}`;
  if (withoutEvent === undefined || !withoutEvent.endsWith(tail)) return undefined;
  const name = withoutEvent.slice(0, -tail.length);
  return name === '' ? undefined : name;
}

/** Statuses of a commit; none where it is gone or the token may not read them: names are then read elsewhere. */
export async function findStatuses(
  http: ForgeHttp,
  { repo, sha }: { readonly repo: string; readonly sha: string | undefined },
  signal: AbortSignal,
): Promise<readonly CommitStatus[]> {
  if (sha === undefined) return [];
  try {
    return await collect(listStatuses(http, { repo, sha }, signal));
  } catch (error) {
    if (isNotForUs(error)) return [];
    throw error;
  }
}

/** Not there, or not for this token: a job may be allowed to read logs and no more. */
const isNotForUs = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'REFUSED');

/** The top-level `name:` of a workflow file; undefined when it has none. */
export function workflowNameInFile(text: string): string | undefined {
  const value = /^name:[ \t]+(.+?)[ \t]*\r?$/m.exec(text)?.[1];
  if (value === undefined) return undefined;
  const quoted = /^(["'])(.*?)\1[ \t]*(#.*)?$/.exec(value)?.[2];
  const name = quoted ?? value.replace(/[ \t]+#.*$/, '');
  return name === '' || /^[|>&*!{[]/.test(name) ? undefined : name;
}

/** Looks for the file in `folders` at the run's commit and reads its name; undefined when there is no such file. */
export async function readWorkflowName(
  http: ForgeHttp,
  run: NamedRun,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (run.file === undefined) return undefined;
  for (const folder of folders) {
    const path = `${repoPath(run.repo)}/raw/${folder}/${encodeURIComponent(run.file)}`;
    const request = {
      path,
      query: { ref: run.sha },
      what: `workflow ${run.file} of ${run.repo}`,
      scope: 'read:repository',
    };
    try {
      const answer = await http.open(request, signal);
      const text = new TextDecoder().decode(await readUpTo(answer.chunks, MAX_FILE_BYTES));
      return workflowNameInFile(text);
    } catch (error) {
      if (!isNotForUs(error)) throw error;
    }
  }
  return undefined;
}
