// Brings parts of the engine's index into one in memory, whole attempts at a time.
import type { LogIndex } from '../log-index.ts';
import { SET_RANK, UNNUMBERED_LOGS } from '../statements-parts.ts';
import { CAPTURE_COLUMNS, CAPTURE_COLUMNS_HEADED, captureOf, type ReadCapture } from './capture-rows.ts';
import { inChunks } from './chunks.ts';
import type { EngineClient, EngineRow } from './client.ts';
import { readFactsOf } from './fact-rows.ts';
import { ranksBeside } from './filter-condition.ts';
import { subjectsIn } from './links.ts';
import { addParts, type StoredFact } from './passing-index.ts';
import { texts } from './sql-text.ts';

/** A log that is tied to some attempts. */
export interface TiedLog {
  readonly log: string;
  readonly attemptId: string;
  readonly circle: string;
  readonly isPrimary: boolean;
  readonly isUnnumbered: boolean;
  /** Where its rows of words are. */
  readonly home: string;
  readonly placedMs: number;
  readonly links: readonly string[];
}

const TIED_COLUMNS = 'log, attempt_id, circle, is_primary, isNull(number), home, toUnixTimestamp64Milli(placed), links';

/** The logs that `circles` selects the circles of. */
async function readTied(client: EngineClient, circles: string): Promise<readonly TiedLog[]> {
  const rows = await client.rows(`SELECT ${TIED_COLUMNS} FROM log FINAL WHERE circle IN ${circles}`);
  return rows.map(tiedLogOf);
}

function tiedLogOf(row: EngineRow): TiedLog {
  const [log, attemptId, circle, isPrimary, isUnnumbered, home, placedMs, links] = row;
  return {
    log: String(log),
    attemptId: String(attemptId),
    circle: String(circle),
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

/** Every log of the circles that `circles` selects. A circle's older name only adds some of its own logs. */
export async function readTiedTo(
  client: EngineClient,
  { circles, passing }: { readonly circles: string; readonly passing: readonly string[] },
): Promise<readonly PlacedTiedLog[]> {
  const isPassing = ['is_lead = 1', ...passing].join(' AND ');
  const rows = await client.rows(
    `SELECT ${TIED_COLUMNS}, time_ms, ${isPassing} FROM log FINAL WHERE circle IN (${circles})`,
  );
  return rows.map((row) => ({ ...tiedLogOf(row), timeMs: Number(row[8]), isPassing: Number(row[9]) === 1 }));
}

/**
 * Adds the attempts with these ids and whatever is tied to them: all their logs, captures and facts, at once, so that they
 * fall into attempts as they did when the engine's rows were made. Renames must be there already.
 */
export async function loadAttempts(client: EngineClient, index: LogIndex, attemptIds: Iterable<string>): Promise<void> {
  for (const chunk of inChunks(new Set(attemptIds))) {
    const circles = `(SELECT circle FROM log FINAL WHERE attempt_id IN ${texts(chunk)})`;
    const tied = await readTied(client, circles);
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
    readCaptures(client, logs, columns),
    readFactsOf(client, { subjects, logs, withRenames: columns === CAPTURE_COLUMNS_HEADED }),
  ]);
  return { captures, facts, hasUnnumbered: tied.some(({ isUnnumbered }) => isUnnumbered) };
}

/** Adds whole circles. */
export async function addTied(client: EngineClient, index: LogIndex, parts: TiedParts): Promise<void> {
  addParts(index, parts.captures, parts.facts);
  if (parts.hasUnnumbered) await setRanks(client, index);
}

async function readCaptures(
  client: EngineClient,
  logs: readonly string[],
  columns: TiedLogs['columns'],
): Promise<readonly ReadCapture[]> {
  const asked = [...inChunks(logs)].map((chunk) =>
    client.rows(
      `SELECT ${columns} FROM capture FINAL WHERE log IN ${texts(chunk)} AND buried = 0 ORDER BY placed, log, key`,
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
