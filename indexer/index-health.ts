// Whether an index file is whole, as SQLite itself sees it. Whether it knows all that the store has, `sync` finds out.
import type { LogIndexReader } from './log-index.ts';
import { QUICK_CHECK } from './statements.ts';

/**
 * What is wrong with the file's pages, rows and text table; undefined when nothing is. Reads the whole file: 0.4 s of
 * processor time for 20 MB (measured). INDEX_DAMAGED where it cannot even be looked through.
 */
export function findIndexFault(index: LogIndexReader): string | undefined {
  const said = index.db.get(QUICK_CHECK, {})?.quick_check;
  return said === 'ok' ? undefined : (said ?? 'SQLite gives no answer');
}
