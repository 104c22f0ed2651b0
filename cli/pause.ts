// Waiting that an interrupt ends.
import { setTimeout } from 'node:timers/promises';

/** Resolves after so long, or at once when the signal is aborted; never throws. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** By the machine's own timer. */
export const pause: Pause = (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined);
