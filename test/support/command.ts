// Runs the built command line as a child in a home of its own, as a job would.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { collect } from './collect.ts';
import { canRunHere, runHere } from './command-here.ts';
import { makeTempFolder } from './temp-folder.ts';

/** The command line under test, built by the runner's set-up. */
export const MAIN = process.env['FIRSTRED_TEST_MAIN'] ?? resolve(import.meta.dirname, '../../dist/cli/main.js');

/** Where one simulated machine keeps its things. */
export interface TestHome {
  readonly folder: string;
  readonly store: string;
  readonly spool: string;
  readonly index: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Folders and an environment in which nothing of this machine shows; `place` is a folder that the caller removes. */
export async function makeHome(extra: Readonly<Record<string, string>> = {}, place?: string): Promise<TestHome> {
  const folder = place ?? (await makeTempFolder());
  await mkdir(join(folder, 'work'));
  const [store, spool, index] = ['store', 'spool', 'index.db'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_STATE_HOME: join(folder, 'state'),
    FIRSTRED_STORE: store,
    FIRSTRED_SPOOL: spool,
    FIRSTRED_INDEX: index,
    ...extra,
  };
  return { folder, store, spool, index, env };
}

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string;
  readonly stdout?: number;
  /** Another build of the command line. */
  readonly main?: string;
}

/** The flags of one attempt of the job that such tests keep logs of. */
export const attemptFlags = (attempt: number): readonly string[] => [
  ...['--repo', 'h/o/n', '--sha', 'abcdef0123', '--job', 'j', '--run', '1', '--attempt', String(attempt)],
];

/** Starts the command line; the caller waits for it. */
export function startCommand(home: TestHome, args: readonly string[], options: CommandOptions = {}): ChildProcess {
  return spawn(process.execPath, [options.main ?? MAIN, ...args], {
    cwd: join(home.folder, 'work'),
    env: { ...home.env, ...options.env },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', options.stdout ?? 'pipe', 'pipe'],
  });
}

/** Waits for a started command's end and gives what it printed. */
export async function endOf(child: ChildProcess, input?: Uint8Array | string): Promise<CommandResult> {
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  child.stdin?.on('error', () => undefined); // it may end before it has read all
  if (input !== undefined) child.stdin?.end(input);
  const [stdout, stderr] = await Promise.all([child.stdout, child.stderr].map((s) => (s === null ? [] : collect(s))));
  const [code, signal] = await ended;
  return {
    code,
    signal,
    stdout: Buffer.concat((stdout ?? []) as Buffer[]),
    stderr: Buffer.concat((stderr ?? []) as Buffer[]).toString(),
  };
}

/** Runs the command line to its end. */
export const runCommand = (
  home: TestHome,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> =>
  canRunHere(home, args, options)
    ? runHere(home, args, options)
    : endOf(startCommand(home, args, options), options.input);

/** Fails with what was printed when the exit code is another. */
export function expectCode(result: CommandResult, code: number): CommandResult {
  if (result.code === code) return result;
  throw new Error(`exit ${result.code} (${result.signal}) in place of ${code}:\n${result.stdout}\n${result.stderr}`);
}
