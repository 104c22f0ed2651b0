// Analyses logs on every core: each log on one thread, frame by frame. The first logs stay on this thread: a worker costs
// more to start than they take.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../store/built-file.ts';
import { AppError, type ErrorCode } from '../store/errors.ts';
import { FrameAnalyser, type StoredFrame } from './frame-analyser.ts';
import type { HeldDocument } from './ingest-buffer.ts';
import type { LogDigest } from './log-index.ts';

/** chosen: analysed in the time that two workers take to start and to get fast, about a second. */
const BYTES_BEFORE_WORKERS = 16 * 1024 * 1024;
/** chosen: enough frames of a log on their way that its worker never waits. */
const FRAMES_UNDER_WAY = 4;

/** One log under way. */
export interface LogAnalysis {
  /** Takes the next frame; what comes out of it goes to `take` of `analyse`. Waits while many are under way. */
  push(frame: StoredFrame): Promise<void>;
  end(): Promise<LogDigest>;
  /** Gives it up. */
  drop(): void;
}

/** One for a process: many logs, in turn or side by side. */
export interface AnalyserPool {
  /** Begins a log of `textBytes`; its documents are given to `take`, in order. */
  begin(textBytes: number, take: (documents: readonly HeldDocument[]) => void): LogAnalysis;
  /** Ends the workers. */
  close(): Promise<void>;
}

/** A worker has died, or can't be started: the log has to be begun anew, and is then analysed on this thread. */
export class WorkerGone extends Error {}

/** Starts no worker yet. */
export function createAnalyserPool(): AnalyserPool {
  const threads = Math.min(availableParallelism(), 8);
  const lanes: Lane[] = [];
  let begunBytes = 0;
  let haveFailed = false;
  const laneOf = (): Lane => {
    if (lanes.length < threads) lanes.push(new Lane());
    return lanes.reduce((a, b) => (b.logs < a.logs ? b : a));
  };
  return {
    begin(textBytes, take) {
      begunBytes += textBytes;
      if (threads < 2 || haveFailed || begunBytes <= BYTES_BEFORE_WORKERS) return ON_THIS_THREAD.begin(textBytes, take);
      return laneOf().begin(take, () => (haveFailed = true));
    },
    close: async () => void (await Promise.all(lanes.splice(0).map((lane) => lane.close()))),
  };
}

/** Analyses where it is called. */
export const ON_THIS_THREAD: AnalyserPool = {
  begin(_textBytes, take) {
    const analyser = new FrameAnalyser();
    return {
      push: async (frame) => take(analyser.take(frame)),
      end: async () => analyser.end(),
      drop: () => undefined,
    };
  },
  close: async () => undefined,
};

/** What a worker is told of a log. */
export type AnalysisOrder = { readonly log: number } & (
  | { readonly kind: 'frame'; readonly frame: StoredFrame }
  | { readonly kind: 'end' }
  | { readonly kind: 'drop' }
);

/** What it answers. */
export type AnalysisAnswer = { readonly log: number } & (
  | { readonly kind: 'documents'; readonly documents: readonly HeldDocument[] }
  | { readonly kind: 'digest'; readonly digest: LogDigest }
  | { readonly kind: 'failed'; readonly code: ErrorCode | undefined; readonly message: string; readonly hint: string }
);

/** A worker and the logs that it has under way. */
class Lane {
  readonly #worker = new Worker(builtFile('indexer/analyse-worker.js'));
  readonly #logs = new Map<number, SentLog>();
  #nextLog = 0;
  #isGone = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: AnalysisAnswer) => this.#logs.get(answer.log)?.answer(answer));
    this.#worker.on('error', () => this.#fail());
    this.#worker.on('exit', () => this.#fail());
  }

  get logs(): number {
    return this.#logs.size;
  }

  begin(take: (documents: readonly HeldDocument[]) => void, onGone: () => void): LogAnalysis {
    const log = this.#nextLog++;
    const sent = new SentLog(take, onGone);
    if (this.#isGone) sent.fail(new WorkerGone());
    this.#logs.set(log, sent);
    const tell = (order: AnalysisOrder): void => this.#worker.postMessage(order);
    return {
      push: async (frame) => {
        // A copy of its own, whose memory goes over to the worker.
        const bytes = new Uint8Array(frame.bytes);
        this.#worker.postMessage({ log, kind: 'frame', frame: { ...frame, bytes } }, [bytes.buffer]);
        await sent.hasRoom();
      },
      end: async () => {
        tell({ log, kind: 'end' });
        return sent.digest.finally(() => this.#logs.delete(log));
      },
      drop: () => {
        tell({ log, kind: 'drop' });
        this.#logs.delete(log);
      },
    };
  }

  #fail(): void {
    this.#isGone = true;
    for (const log of this.#logs.values()) log.fail(new WorkerGone());
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The caller's end of a log that a worker has. */
class SentLog {
  readonly #take: (documents: readonly HeldDocument[]) => void;
  readonly #onGone: () => void;
  readonly digest: Promise<LogDigest>;
  #resolve: (digest: LogDigest) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  #failure: unknown;
  #underWay = 0;
  #wake: () => void = () => undefined;

  constructor(take: (documents: readonly HeldDocument[]) => void, onGone: () => void) {
    this.#take = take;
    this.#onGone = onGone;
    this.digest = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.digest.catch(() => undefined); // awaited at the end; until then it must not count as unhandled
  }

  answer(answer: AnalysisAnswer): void {
    if (answer.kind === 'digest') this.#resolve(answer.digest);
    else if (answer.kind === 'failed') this.fail(errorOf(answer));
    else {
      this.#underWay -= 1;
      try {
        this.#take(answer.documents);
      } catch (error) {
        this.fail(error);
      }
      this.#wake();
    }
  }

  fail(error: unknown): void {
    if (error instanceof WorkerGone) this.#onGone();
    this.#failure ??= error;
    this.#reject(error);
    this.#wake();
  }

  async hasRoom(): Promise<void> {
    this.#underWay += 1;
    if (this.#underWay >= FRAMES_UNDER_WAY && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#failure !== undefined) throw this.#failure;
  }
}

const errorOf = ({ code, message, hint }: Extract<AnalysisAnswer, { kind: 'failed' }>): Error =>
  code === undefined ? new Error(message) : new AppError(code, message, { hint });
