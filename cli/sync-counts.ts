// What every sync counts and is told, whatever index it fills.
import type { AttemptFilter } from '../indexer/log-index.ts';
import { reasonOf } from '../store/errors.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { Snapshot } from '../store/snapshots.ts';
import { isDamage, isGone } from './store-objects.ts';

/** What a sync did. */
export interface SyncCounts {
  added: number;
  unchanged: number;
  facts: number;
  /** Feed entries whose manifest is not there (yet). */
  pending: number;
  unreadable: number;
  /** Logs that the filter keeps out, or the limit. */
  leftOut: number;
}

/**
 * chosen: so many keys are listed ahead of the work, some 15 MB of them; where more is new than that, the time left is
 * told once only so much is left.
 */
export const KEYS_AHEAD = 50_000;

/** Nothing yet. */
export const noCounts = (): SyncCounts => ({ added: 0, unchanged: 0, facts: 0, pending: 0, unreadable: 0, leftOut: 0 });

/** What a sync is told. */
export interface SyncOptions {
  /** List `logs/` instead of the feed. */
  readonly full: boolean;
  /** Takes only these logs; the others are looked at again by every sync, until one without it takes them. */
  readonly filter?: AttemptFilter;
  /** Takes at most so many logs. */
  readonly limit?: number | undefined;
  readonly signal: AbortSignal;
  /** What could not be read, in words. */
  readonly onProblem: (what: string) => Promise<void>;
  /** Bytes of text that were taken since the last call. */
  readonly onText?: (textBytes: number) => void;
  /** Logs that were dealt with, of those that are new; `total` is undefined until the store has listed them all. */
  readonly onLogs?: (done: number, total: number | undefined) => void;
  /** The same of facts. */
  readonly onFacts?: (done: number, total: number | undefined) => void;
  /** Everything is in; the index is about to be put in order. */
  readonly onSettle?: () => void;
  /** Bytes of a snapshot that have come, of all. */
  readonly onDownload?: (done: number, total: number) => void;
  /** The index began with this snapshot. */
  readonly onSnapshot?: (snapshot: Snapshot) => Promise<void>;
}

/**
 * Counts what can't be read because of what it is. Anything else (no network, no rights) ends the sync before its
 * cursors move: what was not read now must be read by the next one.
 */
export async function passOver(
  { counts, options }: { readonly counts: SyncCounts; readonly options: SyncOptions },
  error: unknown,
): Promise<void> {
  if (isGone(error)) return; // pruned since it was listed
  if (!isDamage(error)) throw error;
  counts.unreadable += 1;
  await options.onProblem(error.message);
}

/** Which log could not be read, and why. */
export function leftOutText(key: ObjectKey, error: unknown): string {
  const reason = reasonOf(error);
  return `${reason.includes(key) ? reason : `${key}: ${reason}`}: left out`;
}
