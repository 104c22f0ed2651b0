// Whether the engine has our tables, and making them.
import { AppError } from '../../store/errors.ts';
import type { EngineAddress } from './address.ts';
import type { EngineClient } from './client.ts';
import { createTables, ENGINE_SCHEMA, MARK_LAYOUT, MIGRATIONS, TABLES, WORDS_VERSION } from './schema.ts';

/** Whether the index has been made. INDEX_TOO_NEW, INDEX_DAMAGED where it is not one that this version reads. */
export async function hasTables(client: EngineClient, address: EngineAddress): Promise<boolean> {
  const rows = await client.rowsIfThere('SELECT max(schema), max(words), count() FROM layout');
  if (rows === undefined) return false;
  const [row] = rows;
  const [schema = 0, words = 0, count = 0] = (row ?? []).map(Number);
  if (count === 0) return false;
  if (schema > ENGINE_SCHEMA || words > WORDS_VERSION)
    throw new AppError('INDEX_TOO_NEW', `${address.shown} was made by a newer firstred`, {
      hint: 'use the version of firstred that the index workers have',
    });
  if (words < WORDS_VERSION || lacksStep(schema))
    throw new AppError('INDEX_DAMAGED', `${address.shown} is of an older kind`, {
      hint: 'run `firstred reindex` once to make it anew from the store',
    });
  return schema === ENGINE_SCHEMA;
}

/** Whether nothing but a rebuild leads from this schema to ours. */
const lacksStep = (schema: number): boolean =>
  Array.from({ length: ENGINE_SCHEMA - schema }, (_, n) => schema + n + 1).some((next) => !(next in MIGRATIONS));

/**
 * Makes the tables, or brings older ones up to date. Any number of workers may do so at once: a table that is not there any more has
 * been led on from by another.
 */
export async function makeTables(client: EngineClient, address: EngineAddress): Promise<void> {
  for (const statement of createTables(address)) await client.command(statement);
  const [row] = await client.rows('SELECT max(schema), count() FROM layout');
  const [schema = 0, count = 0] = (row ?? []).map(Number);
  if (count > 0)
    for (let version = schema + 1; version <= ENGINE_SCHEMA; version++)
      for (const statement of MIGRATIONS[version] ?? []) await client.commandIfThere(statement);
  if (count === 0 || schema < ENGINE_SCHEMA) await client.command(MARK_LAYOUT);
}

/** Forgets everything: the store has it all. */
export async function dropTables(client: EngineClient): Promise<void> {
  for (const table of TABLES) await client.command(`DROP TABLE IF EXISTS ${table} SYNC`);
}
