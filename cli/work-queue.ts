// Work by name: what is asked for twice before it began is done once, so many things at a time, and what fails is tried
// again after a pause that grows.
import type { Pause } from './pause.ts';

export interface QueueOptions {
  /** How many at a time. */
  readonly width: number;
  /** Tries before it is given up: whoever polls asks for it again. */
  readonly tries: number;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  readonly onFailure: (name: string, error: unknown) => void;
}

/** chosen: a server that restarts is back within the sum of eight such pauses, four minutes. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 120_000;

/** Work that waits or runs, each by its name. */
export class WorkQueue {
  readonly #waiting = new Map<string, () => Promise<void>>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #options: QueueOptions;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Asks for `work`; while work of this name waits, it is the same. */
  push(name: string, work: () => Promise<void>): void {
    if (this.#options.signal.aborted) return;
    this.#waiting.set(name, work);
    this.#start();
  }

  /** Waiting and running ones. */
  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** Resolves when nothing is left; after an abort, when what runs has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running.values());
  }

  #start(): void {
    for (const [name, work] of this.#waiting) {
      if (this.#running.size >= this.#options.width || this.#options.signal.aborted) return;
      if (this.#running.has(name)) continue; // it changed meanwhile: once more after this time
      this.#waiting.delete(name);
      const done = this.#run(name, work).finally(() => {
        this.#running.delete(name);
        this.#start();
      });
      this.#running.set(name, done);
    }
  }

  async #run(name: string, work: () => Promise<void>): Promise<void> {
    const { tries, pause, signal, onFailure } = this.#options;
    for (let tried = 1; ; tried++) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) return;
        onFailure(name, error);
        if (tried >= tries) return;
        await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tried - 1)), signal);
        if (signal.aborted) return;
      }
    }
  }
}
