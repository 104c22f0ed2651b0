// Loads better-sqlite3, at the first call: what keeps logs must work where no native module can be loaded. The one importer
// of it; what is done with a database stands in database.ts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { AppError, reasonOf } from '../store/errors.ts';

/** An open file. */
export type SqliteDatabase = Database.Database;
/** A prepared statement. */
export type SqliteStatement = Database.Statement;

const require = createRequire(import.meta.url);
let loaded: typeof Database | undefined;

/**
 * What opens databases. INDEX_UNSUPPORTED where it can't be loaded, or would end the process.
 *
 * Version 13 speaks Node-API and brings its binaries along: nothing is compiled, on musl neither. It asks for Node-API 10,
 * which no Node before 22.14 has: there it ends the process instead of failing, so it is not even tried. Node 20 gets
 * version 12.
 */
export function sqlite(): typeof Database {
  if (loaded !== undefined) return loaded;
  if (Number(process.versions['napi']) >= NODE_API_OF_13) loaded = findWorking('better-sqlite3-napi');
  if (loaded !== undefined) return loaded;
  if (isUnsafe())
    throw new AppError(
      'INDEX_UNSUPPORTED',
      'better-sqlite3 12, as it was compiled for this Node, may end the process',
      {
        hint: 'install firstred anew with its optional packages (better-sqlite3-napi); logs are kept without (`archive`, `run`)',
      },
    );
  try {
    loaded = open('better-sqlite3');
    return loaded;
  } catch (error) {
    const [reason = ''] = reasonOf(error).split('\n'); // the rest lists every folder that was looked into
    throw new AppError('INDEX_UNSUPPORTED', `SQLite can't be loaded here: ${reason.replace(/ Tried:$/, '')}`, {
      hint: 'install firstred with Node 22.14 or newer, or with a C++ compiler, make and Python at hand (`npm rebuild better-sqlite3`); without it logs are kept (`archive`, `run`, `pull`) and checked (`verify`)',
      cause: error,
    });
  }
}

/** Required by better-sqlite3 13: NAPI_VERSION in its binding.gyp. */
const NODE_API_OF_13 = 10;

/** The module, once its native part has opened something. */
function open(name: string): typeof Database {
  const found = require(name) as typeof Database;
  new found(':memory:').close(); // only now is its native part looked for
  return found;
}

/** undefined where it was left out of the installation, or has no binary for this system. */
function findWorking(name: string): typeof Database | undefined {
  try {
    return open(name);
  } catch {
    return undefined; // version 12 may be there, and says what lacks if not
  }
}

/** The code of an error of SQLite's own: `SQLITE_BUSY`, or a longer one that begins so. */
export const findSqliteCode = (error: unknown): string | undefined =>
  loaded !== undefined && error instanceof loaded.SqliteError ? error.code : undefined;

/** Only the module that is installed says whether it is safe. */
function isUnsafe(): boolean {
  if (Number.parseInt(process.versions.node, 10) < FIRST_UNSAFE_NODE) return false;
  try {
    const folder = path.dirname(require.resolve('better-sqlite3/package.json'));
    return isCollectedUnsafely(readFileSync(path.join(folder, 'build/Release/better_sqlite3.node')));
  } catch {
    return false; // it is not there: loading it says so
  }
}

const FIRST_UNSAFE_NODE = 24;

/**
 * Compiled with the headers of newer Nodes (seen: better-sqlite3 12.11.1, Node 24.21), each object of a native module calls
 * this when it is collected, and Node ends the process where the collector happens to run outside of every script.
 */
export const isCollectedUnsafely = (nativeModule: Buffer): boolean =>
  nativeModule.includes('RemoveEnvironmentCleanupHook');

/** The version of SQLite that is built in. */
export function sqliteVersion(): string {
  const database = new (sqlite())(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
}
