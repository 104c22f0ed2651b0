// Runs one command and sets the exit code. Never calls process.exit: on a pipe that would cut the output.
import { armCrashPoint } from '../store/crash-points.ts';
import { AppError } from '../store/errors.ts';
import type { CommandIo } from './command.ts';
import { type Config, processSources, readConfig } from './config.ts';
import { EXIT, EXIT_OF_ERROR, type ExitCode, exitOfSignal } from './exit-codes.ts';
import { describeCommands, parseInvocation } from './program.ts';
import { ClosedPipe, sinkOf } from './sinks.ts';
import { note } from './trace.ts';

const stdout = sinkOf(process.stdout);
const stderr = sinkOf(process.stderr);
const interrupts = new AbortController();

async function main(argv: readonly string[]): Promise<ExitCode> {
  armCrashPoint(processSources().env['FIRSTRED_TEST_KILL_AT']);
  const stopListening = abortOnSignals(interrupts);
  try {
    const invocation = await parseInvocation(argv);
    if (invocation.kind === 'text') {
      await stdout.write(invocation.text);
      return EXIT.done;
    }
    if (invocation.kind === 'version') {
      const { versionText } = await import('./version.ts');
      await stdout.write(await versionText());
      return EXIT.done;
    }
    const { command, input, flags } = invocation;
    if (input.flag('debug')) (await import('./trace-output.ts')).traceTo(stderr, processSources().env);
    let config: ReturnType<typeof readConfig> | undefined;
    const isJson = input.flag('json') && stdout.isTerminal;
    const io: CommandIo = {
      stdin: process.stdin,
      stdout: isJson ? (await import('./json-sink.ts')).jsonSink(stdout) : stdout,
      stderr,
      signal: interrupts.signal,
      now: Date.now,
      commands: describeCommands,
      config: () => (config ??= notedConfig(readConfig({ ...processSources(), flags }))),
    };
    if (command.paged !== true) return await command.run(input, io);
    const { openPager } = await import('./pager.ts');
    const pager = openPager(input, { stdout, stderr, env: processSources().env });
    try {
      return await command.run(input, pager === undefined ? io : { ...io, stdout: pager.stdout, stderr: pager.stderr });
    } finally {
      await pager?.close();
    }
  } finally {
    stopListening();
  }
}

async function notedConfig(reading: Promise<Config>): Promise<Config> {
  const config = await reading;
  for (const { name, value, origin } of config.values)
    if (origin !== 'not set') note(() => `setting ${name} is ${value ?? ''} (${origin})`);
  return config;
}

/** The first signal asks the command to stop in order; a second one ends the process as the system would. */
function abortOnSignals(controller: AbortController): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const onSignal = (signal: NodeJS.Signals): void => controller.abort(signal);
  for (const signal of signals) process.once(signal, onSignal);
  return () => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
}

/** Two lines, or `{code, message, hint}` with --json; the stack only with --debug. */
async function reportError(thrown: unknown, argv: readonly string[]): Promise<ExitCode> {
  const error = thrown === interrupts.signal.reason ? interruptedBy(String(thrown)) : thrown;
  const { errorText, exitOf } = await import('./error-report.ts');
  await stderr.write(errorText(error, { json: argv.includes('--json'), debug: argv.includes('--debug') }));
  const code = error instanceof AppError ? EXIT_OF_ERROR[error.code] : exitOf(error);
  return code === EXIT.interrupted ? exitOfSignal(interrupts.signal) : code;
}

const interruptedBy = (signal: string): AppError =>
  new AppError('INTERRUPTED', `interrupted by ${signal}`, { hint: 'run the command again: what is done stays' });

/** What no promise carries. Node would end with 1, which here means "no". */
const failed = new Promise<never>((_, reject) => {
  const fail = (error: unknown): void => {
    process.exitCode = EXIT.usage; // also when the command has answered already
    reject(error);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
});

const argv = process.argv.slice(2);
process.exitCode = EXIT.usage; // should the loop run dry before the command has answered
Promise.race([main(argv), failed])
  .catch((error: unknown) => {
    if (error instanceof ClosedPipe) return EXIT.done;
    return reportError(error, argv);
  })
  .then((code) => {
    process.exitCode = code;
  })
  .catch(() => {
    process.exitCode = EXIT.usage;
  });
