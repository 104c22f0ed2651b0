// Runs a command as if we were not there: its output goes on at once and untouched, signals reach it, its end is told.
// Keeping what it prints is the caller's business.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { systemErrorCode } from '../store/errors.ts';
import type { LineStream } from '../store/line-times.ts';
import type { Sink } from './command.ts';
import { type OutputPipe, openOutputPipes } from './output-pipes.ts';

export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  /** The shell's numbers: 127 when there is no such command, 126 when it can't be executed. */
  | { readonly kind: 'not-started'; readonly code: number; readonly reason: string };

export interface ChildResult {
  readonly end: ChildEnd;
  /** A process that the command left behind still holds its output. */
  readonly leftBehind: boolean;
}

export interface ChildOptions {
  readonly command: readonly [string, ...string[]];
  readonly sinks: Readonly<Record<LineStream, Sink>>;
  /** Gets every read, in order. A promise that it gives holds the command's output up until it is fulfilled. */
  readonly onOutput: (stream: LineStream, chunk: Uint8Array) => Promise<void> | undefined;
  /** Told of each signal that may end the job. */
  readonly onCancel: (signal: NodeJS.Signals) => void;
}

/** The exit code that a shell gives for this end. */
export function exitCodeOf(end: ChildEnd): number {
  return end.kind === 'killed' ? 128 + (constants.signals[end.signal] ?? 0) : end.code;
}

/** What CI servers and people send to end a job. */
const CANCELS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly NodeJS.Signals[];
/** Meant for the command alone. */
const MESSAGES = ['SIGUSR1', 'SIGUSR2'] as const satisfies readonly NodeJS.Signals[];

/** Runs the command to its end. */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  const pipes = await openOutputPipes();
  const stdio: SpawnOptions['stdio'] = ['inherit', pipes?.stdout.writeFd ?? 'pipe', pipes?.stderr.writeFd ?? 'pipe'];
  const [name, ...rest] = options.command;
  let child: ChildProcess | undefined;
  const stopForwarding = forwardSignals(() => child, options.onCancel);
  try {
    const started = startChild(name, rest, stdio);
    child = started.child;
    for (const pipe of [pipes?.stdout, pipes?.stderr]) if (pipe !== undefined) closeSync(pipe.writeFd);
    const copies = (['stdout', 'stderr'] as const).map((stream) =>
      copyOutput({
        stream,
        from: pipes?.[stream].reader ?? child?.[stream] ?? undefined,
        pipe: pipes?.[stream],
        ...options,
      }),
    );
    const end = await started.end;
    const allRead = new AbortController();
    await Promise.race([Promise.all(copies.map((copy) => copy.done)), quiet(copies, allRead.signal)]);
    allRead.abort();
    const open = copies.filter((copy) => !copy.isDone());
    for (const copy of open) copy.leave();
    return { end, leftBehind: open.length > 0 };
  } finally {
    stopForwarding();
  }
}

function startChild(
  name: string,
  args: readonly string[],
  stdio: SpawnOptions['stdio'],
): { readonly child: ChildProcess | undefined; readonly end: Promise<ChildEnd> } {
  const notStarted = (error: unknown): ChildEnd => {
    const code = systemErrorCode(error);
    const missing = code === 'ENOENT';
    return {
      kind: 'not-started',
      code: missing ? 127 : 126,
      reason: missing ? 'command not found' : (code ?? 'cannot be started'),
    };
  };
  try {
    const child = spawn(name, args, { stdio });
    const end = new Promise<ChildEnd>((resolve) => {
      child.once('error', (error) => resolve(notStarted(error)));
      child.once('exit', (code, signal) =>
        resolve(signal === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'killed', signal }),
      );
    });
    return { child, end };
  } catch (error) {
    return { child: undefined, end: Promise.resolve(notStarted(error)) };
  }
}

/** Until the answer is called, signals are passed on instead of ending us. */
function forwardSignals(child: () => ChildProcess | undefined, onCancel: (signal: NodeJS.Signals) => void): () => void {
  const listeners = [...CANCELS, ...MESSAGES].map((signal) => {
    const listener = (): void => {
      // Ctrl-C at a terminal goes to the whole group: the child has it already, and twice means "at once" to many tools.
      const hasIt = process.stdin.isTTY === true && (signal === 'SIGINT' || signal === 'SIGQUIT');
      if (!hasIt) child()?.kill(signal);
      if ((CANCELS as readonly string[]).includes(signal)) onCancel(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.removeListener(signal, listener);
  };
}

interface OutputCopy {
  readonly done: Promise<void>;
  isDone(): boolean;
  /** Reads so far; `undefined` while one of them can't be passed on, as whoever reads us is slow. */
  reads(): number | undefined;
  /** Stops reading, without harm to whoever still writes. */
  leave(): void;
}

interface CopyOptions extends Pick<ChildOptions, 'sinks' | 'onOutput'> {
  readonly stream: LineStream;
  readonly from: Readable | undefined;
  readonly pipe: OutputPipe | undefined;
}

function copyOutput({ stream, from, pipe, sinks, onOutput }: CopyOptions): OutputCopy {
  let isDone = from === undefined;
  let reads = 0;
  let busy = 0;
  const done = new Promise<void>((resolve) => {
    if (from === undefined) return resolve();
    from.once('close', () => {
      isDone = true;
      resolve();
    });
    from.on('error', () => from.destroy());
    from.on('data', (chunk: Uint8Array) => {
      reads += 1;
      busy += 1;
      from.pause();
      const room = onOutput(stream, chunk);
      Promise.all([sinks[stream].write(chunk), room]).then(
        () => {
          busy -= 1;
          from.resume();
        },
        () => from.destroy(), // nobody reads us any more: the command is told as it would be without us
      );
    });
  });
  return {
    done,
    isDone: () => isDone,
    reads: () => (busy > 0 ? undefined : reads),
    leave() {
      from?.pause();
      if (from !== undefined) drain(pipe?.readFd ?? from);
      from?.destroy();
    },
  };
}

/** A service that was started in the background would die at its next line if nobody read its output any more. */
function drain(output: number | Readable): void {
  try {
    const drainer = spawn('cat', [], { stdio: [output, 'ignore', 'ignore'], detached: true });
    drainer.on('error', () => undefined); // no `cat`: then it is as with any pipe whose reader ends
    drainer.unref();
  } catch {
    // as above
  }
}

/** chosen: what the command itself wrote is in the pipe when it ends; a few turns of the loop read it. */
const QUIET_CHECKS = 3;
const CHECK_MS = 100;
/** chosen: a process left behind that keeps printing is listened to this long. */
const MAX_CHECKS = 30;

/** Fulfilled when the command has ended and nothing more comes, though somebody still holds its output open. */
async function quiet(copies: readonly OutputCopy[], stop: AbortSignal): Promise<void> {
  const state = (): string => copies.map((copy) => copy.reads() ?? 'busy').join();
  let same = 0;
  let last = state();
  for (let checks = 0; checks < MAX_CHECKS && same < QUIET_CHECKS; ) {
    await sleep(CHECK_MS, undefined, { signal: stop }).catch(() => undefined);
    if (stop.aborted) return;
    await turn(); // the pipes were polled between the timer and this
    const now = state();
    if (now.includes('busy')) continue; // not our pace: whoever reads us decides
    same = now === last ? same + 1 : 0;
    last = now;
    checks += 1;
  }
}
