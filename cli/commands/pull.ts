// `firstred pull`: fetches the logs of finished attempts from the CI server, each once.
import type { AttemptFilter, ForgeAttempt } from '../../forge/forge.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords, keptRow, openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { eachOf } from '../each-of.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FORGE_OPTIONS, openCommandForge, repoToAsk } from '../forge-access.ts';
import { isWhole, openKeptCaptures } from '../kept-captures.ts';
import { MASK_OPTIONS, readMasking } from '../masking.ts';
import { openProgress } from '../progress.ts';
import { type PullOutcome, type PullTools, pullAttempt } from '../pull-logs.ts';
import { indexesHere, openSession, type Session } from '../session.ts';
import { parseTimeMs } from '../times.ts';
import { toolName } from '../version.ts';

export const pull: Command = {
  name: 'pull',
  summary: 'Fetches logs of finished attempts from the CI server: of a run, a commit, or since a time.',
  group: 'more',
  options: [
    { flags: '--run <id>', summary: 'all jobs and attempts of this run' },
    { flags: '--sha <sha>', summary: 'all runs of this commit (all its digits)' },
    { flags: '--since <time>', summary: 'attempts that started since then; 1d when nothing else is asked' },
    { flags: '--repo <repo>', summary: 'owner/name on the server' },
    ...FORGE_OPTIONS,
    ...MASK_OPTIONS,
    { flags: '--no-index', summary: 'keep only; do not index here' },
  ],
  examples: [
    { line: 'firstred pull --repo acme/app --since 7d', summary: 'whatever was missed in a week' },
    { line: 'firstred pull --run 812 --repo acme/app', summary: 'every job and attempt of one run' },
  ],
  exitCodes: {
    [EXIT.done]: 'every log that the server still has is kept',
    [EXIT.partly]: 'some logs failed, came cut, or were gone before they were kept',
    [EXIT.notYet]: 'kept on this machine only, or the server does not answer',
    [EXIT.refused]: 'no right to read, or the server is too old for it',
  },
  run: pullAll,
};

interface Pulled {
  readonly found: ForgeAttempt;
  readonly outcome: PullOutcome;
}

/** chosen: the server answers several readers well, and one log masked and compressed keeps a core busy. */
const LOGS_AT_ONCE = 4;

async function pullAll(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const filter = filterOf(await repoToAsk(input, config), input, io.now());
  const forge = await openCommandForge(input, io);
  const { missingAbility } = await import('../../forge/forge.ts');
  if (forge.attempts === undefined) throw missingAbility(forge, 'attempts');
  if (forge.log === undefined) throw missingAbility(forge, 'log');
  const session = openSession(config);
  const progress = await openProgress(input, io);
  const archiver = await openArchiver(session, {
    index: indexesHere(input, config),
    onIndexFailure: (reason) =>
      io.stderr.write(`firstred: the log is kept but not indexed here: ${showText(reason)}\n`),
    now: io.now,
    signal: io.signal,
  });
  try {
    const store = await session.store();
    const facts = { store, tools: { by: 'pull', tool: toolName() } };
    const tools = { forge, archiver, captures: openKeptCaptures(store), facts, newMasker, signal: io.signal };
    const pulled = await pullEach(forge.attempts(filter, io.signal), tools, (done) =>
      progress.show({ what: 'looked at', done, things: 'attempts' }),
    ).finally(() => progress.clear());
    await session.settle();
    return await report(pulled, input, io, session);
  } finally {
    await archiver.close();
    await session.close();
  }
}

/** What is asked for; `--since 1d` when nothing is. USAGE when more than one thing is. */
function filterOf(repo: string, input: CommandInput, nowMs: number): AttemptFilter {
  const [run, sha, since] = [input.text('run'), input.text('sha'), input.text('since')];
  if ([run, sha, since].filter((value) => value !== undefined).length > 1)
    throw new AppError('USAGE', '--run, --sha and --since exclude each other', { hint: 'give one of them' });
  if (run !== undefined) return { repo, by: 'run', run };
  if (sha === undefined) return { repo, by: 'since', sinceMs: parseTimeMs(since ?? '1d', nowMs) };
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(sha))
    throw new AppError('USAGE', `'${sha.slice(0, 80)}' is no whole commit id`, {
      hint: 'servers ask for all of its digits: `git rev-parse` gives them',
    });
  return { repo, by: 'sha', sha: sha.toLowerCase() };
}

