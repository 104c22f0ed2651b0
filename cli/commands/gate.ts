// `firstred gate`: is every red attempt of a SHA explained? Catches up with the store, asks the CI server where one is
// configured, and judges by both.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  EVERYTHING_REQUIRED,
  type GateAttempt,
  type GatePolicy,
  type GateRed,
  type GateVerdict,
  judge,
} from '../../indexer/gate.ts';
import { crossCheck, type KeptAttempt } from '../../indexer/gate-server.ts';
import type { AttemptFilter } from '../../indexer/log-index.ts';
import { AppError, reasonOf } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { readFilter } from '../filters.ts';
import { FORGE_OPTIONS, isServerKnown, openCommandForge } from '../forge-access.ts';
import { askServer, keptAttempts, subjectsOf, withoutClosedIssues, withoutForkNames } from '../gate-view.ts';
import { pause } from '../pause.ts';
import { openProgress } from '../progress.ts';
import { openSession, type Session } from '../session.ts';
import { syncIndex } from '../sync-index.ts';
import { durationText, parseDurationMs } from '../times.ts';

/** chosen: a sweeper's patience between two looks. */
const LOOK_AGAIN_MS = 5000;
/** The context of the commit status that branch protection asks for. */
const CONTEXT = 'firstred/gate';

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
    { flags: '--post-status', summary: `writes the verdict as commit status ${CONTEXT}` },
    ...FORGE_OPTIONS,
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
    [EXIT.refused]: 'the status could not be written: the token has no right to',
    [EXIT.notYet]: 'not everything is there yet, or the store or the CI server does not answer',
  },
  run: runGate,
};

async function runGate(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const sha = input.text('sha');
  if (sha === undefined)
    throw new AppError('USAGE', 'the gate needs --sha', { hint: 'give the commit that is to be merged' });
  const policy = readPolicy(input.text('policy'));
  const filter = readFilter(input, io.now());
  const config = await io.config();
  const session = openSession(config);
  try {
    const question = { input, io, session, filter, policy, repo: input.text('repo') ?? config.repo };
    const untilMs = io.now() + parseDurationMs(input.text('wait') ?? '0s');
    const progress = await openProgress(input, io);
    const lookNow = (): Promise<Look> => {
      progress.say('bringing in what is new in the store, and asking the CI server');
      return look(question).finally(() => progress.clear());
    };
    let found = await lookNow();
    while (found.mayChange && io.now() < untilMs && !io.signal.aborted) {
      progress.say(`waiting for conclusions and logs, ${durationText(untilMs - io.now())} at most`);
      await pause(Math.min(LOOK_AGAIN_MS, untilMs - io.now()), io.signal).finally(() => progress.clear());
      found = await lookNow();
    }
    await print(found.verdict, input, io);
    if (input.flag('postStatus')) await postStatus(found, question);
    return { explained: EXIT.done, unexplained: EXIT.no, unknown: EXIT.notFound, pending: EXIT.notYet }[
      found.verdict.verdict
    ];
  } finally {
    await session.close();
  }
}

interface GateQuestion {
  readonly input: CommandInput;
  readonly io: CommandIo;
  readonly session: Session;
  readonly filter: AttemptFilter;
  readonly policy: GatePolicy;
  /** As far as it was given. */
  readonly repo: string | undefined;
}

interface Look {
  readonly verdict: GateVerdict;
  readonly attempts: readonly GateAttempt[];
  /** Waiting may bring another verdict. */
  readonly mayChange: boolean;
}

/** Catches up with the store, then judges. What could not be read or asked might be a red: then the verdict is pending. */
async function look(question: GateQuestion): Promise<Look> {
  const { input, io, session, filter, policy } = question;
  const asks = await isServerKnown(input, io);
  const problems = await catchUp(session, { asks, signal: io.signal });
  const kept = await session.ask((index) => keptAttempts(index, filter, { nowMs: io.now(), trustsClaims: !asks }));
  // What is not of this SHA is no reason to wait for it.
  const ofStore = kept.length === 0 ? [] : problems;
  if (!asks) return judged(kept, policy, { awaited: ofStore, missing: [] });
  try {
    return await judgedByServer(kept, ofStore, question);
  } catch (error) {
    if (!(error instanceof AppError) || !['PROVIDER_UNAVAILABLE', 'REFUSED', 'NOT_FOUND'].includes(error.code))
      throw error;
    const why = `the CI server could not be asked: ${error.message} (${error.hint})`;
    return judged(kept, policy, { awaited: [...problems, why], missing: [] });
  }
}

