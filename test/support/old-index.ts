// An index as an earlier version of the schema left it.
import path from 'node:path';
import Database from 'better-sqlite3';
import { MIGRATIONS } from '../../indexer/migrations/migrations.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { makeTempFolder } from './temp-folder.ts';

/** A file with the tables of `version` and what `rows` puts into them. */
export async function makeOldIndex(version: number, rows: string): Promise<string> {
  const folder = await makeTempFolder();
  const fresh = path.join(folder, 'fresh.db');
  openIndex(fresh).close();
  const database = new Database(fresh, { readonly: true });
  const application = database.pragma('application_id', { simple: true });
  database.close();
  const file = path.join(folder, 'old.db');
  const old = new Database(file);
  old.pragma('page_size=8192');
  old.pragma('auto_vacuum=INCREMENTAL');
  old.pragma('journal_mode=WAL');
  for (const migration of MIGRATIONS.slice(0, version)) old.exec(migration);
  old.exec(rows);
  old.pragma(`user_version=${version}`);
  old.pragma(`application_id=${application}`);
  old.close();
  return file;
}