async function pullEach(
  attempts: AsyncIterable<ForgeAttempt>,
  tools: PullTools,
  onDone: (done: number) => void,
): Promise<readonly Pulled[]> {
  const archives = new Set<() => Promise<void>>();
  let done = 0;
  try {
    return await eachOf(withArchives(attempts, tools, archives), LOGS_AT_ONCE, async ({ found, forge, end }) => {
      const outcome = await pullAttempt(found, { ...tools, forge });
      onDone(++done);
      await end();
      return { found, outcome };
    });
  } finally {
    for (const close of archives) await close();
  }
}

/** An attempt, where its log is read from, and what to call once it was. */
interface ToPull {
  readonly found: ForgeAttempt;
  readonly forge: PullTools['forge'];
  end(): Promise<void>;
}

/** Each attempt with the archive of its run, where one was fetched; `open` are those that are still needed. */
async function* withArchives(
  attempts: AsyncIterable<ForgeAttempt>,
  tools: PullTools,
  open: Set<() => Promise<void>>,
): AsyncGenerator<ToPull> {
  for await (const batch of batchesOfRun(attempts)) {
    const { forge, close } = await withArchive(batch, tools);
    if (close !== undefined) open.add(close);
    let left = batch.length;
    const end = async (): Promise<void> => {
      left -= 1;
      if (left > 0 || close === undefined) return;
      open.delete(close);
      await close();
    };
    for (const found of batch) yield { found, forge, end };
  }
}

/** Attempts of one attempt of a run together, as they come. */
async function* batchesOfRun(attempts: AsyncIterable<ForgeAttempt>): AsyncGenerator<readonly ForgeAttempt[]> {
  let batch: ForgeAttempt[] = [];
  const keyOf = ({ attempt }: ForgeAttempt): string => `${attempt.run} ${attempt.attempt}`;
  for await (const found of attempts) {
    const [first] = batch;
    if (first !== undefined && keyOf(first) !== keyOf(found)) {
      yield batch;
      batch = [];
    }
    batch.push(found);
  }
  if (batch.length > 0) yield batch;
}

/** chosen: below this many logs one request each costs less than a zip with the steps' logs beside them. */
const ARCHIVE_FROM = 8;

/** A server that gives all logs of a run at once is asked for them so, where many are still to be kept. */
async function withArchive(
  batch: readonly ForgeAttempt[],
  { forge, captures, signal }: PullTools,
): Promise<{ readonly forge: PullTools['forge']; readonly close?: () => Promise<void> }> {
  const [first] = batch;
  const readLog = forge.log;
  if (first === undefined || readLog === undefined || forge.logArchive === undefined || batch.length < ARCHIVE_FROM)
    return { forge };
  const wanted: ForgeAttempt[] = [];
  for (const found of batch) {
    if (found.log.kind === 'here' && !(await captures.of(found.attempt)).some(isWhole)) wanted.push(found);
  }
  if (wanted.length < ARCHIVE_FROM) return { forge };
  try {
    const archive = await forge.logArchive(first, signal);
    const log: PullTools['forge']['log'] = (found, stop) => archive.find(found) ?? readLog(found, stop);
    return { forge: { ...forge, log }, close: () => archive.close() };
  } catch (error) {
    // Expired, or not whole: each log by itself tells more exactly what is the matter.
    if (error instanceof AppError && error.code !== 'INTERRUPTED') return { forge };
    throw error;
  }
}

