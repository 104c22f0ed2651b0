// One attempt from its server into the store: what `pull`, `rerun` and a sidecar do with each.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import type { Attempt } from '../store/attempt.ts';
import { AppError } from '../store/errors.ts';
import { type AttemptSubject, type FactTools, writeFact } from '../store/facts.ts';
import { DEFAULT_LOG_NAME, type Manifest } from '../store/manifest.ts';
import { attemptToJson } from '../store/manifest-json.ts';
import type { Masker } from '../store/mask.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Archiver, KeptLog } from './archiver.ts';
import { keepWhatCame } from './keep-what-came.ts';
import { isWhole, type KeptCaptures } from './kept-captures.ts';

/** What became of one attempt. */
export type PullOutcome =
  /** `cutReason`: the log broke off on its way, and what came is kept. */
  | { readonly kind: 'kept'; readonly log: KeptLog; readonly cutReason: string | undefined }
  /** The server's whole log was here already. */
  | { readonly kind: 'had'; readonly manifest: Manifest }
  | { readonly kind: 'passed-through' }
  | { readonly kind: 'unfinished' }
  /** The server has it no more. `copies`: captures that the job itself or others made. */
  | { readonly kind: 'gone'; readonly why: string; readonly copies: number }
  /** There never was a log. */
  | { readonly kind: 'none'; readonly why: string }
  | { readonly kind: 'failed'; readonly error: AppError };

export interface PullTools {
  readonly forge: Forge;
  readonly archiver: Archiver;
  readonly captures: KeptCaptures;
  /** For facts: undefined where this process must not write any. */
  readonly facts: { readonly store: ObjectStore; readonly tools: FactTools } | undefined;
  readonly newMasker: () => Masker;
  readonly signal: AbortSignal;
}

/** Keeps the server's log of an attempt, unless it is here whole already, and tells older captures what is now known. */
export async function pullAttempt(found: ForgeAttempt, tools: PullTools): Promise<PullOutcome> {
  const { log, attempt } = found;
  if (log.kind === 'passed-through') return { kind: 'passed-through' };
  if (found.state !== 'finished') return { kind: 'unfinished' };
  const copies = await tools.captures.of(attempt);
  const whole = copies.find(isWhole);
  if (whole !== undefined) return { kind: 'had', manifest: whole };
  await tellCopies(copies, attempt, tools);
  if (log.kind === 'replaced') return { kind: 'gone', why: 'a re-run took its place', copies: copies.length };
  if (log.kind === 'none') return { kind: 'none', why: log.why };
  return keepLog(found, copies.length, tools);
}

async function keepLog(found: ForgeAttempt, copies: number, tools: PullTools): Promise<PullOutcome> {
  const { forge, archiver, signal, newMasker } = tools;
  if (forge.log === undefined) return { kind: 'none', why: forge.gaps.log ?? 'the server gives no logs' };
  const cut = keepWhatCame(forge.log(found, signal));
  try {
    const log = await archiver.keep({
      attempt: () => found.attempt,
      logName: DEFAULT_LOG_NAME,
      how: 'pull',
      input: cut.chunks,
      masker: newMasker(),
      cutReason: cut.reason,
    });
    return { kind: 'kept', log, cutReason: cut.reason() };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
    return error.code === 'NOT_FOUND' ? { kind: 'gone', why: error.message, copies } : { kind: 'failed', error };
  }
}

/** Captures made inside the job know neither how it ended nor, on some servers, its full name. */
async function tellCopies(copies: readonly Manifest[], attempt: Attempt, { facts }: PullTools): Promise<void> {
  if (facts === undefined) return;
  const { store, tools } = facts;
  const told = new Set<string>();
  for (const { attempt: copy } of copies) {
    const subject = subjectOf(copy);
    if (subject === undefined || told.has(JSON.stringify(subject))) continue;
    told.add(JSON.stringify(subject));
    if (copy.partial) {
      const set = { ...attemptToJson(attempt), conclusion: undefined, labels: undefined, limitMs: undefined };
      await writeFact(store, { kind: 'identity', subject, set }, tools);
    }
    if (copy.conclusion === 'unknown' && attempt.conclusion !== 'unknown') {
      const finishedAt = attempt.finishedAtMs === undefined ? undefined : new Date(attempt.finishedAtMs).toISOString();
      await writeFact(store, { kind: 'conclusion', subject, conclusion: attempt.conclusion, finishedAt }, tools);
    }
  }
}

function subjectOf({ repo, providerId, sha, workflow, job, run, attempt }: Attempt): AttemptSubject | undefined {
  if (repo === undefined) return undefined;
  return providerId === undefined ? { repo, sha, workflow, job, run, attempt } : { repo, providerId };
}
