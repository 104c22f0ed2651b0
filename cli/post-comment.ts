// Puts a log's comment on an issue or pull request: once, edited on repetition, with the log attached where that goes.
import type { CommentRef, Forge, IssueRef } from '../forge/forge.ts';
import type { LogRow } from '../indexer/log-index.ts';
import { AppError } from '../store/errors.ts';
import { attachmentOf, type CommentTools, commentOf } from './attach-comment.ts';

export interface PostedComment {
  readonly comment: CommentRef;
  /** Why the log is not attached; undefined when it is. */
  readonly notAttached: string | undefined;
  /** The issue is closed. */
  readonly closed: boolean;
}

/** REFUSED when the issue is locked, NOT_FOUND when there is none. */
export async function postComment(
  forge: Forge,
  { log, issue, marker }: { readonly log: LogRow; readonly issue: IssueRef; readonly marker: string },
  tools: CommentTools & { readonly signal: AbortSignal },
): Promise<PostedComment> {
  const { signal } = tools;
  const state = await forge.issueState(issue, signal);
  if (state?.locked === true)
    throw new AppError('REFUSED', `#${issue.number} of ${issue.repo} is locked: no comment was written`, {
      hint: 'unlock it, or use --print and put the text where it may stand',
    });
  const body = await commentOf(log, marker, tools);
  const write = (): Promise<CommentRef> => forge.comment(issue, { marker, body }, signal);
  const comment = await write().catch((error: unknown) => {
    // Deleted by hand between finding and editing it: then it is written anew.
    if (error instanceof AppError && error.code === 'NOT_FOUND') return write();
    throw error;
  });
  const notAttached = await attachLog(forge, { log, issue, comment }, tools);
  return { comment, notAttached, closed: state?.open === false };
}

async function attachLog(
  forge: Forge,
  { log, issue, comment }: { readonly log: LogRow; readonly issue: IssueRef; readonly comment: CommentRef },
  { session, signal }: CommentTools & { readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (forge.attach === undefined) return forge.gaps.attach ?? 'the server takes no attachments';
  if (comment.attachments.some((name) => name.startsWith(`${log.logId}.`))) return undefined;
  const limits = await forge.attachmentLimits?.(signal);
  if (limits !== undefined && comment.attachments.length >= limits.maxFiles)
    return 'the comment has no room for more files';
  const file = await attachmentOf(log, session, limits);
  if (file.kind === 'none') return file.why;
  try {
    await forge.attach({ repo: issue.repo, commentId: comment.id }, file, signal);
    return undefined;
  } catch (error) {
    // The comment stands, with an excerpt and the log's id: a file too many is no failure.
    if (error instanceof AppError && error.code !== 'INTERRUPTED') return error.message;
    throw error;
  }
}
