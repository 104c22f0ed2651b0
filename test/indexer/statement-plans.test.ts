// What is asked for each log or fact must not take longer the more there are: it goes by an index that leads to few rows, also
// while SQLite has no statistics, as in the whole of a first sync.
import path from 'node:path';
import { expect, test } from 'vitest';
import { openIndex } from '../../indexer/open-index.ts';
import { sqlite } from '../../indexer/sqlite-module.ts';
import {
  CAPTURES_OF_ATTEMPT,
  CHOOSE_CAPTURE,
  CHOOSE_PRIMARIES,
  FIND_CAPTURE,
  FIND_LOG_ROW,
  LOGS_WITHOUT_PROVIDER_ID,
} from '../../indexer/statements.ts';
import {
  ADD_FLAKY_COMMIT,
  FIND_BY_IDENTITY,
  FIND_BY_IDENTITY_WITHOUT_SHA,
  FIND_BY_PROVIDER_ID,
  REMOVE_FLAKY_COMMIT,
  SET_RANKS,
} from '../../indexer/statements-attempts.ts';
import { ATTEMPTS_OF_SUBJECT, FACTS_OF_SUBJECT } from '../../indexer/statements-facts.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

/** Steps that go through a whole table, or through all attempts that a name or an outcome has, or that there are in the order of time. */
const MANY_ROWS = /^SCAN (attempts|logs|captures|facts)\b|attempts_by_(time|outcome|repo|workflow|job|branch)\b/;

const PER_LOG = {
  ADD_FLAKY_COMMIT,
  ATTEMPTS_OF_SUBJECT,
  CAPTURES_OF_ATTEMPT,
  CHOOSE_CAPTURE,
  CHOOSE_PRIMARIES,
  FACTS_OF_SUBJECT,
  FIND_BY_IDENTITY,
  FIND_BY_IDENTITY_WITHOUT_SHA,
  FIND_BY_PROVIDER_ID,
  FIND_CAPTURE,
  FIND_LOG_ROW,
  LOGS_WITHOUT_PROVIDER_ID,
  REMOVE_FLAKY_COMMIT,
  SET_RANKS,
};

test.each(Object.entries(PER_LOG))('%s reads few rows in an index without statistics', async (_name, { text }) => {
  const file = path.join(await makeTempFolder(), 'index.db');
  openIndex(file).close();
  const database = new (sqlite())(file, { readonly: true });
  try {
    const parameters = Object.fromEntries([...text.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, null]));
    const steps = database.prepare(`EXPLAIN QUERY PLAN ${text}`).all(parameters) as { readonly detail: string }[];
    expect(steps.map(({ detail }) => detail)).not.toEqual([]);
    expect(steps.map(({ detail }) => detail).filter((detail) => MANY_ROWS.test(detail))).toEqual([]);
  } finally {
    database.close();
  }
});
