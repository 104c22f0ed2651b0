// `firstred archive`: keeps the logs of one attempt, or of many with --batch.
import type { Attempt } from '../../store/attempt.ts';
import { countText } from '../../store/count-text.ts';
import { AppError, reasonOf } from '../../store/errors.ts';
import { DEFAULT_LOG_NAME } from '../../store/manifest.ts';
import type { Masker } from '../../store/mask.ts';
import { showText } from '../../store/visible-text.ts';
import { type Archiver, attemptWords, type KeptLog, keptRow, openArchiver, spooledText } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { eachOf } from '../each-of.ts';
import { EXIT, EXIT_OF_ERROR, type ExitCode } from '../exit-codes.ts';
import { attemptWithFlags, IDENTITY_OPTIONS, identityFromFlags, readIdentity } from '../identity.ts';
import { logNameOf, openLogFile, sizeOfPlainFile } from '../log-files.ts';
import { MASK_OPTIONS, readMasking } from '../masking.ts';
import type { OwnLog } from '../own-log.ts';
import { openProgress, type Progress } from '../progress.ts';
import { indexesHere, openSession, type Session } from '../session.ts';
import { bytesText } from '../sizes.ts';
import { warningLine } from '../warning-line.ts';

export const archive: Command = {
  name: 'archive',
  summary: 'Keeps the logs of one attempt: files, globs, or stdin (-).',
  arguments: '[files...]',
  group: 'daily',
  options: [
    ...IDENTITY_OPTIONS,
    { flags: '--name <name>', summary: 'name of a further log of the attempt, such as a service’s' },
    { flags: '--batch <file>', summary: 'keep many: JSON lines with fields named as the flags, and `file`' },
    ...MASK_OPTIONS,
    { flags: '--no-index', summary: 'keep only; do not index here' },
    { flags: '--no-fail', summary: 'for CI: always exit 0, failures become a ::warning:: line' },
  ],
  examples: [
    {
      line: 'firstred archive red.log --repo git.example.org/acme/app --sha 4f2a91c --job test --attempt 1 --conclusion red',
      summary: 'keep a file as the first attempt of a job',
    },
    {
      line: 'make e2e 2>&1 | firstred archive - --name e2e',
      summary: 'keep what a command prints; the CI job tells the rest',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'every log is kept',
    [EXIT.partly]: 'some logs are kept, some are not or only in part',
    [EXIT.notFound]: 'a file that was named is not there',
    [EXIT.notYet]: 'kept on this machine only, to be delivered later',
  },
  run: (input, io) => (input.isOff('fail') ? neverFailing(input, io) : keepAll(input, io)),
};

/** A post-step must not turn a job red: what went wrong becomes one line that the CI server shows. */
async function neverFailing(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const said: string[] = [];
  const write = (chunk: string | Uint8Array): Promise<void> => {
    said.push(String(chunk));
    return io.stderr.write(chunk);
  };
  try {
    const code = await keepAll(input, { ...io, stderr: { ...io.stderr, write } });
    const why = said.join('').replaceAll(/^firstred: /gm, '');
    if (code !== EXIT.done) await io.stdout.write(warningLine(`not every log is kept (exit ${code}): ${why}`));
  } catch (error) {
    const hint = error instanceof AppError ? ` (${error.hint})` : '';
    await io.stdout.write(warningLine(`${reasonOf(error)}${hint}`));
  }
  return EXIT.done;
}

/** One log to keep, or the reason why it can't be. */
type Task =
  | {
      readonly file: string;
      readonly logName: string;
      readonly attempt: Attempt;
      /** Set when the log does not come from a file. */
      readonly own?: Omit<OwnLog, 'attempt'>;
    }
  | { readonly file: string; readonly error: AppError };

interface Outcome {
  readonly file: string;
  readonly result: KeptLog | AppError;
  /** Why the log ends before its end, when it came from a server and broke off. */
  readonly brokeOff?: string | undefined;
  /** What a running job's own log always lacks; its manifest says so, and nobody need act. */
  readonly expectedCut?: string | undefined;
}

/** chosen: two logs masked, compressed and synced at once keep both cores and the disk busy. */
const LOGS_AT_ONCE = 4;

async function keepAll(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const session = openSession(config);
  await refuseWrongStore(session);
  const archiver = await openArchiver(session, {
    index: indexesHere(input, config),
    onIndexFailure: (reason) =>
      io.stderr.write(`firstred: the log is kept but not indexed here: ${showText(reason)}\n`),
    now: io.now,
    signal: io.signal,
  });
  try {
    const progress = await openProgress(input, io);
    const outcomes = await keepTasks(await tasksOf(input, io, session), {
      archiver,
      newMasker,
      io,
      watch: watchFiles(progress),
    }).finally(() => progress.clear());
    // The store is there: then it also takes what earlier calls could not deliver. What stays is `flush`'s to explain.
    if (outcomes.some(({ result }) => !(result instanceof AppError) && result.state !== 'spooled'))
      await archiver.flush('left-behind', { onProblem: async () => undefined }).catch(() => undefined);
    await settleIndex(session, io);
    return await report(outcomes, input, io);
  } finally {
    await archiver.close();
    await session.close();
  }
}

/** The logs are kept by now: an index that fails is told and changes nothing about that. */
async function settleIndex(session: Session, io: CommandIo): Promise<void> {
  try {
    await session.settle();
  } catch (error) {
    await io.stderr.write(`firstred: what is kept is not wholly indexed here: ${showText(reasonOf(error))}\n`);
  }
}

/** What can't be a store is said before anything is read; one that is away, only when the log is safe on this machine. */
async function refuseWrongStore(session: Session): Promise<void> {
  try {
    await session.store();
  } catch (error) {
    if (error instanceof AppError && error.code === 'USAGE') throw error;
  }
}

async function tasksOf(
  input: CommandInput,
  io: CommandIo,
  session: Session,
): Promise<AsyncIterable<Task> | Iterable<Task>> {
  const batch = input.text('batch');
  if (batch !== undefined) {
    if (input.arguments.length > 0)
      throw new AppError('USAGE', '--batch and files cannot be given together', {
        hint: 'name the files in the batch',
      });
    return batchTasks(batch, input, io);
  }
  if (input.arguments.length === 0) return [await ownLogTask(input, io, session)];
  const attempt = await readIdentity(input, session.config, io.now());
  const files = await expandFiles(input.arguments);
  const onlyName = input.text('name');
  return files.map((file) => ({
    file,
    attempt,
    logName:
      files.length === 1
        ? (onlyName ?? DEFAULT_LOG_NAME)
        : `${onlyName === undefined ? '' : `${onlyName}/`}${logNameOf(file)}`,
  }));
}

/** With no file: the running job's own log, by its server's API. */
async function ownLogTask(input: CommandInput, io: CommandIo, session: Session): Promise<Task> {
  const { findEnvironment } = await import('../../forge/env.ts');
  if (findEnvironment(session.config.env) === undefined)
    throw new AppError('USAGE', 'no log was named, and this is no CI job whose own log could be asked for', {
      hint: 'give a file, a glob or - for stdin; or use `firstred run -- CMD`',
    });
  const { openOwnLog } = await import('../own-log.ts');
  const { attempt, ...own } = await openOwnLog(input, io);
  return {
    file: 'the job’s own log',
    attempt: attemptWithFlags(attempt, input, io.now()),
    logName: input.text('name') ?? DEFAULT_LOG_NAME,
    own,
  };
}

async function* batchTasks(path: string, input: CommandInput, io: CommandIo): AsyncGenerator<Task> {
  const { readBatch } = await import('../batch.ts');
  for await (const entry of readBatch(path, io, identityFromFlags(input, io.now())))
    yield entry.kind === 'error'
      ? { file: path, error: entry.error }
      : { file: entry.file, attempt: entry.attempt, logName: entry.name ?? input.text('name') ?? DEFAULT_LOG_NAME };
}

/** Patterns become the files that they match, in order; a plain name stays as it is, there or not. */
async function expandFiles(names: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of names) {
    const { isGlob, expandGlob } = await import('../globs.ts');
    if (name === '-' || !isGlob(name)) files.push(name);
    else files.push(...(await expandGlob(name)));
  }
  return files;
}

