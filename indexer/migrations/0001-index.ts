// Schema version 1: attempts, logs, text, vocabulary, signatures, facts, sync state.

/**
 * Names (repositories, workflows, jobs …) are stored once, as a million attempts repeat a few thousand of them and a glob
 * then reads only the names. Times are epoch ms: a third of the bytes of ISO text in every index (docs/search.md).
 */
export const INDEX_SCHEMA = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('next_block', 1), ('ingested', 0);

CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  repo INTEGER REFERENCES names, sha TEXT, workflow INTEGER REFERENCES names, job INTEGER REFERENCES names,
  run TEXT, attempt INTEGER, provider_id TEXT, provider TEXT NOT NULL,
  tested_sha TEXT, tree_sha TEXT, branch INTEGER REFERENCES names, pr INTEGER, event INTEGER REFERENCES names,
  conclusion TEXT NOT NULL,
  outcome INTEGER NOT NULL,       -- 1 red, 2 green, 0 neither
  conclusion_from INTEGER NOT NULL, -- 0 the job's claim, 1 fetched from the provider, 2 a fact
  started_ms INTEGER, finished_ms INTEGER, time_ms INTEGER NOT NULL,
  url TEXT, labels TEXT, limit_ms INTEGER, partial INTEGER NOT NULL,
  rank INTEGER                    -- by start time in (repo, sha, workflow, job, event); shown where attempt is unknown
) STRICT;
CREATE INDEX attempts_by_sha ON attempts (sha, repo, workflow, job, run, attempt);
CREATE INDEX attempts_by_provider_id ON attempts (provider_id, repo) WHERE provider_id IS NOT NULL;
CREATE INDEX attempts_by_tested_sha ON attempts (tested_sha) WHERE tested_sha IS NOT NULL;
CREATE INDEX attempts_by_run ON attempts (run);
-- Each order by time holds every column that lists are filtered by: a filter that nothing passes then reads an index of
-- narrow rows, not the table.
CREATE INDEX attempts_by_time ON attempts (time_ms, id, outcome, conclusion, repo, workflow, job, branch, attempt, rank);
CREATE INDEX attempts_by_outcome ON attempts (outcome, time_ms, id, conclusion, repo, workflow, job, branch, attempt, rank);
CREATE INDEX attempts_by_repo ON attempts (repo, time_ms, id, outcome, conclusion, workflow, job, branch, attempt, rank);
CREATE INDEX attempts_by_workflow ON attempts (workflow, time_ms, id, outcome, conclusion, repo, job, branch, attempt, rank);
CREATE INDEX attempts_by_job ON attempts (job, time_ms, id, outcome, conclusion, repo, workflow, branch, attempt, rank);
CREATE INDEX attempts_by_branch ON attempts (branch, time_ms, id, outcome, conclusion, repo, workflow, job, attempt, rank);
CREATE INDEX attempts_by_pr ON attempts (pr) WHERE pr IS NOT NULL;
CREATE INDEX attempts_by_url ON attempts (url) WHERE url IS NOT NULL;

