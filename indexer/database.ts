// The one door to SQLite: opening, versions, transactions, errors. It knows no table; SQL stands in statements*.ts.
import { existsSync } from 'node:fs';
import { AppError, reasonOf } from '../store/errors.ts';
import { checkIndexFile, makeIndexFile } from './index-file.ts';
import { MIGRATION_FUNCTIONS, MIGRATIONS } from './migrations/migrations.ts';
import { findSqliteCode, type SqliteDatabase, type SqliteStatement, sqlite } from './sqlite-module.ts';

/** `FRix` in the header of the file, so that nothing else is ever taken for an index. */
const APPLICATION_ID = 0x46526978;
/** chosen: a writer holds the lock for one batch, well under a second; waiting longer than this means that it hangs. */
const BUSY_TIMEOUT_MS = 20_000;
/** measured: with 32 MiB 2 GB of made logs took 20 MB more, and no less time within what differs from run to run. */
const WRITER_CACHE_KIB = 16_384;

/** What a statement is bound to: named values. A number becomes an integer only through a typed column or CAST. */
export type SqlParams = Readonly<Record<string, string | number | bigint | Uint8Array | null>>;

/** A statement's text with the types of its parameters and rows; made only in statements*.ts. */
export interface Sql<Params extends SqlParams, Row> {
  readonly text: string;
  /** Types only. */
  readonly types?: { readonly params: Params; readonly row: Row };
}

/** A reading connection. Statements are prepared at first use and kept. */
export interface IndexReadDatabase {
  all<P extends SqlParams, R>(sql: Sql<P, R>, params: P): R[];
  get<P extends SqlParams, R>(sql: Sql<P, R>, params: P): R | undefined;
  /** The first column of every row: of thousands of rows a third of the time of `all`. */
  numbers<P extends SqlParams>(sql: Sql<P, number>, params: P): number[];
  /** Rows one by one; nothing may be written on this connection until it ends. */
  iterate<P extends SqlParams, R>(sql: Sql<P, R>, params: P): IterableIterator<R>;
  /** Everything that `body` reads is of one moment. `body` must not be async. */
  snapshot<T>(body: () => T): T;
}

/** A writing connection. */
export interface IndexWriteDatabase extends IndexReadDatabase {
  run<P extends SqlParams>(sql: Sql<P, never>, params: P): { readonly changes: number; readonly lastId: number };
  /** `body` wholly or not at all; waits for other writers. `body` must not be async. */
  transaction<T>(body: () => T): T;
  /** What `body` gives; all that it wrote is taken back. `body` must not be async. */
  tryOut<T>(body: () => T): T;
  /** Refreshes the planner's statistics and gives free pages back to the file system. */
  tidy(): void;
  /** Writes a compact copy into the new file `file`: one moment's content, nothing that was ever removed. */
  copyInto(file: string): void;
  /** Writes the whole file anew, without anything that was ever removed. Takes as long as copying it. */
  compact(): void;
}

/** The connection itself: `open-index.ts` hands it out as one of the two interfaces. */
export class SqliteConnection implements IndexWriteDatabase {
  readonly #database: SqliteDatabase;
  readonly #readonly: boolean;
  readonly #prepared = new Map<string, SqliteStatement>();
  /** Prepared apart, as whether a statement gives rows or a column is a state of its own. */
  readonly #columns = new Map<string, SqliteStatement>();

  constructor(database: SqliteDatabase, options: { readonly readonly: boolean }) {
    this.#database = database;
    this.#readonly = options.readonly;
  }

