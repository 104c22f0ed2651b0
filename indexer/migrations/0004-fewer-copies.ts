// Schema version 4: texts that stood in several places stand in one, ids and digests as bytes, a thirtieth of the index on
// real logs; filters, so that a search for an id among millions reads few of them.
import { packKey } from '../key-bytes.ts';
import { packSignature } from '../signature-bytes.ts';

/** What this text calls. */
export const PACKING_FUNCTIONS = { pack_signature: packSignature, pack_key: packKey } as const;

/** Which columns lists are filtered by, as in version 1. */
const BY_TIME = (['time', 'outcome', 'repo', 'workflow', 'job', 'branch'] as const)
  .map((order) => {
    const rest = ['outcome', 'conclusion', 'repo', 'workflow', 'job', 'branch', 'attempt', 'rank'];
    const columns = [...(order === 'time' ? [] : [order]), 'time_ms', 'id', ...rest.filter((name) => name !== order)];
    return { name: `attempts_by_${order}`, columns: columns.join(', ') };
  })
  .map(({ name, columns }) => ({
    drop: `DROP INDEX ${name};`,
    create: `CREATE INDEX ${name} ON attempts (${columns});`,
  }));

/** What may go without loss goes: a sync that finds no list of what it saw looks at a quarter of an hour again. */
export const FEWER_COPIES_SCHEMA = `
-- signature-bytes.ts. Three of the bytes find it: of a million signatures one in seventeen costs a look at another row.
DROP INDEX signatures_by_start;
ALTER TABLE signatures ADD COLUMN bytes BLOB NOT NULL DEFAULT X'';
UPDATE signatures SET bytes = pack_signature(signature);
ALTER TABLE signatures DROP COLUMN signature;
ALTER TABLE signatures RENAME COLUMN bytes TO signature;
CREATE INDEX signatures_by_start ON signatures (substr(signature, 2, 3));

-- The signature whose headline is the log's, where headline is NULL. No REFERENCES: one that leaves would look at every log.
ALTER TABLE logs ADD COLUMN headline_of INTEGER;
UPDATE logs SET headline = NULL, headline_of = found.id FROM (
  SELECT o.log, s.id, s.headline FROM occurrences o JOIN signatures s ON s.id = o.signature
) AS found WHERE logs.id = found.log AND logs.headline = found.headline;

-- Jobs with red and green attempts of the same tested commit, kept up to date by ingest so that nobody groups a million rows.
CREATE TABLE flaky_commits (
  repo INTEGER NOT NULL, sha TEXT NOT NULL, workflow INTEGER NOT NULL, job INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  PRIMARY KEY (repo, sha, workflow, job)
) STRICT, WITHOUT ROWID;
INSERT INTO flaky_commits SELECT repo, sha, workflow, job, last_ms FROM job_commits WHERE flaky = 1;
DROP TABLE job_commits;
CREATE INDEX flaky_commits_by_time ON flaky_commits (last_ms);

-- What lists are filtered by is a name in all of them.
${BY_TIME.map(({ drop }) => drop).join('\n')}
DROP INDEX attempts_by_sha;
INSERT OR IGNORE INTO names (name) SELECT conclusion FROM attempts UNION SELECT provider FROM attempts;
ALTER TABLE attempts RENAME COLUMN conclusion TO conclusion_3;
ALTER TABLE attempts RENAME COLUMN provider TO provider_3;
ALTER TABLE attempts ADD COLUMN conclusion INTEGER REFERENCES names;
ALTER TABLE attempts ADD COLUMN provider INTEGER REFERENCES names;
UPDATE attempts SET conclusion = (SELECT id FROM names WHERE name = conclusion_3),
  provider = (SELECT id FROM names WHERE name = provider_3);
ALTER TABLE attempts DROP COLUMN conclusion_3;
ALTER TABLE attempts DROP COLUMN provider_3;
${BY_TIME.map(({ create }) => create).join('\n')}
-- One job at one commit has few attempts.
CREATE INDEX attempts_by_sha ON attempts (sha, job);

-- key-bytes.ts.
ALTER TABLE captures ADD COLUMN key_bytes BLOB NOT NULL DEFAULT X'';
UPDATE captures SET key_bytes = pack_key(manifest_key);
ALTER TABLE captures DROP COLUMN manifest_key;
ALTER TABLE captures RENAME COLUMN key_bytes TO manifest_key;

-- Of the large lists of the vocabulary (vocabulary-filter.ts). Lists of before have none.
CREATE TABLE vocabulary_filters (
  id INTEGER PRIMARY KEY,         -- list × 256 + number of the part
  bits BLOB NOT NULL
) STRICT;

DELETE FROM cursors WHERE name IN ('feed-seen', 'facts-seen');
`;