CREATE TABLE attempt_labels (
  name TEXT NOT NULL, value TEXT NOT NULL, attempt INTEGER NOT NULL REFERENCES attempts,
  PRIMARY KEY (name, value, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempt_labels_by_attempt ON attempt_labels (attempt);
CREATE TRIGGER labels_added AFTER INSERT ON attempts WHEN new.labels IS NOT NULL BEGIN
  INSERT OR IGNORE INTO attempt_labels SELECT key, value, new.id FROM json_each(new.labels);
END;
CREATE TRIGGER labels_changed AFTER UPDATE OF labels ON attempts WHEN new.labels IS NOT old.labels BEGIN
  DELETE FROM attempt_labels WHERE attempt = old.id;
  INSERT OR IGNORE INTO attempt_labels SELECT key, value, new.id FROM json_each(coalesce(new.labels, '{}'));
END;
CREATE TRIGGER labels_removed BEFORE DELETE ON attempts BEGIN
  DELETE FROM attempt_labels WHERE attempt = old.id;
END;

-- How many attempts there are, by outcome: every search says it.
CREATE TABLE totals (outcome INTEGER PRIMARY KEY, attempts INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (0, 0), (1, 0), (2, 0);
CREATE TRIGGER attempts_added AFTER INSERT ON attempts BEGIN
  UPDATE totals SET attempts = attempts + 1 WHERE outcome = new.outcome;
END;
CREATE TRIGGER attempts_changed AFTER UPDATE OF outcome ON attempts WHEN new.outcome <> old.outcome BEGIN
  UPDATE totals SET attempts = attempts - 1 WHERE outcome = old.outcome;
  UPDATE totals SET attempts = attempts + 1 WHERE outcome = new.outcome;
END;
CREATE TRIGGER attempts_removed AFTER DELETE ON attempts BEGIN
  UPDATE totals SET attempts = attempts - 1 WHERE outcome = old.outcome;
END;

-- One job at one commit: what flakes are counted over, kept up to date by ingest so that nobody groups a million rows.
CREATE TABLE job_commits (
  repo INTEGER NOT NULL, sha TEXT NOT NULL, workflow INTEGER NOT NULL, job INTEGER NOT NULL,
  red INTEGER NOT NULL, green INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  flaky INTEGER NOT NULL,         -- 1: red and green attempts of the same tested commit
  PRIMARY KEY (repo, sha, workflow, job)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_commits_flaky ON job_commits (last_ms) WHERE flaky = 1;

CREATE TABLE logs (
  id INTEGER PRIMARY KEY,
  log_id TEXT NOT NULL UNIQUE,
  attempt INTEGER NOT NULL REFERENCES attempts,
  name TEXT NOT NULL,
  is_primary INTEGER NOT NULL,
  capture INTEGER NOT NULL,       -- the best of its captures
  complete INTEGER NOT NULL, how TEXT NOT NULL, captured_ms INTEGER NOT NULL,
  lines INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, object_bytes INTEGER NOT NULL,
  first_block INTEGER NOT NULL, block_count INTEGER NOT NULL,
  headline TEXT
) STRICT;
CREATE INDEX logs_by_attempt ON logs (attempt);
CREATE INDEX logs_by_block ON logs (first_block);

CREATE TABLE captures (
  id INTEGER PRIMARY KEY,
  log INTEGER NOT NULL REFERENCES logs,
  store INTEGER NOT NULL REFERENCES names,
  manifest_key TEXT NOT NULL, key_hash INTEGER NOT NULL, -- the key is long: its index would be as large as the rest
  complete INTEGER NOT NULL, how TEXT NOT NULL, captured_ms INTEGER NOT NULL, object_bytes INTEGER NOT NULL,
  frames BLOB NOT NULL,
  identity TEXT                   -- JSON of the identity it came with; NULL: what the attempt's row says
) STRICT;
CREATE INDEX captures_by_log ON captures (log);
CREATE INDEX captures_by_key ON captures (key_hash);

-- Lines that reach over frames: their blocks answer together.
CREATE TABLE long_lines (
  log INTEGER NOT NULL REFERENCES logs, first_frame INTEGER NOT NULL, last_frame INTEGER NOT NULL,
  PRIMARY KEY (log, first_frame)
) STRICT, WITHOUT ROWID;

-- Which blocks may hold a word. The document of a block is its distinct words, made by tokens.ts; this tokenizer only
-- splits them at spaces again: every byte that a word may have is a token byte, so is U+0001, which marks what is no word.
CREATE VIRTUAL TABLE text USING fts5(
  words, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '_\u0001'"
);
-- Merging is done in settleIndex, when nobody waits. 8,000: one leaf fills a page of 8 KiB.
INSERT INTO text(text, rank) VALUES ('automerge', 0);
INSERT INTO text(text, rank) VALUES ('pgsz', 8000);
CREATE VIRTUAL TABLE text_terms USING fts5vocab('text', 'row');

CREATE TABLE vocabulary (
  id INTEGER PRIMARY KEY,
  class INTEGER NOT NULL, level INTEGER NOT NULL,
  term_count INTEGER NOT NULL, size_bytes INTEGER NOT NULL,
  terms BLOB NOT NULL
) STRICT;
CREATE INDEX vocabulary_by_class ON vocabulary (class, level);

CREATE TABLE signatures (id INTEGER PRIMARY KEY, signature TEXT NOT NULL UNIQUE, headline TEXT NOT NULL) STRICT;
CREATE TABLE occurrences (
  signature INTEGER NOT NULL REFERENCES signatures, log INTEGER NOT NULL REFERENCES logs,
  first_line INTEGER NOT NULL, line_count INTEGER NOT NULL, score REAL NOT NULL,
  exemplar_line INTEGER NOT NULL, -- the line that shows it best
  PRIMARY KEY (signature, log)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrences_by_log ON occurrences (log);

-- Which templates a log has (template-set.ts).
CREATE TABLE log_templates (
  log INTEGER PRIMARY KEY REFERENCES logs, content BLOB NOT NULL
) STRICT;

CREATE TABLE steps (
  log INTEGER NOT NULL REFERENCES logs, ordinal INTEGER NOT NULL, name INTEGER NOT NULL REFERENCES names,
  first_line INTEGER NOT NULL, last_line INTEGER NOT NULL, started_ms INTEGER, finished_ms INTEGER,
  PRIMARY KEY (log, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (
  store INTEGER NOT NULL REFERENCES names, fact_id TEXT NOT NULL, stored_ms INTEGER NOT NULL,
  kind TEXT NOT NULL, subject TEXT NOT NULL, author TEXT NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (store, fact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX facts_by_subject ON facts (kind, subject, stored_ms);
-- What tombstones say, so that a capture that comes (again) after its tombstone stays out.
CREATE TABLE buried (log_id TEXT NOT NULL, capture_id TEXT NOT NULL, redirect_to TEXT, PRIMARY KEY (log_id, capture_id)) STRICT, WITHOUT ROWID;
CREATE TABLE renames (repo TEXT PRIMARY KEY, renamed_to TEXT NOT NULL, stored_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (store TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (store, name)) STRICT, WITHOUT ROWID;
CREATE TABLE pending (
  store TEXT NOT NULL, manifest_key TEXT NOT NULL, stored_ms INTEGER NOT NULL, PRIMARY KEY (store, manifest_key)
) STRICT, WITHOUT ROWID;
`;
