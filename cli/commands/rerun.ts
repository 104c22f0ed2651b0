// `firstred rerun REF`: keeps the log, reads it back from the store, and only then asks the server to run the job again.

import type { AttemptFilter, Forge, ForgeAttempt } from '../../forge/forge.ts';
import { digestOf, startSha256 } from '../../store/digest.ts';
import { AppError } from '../../store/errors.ts';
import { keysOfManifest, type Manifest } from '../../store/manifest.ts';
import type { ObjectReader } from '../../store/object-store.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords, openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FORGE_OPTIONS, openCommandForge, repoToAsk } from '../forge-access.ts';
import { openKeptCaptures } from '../kept-captures.ts';
import { findSource } from '../log-source.ts';
import { MASK_OPTIONS, readMasking } from '../masking.ts';
import { type PullOutcome, type PullTools, pullAttempt } from '../pull-logs.ts';
import { parseRef } from '../refs.ts';
import { hasIndex, indexesHere, openSession, type Session } from '../session.ts';
import { toolName } from '../version.ts';

export const rerun: Command = {
  name: 'rerun',
  summary: 'Keeps the log of an attempt, makes sure that it is kept, and asks the server to run the job again.',
  arguments: '<ref>',
  group: 'more',
  options: [
    { flags: '--repo <repo>', summary: 'owner/name on the server, where the REF does not tell' },
    ...FORGE_OPTIONS,
    ...MASK_OPTIONS,
    { flags: '--no-index', summary: 'keep only; do not index here' },
  ],
  examples: [
    { line: 'firstred rerun L7kq2m', summary: 'the job of a kept log' },
    { line: "firstred rerun '4f2a91c:test (20)' --repo acme/app", summary: 'a job of a commit' },
  ],
  exitCodes: {
    [EXIT.done]: 'kept, and asked to run again',
    [EXIT.notFound]: 'no such job on the server',
    [EXIT.refused]: 'the server cannot or may not run it again, or its log is gone: nothing was asked',
    [EXIT.notYet]: 'the log is not in the store yet: nothing was asked',
  },
  run: keepAndRerun,
};

/** The job in question: by the provider's id, or by what a REF says. */
interface Target {
  readonly filter: AttemptFilter;
  readonly job: string | undefined;
  readonly attempt: number | undefined;
  readonly providerId: string | undefined;
}

async function keepAndRerun(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const session = openSession(config);
  try {
    const target = await targetOf(input, io, session);
    const forge = await openCommandForge(input, io);
    const { missingAbility } = await import('../../forge/forge.ts');
    if (forge.attempts === undefined) throw missingAbility(forge, 'attempts');
    const chosen = await chooseAttempt(forge.attempts(target.filter, io.signal), target);
    const store = await session.store();
    const archiver = await openArchiver(session, {
      index: indexesHere(input, config),
      onIndexFailure: (reason) => io.stderr.write(`firstred: kept but not indexed here: ${showText(reason)}\n`),
      now: io.now,
      signal: io.signal,
    });
    try {
      const facts = { store, tools: { by: 'rerun', tool: toolName() } };
      const tools: PullTools = {
        forge,
        archiver,
        captures: openKeptCaptures(store),
        facts,
        newMasker,
        signal: io.signal,
      };
      const kept = await makeSureItIsKept(chosen, tools, store);
      await askForRerun(forge, chosen, kept, io);
      await session.settle();
      const line = { logId: kept?.logId ?? null, job: chosen.attempt.job ?? null, run: chosen.attempt.run ?? null };
      const words = `asked ${showText(forge.title)} to run ${showText(attemptWords(chosen.attempt))} again`;
      await io.stdout.write(
        input.flag('json') ? `${JSON.stringify(line)}\n` : `${kept?.logId ?? 'no log'} is kept; ${words}\n`,
      );
      return EXIT.done;
    } finally {
      await archiver.close();
    }
  } finally {
    await session.close();
  }
}

/** The server cannot: the log is kept all the same, and the message says so. */
async function askForRerun(
  forge: Forge,
  chosen: ForgeAttempt,
  kept: Manifest | undefined,
  io: CommandIo,
): Promise<void> {
  if (forge.rerun !== undefined) return forge.rerun(chosen, io.signal);
  if (kept !== undefined)
    await io.stderr.write(`firstred: ${kept.logId} is kept, but nothing was asked to run again\n`);
  const { missingAbility } = await import('../../forge/forge.ts');
  throw missingAbility(forge, 'rerun');
}

