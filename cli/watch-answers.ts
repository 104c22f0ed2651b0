// What the sidecar does about an attempt that it kept, if it was asked to: the gate's commit status, and one comment on
// the pull request.
import type { Forge } from '../forge/forge.ts';
import type { LogRow } from '../indexer/log-index.ts';
import { type Attempt, isGreen, isRed } from '../store/attempt.ts';
import { reasonOf } from '../store/errors.ts';
import type { LogId } from '../store/log-id.ts';
import type { Masker } from '../store/mask.ts';
import type { Command, CommandInput, CommandIo } from './command.ts';
import { hasIndex, openSession, type Session } from './session.ts';
import type { WorkQueue } from './work-queue.ts';

export interface AnswerTools {
  readonly forge: Forge;
  readonly session: Session;
  readonly io: CommandIo;
  readonly input: CommandInput;
  readonly queue: WorkQueue;
  readonly newMasker: () => Masker;
  readonly note: (line: string) => void;
}

/** Asks for what `--post-status` and `--comment` promise; several attempts of one SHA are answered once. */
export function answerAttempt(attempt: Attempt, logId: LogId, tools: AnswerTools): void {
  const { input, queue } = tools;
  const { repo, sha, pr } = attempt;
  if (repo === undefined || sha === undefined) return;
  if (input.flag('postStatus')) queue.push(`status ${repo} ${sha}`, () => postStatus({ repo, sha }, tools));
  if (input.flag('comment') && pr !== undefined)
    queue.push(`comment ${repo} ${pr}`, () => commentOn({ repo, pr, sha }, logId, tools));
}

/** The gate's own command, so that the sidecar's status is the one that a sweeper would get. */
async function postStatus(
  { repo, sha }: { readonly repo: string; readonly sha: string },
  { io, input, note }: AnswerTools,
): Promise<void> {
  const { gate } = await import('./commands/gate.ts');
  await runQuietly(gate, { repo, sha, server: input.text('server'), policy: input.text('policy') }, ['postStatus'], io);
  note(`status firstred/gate of ${sha.slice(0, 10)} of ${repo} written`);
}

async function runQuietly(
  command: Command,
  texts: Readonly<Record<string, string | undefined>>,
  flags: readonly string[],
  io: CommandIo,
): Promise<void> {
  const silent = { write: async () => undefined, isTerminal: false, columns: undefined };
  const input: CommandInput = {
    arguments: [],
    text: (name) => texts[name],
    flag: (name) => flags.includes(name),
    isOff: () => false,
    list: () => [],
  };
  await command.run(input, { ...io, stdout: silent, stderr: silent });
}

/** One comment a pull request, and only where there is something to say: a flake, or an error that nobody has seen. */
async function commentOn(
  { repo, pr, sha }: { readonly repo: string; readonly pr: number; readonly sha: string },
  logId: LogId,
  tools: AnswerTools,
): Promise<void> {
  const { forge, io, newMasker, note } = tools;
  // Of its own: what a session has asked of a team's index it does not ask again.
  const session = openSession(tools.session.config);
  try {
    const { syncIndex } = await import('./sync-index.ts');
    await syncIndex(session, { full: false, signal: io.signal, onProblem: async (what) => note(what) });
    if (!(await hasIndex(session))) return;
    const { listAttempts } = await import('../indexer/attempts.ts');
    const rows = await session.ask((index) => listAttempts(index, { repo, sha }, { limit: undefined }));
    const log = rows.find((row) => row.logId === logId && isRed(row.attempt.conclusion)) ?? flakedRed(rows);
    if (log === undefined || !(flakedRed(rows) === log || (await isNew(log, session)))) return;
    const { postComment } = await import('./post-comment.ts');
    const marker = `<!-- firstred:watch:${pr} -->`;
    const posted = await postComment(
      forge,
      { log, issue: { repo, number: pr }, marker },
      { session, newMasker, now: io.now, signal: io.signal },
    ).catch((error: unknown) => note(`no comment on #${pr} of ${repo}: ${reasonOf(error)}`));
    if (posted !== undefined) note(`comment on #${pr} of ${repo} ${posted.comment.state}`);
  } finally {
    await session.close();
  }
}

/** A red attempt of a job that is green too on this SHA. */
const flakedRed = (rows: readonly LogRow[]): LogRow | undefined =>
  rows.find(
    (red) =>
      isRed(red.attempt.conclusion) &&
      rows.some(
        ({ attempt }) =>
          isGreen(attempt.conclusion) && attempt.job === red.attempt.job && attempt.workflow === red.attempt.workflow,
      ),
  );

async function isNew(log: LogRow, session: Session): Promise<boolean> {
  const { headlineOfLog, listSignatures } = await import('../indexer/signature-report.ts');
  return session.ask((index) => {
    const best = headlineOfLog(index, log.logKey);
    if (best === undefined) return false;
    const [row] = listSignatures(index, { repo: log.attempt.repo }, { only: [best.signature], limit: 1 });
    return row === undefined || row.attempts <= 1;
  });
}
