// The keeping side of `run`: takes what the command prints, never makes it wait for long, and never fails the job.
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, UNKNOWN_ATTEMPT } from '../store/attempt.ts';
import { Backlog } from '../store/backlog.ts';
import { AppError, reasonOf } from '../store/errors.ts';
import { type LineStream, LineTimes } from '../store/line-times.ts';
import { LineWeaver } from '../store/line-weaver.ts';
import { DEFAULT_LOG_NAME } from '../store/manifest.ts';
import { showText } from '../store/visible-text.ts';
import { type KeptLog, openArchiver } from './archiver.ts';
import { type ChildEnd, exitCodeOf } from './child-process.ts';
import type { CommandInput, CommandIo } from './command.ts';
import type { Config } from './config.ts';
import { readIdentity } from './identity.ts';
import { readMasking } from './masking.ts';
import { indexesHere, openSession } from './session.ts';

/** What became of the log: `failed` means that nothing is kept. */
export type RunOutcome =
  | { readonly kind: 'kept'; readonly log: KeptLog; readonly cutReason: string | undefined }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface RunKeeper {
  /** Takes one read of the command's output. A promise when the command should wait a moment. */
  take(stream: LineStream, chunk: Uint8Array): Promise<void> | undefined;
  /** The command has ended. */
  end(how: ChildEnd): void;
  /** The job is being cancelled: what there is after `graceMs` is kept, even if the command goes on. */
  cancel(signal: NodeJS.Signals, graceMs: number): void;
  /** Fulfilled when the log is kept, or can't be. */
  readonly outcome: Promise<RunOutcome>;
}

/** chosen: a disk or a machine that stands still this long must not hold the job up any longer. */
const STALL_MS = 10_000;
/** chosen: after the grace of a cancelled job, time to compress what still waits; runners kill some ten seconds after they ask. */
const DRAIN_MS = 2000;

/** Starts keeping at once; settings are read while the command already runs. */
export function startRunKeeper(input: CommandInput, io: CommandIo): RunKeeper {
  const startedAtMs = io.now();
  const backlog = new Backlog({ folder: tmpdir() });
  const times = new LineTimes(startedAtMs);
  const weaver = new LineWeaver(times);
  const state: KeeperState = {
    cutReason: undefined,
    end: undefined,
    cancelledBy: undefined,
    startedAtMs,
    endedAtMs: undefined,
  };
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    state.endedAtMs = io.now();
    for (const piece of weaver.end(state.endedAtMs)) void backlog.push(piece);
    backlog.end();
  }
  const outcome = keep({ input, io, backlog, times, state }).catch((error: unknown): RunOutcome => {
    backlog.drop(); // from now on the output only passes
    return { kind: 'failed', error };
  });
  return {
    take(stream, chunk) {
      if (closed) return undefined;
      let room: Promise<void> | undefined;
      for (const piece of weaver.push(stream, chunk, io.now())) room = backlog.push(piece) ?? room;
      return room === undefined ? undefined : waitForRoom(room, backlog, state);
    },
    end(how) {
      state.end ??= how;
      close();
    },
    cancel(signal, graceMs) {
      if (state.cancelledBy !== undefined) return;
      state.cancelledBy = signal;
      void sleep(graceMs, undefined, { ref: false }).then(() => {
        if (!closed) state.cutReason ??= `the job was cancelled by ${signal} and the command went on`;
        close();
        return sleep(DRAIN_MS, undefined, { ref: false }).then(() => {
          if (backlog.drop() > 0) state.cutReason ??= `the job was cancelled by ${signal} before all was kept`;
        });
      });
    },
    outcome,
  };
}

interface KeeperState {
  cutReason: string | undefined;
  end: ChildEnd | undefined;
  cancelledBy: NodeJS.Signals | undefined;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
}

/** Waits, unless the keeper takes nothing at all any more: then the rest is given up, and the log says so. */
async function waitForRoom(room: Promise<void>, backlog: Backlog, state: KeeperState): Promise<void> {
  const stop = new AbortController();
  let isThere = false;
  const found = room.then(() => {
    isThere = true;
    stop.abort();
  });
  while (!isThere) {
    const taken = backlog.takenBytes;
    await Promise.race([found, sleep(STALL_MS, undefined, { signal: stop.signal }).catch(() => undefined)]);
    if (isThere || backlog.takenBytes > taken) continue;
    state.cutReason ??= 'keeping could not keep up with the output';
    backlog.drop();
  }
}

interface KeepOptions {
  readonly input: CommandInput;
  readonly io: CommandIo;
  readonly backlog: Backlog;
  readonly times: LineTimes;
  readonly state: KeeperState;
}

async function keep({ input, io, backlog, times, state }: KeepOptions): Promise<RunOutcome> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const identity = await identityOf(input, io, config);
  const session = openSession(config);
  const archiver = await openArchiver(session, {
    index: indexesHere(input, config),
    onIndexFailure: (reason) => say(io, `the log is kept but not indexed here: ${reason}`),
    now: io.now,
    signal: new AbortController().signal, // a cancelled job's log is kept all the same
  });
  try {
    const log = await archiver.keep({
      attempt: () => withEnd(identity, state),
      logName: input.text('name') ?? DEFAULT_LOG_NAME,
      how: 'run',
      input: backlog.read(),
      masker: newMasker(),
      sideTable: (lines) => times.end(lines),
      cutReason: () => state.cutReason,
    });
    if (state.cancelledBy === undefined) await session.settle();
    return { kind: 'kept', log, cutReason: state.cutReason ?? log.manifest.capture.cutReason };
  } finally {
    await archiver.close();
    await session.close();
  }
}

/** A closed stderr must not cost the log. */
const say = (io: CommandIo, what: string): Promise<void> =>
  io.stderr.write(`firstred: ${showText(what)}\n`).catch(() => undefined);

/** A wrong flag must not cost the log: then it is kept under what the environment says, and that is said. */
async function identityOf(input: CommandInput, io: CommandIo, config: Config): Promise<Attempt> {
  try {
    return await readIdentity(input, config, io.now());
  } catch (error) {
    await say(io, `${reasonOf(error)}: the flags that name the attempt are left out`);
    if (!(error instanceof AppError)) return UNKNOWN_ATTEMPT;
  }
  try {
    return await readIdentity({ ...input, text: () => undefined, list: () => [] }, config, io.now());
  } catch {
    return UNKNOWN_ATTEMPT;
  }
}

/** What only the end tells, where nobody said it. */
function withEnd(identity: Attempt, state: KeeperState): Attempt {
  return {
    ...identity,
    conclusion: identity.conclusion === 'unknown' ? conclusionOf(state) : identity.conclusion,
    startedAtMs: identity.startedAtMs ?? state.startedAtMs,
    finishedAtMs: identity.finishedAtMs ?? state.endedAtMs,
  };
}

function conclusionOf({ end, cancelledBy }: KeeperState): Attempt['conclusion'] {
  if (end !== undefined && exitCodeOf(end) === 0) return 'success';
  return cancelledBy === undefined ? 'failure' : 'cancelled';
}
