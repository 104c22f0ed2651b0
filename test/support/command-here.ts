// The same command line within this process: for `npm run coverage`, which cannot look into children.
import { join } from 'node:path';
import type { CommandIo, Sink } from '../../cli/command.ts';
import { readConfig } from '../../cli/config.ts';
import { errorText, exitOf } from '../../cli/error-report.ts';
import { EXIT, EXIT_OF_ERROR } from '../../cli/exit-codes.ts';
import { describeCommands, parseInvocation } from '../../cli/program.ts';
import { AppError } from '../../store/errors.ts';
import type { CommandOptions, CommandResult, TestHome } from './command.ts';

/** They begin children, wait for signals, or change the process for good. */
const CHILD_ONLY = new Set(['run', 'watch', 'serve', '--debug', '--version', '-V']);

/** Whether a command gives the same here as in a process of its own. */
export const canRunHere = (home: TestHome, args: readonly string[], options: CommandOptions): boolean =>
  process.env['FIRSTRED_TEST_HERE'] !== undefined &&
  options.main === undefined &&
  options.stdout === undefined &&
  !args.some((arg) => CHILD_ONLY.has(arg)) &&
  !Object.keys({ ...home.env, ...options.env }).some((name) => /^(FIRSTRED_TEST_|NODE_)/.test(name));

let last: Promise<unknown> = Promise.resolve();

/** Runs it to its end. One after the other: working folder and environment are those of the whole process. */
export function runHere(home: TestHome, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const turn = last.then(() => runOne(home, args, options));
  last = turn.catch(() => undefined);
  return turn;
}

async function runOne(home: TestHome, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const before = { folder: process.cwd(), env: process.env };
  const env = { ...home.env, ...options.env };
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  process.chdir(join(home.folder, 'work'));
  process.env = { ...env };
  try {
    const code = await invoke(args, { env, out, err, input: options.input, workingFolder: process.cwd() });
    return { code, signal: null, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
  } finally {
    process.env = before.env;
    process.chdir(before.folder);
  }
}

/**
 * Runs a command here beside others: neither environment nor working folder of the process are changed, so only for commands that
 * take both from their configuration (`sync`, `list`, `search`).
 */
export async function runBeside(
  home: TestHome,
  args: readonly string[],
  options: Pick<CommandOptions, 'env'> = {},
): Promise<CommandResult> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const env = { ...home.env, ...options.env };
  const code = await invoke(args, { env, out, err, input: undefined, workingFolder: join(home.folder, 'work') });
  return { code, signal: null, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  readonly out: Uint8Array[];
  readonly err: Uint8Array[];
  readonly input: Uint8Array | string | undefined;
}

/** What main.ts does, but for signals and the pager. */
async function invoke(argv: readonly string[], { env, out, err, input, workingFolder }: Place): Promise<number> {
  try {
    const invocation = await parseInvocation(argv);
    if (invocation.kind !== 'run') {
      out.push(Buffer.from(invocation.kind === 'text' ? invocation.text : ''));
      return EXIT.done;
    }
    const io: CommandIo = {
      stdin: (async function* () {
        if (input !== undefined) yield Buffer.from(input);
      })(),
      stdout: sinkInto(out),
      stderr: sinkInto(err),
      signal: new AbortController().signal,
      now: Date.now,
      commands: describeCommands,
      config: () => readConfig({ env, workingFolder, flags: invocation.flags }),
    };
    return await invocation.command.run(invocation.input, io);
  } catch (error) {
    err.push(Buffer.from(errorText(error, { json: argv.includes('--json'), debug: false })));
    return error instanceof AppError ? EXIT_OF_ERROR[error.code] : exitOf(error);
  }
}

const sinkInto = (chunks: Uint8Array[]): Sink => ({
  isTerminal: false,
  columns: undefined,
  write: async (chunk) => void chunks.push(Buffer.from(chunk as Uint8Array)),
});
