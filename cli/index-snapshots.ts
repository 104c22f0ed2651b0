// Publishes this machine's index into the store, and begins one from what others have published.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../store/errors.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { Snapshot } from '../store/snapshots.ts';
import type { Session } from './session.ts';
import { toolName } from './version.ts';

/** chosen: whoever began to download the last but one can end it. */
const KEPT_SNAPSHOTS = 2;

/** What `index publish` did. */
export interface Published {
  readonly snapshot: Snapshot;
  readonly removed: readonly ObjectKey[];
  /** Old ones stay where this writer has no right to remove. */
  readonly mayRemove: boolean;
}

/** What is told while an index is published. */
export interface PublishWatch {
  readonly signal: AbortSignal;
  /** The index is about to be copied, which holds everything up. */
  readonly onCopy: () => void;
  readonly onPack: (done: number, total: number) => void;
  readonly onPut: (done: number, total: number) => void;
}

/** Puts a snapshot of this index into its store and removes old ones. USAGE when the index has logs of other stores. */
export async function publishIndex(session: Session, watch: PublishWatch): Promise<Published> {
  const { copyIndex, describeIndex } = await import('../indexer/index-snapshot.ts');
  const { putSnapshot } = await import('../store/snapshots.ts');
  const store = await session.store();
  const storeId = await session.storeId();
  const index = await session.indexForWriting();
  index.flush();
  const { stores, ...facts } = describeIndex(index);
  if (stores.some((each) => each !== storeId))
    throw new AppError(
      'USAGE',
      'this index has logs of other stores too: whoever reads this store must not get those',
      {
        hint: 'name an index of its own with --index FILE, and run `firstred sync` and `firstred index publish` with it',
      },
    );
  const stem = `${session.config.index}.snapshot-${randomBytes(4).toString('hex')}`;
  const files = { index: `${stem}.db`, staged: `${stem}.zst` };
  try {
    watch.onCopy();
    copyIndex(index, files.index);
    const snapshot = await putSnapshot(store, files, { storeId, ...facts, tool: toolName() }, watch);
    return { snapshot, ...(await removeOld(session)) };
  } finally {
    for (const file of Object.values(files)) await rm(file, { force: true });
  }
}

async function removeOld(session: Session): Promise<Pick<Published, 'removed' | 'mayRemove'>> {
  const { listSnapshots, removeSnapshots } = await import('../store/snapshots.ts');
  const store = await session.store();
  const removed = (await listSnapshots(store)).slice(KEPT_SNAPSHOTS);
  try {
    await removeSnapshots(store, removed);
    return { removed, mayRemove: true };
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFUSED') return { removed: [], mayRemove: false };
    throw error;
  }
}

/** Removes every snapshot: their index has a text that must be nowhere any more. Gives the keys that are gone. */
export async function removeEverySnapshot(session: Session): Promise<readonly ObjectKey[]> {
  const { listSnapshots, removeSnapshots } = await import('../store/snapshots.ts');
  const store = await session.store();
  const keys = await listSnapshots(store);
  return removeSnapshots(store, keys);
}

/** What is told while an index begins. */
export interface BeginWatch {
  readonly signal: AbortSignal;
  readonly onProblem: (what: string) => Promise<void>;
  readonly onBytes: (done: number, total: number) => void;
}

/** Where this machine has no index: begins it with the newest snapshot that is whole. undefined when there is none. */
export async function beginWithSnapshot(session: Session, watch: BeginWatch): Promise<Snapshot | undefined> {
  const { index } = session.config;
  if (existsSync(index)) return undefined;
  const store = await session.store();
  const storeId = await session.storeId();
  const { listSnapshots, readSnapshot } = await import('../store/snapshots.ts');
  for (const key of await listSnapshots(store)) {
    try {
      const snapshot = await readSnapshot(store, key);
      if (snapshot.storeId !== storeId)
        throw new AppError('STORE_DAMAGED', `${key} is of another store`, { hint: 'publish a new one' });
      return (await begin(session, snapshot, watch)) ? snapshot : undefined;
    } catch (error) {
      if (!(error instanceof AppError) || !PASSED_OVER.has(error.code)) throw error;
      await watch.onProblem(`${error.message}: the index is not begun with it`);
    }
  }
  return undefined;
}

const PASSED_OVER = new Set([
  'STORE_DAMAGED',
  'FORMAT_TOO_NEW',
  'NOT_FOUND',
  'INDEX_DAMAGED',
  'INDEX_TOO_NEW',
  'INPUT_UNREADABLE',
]);

async function begin(session: Session, snapshot: Snapshot, watch: BeginWatch): Promise<boolean> {
  const { fetchSnapshot } = await import('../store/snapshots.ts');
  const { beginIndexFrom } = await import('../indexer/index-snapshot.ts');
  const { INDEX_VERSION } = await import('../indexer/database.ts');
  if (snapshot.indexVersion !== INDEX_VERSION)
    throw new AppError(
      'INDEX_TOO_NEW',
      `${snapshot.key} has an index of version ${snapshot.indexVersion}, not ${INDEX_VERSION}`,
      {
        hint: 'use the same version of firstred as the machine that publishes',
      },
    );
  const { index } = session.config;
  const fresh = `${index}.new-${randomBytes(4).toString('hex')}`;
  await mkdir(dirname(index), { recursive: true, mode: 0o700 });
  let done = 0;
  try {
    await fetchSnapshot(await session.store(), snapshot, fresh, {
      signal: watch.signal,
      onBytes: (bytes) => {
        done += bytes;
        watch.onBytes(done, snapshot.objectBytes);
      },
    });
    return await beginIndexFrom(fresh, index);
  } finally {
    await rm(fresh, { force: true });
  }
}
