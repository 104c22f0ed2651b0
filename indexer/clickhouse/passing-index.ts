// An index in memory that holds a part of the engine's: its captures and facts, written by the same code as the local
// index, so that attempts, primaries, ranks and flakes come out the same.
import type { Fact } from '../../store/facts.ts';
import { countBlocks } from '../blocks.ts';
import { findCapture } from '../capture-key.ts';
import { applyFact } from '../facts.ts';
import { reserveBlocks } from '../ingest-buffer.ts';
import { writeLogs } from '../ingest-write.ts';
import type { LogIndex, StoreId } from '../log-index.ts';
import { longLinesOf } from '../long-lines.ts';
import type { ReadCapture } from './capture-rows.ts';

/** A fact and the store that it was written to. */
export interface StoredFact {
  readonly store: StoreId;
  readonly fact: Fact;
}

/**
 * Adds captures and facts in the order of a rebuild: names of repositories, captures, then what was learned later. What is
 * there already is passed over.
 */
export function addParts(index: LogIndex, captures: readonly ReadCapture[], facts: readonly StoredFact[]): void {
  const apply = (isWanted: (kind: string) => boolean): void => {
    for (const { store, fact } of facts) if (isWanted(fact.kind)) applyFact(index, store, fact);
  };
  apply((kind) => kind === 'rename');
  const { db } = index;
  db.transaction(() => {
    const logs = captures.flatMap(({ key: manifestKey, manifest, store, table, digest }) => {
      if (findCapture(db, store, manifestKey) !== undefined) return [];
      const firstBlock = reserveBlocks(db, countBlocks(table));
      const longLines = longLinesOf(table);
      return [{ manifest, store, manifestKey, table, longLines, digest, firstBlock, documents: [] }];
    });
    writeLogs(db, index.buffer.terms, logs);
  });
  apply((kind) => kind !== 'rename');
}
