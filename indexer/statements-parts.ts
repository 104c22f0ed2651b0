// SQL over an index in memory that holds a part of a larger one.
import type { IndexReadDatabase } from './database.ts';
import { sql } from './statements.ts';

const ATTEMPTS = sql<Record<string, never>, { id: number }>('SELECT id FROM attempts ORDER BY id');

/** Every attempt of the index. */
export const listAttemptKeys = (db: IndexReadDatabase): number[] => db.all(ATTEMPTS, {}).map((row) => row.id);

/** Logs of attempts without a number of the provider's. */
export const UNNUMBERED_LOGS = sql<Record<string, never>, { log_id: string; attempt: number }>(
  'SELECT l.log_id, a.id AS attempt FROM attempts a JOIN logs l ON l.attempt = a.id WHERE a.attempt IS NULL ORDER BY l.log_id',
);

/** The rank that an attempt has among all, of which only some are here. */
export const SET_RANK = sql<{ id: number; rank: number }>('UPDATE attempts SET rank = :rank WHERE id = :id');

/** Where the blocks of each log begin. */
export const BLOCKS_OF_LOGS = sql<Record<string, never>, { log_id: string; first_block: number; block_count: number }>(
  'SELECT log_id, first_block, block_count FROM logs ORDER BY first_block',
);
