// Waiting that an interrupt ends.

/** Resolves after so long, or at once when the signal is aborted; never throws. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** By the machine's own timer. */
export const pause: Pause = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
