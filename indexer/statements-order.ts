// Attempts that a filter lets through, in the order of time: which index leads to them with the least reading. SQLite's own
// choice needs statistics that a young index lacks, and sorted a fifth of a million rows for a list of fifty.
import type { IndexReadDatabase, SqlParams } from './database.ts';
import type { AttemptFilter } from './log-index.ts';
import { sql } from './statements.ts';
import { conditionOf, whereText } from './statements-filter.ts';

/** Where a walk over attempts stands: the last one taken. */
export interface Place {
  readonly timeMs: number;
  readonly attemptKey: number;
}

export interface OrderOptions {
  readonly sort: 'new' | 'old';
  readonly limit: number | undefined;
  /** Only those after this one in the order. */
  readonly place?: Place | undefined;
}

/** What is known of a filter before attempts are read; undefined: nothing passes it. */
interface Lead {
  /** `INDEXED BY …`, or nothing where SQLite sees one way only. */
  readonly from: string;
  /** The index gives the order; otherwise a few rows are sorted. */
  readonly isOrdered: boolean;
  readonly where: readonly string[];
  readonly params: SqlParams;
}

/** measured: so many rows are read and sorted in some milliseconds. */
const FEW_ROWS = 4096;
/** In this order where several would do: what usually narrows most comes first. */
const NAMED_COLUMNS = ['branch', 'repo', 'job', 'workflow'] as const;
type NamedColumn = (typeof NAMED_COLUMNS)[number];

/** Keys of attempts in the order of time. */
export function selectAttempts(db: IndexReadDatabase, filter: AttemptFilter, options: OrderOptions): Place[] {
  const lead = leadOf(db, filter);
  if (lead === undefined) return [];
  const { sort, limit, place } = options;
  const after = place === undefined ? [] : [`(a.time_ms, a.id) ${sort === 'new' ? '<' : '>'} (:placeMs, :placeKey)`];
  const direction = sort === 'new' ? 'DESC' : 'ASC';
  // The `+` keeps SQLite from walking the index by time for the sake of the order.
  const time = lead.isOrdered ? 'a.time_ms' : '+a.time_ms';
  return db.all(
    sql<SqlParams, Place>(
      `SELECT a.time_ms AS timeMs, a.id AS attemptKey FROM attempts a ${lead.from} ${whereText(...lead.where, ...after)}
       ORDER BY ${time} ${direction}, a.id ${direction} LIMIT :limit`,
    ),
    { ...lead.params, ...(place && { placeMs: place.timeMs, placeKey: place.attemptKey }), limit: limit ?? -1 },
  );
}

/** Attempts that the filter lets through, by outcome: 0 neither, 1 red, 2 green. */
export function selectCounts(db: IndexReadDatabase, filter: AttemptFilter): { outcome: number; attempts: number }[] {
  const lead = leadOf(db, filter);
  if (lead === undefined) return [];
  if (lead.where.length === 0) return db.all(TOTALS, {});
  return db.all(
    sql<SqlParams, { outcome: number; attempts: number }>(
      `SELECT a.outcome, count(*) AS attempts FROM attempts a ${lead.from} ${whereText(...lead.where)}
       GROUP BY +a.outcome ORDER BY a.outcome LIMIT 3`,
    ),
    lead.params,
  );
}

const TOTALS = sql<Record<string, never>, { outcome: number; attempts: number }>(
  'SELECT outcome, attempts FROM totals ORDER BY outcome LIMIT 3',
);

function leadOf(db: IndexReadDatabase, filter: AttemptFilter): Lead | undefined {
  const { repo, workflow, job, branch, ...rest } = filter;
  const { where, params } = conditionOf(rest);
  const ids = new Map<NamedColumn, readonly number[]>();
  for (const column of NAMED_COLUMNS) {
    const wanted = { repo, workflow, job, branch }[column];
    if (wanted === undefined) continue;
    const found = idsOf(db, column, wanted);
    if (found.length === 0) return undefined;
    ids.set(column, found);
  }
  const named = [...ids].map(([column, found]) => namedCondition(column, found));
  const all = {
    where: [...where, ...named.map((n) => n.where)],
    params: Object.assign({}, params, ...named.map((n) => n.params)) as SqlParams,
  };
  const isPointed = [filter.sha, filter.run, filter.providerId, filter.pr, filter.labels].some(
    (value) => value !== undefined,
  );
  if (isPointed) return { ...all, from: '', isOrdered: false };
  return { ...all, ...orderedLead(db, filter, ids) };
}

/** The index to go by when no filter points at a few attempts by itself. */
function orderedLead(
  db: IndexReadDatabase,
  filter: AttemptFilter,
  ids: ReadonlyMap<NamedColumn, readonly number[]>,
): Pick<Lead, 'from' | 'isOrdered'> {
  const sizes = [...ids].map(([column, found]) => ({ column, found, rows: countUpTo(db, column, found) }));
  const [least] = sizes.sort((a, b) => a.rows - b.rows);
  if (least !== undefined && least.rows < FEW_ROWS)
    return { from: `INDEXED BY attempts_by_${least.column}`, isOrdered: false };
  const single = NAMED_COLUMNS.find((column) => ids.get(column)?.length === 1);
  if (single !== undefined) return { from: `INDEXED BY attempts_by_${single}`, isOrdered: true };
  const byOutcome = filter.conclusion === 'red' || filter.conclusion === 'green';
  return { from: byOutcome ? 'INDEXED BY attempts_by_outcome' : 'INDEXED BY attempts_by_time', isOrdered: true };
}

function namedCondition(
  column: NamedColumn,
  ids: readonly number[],
): { readonly where: string; readonly params: SqlParams } {
  const [first = -1] = ids;
  if (ids.length === 1) return { where: `a.${column} = :${column}Id`, params: { [`${column}Id`]: first } };
  return {
    where: `a.${column} IN (SELECT value FROM json_each(:${column}Ids))`,
    params: { [`${column}Ids`]: JSON.stringify(ids) },
  };
}

/** Ids of the names that a filter means: a repository by its last parts, workflows and jobs by a glob. */
const idsOf = (db: IndexReadDatabase, column: NamedColumn, wanted: string): number[] =>
  db.all(column === 'repo' ? REPO_IDS : column === 'branch' ? BRANCH_ID : GLOB_IDS, { wanted }).map((row) => row.id);

const REPO_IDS = sql<{ wanted: string }, { id: number }>(
  "SELECT id FROM names WHERE name = :wanted OR substr(name, -length(:wanted) - 1) = '/' || :wanted ORDER BY id",
);
const BRANCH_ID = sql<{ wanted: string }, { id: number }>('SELECT id FROM names WHERE name = :wanted ORDER BY id');
const GLOB_IDS = sql<{ wanted: string }, { id: number }>('SELECT id FROM names WHERE name GLOB :wanted ORDER BY id');

/** Attempts with one of these names, counted no further than needed. */
function countUpTo(db: IndexReadDatabase, column: NamedColumn, ids: readonly number[]): number {
  const row = db.get(
    sql<SqlParams, { n: number }>(
      `SELECT count(*) AS n FROM (SELECT 1 FROM attempts a INDEXED BY attempts_by_${column}
       WHERE a.${column} IN (SELECT value FROM json_each(:ids)) LIMIT ${FEW_ROWS})`,
    ),
    { ids: JSON.stringify(ids) },
  );
  return row?.n ?? 0;
}