/** Brings the index up to the store; gives what is not there or cannot be read, in words. */
async function catchUp(
  session: Session,
  { asks, signal }: { readonly asks: boolean; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const problems: string[] = [];
  const onProblem = async (what: string): Promise<void> => {
    problems.push(`a log that cannot be read (${what}): it may be a red`);
  };
  try {
    const counts = await syncIndex(session, { full: false, signal, onProblem });
    if (counts.pending > 0) problems.push(`${counts.pending} logs: their manifests are still to come`);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STORE_MISSING' || !asks) throw error;
    // Nobody has kept anything yet: the server may have seen a red all the same.
    const team = await session.team();
    await (team === undefined ? session.indexForWriting() : team.make());
  }
  return problems;
}

async function judgedByServer(
  kept: readonly KeptAttempt[],
  problems: readonly string[],
  { input, io, policy, repo }: GateQuestion,
): Promise<Look> {
  const subjects = subjectsOf(input.text('sha') ?? '', repo, kept);
  if (subjects.length === 0) return judged([], policy, { awaited: [], missing: [] });
  const forge = await openCommandForge(input, io);
  const server = await askServer(forge, subjects, io.signal);
  const open = await withoutClosedIssues(kept, forge, io.signal);
  const named = await withoutForkNames(open, { forge, server, signal: io.signal });
  const checked = crossCheck(named, server, policy);
  const { missing } = checked;
  const found = judged(checked.attempts, policy, { missing, awaited: [...problems, ...checked.awaited] });
  return { ...found, mayChange: found.mayChange || checked.logsToCome };
}

function judged(attempts: readonly GateAttempt[], policy: GatePolicy, rest: Parameters<typeof judge>[2]): Look {
  const verdict = judge(attempts, policy, rest);
  return { verdict, attempts, mayChange: verdict.verdict === 'pending' || verdict.verdict === 'unknown' };
}

/** The verdict as a commit status: pending until everything is known, so that silence never lets a merge through. */
async function postStatus({ verdict, attempts }: Look, question: GateQuestion): Promise<void> {
  const { input, io, repo } = question;
  const forge = await openCommandForge(input, io);
  const [subject, ...others] = subjectsOf(input.text('sha') ?? '', repo, attempts);
  if (subject === undefined || others.length > 0)
    throw new AppError('USAGE', 'it is not clear which commit the status is for', {
      hint: 'give --repo owner/name and all digits of the SHA',
    });
  const states = { explained: 'success', unexplained: 'failure', pending: 'pending', unknown: 'pending' } as const;
  const open = verdict.reds.find((red) => !red.explained && !red.advisory);
  const shown = attempts.find(({ logId }) => logId === open?.logId) ?? attempts[0];
  const targetUrl = /^https?:/.test(shown?.attempt.url ?? '') ? shown?.attempt.url : undefined;
  await forge.setStatus(
    { ...subject, context: CONTEXT, state: states[verdict.verdict], description: statusText(verdict), targetUrl },
    io.signal,
  );
}

/** chosen: GitHub takes 140 characters, and the others show no more. */
const MAX_STATUS_TEXT = 140;

function statusText(verdict: GateVerdict): string {
  const open = verdict.reds.filter((red) => !red.explained && !red.advisory);
  const first = open[0];
  const text =
    first === undefined
      ? `${verdict.verdict}: ${verdict.reasons.at(-1) ?? ''}`
      : `${open.length} unexplained red: ${first.job ?? 'a job'}${first.logId === undefined ? '' : `, firstred why ${first.logId}`}`;
  return [...showText(text).replace(/\s+/g, ' ')].slice(0, MAX_STATUS_TEXT).join('');
}

const globs = z.array(z.string().min(1).max(1000)).max(1000).default([]);
const policySchema = z.strictObject({ required: globs, advisory: globs, ignored: globs });

function readPolicy(path: string | undefined): GatePolicy {
  if (path === undefined) return EVERYTHING_REQUIRED;
  try {
    return policySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    const why = issue === undefined ? reasonOf(cause) : `${place}${issue.message}`;
    throw new AppError('USAGE', `the policy ${path} cannot be read: ${why}`, {
      hint: 'write {"required": ["*"], "advisory": [], "ignored": []} with globs of jobs; other keys are refused',
      cause,
    });
  }
}

async function print(verdict: GateVerdict, input: CommandInput, io: CommandIo): Promise<void> {
  if (input.flag('json')) {
    const reds = verdict.reds.map((red) => ({
      logId: red.logId ?? null,
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
    `${verdict.verdict}\n${verdict.reasons.map((reason) => `  ${showText(reason).replace(/\s+/g, ' ')}\n`).join('')}${namingText(verdict.reds)}`,
  );
}

/** How what is not explained can be, once somebody knows why: each signature once. */
function namingText(reds: readonly GateRed[]): string {
  const unnamed = reds.flatMap((red) => (red.explained || red.signature === undefined ? [] : [red.signature]));
  return [...new Set(unnamed)]
    .map((signature) => `  once it is understood: firstred name ${signature} --mechanism M --issue URL\n`)
    .join('');
}
