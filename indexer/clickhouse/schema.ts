// The tables of the engine. Rows are only ever added: equal keys fold together when parts are merged, so whatever is sent
// twice counts once, and no writer needs to know of another.
/** Grows when tokens.ts cuts words in another way: blocks of the old way can't be searched by the new. */
export const WORDS_VERSION = 1;

/** Grows when a table changes; each step of MIGRATIONS leads to the next. */
export const ENGINE_SCHEMA = 5;

/** What a table is made with. */
export interface TableForm {
  readonly isReplicated: boolean;
}

/**
 * Key of a log's rows: `home` (the repository that its manifest names), `placed` (its start, which also says the month of
 * its partition), `log`. All of it comes from the manifest, so that a retry makes equal keys.
 */
const HOME = `home LowCardinality(String), placed DateTime64(3, 'UTC') CODEC(ZSTD(1)), log String CODEC(ZSTD(1))`;
const BY_MONTH = 'PARTITION BY toYYYYMM(placed)';

/**
 * Words of neighbouring blocks are much alike: packed in pieces of megabytes that look back 16 MiB they take 21 % less than
 * in the engine's pieces of 64 KiB to 1 MiB, for the same processor time (measured, 634 MB of real logs). Only a part of a word
 * that is too frequent for the dictionary reads them; whole words are answered by the index.
 */
const WORDS_COLUMN =
  'tokens String CODEC(ZSTD(9, 24)) SETTINGS (min_compress_block_size = 8388608, max_compress_block_size = 16777216)';

/**
 * The pieces of a block's words that are too long to be indexed (long-words.ts); '': it has no such word, or not all pieces are
 * known. Without them every block with such a word would be read for every part of a word.
 */
const LONG_GRAMS_COLUMN = 'long_grams String CODEC(ZSTD(1))';

