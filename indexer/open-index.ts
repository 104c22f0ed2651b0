// Opens and closes the index file.
import { openConnection, openMemory, type SqliteConnection } from './database.ts';
import { ensureGeneration } from './generation.ts';
import { ensureTextRoom, IngestBuffer } from './ingest-buffer.ts';
import { writeLogs } from './ingest-write.ts';
import type { LogIndex, LogIndexReader } from './log-index.ts';

/** Opens the index for reading. NOT_FOUND when there is none, INDEX_TOO_NEW, INDEX_DAMAGED. */
export function openIndexReader(file: string): LogIndexReader {
  const db = openConnection(file, { readonly: true });
  return { file, db, close: () => db.close() };
}

/** Opens the index for writing, makes or migrates it; `close` writes what is held and brings all into the one file. */
export function openIndex(file: string): LogIndex {
  const db = openConnection(file, { readonly: false });
  ensureGeneration(db);
  ensureTextRoom(db);
  return new WritableIndex(file, db);
}

/** An empty index in memory, for one search over a store that has none. */
export const openPassingIndex = (): LogIndex => new WritableIndex(':memory:', openMemory());

class WritableIndex implements LogIndex {
  readonly file: string;
  readonly db: SqliteConnection;
  readonly buffer = new IngestBuffer();
  #isClosed = false;

  constructor(file: string, db: SqliteConnection) {
    this.file = file;
    this.db = db;
  }

  flush(): void {
    const { logs, later } = this.buffer.drain();
    if (logs.length === 0 && later.length === 0) return;
    const { terms } = this.buffer;
    terms.collect(() =>
      this.db.transaction(() => {
        writeLogs(this.db, terms, logs);
        for (const write of later) write();
      }),
    );
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.flush();
    } finally {
      this.db.close();
    }
  }
}