async function report(
  pulled: readonly Pulled[],
  input: CommandInput,
  io: CommandIo,
  session: Session,
): Promise<ExitCode> {
  const of = (kind: PullOutcome['kind']): readonly Pulled[] => pulled.filter(({ outcome }) => outcome.kind === kind);
  const lost = of('gone').filter(({ outcome }) => outcome.kind === 'gone' && outcome.copies === 0);
  const counts = {
    kept: of('kept').length,
    had: of('had').length,
    passedThrough: of('passed-through').length,
    unfinished: of('unfinished').length,
    gone: of('gone').length,
    lost: lost.length,
    failed: of('failed').length,
  };
  if (input.flag('json'))
    await io.stdout.write(`${JSON.stringify({ ...counts, attempts: pulled.map(rowOf) }, null, 1)}\n`);
  else await io.stdout.write(countsText(counts));
  for (const one of pulled) await io.stderr.write(problemText(one));
  const spooled = pulled.some(({ outcome }) => outcome.kind === 'kept' && outcome.log.state === 'spooled');
  if (spooled)
    await io.stderr.write(
      `firstred: some logs wait in ${showText(session.config.spool)}: \`firstred flush\` delivers them\n`,
    );
  const cut = pulled.some(({ outcome }) => outcome.kind === 'kept' && outcome.cutReason !== undefined);
  if (counts.failed > 0 || counts.lost > 0 || cut) return EXIT.partly;
  return spooled ? EXIT.notYet : EXIT.done;
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const words: Readonly<Record<string, string>> = {
    kept: 'kept',
    had: 'here already',
    passedThrough: 'passed through a re-run',
    unfinished: 'not finished',
    gone: 'gone from the server',
    failed: 'failed',
  };
  const parts = Object.entries(words).filter(([name]) => (counts[name] ?? 0) > 0);
  return `${parts.length === 0 ? 'no attempts' : parts.map(([name, word]) => `${counts[name]} ${word}`).join(', ')}\n`;
}

/** A line for whatever is not as it should be; '' for the rest. */
function problemText({ found, outcome }: Pulled): string {
  const who = showText(attemptWords(found.attempt));
  if (outcome.kind === 'failed')
    return `firstred: ${who}: ${showText(outcome.error.message)}\n  ${showText(outcome.error.hint)}\n`;
  if (outcome.kind === 'kept' && outcome.cutReason !== undefined)
    return `firstred: ${who} is cut: ${showText(outcome.cutReason)}\n  pull again later\n`;
  if (outcome.kind === 'gone' && outcome.copies === 0)
    return `firstred: ${who} is lost: ${showText(outcome.why)}\n  ${lostHint(found)}\n`;
  return '';
}

/** Only servers that one runs oneself have a storage to look into. */
const lostHint = ({ attempt }: ForgeAttempt): string =>
  attempt.provider === 'github'
    ? 'the next ones are kept in time by `firstred watch`, or by a pull after each run'
    : '`firstred rescue` looks for it in the server’s own log storage';

function rowOf({ found, outcome }: Pulled): Record<string, unknown> {
  const { repo, sha, workflow, job, run, attempt, providerId, conclusion } = found.attempt;
  const base = {
    repo: repo ?? null,
    sha: sha ?? null,
    workflow: workflow ?? null,
    job: job ?? null,
    run: run ?? null,
    attempt: attempt ?? null,
    providerId: providerId ?? null,
    conclusion,
    outcome: outcome.kind,
  };
  switch (outcome.kind) {
    case 'kept':
      return { ...base, ...keptRow(outcome.log), cutReason: outcome.cutReason ?? null };
    case 'had':
      return { ...base, logId: outcome.manifest.logId };
    case 'gone':
      return { ...base, why: outcome.why, copies: outcome.copies };
    case 'none':
      return { ...base, why: outcome.why };
    case 'failed':
      return { ...base, error: { code: outcome.error.code, message: outcome.error.message, hint: outcome.error.hint } };
    case 'passed-through':
    case 'unfinished':
      return base;
    default:
      return outcome satisfies never;
  }
}
