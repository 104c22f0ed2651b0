// Keeps the index small and quick: merges segments of the text table and lists of the vocabulary, gives free pages back.
import { AppError } from '../store/errors.ts';
import type { IndexWriteDatabase } from './database.ts';
import { REMOVED_TEXT } from './facts.ts';
import { GET_META, SET_META } from './statements.ts';
import { MERGE_TEXT, OPTIMIZE_TEXT } from './statements-text.ts';
import { mergeVocabulary, rebuildVocabulary } from './vocabulary.ts';

/** measured (bench/index.ts): 8 MB of documents are about 90 MB of log; merging everything is then a tenth of the ingest. */
const WORTH_OPTIMIZING_BYTES = 8 * 1024 * 1024;
/** chosen: a merge step of some 4 MB takes a few hundredths of a second: nobody notices it after an `archive`. */
const STEP_PAGES = 500n;

/** After the last ingest of a process that wrote `writtenBytes` of documents. */
export function settleText(db: IndexWriteDatabase, writtenBytes: number): void {
  if ((db.get(GET_META, { name: REMOVED_TEXT })?.value ?? 0) > 0) {
    purgeText(db);
    return;
  }
  if (writtenBytes === 0) return;
  mergeVocabulary(db, ...(writtenBytes >= WORTH_OPTIMIZING_BYTES ? [2] : []));
  db.transaction(() =>
    writtenBytes >= WORTH_OPTIMIZING_BYTES ? db.run(OPTIMIZE_TEXT, {}) : db.run(MERGE_TEXT, { pages: STEP_PAGES }),
  );
  db.tidy();
}

/** After a removal: words that only the removed text had leave the text table, the vocabulary and the free pages. */
function purgeText(db: IndexWriteDatabase): void {
  db.transaction(() => {
    db.run(OPTIMIZE_TEXT, {});
    rebuildVocabulary(db);
  });
  // Deleted rows stay readable in the gaps of pages that are in use: only writing everything anew takes them away.
  try {
    db.compact();
  } catch (error) {
    // The mark stays, so the next process does it.
    if (error instanceof AppError && (error.code === 'INDEX_BUSY' || error.code === 'STORE_FULL')) return;
    throw error;
  }
  db.run(SET_META, { name: REMOVED_TEXT, value: 0 });
}
