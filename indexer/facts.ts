// Facts of the store, applied to the index: kept in a table, and their effect on attempts and texts.

import type { Fact } from '../store/facts.ts';
import { idOfName, refreshAttempt } from './attempt-rows.ts';
import type { IndexWriteDatabase } from './database.ts';
import { subjectOf } from './fact-subject.ts';
import { startGeneration } from './generation.ts';
import { readKey } from './key-bytes.ts';
import type { LogIndex, StoreId } from './log-index.ts';
import {
  CAPTURES_OF_LOG,
  CHOOSE_CAPTURE,
  FIND_LOG_ROW,
  GET_META,
  HEADLINES_LEFT_BY,
  REMOVE_CAPTURE,
  REMOVE_LOG,
  REMOVE_LONE_SIGNATURES,
  REMOVE_LONG_LINES,
  REMOVE_OCCURRENCES,
  REMOVE_STEPS,
  REMOVE_TEMPLATES,
  SET_HEADLINE,
  SET_META,
} from './statements.ts';
import { ADD_FACT, ATTEMPTS_OF_REPO, ATTEMPTS_OF_SUBJECT, BURY, FIND_FACT, RENAME } from './statements-facts.ts';
import { REMOVE_BLOCK, REMOVE_LONG_WORDS } from './statements-text.ts';
import { templateOf } from './templates.ts';

/** Applies a fact once; in whatever order facts and logs come, the index ends up the same. */
export function applyFact(index: LogIndex, store: StoreId, fact: Fact): 'applied' | 'unchanged' {
  index.flush();
  const { db } = index;
  return db.transaction(() => {
    const storeKey = idOfName(db, store);
    if (db.get(FIND_FACT, { store: storeKey, factId: fact.id }) !== undefined) return 'unchanged';
    const { id, by, storedAtMs, ...content } = fact;
    db.run(ADD_FACT, {
      store: storeKey,
      factId: id,
      storedMs: storedAtMs,
      kind: fact.kind,
      subject: subjectOf(fact),
      author: by,
      content: JSON.stringify(content),
    });
    takeEffect(db, fact);
    return 'applied';
  });
}

function takeEffect(db: IndexWriteDatabase, fact: Fact): void {
  switch (fact.kind) {
    case 'conclusion':
    case 'identity': {
      const {
        repo,
        providerId = null,
        sha = null,
        workflow = null,
        job = null,
        run = null,
        attempt = null,
      } = fact.subject;
      const rows = db.all(ATTEMPTS_OF_SUBJECT, { repo, providerId, sha, workflow, job, run, attempt });
      for (const row of rows) refreshAttempt(db, row.id);
      return;
    }
    case 'rename':
      db.run(RENAME, { repo: fact.from, renamedTo: fact.to, storedMs: fact.storedAtMs });
      for (const row of db.all(ATTEMPTS_OF_REPO, { repo: fact.from })) refreshAttempt(db, row.id);
      return;
    case 'tombstone':
      bury(db, fact);
      return;
    case 'mechanism':
    case 'unname':
      return;
    default:
      fact satisfies never;
  }
}

type Tombstone = Extract<Fact, { readonly kind: 'tombstone' }>;

function bury(db: IndexWriteDatabase, fact: Tombstone): void {
  db.run(BURY, { logId: fact.logId, captureId: fact.captureId ?? '', redirectTo: fact.redirectTo ?? null });
  const log = db.get(FIND_LOG_ROW, { logId: fact.logId });
  if (log === undefined) return;
  const captures = db.all(CAPTURES_OF_LOG, { id: log.id });
  const gone = captures.filter(
    (capture) => fact.captureId === undefined || readKey(capture.manifest_key).endsWith(`-${fact.captureId}.json`),
  );
  for (const capture of gone) db.run(REMOVE_CAPTURE, { id: capture.id });
  if (gone.length === captures.length) removeLog(db, log);
  else db.run(CHOOSE_CAPTURE, { id: log.id });
  refreshAttempt(db, log.attempt);
}

/** Name of the mark that tells settleIndex to make the vocabulary anew: words of removed texts must not stay behind. */
export const REMOVED_TEXT = 'removed_text';

function removeLog(
  db: IndexWriteDatabase,
  log: { readonly id: number; readonly first_block: number; readonly block_count: number },
): void {
  for (let block = log.first_block; block < log.first_block + log.block_count; block++)
    db.run(REMOVE_BLOCK, { block: BigInt(block) });
  db.run(REMOVE_LONG_WORDS, { from: log.first_block, to: log.first_block + log.block_count });
  // Of the line that stood for a signature stays what all logs have that show it.
  for (const { id, headline } of db.all(HEADLINES_LEFT_BY, { id: log.id }))
    db.run(SET_HEADLINE, { id, headline: templateOf(headline) });
  for (const statement of [REMOVE_OCCURRENCES, REMOVE_STEPS, REMOVE_TEMPLATES, REMOVE_LONG_LINES, REMOVE_LOG])
    db.run(statement, { id: log.id });
  db.run(REMOVE_LONE_SIGNATURES, {});
  startGeneration(db); // SQLite may give the row's number again
  db.run(SET_META, { name: REMOVED_TEXT, value: (db.get(GET_META, { name: REMOVED_TEXT })?.value ?? 0) + 1 });
}
