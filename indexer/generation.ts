// Row numbers of logs say what is new only while none is given twice. The generation is a random number that changes when
// that ends: in a rebuilt index, in one that began as a snapshot, and when a log is removed.
import type { IndexWriteDatabase } from './database.ts';
import type { LogIndexReader } from './log-index.ts';
import { GET_META, NEW_GENERATION } from './statements.ts';

const GENERATION = 'generation';

/** Marks of the same generation can be compared; undefined: none can. */
export const findGeneration = (index: LogIndexReader): number | undefined =>
  index.db.get(GET_META, { name: GENERATION })?.value;

/** Gives a new index its generation. */
export function ensureGeneration(db: IndexWriteDatabase): void {
  if (db.get(GET_META, { name: GENERATION }) === undefined) startGeneration(db);
}

/** From here on earlier marks count for nothing. */
export const startGeneration = (db: IndexWriteDatabase): void => void db.run(NEW_GENERATION, {});
