// Schema version 3: narrower rows for what a log has many of. On real logs these tables are a fifth of the index.

/**
 * Templates and steps have their log in the row's number: rows that come in ascending order fill their pages, which rows of
 * WITHOUT ROWID tables do not. 8,120: a leaf of the text table and the row around it fill a page of 8 KiB.
 */
export const NARROW_ROWS_SCHEMA = `
-- A signature is found by six of its characters: an index of all of them would be as large as what it leads to.
CREATE TABLE signatures_3 (id INTEGER PRIMARY KEY, signature TEXT NOT NULL, headline TEXT NOT NULL) STRICT;
INSERT INTO signatures_3 SELECT id, signature, headline FROM signatures;
CREATE TABLE occurrences_3 (
  signature INTEGER NOT NULL REFERENCES signatures_3, log INTEGER NOT NULL REFERENCES logs,
  first_line INTEGER NOT NULL, line_count INTEGER NOT NULL,
  score INTEGER NOT NULL,         -- in thousandths
  exemplar_line INTEGER,          -- the line that shows it best; NULL: the first
  PRIMARY KEY (signature, log)
) STRICT, WITHOUT ROWID;
INSERT INTO occurrences_3 SELECT signature, log, first_line, line_count, CAST(round(1000 * score) AS INTEGER),
  nullif(exemplar_line, first_line) FROM occurrences;
DROP TABLE occurrences;
DROP TABLE signatures;
ALTER TABLE signatures_3 RENAME TO signatures;
CREATE INDEX signatures_by_start ON signatures (substr(signature, 4, 6));
ALTER TABLE occurrences_3 RENAME TO occurrences;
CREATE INDEX occurrences_by_log ON occurrences (log);

-- Which templates a log has (template-set.ts), in parts: small rows leave less of a page empty.
CREATE TABLE log_templates_3 (
  id INTEGER PRIMARY KEY,         -- log × 8192 + number of the part
  content BLOB NOT NULL
) STRICT;
INSERT INTO log_templates_3
  WITH RECURSIVE part (log, number, rest) AS (
    SELECT log, 0, content FROM log_templates
    UNION ALL SELECT log, number + 1, substr(rest, 481) FROM part WHERE length(rest) > 480
  )
  SELECT log * 8192 + number, substr(rest, 1, 480) FROM part ORDER BY 1;
DROP TABLE log_templates;
ALTER TABLE log_templates_3 RENAME TO log_templates;

CREATE TABLE steps_3 (
  id INTEGER PRIMARY KEY,         -- log × 131072 + ordinal
  name INTEGER NOT NULL REFERENCES names,
  first_line INTEGER NOT NULL,
  line_count INTEGER NOT NULL,    -- minus one: last line - first line
  started_ms INTEGER, duration_ms INTEGER
) STRICT;
INSERT INTO steps_3 SELECT log * 131072 + ordinal, name, first_line, last_line - first_line, started_ms,
  finished_ms - started_ms FROM steps ORDER BY log, ordinal;
DROP TABLE steps;
ALTER TABLE steps_3 RENAME TO steps;

-- How a list of words is written: 0 as words, 1 as word-list.ts does.
ALTER TABLE vocabulary ADD COLUMN is_list INTEGER NOT NULL DEFAULT 0;

INSERT INTO text(text, rank) VALUES ('pgsz', 8120);
`;
