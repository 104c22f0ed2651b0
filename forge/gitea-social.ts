// Statuses, comments and attachments of Gitea and Forgejo, which have them in common.
import { z } from 'zod';
import { AppError } from '../store/errors.ts';
import type {
  Attachment,
  AttachmentLimits,
  AttachmentRef,
  CommentRef,
  CommitStatus,
  Forge,
  IssueRef,
  IssueState,
  StatusState,
} from './forge.ts';
import { attachmentSchema, attachmentSettingsSchema, commentSchema, statusSchema } from './gitea-json.ts';
import type { ForgeHttp } from './http.ts';
import { findOwnComment } from './own-comment.ts';
import { listPages } from './pages.ts';
import { findFork } from './pull-head.ts';
import { idSegment, repoPath } from './repo-path.ts';

const STATES: readonly string[] = ['pending', 'success', 'failure', 'error', 'warning', 'skipped'];
const MEBIBYTE = 1024 * 1024;

type SocialMembers = Required<
  Pick<Forge, 'statuses' | 'setStatus' | 'issueState' | 'forkOfPull' | 'comment' | 'attachmentLimits' | 'attach'>
>;

/** The members of `Forge` that are the same on Gitea and Forgejo, on every version of them. */
export const giteaSocial = (http: ForgeHttp): SocialMembers => ({
  statuses: (repo, sha, signal) => listStatuses(http, { repo, sha }, signal),

  setStatus: async (status, signal) => {
    const path = `${repoPath(status.repo)}/statuses/${shaSegment(status.sha)}`;
    const { context, state, description, targetUrl } = status;
    const json = { context, state, description, ...(targetUrl === undefined ? {} : { target_url: targetUrl }) };
    const what = `status ${context} of ${status.sha.slice(0, 10)}`;
    await http.send({ path, method: 'POST', json, what, scope: 'write:repository' }, signal);
  },

  issueState: (issue, signal) => findIssueState(http, issue, { scope: 'read:issue', signal }),
  forkOfPull: (pull, signal) => findFork(http, pull, { scope: 'read:repository', signal }),
  comment: (issue, comment, signal) => writeComment(http, { issue, comment }, signal),
  attachmentLimits: (signal) => attachmentLimits(http, signal),
  attach: (target, file, signal) => attach(http, { target, file }, signal),
});

/** Every status of a commit, newest first. */
export async function* listStatuses(
  http: ForgeHttp,
  { repo, sha }: { readonly repo: string; readonly sha: string },
  signal: AbortSignal,
): AsyncGenerator<CommitStatus> {
  const path = `${repoPath(repo)}/statuses/${shaSegment(sha)}`;
  const request = {
    path,

    what: `statuses of ${sha.slice(0, 10)}`,
    scope: 'read:repository',
  };
  const shape = {
    item: statusSchema,
    idOf: (s: { id: string }) => s.id,
    sizeParameter: 'limit',
    pageSize: 50,
  } as const;
  for await (const status of listPages(http, request, shape, signal)) {
    const word = status.status ?? status.state ?? '';
    yield {
      context: status.context,
      state: STATES.includes(word) ? (word as StatusState) : 'pending',
      description: status.description ?? '',
      targetUrl: status.target_url,
      createdAtMs: status.created_at,
    };
  }
}

/** A commit id as a path segment; anything else must not become part of a path. */
export function shaSegment(sha: string): string {
  if (/^[0-9a-f]{7,64}$/i.test(sha)) return sha;
  throw new AppError('USAGE', `"${sha}" is no commit id`, { hint: 'give 7 to 64 hex digits' });
}

const issueSchema = z.object({ state: z.string(), is_locked: z.boolean().nullish(), locked: z.boolean().nullish() });

/** The state of an issue or pull request; all three servers tell it alike, but for the name of the lock. */
export async function findIssueState(
  http: ForgeHttp,
  { repo, number }: IssueRef,
  { scope, signal }: { readonly scope: string; readonly signal: AbortSignal },
): Promise<IssueState | undefined> {
  const request = {
    path: `${repoPath(repo)}/issues/${idSegment(String(number), 'issue')}`,
    what: `issue #${number}`,
    scope,
  };
  const found = await http.findJson(request, issueSchema, signal);
  if (found === undefined) return undefined;
  return { open: found.state !== 'closed', locked: found.is_locked === true || found.locked === true };
}

interface CommentJob {
  readonly issue: { readonly repo: string; readonly number: number };
  readonly comment: { readonly marker: string; readonly body: string };
}

async function writeComment(http: ForgeHttp, { issue, comment }: CommentJob, signal: AbortSignal): Promise<CommentRef> {
  const base = repoPath(issue.repo);
  const what = `comments of #${issue.number} of ${issue.repo}`;
  const list = `${base}/issues/${issue.number}/comments`;
  // This list has no pages (so says its source). A comment that only quotes the marker does not start with it.
  const read = { path: list, what, scope: 'read:issue' };
  const { value } = await http.json(read, z.array(commentSchema).nullable(), signal);
  const marked = value?.filter((c) => c.body?.startsWith(comment.marker) === true) ?? [];
  const old = await findOwnComment(http, marked, signal);
  const attachments = old?.assets?.map((a) => a.name) ?? [];
  if (old !== undefined && old.body === comment.body)
    return { id: old.id, url: old.html_url, state: 'unchanged', attachments };
  const json = { body: comment.body };
  if (old !== undefined) {
    const path = `${base}/issues/comments/${old.id}`;
    await http.send({ path, method: 'PATCH', json, what, scope: 'write:issue' }, signal);
    return { id: old.id, url: old.html_url, state: 'edited', attachments };
  }
  const write = { path: list, method: 'POST', json, what, scope: 'write:issue' } as const;
  const created = (await http.json(write, commentSchema, signal)).value;
  return { id: created.id, url: created.html_url, state: 'created', attachments: [] };
}

/** undefined when the server takes none. `max_size` is in MB there. */
async function attachmentLimits(http: ForgeHttp, signal: AbortSignal): Promise<AttachmentLimits | undefined> {
  const request = { path: '/settings/attachment', what: 'settings of attachments', scope: 'no scope' };
  const settings = await http.findJson(request, attachmentSettingsSchema, signal);
  if (settings === undefined || !settings.enabled) return undefined;
  const types = settings.allowed_types?.split(',').map((t) => t.trim().toLowerCase()) ?? [];
  const all = types.length === 0 || types.includes('*/*') || types.includes('');
  return {
    maxBytes: settings.max_size * MEBIBYTE,
    maxFiles: settings.max_files ?? 1,
    endings: all ? undefined : types.filter((t) => t.startsWith('.')),
  };
}

interface AttachJob {
  readonly target: { readonly repo: string; readonly commentId: string };
  readonly file: Attachment;
}

async function attach(http: ForgeHttp, { target, file }: AttachJob, signal: AbortSignal): Promise<AttachmentRef> {
  const path = `${repoPath(target.repo)}/issues/comments/${idSegment(target.commentId, 'comment')}/assets`;
  const form = new FormData();
  form.set('attachment', new Blob([Buffer.from(file.bytes)], { type: file.mediaType }), file.name);
  const what = `attachment ${file.name}`;
  const request = { path, query: { name: file.name }, method: 'POST', form, what, scope: 'write:issue' } as const;
  const { value } = await http.json(request, attachmentSchema, signal);
  return { url: value.browser_download_url };
}
