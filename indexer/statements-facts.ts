// SQL of facts, of what they change, and of how far sync has come.
import { sql } from './statements.ts';

type Id = { readonly id: number };

export const FIND_FACT = sql<{ store: number; factId: string }, { fact_id: string }>(
  'SELECT fact_id FROM facts WHERE store = :store AND fact_id = :factId',
);
export const ADD_FACT = sql<{
  store: number;
  factId: string;
  storedMs: number;
  kind: string;
  subject: string;
  author: string;
  content: string;
}>(
  `INSERT INTO facts (store, fact_id, stored_ms, kind, subject, author, content)
   VALUES (:store, :factId, :storedMs, :kind, :subject, :author, :content)`,
);
/** Facts of one subject, oldest first: a later one wins. */
export const FACTS_OF_SUBJECT = sql<
  { kind: string; subject: string },
  { content: string; author: string; stored_ms: number }
>('SELECT content, author, stored_ms FROM facts WHERE kind = :kind AND subject = :subject ORDER BY stored_ms, fact_id');
export const FACTS_OF_KIND = sql<
  { kind: string },
  { subject: string; content: string; author: string; stored_ms: number; fact_id: string }
>('SELECT subject, content, author, stored_ms, fact_id FROM facts WHERE kind = :kind ORDER BY stored_ms, fact_id');

export const BURY = sql<{ logId: string; captureId: string; redirectTo: string | null }>(
  `INSERT INTO buried VALUES (:logId, :captureId, :redirectTo)
   ON CONFLICT DO UPDATE SET redirect_to = coalesce(excluded.redirect_to, redirect_to)`,
);
export const FIND_BURIED = sql<{ logId: string; captureId: string }, { redirect_to: string | null }>(
  "SELECT redirect_to FROM buried WHERE log_id = :logId AND capture_id IN ('', :captureId) LIMIT 1",
);
export const RENAME = sql<{ repo: string; renamedTo: string; storedMs: number }>(
  `INSERT INTO renames VALUES (:repo, :renamedTo, :storedMs) ON CONFLICT DO UPDATE
   SET renamed_to = excluded.renamed_to, stored_ms = excluded.stored_ms WHERE excluded.stored_ms >= stored_ms`,
);
export const FIND_RENAME = sql<{ repo: string }, { renamed_to: string }>(
  'SELECT renamed_to FROM renames WHERE repo = :repo',
);
const idOf = (parameter: string): string => `(SELECT id FROM names WHERE name = :${parameter})`;

/**
 * Attempts that a fact speaks of: by the provider's id where it gives one, else by the whole identity. Two questions, as one
 * would go through every attempt of the repository.
 */
export const ATTEMPTS_OF_SUBJECT = sql<
  {
    repo: string;
    providerId: string | null;
    sha: string | null;
    workflow: string | null;
    job: string | null;
    run: string | null;
    attempt: number | null;
  },
  Id
>(
  `SELECT id FROM attempts INDEXED BY attempts_by_provider_id WHERE provider_id = :providerId AND repo = ${idOf('repo')}
   UNION ALL SELECT id FROM attempts INDEXED BY attempts_by_sha
   WHERE :providerId IS NULL AND sha IS :sha AND repo = ${idOf('repo')} AND workflow IS ${idOf('workflow')}
     AND job IS ${idOf('job')} AND run IS :run AND attempt IS :attempt
   ORDER BY id`,
);
export const ATTEMPTS_OF_REPO = sql<{ repo: string }, Id>(
  'SELECT a.id FROM attempts a JOIN names n ON n.id = a.repo WHERE n.name = :repo ORDER BY a.id',
);

export const FIND_CURSOR = sql<{ store: string; name: string }, { value: string }>(
  'SELECT value FROM cursors WHERE store = :store AND name = :name',
);
export const SET_CURSOR = sql<{ store: string; name: string; value: string }>(
  'INSERT INTO cursors VALUES (:store, :name, :value) ON CONFLICT DO UPDATE SET value = excluded.value',
);
export const LIST_PENDING = sql<{ store: string }, { manifest_key: string; stored_ms: number }>(
  'SELECT manifest_key, stored_ms FROM pending WHERE store = :store ORDER BY stored_ms, manifest_key',
);
export const ADD_PENDING = sql<{ store: string; manifestKey: string; storedMs: number }>(
  'INSERT INTO pending VALUES (:store, :manifestKey, :storedMs) ON CONFLICT DO NOTHING',
);
export const REMOVE_PENDING = sql<{ store: string; manifestKey: string }>(
  'DELETE FROM pending WHERE store = :store AND manifest_key = :manifestKey',
);
