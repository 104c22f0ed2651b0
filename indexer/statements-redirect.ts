// SQL of logs whose masked copy took their place.
import { sql } from './statements.ts';

/** Log ids from `from` up to `to` that lead to another; two are enough to know that a short id is not one log's. */
export const FIND_REDIRECTS = sql<{ from: string; to: string }, { log_id: string; redirect_to: string }>(
  `SELECT DISTINCT log_id, redirect_to FROM buried
   WHERE log_id >= :from AND log_id < :to AND redirect_to IS NOT NULL ORDER BY log_id LIMIT 2`,
);