  #statement(text: string): SqliteStatement {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#prepared.set(text, statement);
    }
    return statement;
  }

  all<P extends SqlParams, R>(sql: Sql<P, R>, params: P): R[] {
    return guarded(this.#database.name, () => this.#statement(sql.text).all(params) as R[]);
  }

  get<P extends SqlParams, R>(sql: Sql<P, R>, params: P): R | undefined {
    return guarded(this.#database.name, () => this.#statement(sql.text).get(params) as R | undefined);
  }

  numbers<P extends SqlParams>(sql: Sql<P, number>, params: P): number[] {
    return guarded(this.#database.name, () => {
      const statement = this.#columns.get(sql.text) ?? this.#database.prepare(sql.text).pluck();
      this.#columns.set(sql.text, statement);
      return statement.all(params) as number[];
    });
  }

  *iterate<P extends SqlParams, R>(sql: Sql<P, R>, params: P): IterableIterator<R> {
    try {
      yield* this.#statement(sql.text).iterate(params) as IterableIterator<R>;
    } catch (error) {
      throw convertError(error, this.#database.name);
    }
  }

  run<P extends SqlParams>(sql: Sql<P, never>, params: P): { readonly changes: number; readonly lastId: number } {
    return guarded(this.#database.name, () => {
      const { changes, lastInsertRowid } = this.#statement(sql.text).run(params);
      return { changes, lastId: Number(lastInsertRowid) };
    });
  }

  snapshot<T>(body: () => T): T {
    return guarded(this.#database.name, () =>
      this.#database.inTransaction ? body() : this.#database.transaction(body).deferred(),
    );
  }

  transaction<T>(body: () => T): T {
    return guarded(this.#database.name, () =>
      this.#database.inTransaction ? body() : this.#database.transaction(body).immediate(),
    );
  }

  tryOut<T>(body: () => T): T {
    return guarded(this.#database.name, () => {
      this.#database.exec('BEGIN');
      try {
        return body();
      } finally {
        this.#database.exec('ROLLBACK');
      }
    });
  }

  copyInto(file: string): void {
    guarded(this.#database.name, () => this.#database.prepare('VACUUM INTO ?').run(file));
  }

  compact(): void {
    guarded(this.#database.name, () => this.#database.exec('VACUUM'));
  }

  tidy(): void {
    guarded(this.#database.name, () => {
      this.#database.pragma('analysis_limit=1000');
      this.#database.pragma('optimize=0x10002');
      this.#database.pragma('incremental_vacuum');
    });
  }

  close(): void {
    if (!this.#database.open) return;
    // A reader in another process may hold the log's tail; then the next one to close takes it over.
    if (!this.#readonly) guarded(this.#database.name, () => this.#database.pragma('wal_checkpoint(TRUNCATE)'));
    this.#database.close();
  }
}

/** Opens `file`; a writer creates and migrates it. */
export function openConnection(file: string, options: { readonly readonly: boolean }): SqliteConnection {
  if (options.readonly && !existsSync(file)) {
    throw new AppError('NOT_FOUND', `there is no index at ${file}`, {
      hint: 'run `firstred sync` to make it from the store',
    });
  }
  return guarded(file, () => {
    const database = options.readonly ? openReadonly(file) : openWriter(file);
    return new SqliteConnection(database, options);
  });
}

/** A database in memory with all tables and nothing in them, as a file would have it: made once, as making tables takes the longest. */
let emptyImage: Buffer | undefined;

/** A database in memory, with all tables. */
export const openMemory = (): SqliteConnection =>
  guarded(':memory:', () => {
    const Sqlite = sqlite();
    emptyImage ??= makeEmptyImage(new Sqlite(':memory:'));
    const database = new Sqlite(emptyImage);
    database.pragma('trusted_schema=OFF');
    return new SqliteConnection(database, { readonly: false });
  });

function makeEmptyImage(database: SqliteDatabase): Buffer {
  try {
    database.pragma('trusted_schema=OFF');
    migrate(database, ':memory:');
    return database.serialize();
  } finally {
    database.close();
  }
}

function openReadonly(file: string): SqliteDatabase {
  checkIndexFile(file);
  const database = new (sqlite())(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('query_only=ON');
    database.pragma('trusted_schema=OFF');
    if (checkVersion(database, file) < MIGRATIONS.length) {
      // An older index is brought up to date by whoever may write it; here that is a short detour.
      database.close();
      openWriter(file).close();
      return openReadonly(file);
    }
    return database;
  } catch (error) {
    if (database.open) database.close();
    throw error;
  }
}

function openWriter(file: string): SqliteDatabase {
  checkIndexFile(file);
  const Sqlite = sqlite(); // where it can't be loaded, no empty file may stay behind: a search would take it for an index
  if (!existsSync(file)) makeIndexFile(file);
  const database = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('trusted_schema=OFF');
    checkVersion(database, file); // before anything is set: a database of something else stays as it is
    // One statement decides the page size: it counts only before the first table. 8 KiB measured in bench/index.ts.
    if (database.pragma('page_count', { simple: true }) === 0) {
      database.pragma('page_size=8192');
      database.pragma('auto_vacuum=INCREMENTAL');
    }
    database.pragma('journal_mode=WAL');
    database.pragma('synchronous=NORMAL');
    database.pragma('foreign_keys=ON');
    database.pragma(`cache_size=-${WRITER_CACHE_KIB}`);
    migrate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: SqliteDatabase, file: string): void {
  if (checkVersion(database, file) === MIGRATIONS.length) return;
  for (const [name, pack] of MIGRATION_FUNCTIONS) database.function(name, pack);
  database
    .transaction(() => {
      // Again inside the lock: another process may have come first.
      for (let version = checkVersion(database, file); version < MIGRATIONS.length; version++) {
        database.exec(MIGRATIONS[version] ?? '');
        database.pragma(`user_version=${version + 1}`);
      }
      database.pragma(`application_id=${APPLICATION_ID}`);
    })
    .immediate();
}

/** The version of the file; an AppError when it is no index of ours or a newer one. */
function checkVersion(database: SqliteDatabase, file: string): number {
  const version = Number(database.pragma('user_version', { simple: true }));
  const application = Number(database.pragma('application_id', { simple: true }));
  const tables = Number(database.prepare('SELECT count(*) AS n FROM sqlite_schema').pluck().get());
  if (application !== APPLICATION_ID && (tables > 0 || application !== 0)) {
    throw new AppError('INPUT_UNREADABLE', `${file} is a database of something else`, {
      hint: 'name another file with --index or FIRSTRED_INDEX',
    });
  }
  if (version > MIGRATIONS.length) {
    throw new AppError('INDEX_TOO_NEW', `the index ${file} was written by a newer firstred (version ${version})`, {
      hint: 'install a newer firstred, or let it build another one with --index FILE',
    });
  }
  return version;
}

function guarded<T>(file: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw convertError(error, file);
  }
}

/** SQLite's errors in our words; anything else passes. */
function convertError(error: unknown, file: string): unknown {
  const code = findSqliteCode(error);
  if (code === undefined) return error;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new AppError('INDEX_BUSY', 'another process has been writing to the index for too long', {
      hint: 'try again; if it stays so, look for a hanging firstred process',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError('INDEX_DAMAGED', `the index ${file} is damaged: ${reasonOf(error)}`, {
      hint: 'run `firstred reindex`: the store has everything it is made from',
      cause: error,
    });
  }
  if (code === 'SQLITE_FULL') {
    return new AppError('STORE_FULL', 'no space left for the index', {
      hint: 'free some space and run `firstred sync`',
      cause: error,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_IOERR')) {
    return new AppError('INPUT_UNREADABLE', `the index can't be opened: ${reasonOf(error)}`, {
      hint: 'check the folder and its rights, or name another file with --index',
      cause: error,
    });
  }
  return error;
}

/** The version that this code writes. */
export const INDEX_VERSION = MIGRATIONS.length;

/**
 * Looks whether `file`, which came from elsewhere, is a whole index of this version: its tables, views and triggers are those
 * that this code makes, and no others, so nothing of it acts by itself. INDEX_DAMAGED, INDEX_TOO_NEW, INPUT_UNREADABLE.
 */
export function checkForeignIndex(file: string): void {
  guarded(file, () => {
    const database = new (sqlite())(file, { readonly: true });
    try {
      database.pragma('trusted_schema=OFF');
      const version = checkVersion(database, file);
      const problem = database.pragma('quick_check(1)', { simple: true });
      if (version !== MIGRATIONS.length || problem !== 'ok' || schemaOf(database) !== ownSchema())
        throw new AppError('INDEX_DAMAGED', `${file} is not an index of this version`, {
          hint: 'run `firstred reindex`: the store has everything it is made from',
        });
    } finally {
      database.close();
    }
  });
}

function ownSchema(): string {
  const database = new (sqlite())(':memory:');
  try {
    migrate(database, ':memory:');
    return schemaOf(database);
  } finally {
    database.close();
  }
}

/** Without the planner's own tables, which come and go. */
const schemaOf = (database: SqliteDatabase): string =>
  JSON.stringify(
    database
      .prepare(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name, type",
      )
      .raw()
      .all(),
  );

/** chosen: 8 MB between two looks at the world; it is what a disk writes in some ten ms. */
const COPIED_PAGES = 1000;

/**
 * Puts the content of the index `from` in place of that of `to`, in one step for everybody who has `to` open: a file
 * that is in use must not be renamed over. INDEX_DAMAGED when `to` is no database any more.
 */
export async function copyDatabase(
  from: string,
  to: string,
  onBytes: (done: number, total: number) => void,
): Promise<void> {
  const source = new (sqlite())(from, { readonly: true });
  try {
    const pageBytes = Number(source.pragma('page_size', { simple: true }));
    await source.backup(to, {
      progress({ totalPages, remainingPages }) {
        onBytes((totalPages - remainingPages) * pageBytes, totalPages * pageBytes);
        return COPIED_PAGES;
      },
    });
  } catch (error) {
    throw convertError(error, to);
  } finally {
    source.close();
  }
}
