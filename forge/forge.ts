// What a CI server can be asked, whichever it is. A missing ability is a missing member, with its reason in `gaps`.
import type { Attempt } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import type { LogArchive } from './log-archive.ts';

/** Where the log of an attempt is to be had. */
export type LogPlace =
  /** The server's API gives it, now. */
  | { readonly kind: 'here' }
  /** Nothing ran in this re-run: the log is that of an earlier attempt, and it must not be kept twice. */
  | { readonly kind: 'passed-through'; readonly providerId: string | undefined }
  /** A re-run took its place: only the server's own log storage still has it. */
  | { readonly kind: 'replaced' }
  /** There is none, or the API cannot give it; `why` says so to a person. */
  | { readonly kind: 'none'; readonly why: string };

/** One attempt as the server tells it. */
export interface ForgeAttempt {
  readonly attempt: Attempt;
  readonly state: 'waiting' | 'running' | 'finished';
  /** The server's id of the job, by which logs and re-runs are asked for; on GitHub it is also `attempt.providerId`. */
  readonly jobId: string | undefined;
  readonly log: LogPlace;
}

/** Which attempts are asked for. `repo` is `host/owner/name` or `owner/name`. */
export type AttemptFilter = { readonly repo: string } & (
  | { readonly by: 'run'; readonly run: string }
  /** All 40 (or 64) digits of the head. */
  | { readonly by: 'sha'; readonly sha: string }
  /** Started at this time or later; epoch ms. */
  | { readonly by: 'since'; readonly sinceMs: number }
);

/** Tasks of a repository with this id or a higher one. */
export interface TasksDownTo {
  readonly repo: string;
  readonly downTo: string;
  /** Ids whose workflow and run are asked for too, which costs requests; undefined: of all. */
  readonly detailed?: ReadonlySet<string> | undefined;
}

/** Ids of the job that this process runs in, as far as its environment tells them. */
export interface OwnJob {
  readonly attempt: Attempt;
  readonly jobId: string | undefined;
  readonly runnerName: string | undefined;
}

export type StatusState = 'pending' | 'success' | 'failure' | 'error' | 'warning' | 'skipped';

/** A commit status; of one context the newest counts. */
export interface CommitStatus {
  readonly context: string;
  readonly state: StatusState;
  readonly description: string;
  readonly targetUrl: string | undefined;
  readonly createdAtMs: number | undefined;
}

/** A status to be written. */
export interface NewStatus {
  readonly repo: string;
  readonly sha: string;
  readonly context: string;
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly description: string;
  readonly targetUrl?: string | undefined;
}

/** An issue or a pull request. */
export interface IssueRef {
  readonly repo: string;
  readonly number: number;
}

export interface IssueState {
  readonly open: boolean;
  /** Nobody but maintainers may comment. */
  readonly locked: boolean;
}

/** A comment that exists once, found again by `marker`: the start of its text, an HTML comment. */
export interface NewComment {
  readonly marker: string;
  /** Markdown that starts with `marker`. */
  readonly body: string;
}

export interface CommentRef {
  readonly id: string;
  readonly url: string | undefined;
  readonly state: 'created' | 'edited' | 'unchanged';
  /** Names of the files that hang on it. */
  readonly attachments: readonly string[];
}

/** A file to hang on a comment. */
export interface Attachment {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface AttachmentRef {
  readonly url: string;
}

/** What a server takes as attachments; asked, never assumed. */
export interface AttachmentLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** Endings such as `.log.gz`; undefined: all. */
  readonly endings: readonly string[] | undefined;
}

export type Ability = 'attempts' | 'log' | 'ownLog' | 'rerun' | 'attach';

/** A CI server. All requests are bounded in time and fail with AppError alone. */
export interface Forge {
  readonly kind: 'gitea' | 'forgejo' | 'github';
  /** As the server tells it: `1.26.4`. */
  readonly version: string;
  /** For messages: `Gitea 1.26.4 at gitea.example.com`. */
  readonly title: string;
  /** Why a member below is missing, and what to do instead: one sentence each. */
  readonly gaps: Readonly<Partial<Record<Ability, string>>>;
  /** Each attempt once, of a run in the order of their start. */
  readonly attempts?: (filter: AttemptFilter, signal: AbortSignal) => AsyncIterable<ForgeAttempt>;
  /**
   * Attempts as the server's list of tasks alone tells them, oldest first, replaced ones too: what a log in the server's
   * own storage is of. `providerId` is the task's id; attempt numbers are not told.
   */
  readonly tasks?: (range: TasksDownTo, signal: AbortSignal) => AsyncIterable<ForgeAttempt>;
  /** The log of an attempt whose place is `here`. NOT_FOUND when it is gone or another took its place meanwhile. */
  readonly log?: (attempt: ForgeAttempt, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** The logs of all jobs of one attempt of a run in one request; it spares a rate limit. */
  readonly logArchive?: (attempt: ForgeAttempt, signal: AbortSignal) => Promise<LogArchive>;
  /** The server's knowledge of the running job; undefined when it cannot be told which one it is. */
  readonly ownAttempt: (own: OwnJob, signal: AbortSignal) => Promise<ForgeAttempt | undefined>;
  /** What the running job has written so far. */
  readonly ownLog?: (own: ForgeAttempt, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  /** Asks for the job of this attempt to run again. The caller has made sure that its log is kept. */
  readonly rerun?: (attempt: ForgeAttempt, signal: AbortSignal) => Promise<void>;
  /** Every status of a commit, newest first, replaced ones included. */
  readonly statuses: (repo: string, sha: string, signal: AbortSignal) => AsyncIterable<CommitStatus>;
  readonly setStatus: (status: NewStatus, signal: AbortSignal) => Promise<void>;
  /** Whether the issue is open; undefined when there is none, or it may not be read. */
  readonly issueState: (issue: IssueRef, signal: AbortSignal) => Promise<IssueState | undefined>;
  /** The fork that a pull request comes from; undefined when it comes from the repository itself. NOT_FOUND: no such. */
  readonly forkOfPull: (pull: IssueRef, signal: AbortSignal) => Promise<string | undefined>;
  /** Writes the comment, or edits the one with its marker that this token's user wrote. */
  readonly comment: (issue: IssueRef, comment: NewComment, signal: AbortSignal) => Promise<CommentRef>;
  readonly attachmentLimits?: (signal: AbortSignal) => Promise<AttachmentLimits | undefined>;
  readonly attach?: (
    target: { readonly repo: string; readonly commentId: string },
    file: Attachment,
    signal: AbortSignal,
  ) => Promise<AttachmentRef>;
}

/** Whether an attempt is new since a time: it started then or later, or is still to start. */
export const isSinceTime = ({ attempt, state }: ForgeAttempt, sinceMs: number): boolean =>
  attempt.startedAtMs === undefined ? state !== 'finished' : attempt.startedAtMs >= sinceMs;

/** The error of a missing ability: PROVIDER_UNSUPPORTED with the gap's own words. */
export function missingAbility(forge: Pick<Forge, 'title' | 'gaps'>, ability: Ability): AppError {
  const gap = forge.gaps[ability] ?? `it cannot do this (${ability})`;
  const [what, ...rest] = gap.split(': ');
  return new AppError('PROVIDER_UNSUPPORTED', `${forge.title}: ${what}`, {
    hint: rest.length === 0 ? 'upgrade the server, or use `firstred run`' : rest.join(': '),
  });
}