/** What was read of all files together; how large they are, where that can be told before they are read. */
function watchFiles(progress: Progress): Keeping['watch'] {
  let done = 0;
  let total: number | undefined = 0;
  return async function* (file, chunks) {
    const size = await sizeOfPlainFile(file);
    total = size === undefined || total === undefined ? undefined : total + size;
    for await (const chunk of chunks) {
      done += chunk.byteLength;
      progress.show({ what: 'read', done, total });
      yield chunk;
    }
  };
}

interface Keeping {
  readonly archiver: Archiver;
  readonly newMasker: () => Masker;
  readonly io: CommandIo;
  watch(file: string, chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

const keepTasks = (tasks: AsyncIterable<Task> | Iterable<Task>, tools: Keeping): Promise<readonly Outcome[]> =>
  eachOf(tasks, LOGS_AT_ONCE, (task) => keepTask(task, tools));

async function keepTask(task: Task, { archiver, newMasker, io, watch }: Keeping): Promise<Outcome> {
  const { file } = task;
  if ('error' in task) return { file, result: task.error };
  try {
    const { own } = task;
    const result = await archiver.keep({
      attempt: () => task.attempt,
      logName: task.logName,
      how: own !== undefined ? 'api' : file === '-' ? 'stdin' : 'file',
      input: watch(file, own?.chunks ?? (await openLogFile(file, io.stdin, { chunks: 'reused' }))),
      masker: newMasker(),
      ...(own === undefined ? {} : { cutReason: own.cutReason }),
    });
    return { file, result, brokeOff: own?.brokeOff(), expectedCut: own?.cutReason() };
  } catch (error) {
    if (error instanceof AppError) return { file, result: error };
    throw error;
  }
}

async function report(outcomes: readonly Outcome[], input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const failed = outcomes.flatMap(({ result }) => (result instanceof AppError ? [result] : []));
  const spooled = outcomes.flatMap(({ result }) =>
    !(result instanceof AppError) && result.state === 'spooled' ? [result] : [],
  );
  if (input.flag('json')) await io.stdout.write(`${JSON.stringify(outcomes.map(outcomeRow), null, 1)}\n`);
  else for (const outcome of outcomes) await io.stdout.write(outcomeText(outcome));
  for (const error of failed)
    await io.stderr.write(`firstred: ${showText(error.message)}\n  ${showText(error.hint)}\n`);
  if (spooled[0] !== undefined) await io.stderr.write(spooledText(spooled.length, spooled[0]));
  for (const { file, brokeOff } of outcomes)
    if (brokeOff !== undefined)
      await io.stderr.write(`firstred: ${file} broke off, what came is kept: ${showText(brokeOff)}\n  pull it later\n`);
  const cut = outcomes.filter(isCutHere);
  for (const each of cut) await io.stderr.write(cutText(each));
  const [first] = failed;
  if (first !== undefined) return failed.length === 1 && outcomes.length === 1 ? codeOfNotKept(first) : EXIT.partly;
  if (spooled.length > 0) return EXIT.notYet;
  return cut.length > 0 || outcomes.some(({ brokeOff }) => brokeOff !== undefined) ? EXIT.partly : EXIT.done;
}

/** Without room anywhere nothing waits, as `notYet` would say. */
const codeOfNotKept = ({ code }: AppError): ExitCode => (code === 'STORE_FULL' ? EXIT.usage : EXIT_OF_ERROR[code]);

/** Kept, but for what this machine had no room for. */
const isCutHere = ({ result, brokeOff, expectedCut }: Outcome): boolean =>
  brokeOff === undefined && !(result instanceof AppError) && result.manifest.capture.cutReason !== expectedCut;

function cutText({ file, result }: Outcome): string {
  const why = result instanceof AppError ? '' : (result.manifest.capture.cutReason ?? '');
  return `firstred: ${showText(file)} is kept in part: ${showText(why)}\n  free some space for the spool (FIRSTRED_SPOOL) and archive it again\n`;
}

function outcomeRow({ file, result }: Outcome): Record<string, unknown> {
  if (!(result instanceof AppError)) return keptRow(result);
  const nothing = { logId: null, attemptKey: null, key: null, rawBytes: 0, storedBytes: 0, lines: 0, masked: 0 };
  return {
    ...nothing,
    file,
    state: 'failed',
    error: { code: result.code, message: result.message, hint: result.hint },
  };
}

function outcomeText({ file, result }: Outcome): string {
  if (result instanceof AppError) return '';
  const { manifest } = result;
  const { sizeBytes, lines } = manifest.text;
  const packed = sizeBytes / manifest.object.sizeBytes;
  // A log of a few lines is smaller than the tables beside it: that says nothing about packing.
  const ratio = packed < 1 ? '' : `, ×${packed.toFixed(1)}`;
  const state = { created: 'kept', unchanged: 'was kept already', spooled: 'waits in the spool' }[result.state];
  const masks = Object.values(manifest.masking.counts).reduce((a, b) => a + b, 0);
  const masked = masks === 0 ? '' : `, ${countText(masks, 'secret')} masked`;
  return `${manifest.logId}  ${showText(file)} ${state}: ${countText(lines, 'line')}, ${bytesText(sizeBytes)}${ratio}${masked}, ${showText(attemptWords(manifest.attempt))}\n`;
}
