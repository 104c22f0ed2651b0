// Analyses logs on every core: each log on one thread, frame by frame. The first logs stay on this thread: a worker costs
// more to start than they take.
import { availableParallelism } from 'node:os';
import { AppError, type ErrorCode } from '../store/errors.ts';
import { FrameAnalyser, type StoredFrame } from './frame-analyser.ts';
import type { HeldDocument } from './ingest-buffer.ts';
import type { LogDigest } from './log-index.ts';
import { startWorker } from './start-worker.ts';

/** chosen: analysed in the time that two workers take to start and to get fast, about a second. */
const BYTES_BEFORE_WORKERS = 16 * 1024 * 1024;
/**
 * chosen: what a worker takes half a second for, longer than this thread needs to write a batch: until then it must have work.
 * As it is stored that is a tenth; of what does not shrink it bounds what is held.
 */
const BYTES_UNDER_WAY = 16 * 1024 * 1024;
/**
 * measured: a worker needs some 3 MB for each log that it has begun and not ended. One that is small is sent and ended at once;
 * so many large ones may come frame by frame, as a distant store gives them.
 */
const LOGS_AT_ONCE = 4;

/** One log under way. */
export interface LogAnalysis {
  /** Takes the next frame; what comes out of it goes to `take` of `begin`. Waits while much is under way. */
  push(frame: StoredFrame): Promise<void>;
  end(): Promise<LogDigest>;
  /** Gives it up. */
  drop(): void;
}

/** One for a process: many logs, in turn or side by side. */
export interface AnalyserPool {
  /** Says early how much text is about to come: where that is much, workers are started at once, for all of it. */
  expect(textBytes: number): void;
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
  let expectsMuch = false;
  let haveFailed = false;
  const laneOf = (): Lane => {
    while (lanes.length < threads) lanes.push(new Lane());
    return lanes.reduce((a, b) => (b.load < a.load ? b : a));
  };
  return {
    expect(textBytes) {
      expectsMuch ||= threads > 1 && textBytes > BYTES_BEFORE_WORKERS;
      if (expectsMuch) laneOf();
    },
    begin(textBytes, take) {
      begunBytes += textBytes;
      const isMuch = expectsMuch || begunBytes > BYTES_BEFORE_WORKERS;
      if (threads < 2 || haveFailed || !isMuch) return ON_THIS_THREAD.begin(textBytes, take);
      return laneOf().begin(textBytes, { take, onGone: () => (haveFailed = true) });
    },
    close: async () => void (await Promise.all(lanes.splice(0).map((lane) => lane.close()))),
  };
}