/** Statements that make the tables, where they are not there. */
export function createTables({ isReplicated }: TableForm): readonly string[] {
  const engine = (arguments_: string): string =>
    `ENGINE = ${isReplicated ? 'Replicated' : ''}ReplacingMergeTree${arguments_ === '' ? '' : `(${arguments_})`}`;
  return [
    // One row a block: its distinct words, sealed. 512 rows a granule: a candidate costs reading few of them.
    `CREATE TABLE IF NOT EXISTS block (${HOME}, n UInt32, ${WORDS_COLUMN}, ${LONG_GRAMS_COLUMN},
       INDEX words tokens TYPE text(tokenizer = splitByNonAlpha, posting_list_codec = 'bitpacking', dictionary_block_size = 2048)
     ) ${engine('')} ${BY_MONTH} ORDER BY (home, placed, log, n) SETTINGS index_granularity = 512`,
    // Every word of the blocks of a month, sealed, by which a part of a word becomes the words that have it. Words of hexadecimal
    // digits alone are apart: they are most of what is new, and a part that has another letter is in none of them.
    `CREATE TABLE IF NOT EXISTS word (month UInt32, word String CODEC(ZSTD(1)),
       INDEX grams word TYPE text(tokenizer = ngrams(3), posting_list_codec = 'bitpacking')
     ) ${engine('')} PARTITION BY month ORDER BY word SETTINGS index_granularity = 1024`,
    `CREATE TABLE IF NOT EXISTS hex_word (month UInt32, word String CODEC(ZSTD(1))) ${engine('')}
     PARTITION BY month ORDER BY word SETTINGS index_granularity = 8192`,
    // One row a capture, as it came. buried: a tombstone has emptied it. Few to a granule: each has 2 KB, and a page of a search has
    // captures of any time, which would come with a thousand others each. Measured, 2,035 captures: 4.16 MB, as much as in granules
    // of 1,024 with ZSTD(3); 4.29 MB in granules of 64.
    `CREATE TABLE IF NOT EXISTS capture_by_time (${HOME}, key String CODEC(ZSTD(3)), store LowCardinality(String),
       manifest String CODEC(ZSTD(6)), frames String CODEC(ZSTD(1)), digest String CODEC(ZSTD(6)), templates String CODEC(ZSTD(1)),
       links Array(String) CODEC(ZSTD(1)), words UInt16, buried UInt8 DEFAULT 0
     ) ${engine('buried')} ${BY_MONTH} ORDER BY (placed, home, log, key) SETTINGS index_granularity = 128`,
    // One row a log: what all captures and facts of its attempt say together. Made again whenever one more of them comes;
    // version: how many there were. circle: the first log of those that are tied to it, circle_from and circle_to: between which
    // times rows and captures of them all are placed. In the order of time: by any other key, versions of a row could lie beside
    // each other in every month, and whoever asks for the last versions of fifty rows has the engine look through all there are.
    `CREATE TABLE IF NOT EXISTS log_by_time (${HOME}, attempt_id String CODEC(ZSTD(1)), circle String CODEC(ZSTD(1)),
       circle_from DateTime64(3, 'UTC') CODEC(ZSTD(1)), circle_to DateTime64(3, 'UTC') CODEC(ZSTD(1)), is_lead UInt8, is_primary UInt8,
       name LowCardinality(String), repo LowCardinality(String), sha String CODEC(ZSTD(1)), tested_sha String CODEC(ZSTD(1)),
       workflow LowCardinality(String), job LowCardinality(String), run String CODEC(ZSTD(1)), number Nullable(Int64),
       provider_id String CODEC(ZSTD(1)), branch LowCardinality(String), pr Nullable(Int64), event LowCardinality(String),
       conclusion LowCardinality(String), outcome UInt8, is_partial UInt8, time_ms Int64 CODEC(ZSTD(1)),
       started_ms Nullable(Int64) CODEC(ZSTD(1)), finished_ms Nullable(Int64) CODEC(ZSTD(1)), limit_ms Nullable(Int64), url String CODEC(ZSTD(1)),
       labels Map(LowCardinality(String), String), raw_bytes UInt64, has_long_lines UInt8,
       links Array(String) CODEC(ZSTD(1)), version UInt64, is_gone UInt8,
       INDEX by_attempt attempt_id TYPE bloom_filter(0.001) GRANULARITY 1, INDEX by_circle circle TYPE bloom_filter(0.001) GRANULARITY 1,
       INDEX by_run run TYPE bloom_filter(0.001) GRANULARITY 1, INDEX by_time time_ms TYPE minmax GRANULARITY 1
     ) ${engine('version, is_gone')} ${BY_MONTH} ORDER BY (placed, home, log) SETTINGS index_granularity = 1024`,
    // When captures and rows of a log, a commit or a provider's id are placed: where these two tables are to be looked at.
    // An index of the engine for these would be read as a whole for each question, and parts of months each by themselves. Written
    // before those rows; what a row said once stays, so these are some times too many, and the row itself has the last word.
    `CREATE TABLE IF NOT EXISTS place (id String CODEC(ZSTD(1)), placed DateTime64(3, 'UTC') CODEC(ZSTD(1))) ${engine('')}
     ORDER BY (id, placed) SETTINGS index_granularity = 256`,
    // One row a signature in a log.
    `CREATE TABLE IF NOT EXISTS occurrence (sig String CODEC(ZSTD(1)), ${HOME}, headline String CODEC(ZSTD(3)),
       INDEX by_log log TYPE bloom_filter(0.001) GRANULARITY 1
     ) ${engine('')} ${BY_MONTH} ORDER BY (sig, home, placed, log) SETTINGS index_granularity = 1024`,
    `CREATE TABLE IF NOT EXISTS fact (kind LowCardinality(String), subject String, store String, id String,
       stored_ms Int64, author String, content String CODEC(ZSTD(3))) ${engine('')} ORDER BY (kind, subject, store, id)`,
    // Objects of the store that are in the index with all that follows from them: the commit point of an ingest.
    `CREATE TABLE IF NOT EXISTS done (store LowCardinality(String), key String CODEC(ZSTD(3))) ${engine('')}
     ORDER BY (store, key) SETTINGS index_granularity = 1024`,
    // Who is reading what: see claims.ts. The engine's clock, to a microsecond, says who was first.
    `CREATE TABLE IF NOT EXISTS claim (store LowCardinality(String), key String CODEC(ZSTD(3)), worker LowCardinality(String),
       at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC'), is_over UInt8) ENGINE = ${isReplicated ? 'Replicated' : ''}MergeTree
     ORDER BY (store, key) TTL toDateTime(at) + INTERVAL 1 DAY SETTINGS index_granularity = 1024`,
    `CREATE TABLE IF NOT EXISTS cursor (store String, name String, at_ms Int64) ${engine('at_ms')} ORDER BY (store, name)`,
    `CREATE TABLE IF NOT EXISTS layout (one UInt8, schema UInt32, words UInt32) ${engine('schema')} ORDER BY (one)`,
  ];
}

