// `firstred gate`: is every red attempt of a SHA explained? Answers from what is kept, after catching up with the store.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EVERYTHING_REQUIRED, type GateAttempt, type GatePolicy, type GateVerdict, judge } from '../../indexer/gate.ts';
import type { AttemptFilter, LogIndexReader, LogRow } from '../../indexer/log-index.ts';
import { findName } from '../../indexer/names.ts';
import { isGreen, isRed } from '../../store/attempt.ts';
import { AppError, reasonOf } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readFilter } from '../filters.ts';
import { openSession, requireIndex, type Session } from '../session.ts';
import { syncIndex } from '../sync-index.ts';
import { parseDurationMs } from '../times.ts';

/** chosen: a sweeper's patience between two looks. */
const LOOK_AGAIN_MS = 5000;

export const gate: Command = {
  name: 'gate',
  summary: 'Is every red attempt of this SHA explained: named, or a regression that a later commit fixed?',
  group: 'daily',
  options: [
    { flags: '--sha <sha>', summary: 'the commit that is to be merged' },
    { flags: '--repo <repo>', summary: 'host/owner/name, or its last parts' },
    {
      flags: '--policy <file>',
      summary: 'JSON: {"required": [globs], "advisory": [globs], "ignored": [globs]} of jobs',
    },
    { flags: '--wait <duration>', summary: 'how long to wait for conclusions and logs that are still to come' },
  ],
  examples: [
    { line: 'firstred gate --sha 4f2a91c0d3', summary: 'before a merge; anything but exit 0 means: do not merge' },
    { line: 'firstred gate --sha 4f2a91c0d3 --repo acme/app --wait 120s --json', summary: 'for a merge sweeper' },
  ],
  exitCodes: {
    [EXIT.done]: 'every red is explained',
    [EXIT.no]: 'a red is not explained',
    [EXIT.notFound]: 'nothing is known of this SHA',
    [EXIT.notYet]: 'not everything is there yet, or the store does not answer',
  },
  run: runGate,
};

async function runGate(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  if (input.text('sha') === undefined)
    throw new AppError('USAGE', 'the gate needs --sha', { hint: 'give the commit that is to be merged' });
  const policy = readPolicy(input.text('policy'));
  const filter = readFilter(input, io.now());
  const session = openSession(await io.config());
  try {
    const untilMs = io.now() + parseDurationMs(input.text('wait') ?? '0s');
    let verdict = await look(session, filter, policy, io);
    while ((verdict.verdict === 'pending' || verdict.verdict === 'unknown') && io.now() < untilMs) {
      await pause(Math.min(LOOK_AGAIN_MS, untilMs - io.now()), io.signal);
      verdict = await look(session, filter, policy, io);
    }
    await print(verdict, input, io);
    return { explained: EXIT.done, unexplained: EXIT.no, unknown: EXIT.notFound, pending: EXIT.notYet }[
      verdict.verdict
    ];
  } finally {
    await session.close();
  }
}

/** Catches up with the store, then judges. What could not be read might be a red: then the verdict is pending. */
async function look(session: Session, filter: AttemptFilter, policy: GatePolicy, io: CommandIo): Promise<GateVerdict> {
  const problems: string[] = [];
  const counts = await syncIndex(session, {
    full: false,
    signal: io.signal,
    onProblem: async (what) => {
      problems.push(what);
    },
  });
  const index = await requireIndex(session);
  const attempts = await gateAttempts(index, filter, io.now());
  const awaited = [
    ...problems.map((what) => `a log that cannot be read (${what})`),
    ...(counts.pending > 0 ? [`${counts.pending} logs whose manifest is still to come`] : []),
  ];
  return judge(attempts, policy, attempts.length === 0 ? [] : awaited);
}

async function gateAttempts(
  index: LogIndexReader,
  filter: AttemptFilter,
  nowMs: number,
): Promise<readonly GateAttempt[]> {
  const [{ listAttempts }, { headlineOfLog }, { listActiveNames }] = await Promise.all([
    import('../../indexer/attempts.ts'),
    import('../../indexer/signature-report.ts'),
    import('../../indexer/name-facts.ts'),
  ]);
  const names = listActiveNames(index, nowMs);
  const rows = listAttempts(index, filter, { limit: undefined });
  return rows.map((row) => {
    const headline = isRed(row.attempt.conclusion) ? headlineOfLog(index, row.logKey) : undefined;
    return {
      logId: row.logId,
      attempt: row.attempt,
      signature: headline?.signature,
      headline: headline?.headline,
      name: headline === undefined ? undefined : findName(names, headline.signature, row.attempt),
      fixedBy: isRed(row.attempt.conclusion) ? findLaterGreen(rows, row, index, listAttempts) : undefined,
    };
  });
}

/**
 * A regression that a later commit fixed: every attempt of this job at this SHA is red, and a later SHA of the same
 * branch or pull request is green. A green at the same SHA is no fix: that is the flake that the gate is for.
 */
function findLaterGreen(
  rows: readonly LogRow[],
  red: LogRow,
  index: LogIndexReader,
  listAttempts: (
    index: LogIndexReader,
    filter: AttemptFilter,
    options: { readonly limit: number | undefined },
  ) => LogRow[],
): string | undefined {
  const { attempt } = red;
  if (attempt.partial || attempt.repo === undefined || attempt.job === undefined || attempt.sha === undefined)
    return undefined;
  if (attempt.branch === undefined && attempt.pr === undefined) return undefined;
  const sameJob = (row: LogRow): boolean =>
    row.attempt.repo === attempt.repo && row.attempt.workflow === attempt.workflow && row.attempt.job === attempt.job;
  if (rows.some((row) => sameJob(row) && isGreen(row.attempt.conclusion))) return undefined;
  const later = listAttempts(
    index,
    {
      repo: attempt.repo,
      conclusion: 'green',
      sinceMs: attempt.timeMs,
      ...(attempt.pr === undefined ? { branch: attempt.branch } : { pr: attempt.pr }),
    },
    { limit: 1000 },
  );
  return later.find((row) => sameJob(row) && row.attempt.sha !== attempt.sha)?.logId;
}

const globs = z.array(z.string().min(1).max(1000)).max(1000).default([]);
const policySchema = z.strictObject({ required: globs, advisory: globs, ignored: globs });

function readPolicy(path: string | undefined): GatePolicy {
  if (path === undefined) return EVERYTHING_REQUIRED;
  try {
    return policySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? (cause.issues[0]?.message ?? 'it has another form') : reasonOf(cause);
    throw new AppError('USAGE', `the policy ${path} cannot be read: ${why}`, {
      hint: 'write {"required": ["*"], "advisory": [], "ignored": []} with globs of jobs; other keys are refused',
      cause,
    });
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });

async function print(verdict: GateVerdict, input: CommandInput, io: CommandIo): Promise<void> {
  if (input.flag('json')) {
    const reds = verdict.reds.map((red) => ({
      logId: red.logId,
      job: red.job ?? null,
      signature: red.signature ?? null,
      headline: red.headline ?? null,
      mechanism: red.mechanism ?? null,
      issue: red.issue ?? null,
      explained: red.explained,
      advisory: red.advisory,
    }));
    await io.stdout.write(
      `${JSON.stringify({ sha: input.text('sha'), verdict: verdict.verdict, reds, reasons: verdict.reasons })}\n`,
    );
    return;
  }
  await io.stdout.write(
    `${verdict.verdict}\n${verdict.reasons.map((reason) => `  ${showText(reason).replace(/\s+/g, ' ')}\n`).join('')}`,
  );
}