/** Analyses where it is called. */
export const ON_THIS_THREAD: AnalyserPool = {
  expect: () => undefined,
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

/** Who wants to know of a log that a worker has. */
interface Listener {
  readonly take: (documents: readonly HeldDocument[]) => void;
  readonly onGone: () => void;
}

/** A worker and the logs that it has under way. */
class Lane {
  readonly #worker = startWorker('indexer/analyse-worker.js');
  readonly #logs = new Map<number, SentLog>();
  #nextLog = 0;
  #isGone = false;
  /** Bytes of text that it has been told to expect and has not answered for. */
  load = 0;
  /** Of those, what it has. */
  #sentBytes = 0;
  #waiting: (() => void)[] = [];
  /** Logs whose first frame was sent and whose end was not. */
  readonly #begun = new Set<number>();
  /** Who waits for one of them to end. */
  readonly #next: (() => void)[] = [];

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (answer: AnalysisAnswer) => this.#answer(answer));
    this.#worker.on('error', () => this.#fail());
    this.#worker.on('exit', () => this.#fail());
  }

  begin(textBytes: number, listener: Listener): LogAnalysis {
    const log = this.#nextLog++;
    const sent = new SentLog(textBytes, listener);
    this.load += textBytes;
    if (this.#isGone) sent.fail(new WorkerGone());
    this.#logs.set(log, sent);
    const tell = (order: AnalysisOrder): void => this.#worker.postMessage(order);
    return {
      push: async (frame) => {
        await this.#turn(log, sent);
        // A copy of its own, whose memory goes over to the worker.
        const bytes = new Uint8Array(frame.bytes);
        this.#sentBytes += frame.textBytes;
        sent.frames.push(frame.textBytes);
        this.#worker.postMessage({ log, kind: 'frame', frame: { ...frame, bytes } }, [bytes.buffer]);
        await this.#room(sent);
      },
      end: async () => {
        tell({ log, kind: 'end' });
        this.#leave(log);
        return sent.digest.finally(() => this.#forget(log));
      },
      drop: () => {
        tell({ log, kind: 'drop' });
        this.#forget(log);
      },
    };
  }

  #answer(answer: AnalysisAnswer): void {
    const sent = this.#logs.get(answer.log);
    if (sent === undefined) return;
    if (answer.kind !== 'digest') {
      // What failed is answered for once: no more is heard of the frames behind it.
      const bytes = answer.kind === 'documents' ? (sent.frames.shift() ?? 0) : sent.takeFrames();
      sent.leftBytes -= bytes;
      this.load -= bytes;
      this.#sentBytes -= bytes;
    }
    sent.answer(answer);
    this.#wake();
  }

  /** Waits until the worker may begin this log: those before it end by themselves. */
  async #turn(log: number, sent: SentLog): Promise<void> {
    if (this.#begun.has(log)) return;
    while (this.#begun.size >= LOGS_AT_ONCE && sent.failure === undefined)
      await new Promise<void>((resolve) => this.#next.push(resolve));
    if (sent.failure !== undefined) throw sent.failure;
    this.#begun.add(log);
  }

  #leave(log: number): void {
    if (this.#begun.delete(log)) this.#next.shift()?.();
  }

  async #room(sent: SentLog): Promise<void> {
    while (this.#sentBytes > BYTES_UNDER_WAY && sent.failure === undefined)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (sent.failure !== undefined) throw sent.failure;
  }

  #wake(): void {
    if (this.#waiting.length === 0) return;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #forget(log: number): void {
    this.#leave(log);
    const sent = this.#logs.get(log);
    if (sent === undefined) return;
    this.#logs.delete(log);
    this.load -= sent.leftBytes;
    this.#sentBytes -= sent.takeFrames();
    this.#wake();
  }

  #fail(): void {
    this.#isGone = true;
    for (const log of this.#logs.values()) log.fail(new WorkerGone());
    for (const begin of this.#next.splice(0)) begin();
    this.#wake();
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** The caller's end of a log that a worker has. */
class SentLog {
  readonly #listener: Listener;
  readonly digest: Promise<LogDigest>;
  #resolve: (digest: LogDigest) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  failure: unknown;
  /** Bytes of text that were announced and not answered for. */
  leftBytes: number;
  /** Of the frames that were sent and not answered for. */
  readonly frames: number[] = [];

  constructor(textBytes: number, listener: Listener) {
    this.leftBytes = textBytes;
    this.#listener = listener;
    this.digest = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.digest.catch(() => undefined); // awaited at the end; until then it must not count as unhandled
  }

  /** Bytes of text of the frames under way, which count as answered from now on. */
  takeFrames(): number {
    return this.frames.splice(0).reduce((sum, bytes) => sum + bytes, 0);
  }

  answer(answer: AnalysisAnswer): void {
    if (answer.kind === 'digest') this.#resolve(answer.digest);
    else if (answer.kind === 'failed') this.fail(errorOf(answer));
    else {
      try {
        this.#listener.take(answer.documents);
      } catch (error) {
        this.fail(error);
      }
    }
  }

  fail(error: unknown): void {
    if (error instanceof WorkerGone) this.#listener.onGone();
    this.failure ??= error;
    this.#reject(error);
  }
}

const errorOf = ({ code, message, hint }: Extract<AnalysisAnswer, { kind: 'failed' }>): Error =>
  code === undefined ? new Error(message) : new AppError(code, message, { hint });