/** Says which tables these are. */
export const MARK_LAYOUT = `INSERT INTO layout (one, schema, words) VALUES (1, ${ENGINE_SCHEMA}, ${WORDS_VERSION})`;

const WORDS_OF_BLOCKS =
  "SELECT DISTINCT toYYYYMM(placed) AS month, arrayJoin(splitByChar(' ', tokens)) AS word FROM block";
/** As placeIdOf in links.ts. */
const PLACE_IDS = `arrayMap(link -> if(JSONLength(substring(link, 2)) = 2, concat('p', substring(link, 2)), JSONExtractString(substring(link, 2), 2)), links)`;
/** Makes the rows of `place` for every row of a log. */
export const placesOf = (logs: 'log' | 'log_by_time'): string =>
  `INSERT INTO place SELECT DISTINCT arrayJoin(arrayConcat([log, sha], if(tested_sha = '', [], [tested_sha]), ${PLACE_IDS})) AS id, placed
   FROM ${logs}`;
/** Rows of a circle, and captures of those of its logs that have several. */
const PLACES_OF_CIRCLES = `SELECT circle, placed FROM log UNION ALL
  SELECT own.circle, c.placed FROM capture AS c INNER JOIN (SELECT DISTINCT log, circle FROM log) AS own ON c.log = own.log
  WHERE c.log IN (SELECT log FROM capture GROUP BY log HAVING min(placed) < max(placed))`;
/** Old logs lie in more months than the 100 that ClickHouse lets one insert touch. */
const ANY_MONTHS = 'SETTINGS max_partitions_per_insert_block = 0';
/** As HEX_WORD in vocabulary.ts. */
const IS_HEX = "match(word, '^[0-9a-f]+$')";

/**
 * What leads from an older schema to this one, by the version that it leads to; tables that lack are made before. None to 2: its
 * rows of `log` say more than those of 1, which come from captures by code and not by a statement.
 */
export const MIGRATIONS: Readonly<Record<number, readonly string[]>> = {
  3: [
    `INSERT INTO word SELECT month, word FROM (${WORDS_OF_BLOCKS}) WHERE NOT ${IS_HEX}`,
    `INSERT INTO hex_word SELECT month, word FROM (${WORDS_OF_BLOCKS}) WHERE ${IS_HEX}`,
  ],
  // Every version of every row, so that a late writer of an older one changes nothing. Older workers, who know only the old table, fail from then on and mark nothing done.
  4: [
    placesOf('log'),
    `INSERT INTO place SELECT DISTINCT arrayJoin(arrayConcat([log], ${PLACE_IDS})) AS id, placed FROM capture`,
    `INSERT INTO log_by_time SELECT l.home, l.placed, l.log, l.attempt_id, l.circle, if(s.circle = '', l.placed, s.first) AS circle_from,
       if(s.circle = '', l.placed, s.last) AS circle_to, l.* EXCEPT (home, placed, log, attempt_id, circle)
     FROM log AS l LEFT JOIN (SELECT circle, min(placed) AS first, max(placed) AS last FROM (${PLACES_OF_CIRCLES})
       GROUP BY circle HAVING first < last) AS s ON l.circle = s.circle ${ANY_MONTHS}`,
    `INSERT INTO capture_by_time SELECT * FROM capture ${ANY_MONTHS}`,
    'DROP TABLE IF EXISTS log SYNC',
    'DROP TABLE IF EXISTS capture SYNC',
  ],
  5: [`ALTER TABLE block ADD COLUMN IF NOT EXISTS ${LONG_GRAMS_COLUMN} AFTER tokens`],
};

/** Every table, for `rebuild`. */
export const TABLES = [
  'block',
  'word',
  'hex_word',
  'capture_by_time',
  'log_by_time',
  'place',
  // of schema 3
  'log',
  'capture',
  'occurrence',
  'fact',
  'done',
  'claim',
  'cursor',
  'layout',
] as const;