/** From the index where the REF is known there, else from what the REF itself says. */
async function targetOf(input: CommandInput, io: CommandIo, session: Session): Promise<Target> {
  const text = input.arguments[0] ?? '';
  const ref = parseRef(text);
  if (ref.kind === 'file')
    throw new AppError('USAGE', `${text} is a file, not an attempt`, { hint: 'give a log id, RUN or SHA:JOB' });
  const known = await findKnown(text, io, session);
  if (known !== undefined) return known;
  const log = ref.kind === 'kept' ? ref.log : {};
  const repo = await repoToAsk(input, session.config);
  const rest = { job: log.job, attempt: log.attempt, providerId: log.providerId };
  if (log.run !== undefined) return { ...rest, filter: { repo, by: 'run', run: log.run } };
  if (log.sha?.length === 40 || log.sha?.length === 64) return { ...rest, filter: { repo, by: 'sha', sha: log.sha } };
  throw new AppError('NOT_FOUND', `nothing kept answers to ${text}`, {
    hint: 'give a run id or a whole commit id with --repo, so that the server can be asked',
  });
}

async function findKnown(text: string, io: CommandIo, session: Session): Promise<Target | undefined> {
  if (!(await hasIndex(session))) return undefined;
  try {
    const source = await findSource(text, session, { stdin: io.stdin });
    if (source.kind === 'file') return undefined;
    const { repo, run, sha, job, attempt, providerId } = source.log.attempt;
    if (repo === undefined) return undefined;
    if (run !== undefined) return { filter: { repo, by: 'run', run }, job, attempt, providerId };
    return sha === undefined ? undefined : { filter: { repo, by: 'sha', sha }, job, attempt, providerId };
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** The newest attempt of the one job that is meant. NOT_FOUND for none, USAGE for several. */
async function chooseAttempt(attempts: AsyncIterable<ForgeAttempt>, target: Target): Promise<ForgeAttempt> {
  const all: ForgeAttempt[] = [];
  for await (const found of attempts) if (found.log.kind !== 'passed-through') all.push(found);
  const named = all.filter(({ attempt }) => isMeant(attempt, target));
  const jobs = new Set(named.map(({ attempt }) => `${attempt.run} ${attempt.job}`));
  const first = named[0];
  if (first === undefined)
    throw new AppError('NOT_FOUND', 'the server knows no such job', {
      hint: '`firstred pull --run ID` shows what a run has',
    });
  if (jobs.size > 1)
    throw new AppError('USAGE', `that names several jobs: ${[...jobs].slice(0, 8).join(', ')}`, {
      hint: 'add :JOB, or give RUN and job',
    });
  const ofJob = all.filter(
    ({ attempt, jobId }) =>
      attempt.run === first.attempt.run && attempt.job === first.attempt.job && jobId !== undefined,
  );
  return ofJob.at(-1) ?? first;
}

function isMeant(attempt: ForgeAttempt['attempt'], { job, attempt: number, providerId }: Target): boolean {
  if (providerId !== undefined && attempt.providerId === providerId) return true;
  if (providerId !== undefined && attempt.providerId !== undefined && job === undefined) return false;
  return (job === undefined || attempt.job === job) && (number === undefined || attempt.attempt === number);
}

/** Keeps the log and reads it back. undefined when the attempt never had one; every other way out is an error. */
async function makeSureItIsKept(
  chosen: ForgeAttempt,
  tools: PullTools,
  store: ObjectReader,
): Promise<Manifest | undefined> {
  const outcome = await pullAttempt(chosen, tools);
  if (outcome.kind === 'none') return undefined;
  const manifest = await keptManifest(chosen, outcome, tools);
  await checkObject(store, manifest);
  return manifest;
}

async function keptManifest(chosen: ForgeAttempt, outcome: PullOutcome, { captures }: PullTools): Promise<Manifest> {
  const who = attemptWords(chosen.attempt);
  if (outcome.kind === 'had') return outcome.manifest;
  if (outcome.kind === 'failed') throw outcome.error;
  if (outcome.kind === 'kept' && outcome.log.state === 'spooled')
    throw new AppError('STORE_UNAVAILABLE', `the log of ${who} is not in the store yet: nothing was asked`, {
      hint: outcome.log.reason.hint,
    });
  if (outcome.kind === 'kept' && outcome.cutReason !== undefined)
    throw new AppError('PROVIDER_UNAVAILABLE', `the log of ${who} came cut: nothing was asked`, { hint: 'try again' });
  captures.forget();
  const whole = (await captures.of(chosen.attempt)).find(({ capture }) => capture.complete);
  if (whole !== undefined) return whole;
  const hint =
    outcome.kind === 'unfinished'
      ? 'wait for its end'
      : 'run it again on the server’s page if nothing of it is wanted any more';
  throw new AppError(
    'REFUSED',
    `the log of ${who} is ${outcome.kind === 'unfinished' ? 'still written' : 'not kept'}: nothing was asked`,
    { hint },
  );
}

/** The object's bytes, read back and compared with what the manifest says of them. */
async function checkObject(store: ObjectReader, manifest: Manifest): Promise<void> {
  const { object } = keysOfManifest(manifest);
  const hash = startSha256();
  for await (const chunk of store.get(object)) hash.update(chunk);
  if (digestOf(hash) === manifest.object.sha256) return;
  throw new AppError('STORE_DAMAGED', `${object} is not what its manifest says: nothing was asked to run again`, {
    hint: 'run `firstred verify`',
  });
}
