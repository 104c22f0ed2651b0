// SQL of the full-text table and the vocabulary.
import { sql } from './statements.ts';

// `CAST(… AS INTEGER)`: better-sqlite3 binds every number as REAL, and a virtual table has no typed column to mend it.

export const ADD_BLOCK = sql<{ block: bigint; words: Uint8Array }>(
  'INSERT INTO text (rowid, words) VALUES (:block, :words)',
);
export const REMOVE_BLOCK = sql<{ block: bigint }>('DELETE FROM text WHERE rowid = :block');

export const ADD_LONG_WORDS = sql<{ block: number; grams: Uint8Array }>(
  'INSERT INTO long_words (block, grams) VALUES (:block, :grams)',
);
export const REMOVE_LONG_WORDS = sql<{ from: number; to: number }>(
  'DELETE FROM long_words WHERE block >= :from AND block < :to',
);
/** Of blocks from `from` on, ascending. */
export const LONG_WORDS = sql<{ from: number; limit: number }, { block: number; grams: Uint8Array }>(
  'SELECT block, grams FROM long_words WHERE block >= :from ORDER BY block LIMIT :limit',
);

type MatchParams = { match: Uint8Array; from: bigint; to: bigint; limit: bigint };
/** Blocks in `[from, to)` that fit a MATCH expression, ascending. `match` is bytes: words need not be valid UTF-8. */
export const MATCH_BLOCKS = sql<MatchParams, number>(
  'SELECT rowid FROM text WHERE text MATCH :match AND rowid >= :from AND rowid < :to ORDER BY rowid LIMIT :limit',
);
/** The same from the last one down. */
export const MATCH_LAST_BLOCKS = sql<MatchParams, number>(
  'SELECT rowid FROM text WHERE text MATCH :match AND rowid >= :from AND rowid < :to ORDER BY rowid DESC LIMIT :limit',
);
/**
 * The next words of the text table, which gives them in ascending order by itself: told to, it would sort all that are left.
 * `after` is bytes: words need not be valid UTF-8.
 */
export const TERMS_AFTER = sql<{ after: Uint8Array; limit: number }, { term: Uint8Array }>(
  `SELECT CAST(term AS BLOB) AS term FROM text_terms WHERE term > CAST(:after AS TEXT) LIMIT :limit`,
);

/** How much the text table holds before it writes a part; undefined: what SQLite takes, 1 MB. */
export const TEXT_HELD_BYTES = sql<Record<string, never>, { v: number }>(
  "SELECT v FROM text_config WHERE k = 'hashsize'",
);
export const SET_TEXT_HELD_BYTES = sql<{ bytes: bigint }>("INSERT INTO text(text, rank) VALUES ('hashsize', :bytes)");
/** One step of merging, of about `pages` pages. */
export const MERGE_TEXT = sql<{ pages: bigint }>("INSERT INTO text(text, rank) VALUES ('merge', :pages)");
export const OPTIMIZE_TEXT = sql<Record<string, never>>("INSERT INTO text(text) VALUES ('optimize')");

export const ADD_VOCABULARY = sql<{
  class: number;
  level: number;
  count: number;
  sizeBytes: number;
  terms: Uint8Array;
  isList: 0 | 1;
}>(
  `INSERT INTO vocabulary (class, level, term_count, size_bytes, terms, is_list)
   VALUES (:class, :level, :count, :sizeBytes, :terms, :isList)`,
);
export const VOCABULARY_ROWS = sql<{ class: number }, { id: number }>(
  'SELECT id FROM vocabulary WHERE class = :class ORDER BY level DESC, id',
);
/** Two numbers of which one is another after anything was written, by this connection or by others. */
export const DATA_VERSION = sql<Record<string, never>, { others: number; own: number }>(
  'SELECT data_version AS others, total_changes() AS own FROM pragma_data_version',
);
export const GET_VOCABULARY = sql<
  { id: number },
  { terms: Uint8Array; size_bytes: number; term_count: number; is_list: number }
>('SELECT terms, size_bytes, term_count, is_list FROM vocabulary WHERE id = :id');
export const REMOVE_VOCABULARY = sql<{ id: number }>('DELETE FROM vocabulary WHERE id = :id');
export const REMOVE_ALL_VOCABULARY = sql<Record<string, never>>('DELETE FROM vocabulary');

export const ADD_FILTER_PART = sql<{ id: number; bits: Uint8Array }>(
  'INSERT INTO vocabulary_filters (id, bits) VALUES (:id, :bits)',
);
export const GET_FILTER_PART = sql<{ id: number }, { bits: Uint8Array }>(
  'SELECT bits FROM vocabulary_filters WHERE id = :id',
);
export const REMOVE_FILTER = sql<{ from: number; to: number }>(
  'DELETE FROM vocabulary_filters WHERE id >= :from AND id < :to',
);
export const REMOVE_ALL_FILTERS = sql<Record<string, never>>('DELETE FROM vocabulary_filters');

/** Levels with many rows, lowest first. */
export const CROWDED_LEVELS = sql<{ rows: number; maxBytes: number }, { class: number; level: number }>(
  `SELECT class, level FROM vocabulary WHERE size_bytes < :maxBytes GROUP BY class, level HAVING count(*) >= :rows
   ORDER BY level, class LIMIT 100`,
);
export const ROWS_OF_LEVEL = sql<
  { class: number; level: number; maxBytes: number },
  { id: number; size_bytes: number }
>(
  'SELECT id, size_bytes FROM vocabulary WHERE class = :class AND level = :level AND size_bytes < :maxBytes ORDER BY id',
);

export const FRAME_RUNS_OF_LOG = sql<{ log: number }, { first_frame: number; last_frame: number }>(
  'SELECT first_frame, last_frame FROM long_lines WHERE log = :log ORDER BY first_frame',
);
/** The first `limit` lines that reach over frames of all primary logs. CROSS JOIN: SQLite would go through all logs to look for theirs. */
export const LONG_LINES = sql<
  { limit: number },
  { log: number; first_frame: number; last_frame: number; first_block: number; block_count: number }
>(
  `SELECT ll.log, ll.first_frame, ll.last_frame, l.first_block, l.block_count FROM long_lines ll CROSS JOIN logs l ON l.id = ll.log
   WHERE l.is_primary = 1 ORDER BY ll.log, ll.first_frame LIMIT CAST(:limit AS INTEGER)`,
);
