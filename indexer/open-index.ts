// Opens and closes the index file.
import { openConnection } from './database.ts';
import type { LogIndex, LogIndexReader } from './log-index.ts';

/** Opens the index for reading. NOT_FOUND when there is none, INDEX_TOO_NEW, INDEX_DAMAGED. */
export function openIndexReader(file: string): LogIndexReader {
  const db = openConnection(file, { readonly: true });
  return { file, db, close: () => db.close() };
}

/** Opens the index for writing, makes or migrates it; `close` brings everything into the one file. */
export function openIndex(file: string): LogIndex {
  const db = openConnection(file, { readonly: false });
  return { file, db, close: () => db.close() };
}
