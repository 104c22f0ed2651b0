// Removes a log from the store for ever: tombstone first, then every capture, then snapshots of an index that had it. `forget` and `rescan` do it alike.

import type { ObjectKey } from '../store/keys.ts';
import type { LogId } from '../store/log-id.ts';
import { buryLog, findFeedKeys, listCaptures, removeCapture } from '../store/prune-store.ts';
import { removeEverySnapshot } from './index-snapshots.ts';
import type { Session } from './session.ts';
import { toolName } from './version.ts';

/** Which log goes, why, and what took its place. */
export interface ForgottenLog {
  readonly logId: LogId;
  readonly manifestKey: ObjectKey;
  readonly reason: string;
  readonly redirectTo?: LogId;
}

/** What is gone now. */
export interface RemovedLog {
  /** Manifests of the log's captures. */
  readonly manifestKeys: readonly ObjectKey[];
  /** Every key that was removed: for whoever must remove the versions behind it too. */
  readonly keys: readonly ObjectKey[];
}

/** Indexes and caches learn of it by the tombstone. */
export async function removeLog(session: Session, log: ForgottenLog): Promise<RemovedLog> {
  const { manifestKey, ...burial } = log;
  const store = await session.store();
  const manifestKeys = await listCaptures(store, manifestKey);
  await buryLog(store, { ...burial, manifestKeys }, { by: session.config.author, tool: toolName() });
  const feed = await findFeedKeys(store, new Set(manifestKeys));
  const keys: ObjectKey[] = [];
  for (const key of manifestKeys) keys.push(...(await removeCapture(store, key, feed.get(key) ?? [])));
  keys.push(...(await removeEverySnapshot(session))); // each may have the words of this text; the next publish makes a clean one
  return { manifestKeys, keys };
}
