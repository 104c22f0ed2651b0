// A second thread that tests logs for searches that have much to read. It is started once for a process, while the search goes
// on without it, and kept: the next wide search has it at once.
import { availableParallelism } from 'node:os';
import type { Query } from './log-index.ts';
import { startWorker } from './start-worker.ts';
import type { FetchedLog, TestedLog, WantedLines } from './tested-logs.ts';

/** What the other thread is asked. */
export interface VerifyOrder extends WantedLines {
  readonly query: Query;
  readonly notesBare: boolean;
  readonly logs: readonly FetchedLog[];
}

/** What it answers, and what that took. */
export interface VerifyAnswer {
  readonly tested: readonly TestedLog[];
  /** Frames that hide nothing, of each log. */
  readonly bare: readonly (readonly number[])[];
  readonly framesRead: number;
  readonly unpackMs: number;
  readonly textBytes: number;
  readonly blocks: number;
}

/** The thread, from its start on. */
export class VerifyHelper {
  readonly #worker = startWorker('indexer/verify-worker.js');
  /** In the order of the orders, as its answers are; undefined: it has died. */
  readonly #waiting: ((answer: VerifyAnswer | undefined) => void)[] = [];
  #onStart: () => void = () => undefined;
  state: 'starting' | 'ready' | 'gone' = 'starting';
  /** Once it is ready or gone. */
  readonly started = new Promise<void>((resolve) => (this.#onStart = resolve));

  constructor() {
    this.#worker.on('message', (answer: VerifyAnswer | 'ready') => {
      if (answer !== 'ready') return this.#answer(answer);
      this.state = 'ready';
      this.#onStart();
    });
    this.#worker.on('error', () => this.#fail());
    this.#worker.on('exit', () => this.#fail());
    this.#worker.unref(); // behind the listeners: each of them makes the process wait for the thread again
  }

  /** Undefined: it has died, and somebody else must test them. */
  test(order: VerifyOrder): Promise<VerifyAnswer | undefined> {
    if (this.state === 'gone') return Promise.resolve(undefined);
    this.#worker.ref(); // until it has answered, the process has something to wait for
    // Copies of their own: a view would take all the memory along that it is in.
    const logs = order.logs.map((each) => ({
      ...each,
      first: new Map([...each.first].map(([n, bytes]) => [n, new Uint8Array(bytes)])),
    }));
    this.#worker.postMessage({ ...order, logs });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #answer(answer: VerifyAnswer): void {
    this.#waiting.shift()?.(answer);
    if (this.#waiting.length === 0) this.#worker.unref();
  }

  #fail(): void {
    this.state = 'gone';
    this.#onStart();
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }
}

let helper: VerifyHelper | undefined;

/** Starts the one of this process, where there is a core for it. */
export function startHelper(): VerifyHelper | undefined {
  if (availableParallelism() > 1) helper ??= new VerifyHelper();
  return helper;
}

/** The one of this process, once it is ready. */
export const findHelper = (): VerifyHelper | undefined => (helper?.state === 'ready' ? helper : undefined);
