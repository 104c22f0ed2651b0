// Brings parts of the engine's index into one in memory, whole attempts at a time.
import type { LogIndex } from '../log-index.ts';
import { SET_RANK, UNNUMBERED_LOGS } from '../statements-parts.ts';
import { CAPTURE_COLUMNS, CAPTURE_COLUMNS_HEADED, captureOf, type ReadCapture } from './capture-rows.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient, EngineRow } from './client.ts';
import { readFactsOf } from './fact-rows.ts';
import { ofLogs, placedOf, ranksBeside } from './filter-condition.ts';
import { subjectsIn } from './links.ts';
import { addParts, type StoredFact } from './passing-index.ts';
import { texts, time } from './sql-text.ts';

/** Logs that are tied together, and between which times they are placed. */
export interface FoundCircle {
  readonly circle: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Columns of `log_by_time` that `foundCircleOf` takes. */
export const CIRCLE_COLUMNS = 'circle, toUnixTimestamp64Milli(circle_from), toUnixTimestamp64Milli(circle_to)';

/** The circle of a row with those columns. */
export const foundCircleOf = ([circle, fromMs, toMs]: EngineRow): FoundCircle => ({
  circle: String(circle),
  fromMs: Number(fromMs),
  toMs: Number(toMs),
});

/** measured: threads for so few rows cost the engine a sixth more, and make it wait for each of them where its processors are taken. */
const FEW_ROWS = 'SETTINGS max_threads = 1';

/** A log that is tied to some attempts. */
export interface TiedLog extends FoundCircle {
  readonly log: string;
  readonly attemptId: string;
  readonly isPrimary: boolean;
  readonly isUnnumbered: boolean;
  /** Where its rows of words are. */
  readonly home: string;
  readonly placedMs: number;
  readonly links: readonly string[];
}

const TIED_COLUMNS = `${CIRCLE_COLUMNS}, log, attempt_id, is_primary, isNull(number), home, toUnixTimestamp64Milli(placed), links`;

/** Times, both included, between which all these are placed. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const spanOf = (circles: readonly Span[]): Span => ({
  fromMs: circles.reduce((least, { fromMs }) => Math.min(least, fromMs), circles[0]?.fromMs ?? 0),
  toMs: circles.reduce((most, { toMs }) => Math.max(most, toMs), 0),
});

const within = ({ fromMs, toMs }: Span): string => `placed BETWEEN ${time(fromMs)} AND ${time(toMs)}`;

function tiedLogOf(row: EngineRow): TiedLog {
  const [log, attemptId, isPrimary, isUnnumbered, home, placedMs, links] = row.slice(3);
  return {
    ...foundCircleOf(row),
    log: String(log),
    attemptId: String(attemptId),
    isPrimary: Number(isPrimary) === 1,
    isUnnumbered: Number(isUnnumbered) === 1,
    home: String(home),
    placedMs: Number(placedMs),
    links: links as readonly string[],
  };
}

/** A log with what says where its attempt is in a list. */
export interface PlacedTiedLog extends TiedLog {
  readonly timeMs: number;
  /** It stands for its attempt, and the conditions let it through. */
  readonly isPassing: boolean;
}

/**
 * Every log of the circles that `circles` selects with their times, as `circle, circle_from, circle_to`. A circle's older name only
 * adds some of its own logs.
 */
export async function readTiedTo(
  client: EngineClient,
  { circles, passing }: { readonly circles: string; readonly passing: readonly string[] },
): Promise<readonly PlacedTiedLog[]> {
  const rows = await client.rows(
    `WITH (SELECT (min(circle_from), max(circle_to), groupUniqArray(circle)) FROM (${circles})) AS found
     SELECT ${placedColumns(passing)} FROM log_by_time FINAL
     WHERE placed BETWEEN found.1 AND found.2 AND circle IN (found.3) ${FEW_ROWS}`,
  );
  return rows.map(placedLogOf);
}

const placedColumns = (passing: readonly string[]): string =>
  `${TIED_COLUMNS}, time_ms, ${['is_lead = 1', ...passing].join(' AND ')}`;

const placedLogOf = (row: EngineRow): PlacedTiedLog => ({
  ...tiedLogOf(row),
  timeMs: Number(row[10]),
  isPassing: Number(row[11]) === 1,
});

/**
 * Every log of the circles of `logs`, a statement's worth. Nearly every circle is of one time, and named by a log that is asked for:
 * then all its logs are where that one is, and no second look is needed.
 */
export async function readTiedToLogs(
  client: EngineClient,
  { logs, passing }: { readonly logs: ReadonlySet<string>; readonly passing: readonly string[] },
): Promise<readonly PlacedTiedLog[]> {
  const names = texts(logs);
  const rows = await client.rows(
    `SELECT ${placedColumns(passing)} FROM log_by_time FINAL
     WHERE ${placedOf(names)} AND (log IN ${names} OR circle != log) ${FEW_ROWS}`,
  );
  const near = rows.map(placedLogOf);
  const own = near.filter(({ log }) => logs.has(log));
  const spread = own.filter(({ circle, log, fromMs, toMs }) => circle !== log || fromMs !== toMs);
  const spreadCircles = new Set(spread.map(({ circle }) => circle));
  const nearCircles = new Set(own.map(({ circle }) => circle).filter((circle) => !spreadCircles.has(circle)));
  const tied = near.filter(({ circle }) => nearCircles.has(circle));
  if (spread.length === 0) return tied;
  const circles = `SELECT circle, circle_from, circle_to FROM log_by_time WHERE ${ofLogs(texts(spread.map(({ log }) => log)))}`;
  return [...tied, ...(await readTiedTo(client, { circles, passing }))];
}

/**
 * Adds the attempts of these circles and whatever is tied to them: all their logs, captures and facts, at once, so that they
 * fall into attempts as they did when the engine's rows were made. Renames must be there already.
 */
export async function loadCircles(
  client: EngineClient,
  index: LogIndex,
  circles: readonly FoundCircle[],
): Promise<void> {
  for (const chunk of inChunks(new Map(circles.map((each) => [each.circle, each])).values())) {
    const names = texts(chunk.map(({ circle }) => circle));
    const rows = await client.rows(
      `SELECT ${TIED_COLUMNS} FROM log_by_time FINAL WHERE ${within(spanOf(chunk))} AND circle IN ${names}`,
    );
    const tied = rows.map(tiedLogOf);
    await addTied(client, index, await readTiedParts(client, { tied, columns: CAPTURE_COLUMNS }));
  }
}

/** What of captures is brought: of an attempt that only a search shows, not what its text has; into an index without anything yet. */
export interface TiedLogs {
  readonly tied: readonly TiedLog[];
  readonly columns: typeof CAPTURE_COLUMNS | typeof CAPTURE_COLUMNS_HEADED;
}

/** Whole circles, as they are in the engine. */
export interface TiedParts {
  readonly captures: readonly ReadCapture[];
  readonly facts: readonly StoredFact[];
  readonly hasUnnumbered: boolean;
}

/** Reads whole circles. */
export async function readTiedParts(client: EngineClient, { tied, columns }: TiedLogs): Promise<TiedParts> {
  const logs = tied.map(({ log }) => log);
  const subjects = new Set(tied.flatMap(({ links }) => subjectsIn(links)));
  const [captures, facts] = await Promise.all([
    readCaptures(client, tied, columns),
    readFactsOf(client, { subjects, logs, withRenames: columns === CAPTURE_COLUMNS_HEADED }),
  ]);
  return { captures, facts, hasUnnumbered: tied.some(({ isUnnumbered }) => isUnnumbered) };
}

/** Adds whole circles. */
export async function addTied(client: EngineClient, index: LogIndex, parts: TiedParts): Promise<void> {
  addParts(index, parts.captures, parts.facts);
  if (parts.hasUnnumbered) await setRanks(client, index);
}

/** The last version of each capture. FINAL would read whole captures of everything that lies between those that are wanted. */
export const lastCaptures = (condition: string): string =>
  `(SELECT * FROM capture_by_time WHERE ${condition} ORDER BY placed, log, key, home, buried DESC LIMIT 1 BY placed, log, key, home)`;

async function readCaptures(
  client: EngineClient,
  tied: readonly TiedLog[],
  columns: TiedLogs['columns'],
): Promise<readonly ReadCapture[]> {
  const asked = [...inChunks(tied)].map((chunk) =>
    client.rows(
      `SELECT ${columns} FROM ${lastCaptures(`${within(spanOf(chunk))} AND log IN ${texts(chunk.map(({ log }) => log))}`)}
       WHERE buried = 0 ORDER BY placed, log, key ${FEW_ROWS}`,
    ),
  );
  return (await Promise.all(asked)).flat().map(captureOf);
}

/** The rank of an attempt is over all attempts of its job at its commit, of which only some are here. */
async function setRanks(client: EngineClient, index: LogIndex): Promise<void> {
  const attemptOf = new Map(index.db.all(UNNUMBERED_LOGS, {}).map((row) => [row.log_id, row.attempt]));
  for (const chunk of inChunks(attemptOf.keys())) {
    const rows = await client.rows(ranksBeside(texts(chunk)));
    index.db.transaction(() => {
      for (const [attemptId, rank] of rows) {
        const id = attemptOf.get(String(attemptId));
        if (id !== undefined) index.db.run(SET_RANK, { id, rank: Number(rank) });
      }
    });
  }
}
