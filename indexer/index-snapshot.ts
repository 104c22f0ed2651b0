// An index as a file of its own, to be handed to other machines, and an index that begins as such a file.
import { link, rm } from 'node:fs/promises';
import { systemErrorCode } from '../store/errors.ts';
import { checkForeignIndex, INDEX_VERSION, openConnection } from './database.ts';
import { startGeneration } from './generation.ts';
import type { LogIndex, LogIndexReader, StoreId } from './log-index.ts';
import { COUNT_LOGS, STORES_OF_CAPTURES } from './statements.ts';

/** What is in an index, for whoever gets it. */
export interface IndexFacts {
  readonly indexVersion: number;
  readonly logs: number;
  /** The stores that its logs lie in. */
  readonly stores: readonly StoreId[];
}

/** What is in `index`. */
export const describeIndex = (index: LogIndexReader): IndexFacts => ({
  indexVersion: INDEX_VERSION,
  logs: index.db.get(COUNT_LOGS, {})?.n ?? 0,
  stores: index.db.all(STORES_OF_CAPTURES, {}).map((row) => row.name),
});

/** Writes a compact copy of `index` into the new file `file`. */
export function copyIndex(index: LogIndex, file: string): void {
  index.flush();
  index.db.copyInto(file);
}

/**
 * Makes `fresh`, a file from elsewhere, the index `file`, unless another process has made one meanwhile: then false. INDEX_DAMAGED,
 * INDEX_TOO_NEW or INPUT_UNREADABLE when it is no whole index of this version.
 */
export async function beginIndexFrom(fresh: string, file: string): Promise<boolean> {
  checkForeignIndex(fresh);
  const db = openConnection(fresh, { readonly: false });
  startGeneration(db); // from here on its rows are others than those of the machine that it came from
  db.close();
  try {
    await link(fresh, file); // a rename would replace what another process has begun
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    for (const ending of ['', '-wal', '-shm']) await rm(fresh + ending, { force: true });
  }
}
