// `firstred run -- CMD`: runs a command, shows its output untouched, keeps it, and ends with the command's own exit code.
import { countText } from '../../store/count-text.ts';
import { AppError, reasonOf } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords, spooledText } from '../archiver.ts';
import { type ChildResult, exitCodeOf, runChild } from '../child-process.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { IDENTITY_OPTIONS } from '../identity.ts';
import { MASK_OPTIONS } from '../masking.ts';
import { type RunOutcome, startRunKeeper } from '../run-keeper.ts';
import { ClosedPipe } from '../sinks.ts';
import { bytesText } from '../sizes.ts';
import { parseDurationMs } from '../times.ts';

export const run: Command = {
  name: 'run',
  summary: 'Runs a command, shows its output untouched and keeps it. Ends with the command’s exit code.',
  arguments: '<command...>',
  group: 'daily',
  passThrough: true,
  options: [
    ...IDENTITY_OPTIONS,
    { flags: '--name <name>', summary: 'name of a further log of the attempt' },
    ...MASK_OPTIONS,
    { flags: '--no-index', summary: 'keep only; do not index here' },
    {
      flags: '--cancel-grace <duration>',
      summary: 'when the job is cancelled, keep what there is after this long (default 5s)',
    },
    { flags: '--note', summary: 'say on stderr what was kept, also where that is no terminal' },
  ],
  examples: [
    { line: 'firstred run -- make e2e', summary: 'in place of `make e2e`: the CI job tells the rest' },
    { line: 'firstred run --job nightly --name db -- docker logs -f db', summary: 'a further log of an attempt' },
  ],
  exitCodes: {
    0: 'the command’s own exit code, whatever happens to the log; 128 + n when signal n ended it',
    126: 'the command cannot be executed',
    127: 'there is no such command',
  },
  run: runCommand,
};

/** chosen: runners that ask before they kill wait some 7 to 10 seconds. */
const CANCEL_GRACE_MS = 5000;

async function runCommand(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const [name, ...rest] = input.arguments;
  if (name === undefined || name === '')
    throw new AppError('USAGE', 'no command was given', { hint: 'write it after `--`: firstred run -- make test' });
  const graceText = input.text('cancelGrace');
  const graceMs = graceText === undefined ? CANCEL_GRACE_MS : parseDurationMs(graceText);
  const keeper = startRunKeeper(input, io);
  const result = await runChild({
    command: [name, ...rest],
    sinks: { stdout: io.stdout, stderr: io.stderr },
    onOutput: keeper.take,
    onCancel: (signal) => keeper.cancel(signal, graceMs),
  });
  if (result.end.kind === 'not-started') void keeper.take('stderr', Buffer.from(`${name}: ${result.end.reason}\n`)); // all that there is to know of this job
  keeper.end(result.end);
  try {
    await report(result, await keeper.outcome, { name, input, io });
  } catch (error) {
    if (!(error instanceof ClosedPipe)) throw error; // nobody reads our notes any more
  }
  return exitCodeOf(result.end);
}

async function report(
  { end, leftBehind }: ChildResult,
  outcome: RunOutcome,
  { name, input, io }: { readonly name: string; readonly input: CommandInput; readonly io: CommandIo },
): Promise<void> {
  const say = (text: string): Promise<void> => io.stderr.write(`firstred: ${text}\n`);
  if (end.kind === 'not-started') await say(`${showText(name)}: ${end.reason}`);
  if (leftBehind) await say('a process that the command left behind still prints: that is not kept');
  if (outcome.kind === 'failed') {
    const hint =
      outcome.error instanceof AppError ? outcome.error.hint : 'this is a fault in firstred: please report it';
    return say(`the log is NOT KEPT: ${showText(reasonOf(outcome.error))}\n  ${showText(hint)}`);
  }
  const { log, cutReason } = outcome;
  if (log.state === 'spooled') await io.stderr.write(spooledText(1, log));
  if (cutReason !== undefined) await say(`the kept log is cut: ${cutReason}`);
  if (!input.flag('note') && (!io.stderr.isTerminal || input.flag('quiet'))) return;
  const { manifest } = log;
  const { lines } = manifest.text;
  await say(
    `${manifest.logId}: ${countText(lines, 'line')}, ${bytesText(manifest.text.sizeBytes)}, ${showText(attemptWords(manifest.attempt))}`,
  );
}
