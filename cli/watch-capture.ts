// A capture ping: a job's last step asks the sidecar to keep its log, which the sidecar fetches with its own token. The
// answer is three lines of plain text for the job's log: kept where, how often seen, named as what.
import type { Forge, ForgeAttempt } from '../forge/forge.ts';
import type { CaptureRequest } from '../store/capture.ts';
import { AppError } from '../store/errors.ts';
import { DEFAULT_LOG_NAME, type Manifest } from '../store/manifest.ts';
import type { Masker } from '../store/mask.ts';
import { showText } from '../store/visible-text.ts';
import type { Archiver } from './archiver.ts';
import { isTeamIndex, type Session } from './session.ts';

export interface CaptureTools {
  readonly forge: Forge;
  readonly archiver: Archiver;
  readonly session: Session;
  readonly newMasker: () => Masker;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** What a ping names. */
export interface CaptureSubject {
  readonly repo: string;
  readonly task: string;
  readonly run: string | undefined;
}

export interface CaptureAnswer {
  readonly status: 200 | 202 | 404 | 503;
  readonly text: string;
}

/** Keeps what the job has written so far; the whole log follows when it has ended. */
export async function captureTask(subject: CaptureSubject, tools: CaptureTools): Promise<CaptureAnswer> {
  const { forge } = tools;
  try {
    const found = await findTask(subject, tools);
    if (found === undefined)
      return {
        status: 404,
        text: `${forge.title} knows no such task of ${subject.repo}\nnothing is kept\ncheck the ids\n`,
      };
    if (forge.log === undefined || found.log.kind !== 'here' || found.jobId === undefined)
      return {
        status: 202,
        text: 'the log is kept when the job has ended\nhow often this was seen is told then\nnot named yet\n',
      };
    const kept = await tools.archiver.keep(requestOf(found, tools, forge.log(found, tools.signal)));
    await tools.session.settle();
    return { status: 200, text: await answerText(kept.manifest, tools) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      status: 503,
      text: `the log could not be read now: ${showText(error.message)}\nit is kept when the job has ended\n${showText(error.hint)}\n`,
    };
  }
}

/** By its run where one is told, else by the list of tasks, which tells the run. */
async function findTask(subject: CaptureSubject, { forge, signal }: CaptureTools): Promise<ForgeAttempt | undefined> {
  const { repo, task } = subject;
  const isIt = ({ attempt, jobId }: ForgeAttempt): boolean => attempt.providerId === task || jobId === task;
  let run = subject.run;
  if (run === undefined && forge.tasks !== undefined) {
    for await (const found of forge.tasks({ repo, downTo: task }, signal)) {
      if (!isIt(found)) continue;
      run = found.attempt.run;
      if (run === undefined) return found;
      break;
    }
  }
  if (run === undefined || forge.attempts === undefined) return undefined;
  let best: ForgeAttempt | undefined;
  for await (const found of forge.attempts({ repo, by: 'run', run }, signal)) if (isIt(found)) best = found;
  return best;
}

function requestOf(found: ForgeAttempt, tools: CaptureTools, input: AsyncIterable<Uint8Array>): CaptureRequest {
  const ended = found.state === 'finished';
  return {
    attempt: () => found.attempt,
    logName: DEFAULT_LOG_NAME,
    how: ended ? 'pull' : 'api',
    input,
    masker: tools.newMasker(),
    cutReason: () => (ended ? undefined : 'the job was still running: its last rows are missing'),
  };
}

async function answerText(manifest: Manifest, { session, now }: CaptureTools): Promise<string> {
  const where = `${manifest.logId} is kept in ${session.config.store}`;
  if (isTeamIndex(session.config))
    return `${showText(where)}\nhow often this was seen is known once a worker has indexed it\nnot named yet\n`;
  const [{ findLog }, { headlineOfLog, listSignatures }, { listActiveNames }, { findName }] = await Promise.all([
    import('../indexer/attempts.ts'),
    import('../indexer/signature-report.ts'),
    import('../indexer/name-facts.ts'),
    import('../indexer/names.ts'),
  ]);
  const index = await session.findIndex();
  const log = index === undefined ? undefined : findLog(index, manifest.logId);
  const best = index === undefined || log === undefined ? undefined : headlineOfLog(index, log.logKey);
  if (index === undefined || log === undefined || best === undefined)
    return `${showText(where)}\nno line of it looks like an error\nnot named\n`;
  const [row] = listSignatures(index, { repo: log.attempt.repo }, { only: [best.signature], limit: 1 });
  const seen =
    row === undefined
      ? 'first seen here'
      : `${row.red} of ${row.redTotal} red, ${row.green} of ${row.greenTotal} green`;
  const name = findName(listActiveNames(index, now()), best.signature, log.attempt);
  const headline = showText(best.headline).replace(/\s+/g, ' ').slice(0, 200);
  const named =
    name === undefined
      ? `not named: firstred why ${manifest.logId}`
      : `named ${name.mechanism}${name.issue === undefined ? '' : `, ${name.issue}`}`;
  // The answer goes into a job's log: a line that starts with `::` would be a command there.
  return `${showText(where)}\n  seen in ${seen}: ${headline}\n${showText(named)}\n`;
}
