// What follows from captures and facts: the rows of `log`. Whoever adds a capture or a fact asks for everything that is tied
// to it and writes those rows anew, with the number of captures and facts behind them as their version. Whoever adds the
// last one sees all of them, so the highest version is the whole truth, in whatever order writers come or stop.
import { attemptOf } from '../attempt-columns.ts';
import { subjectKey } from '../fact-subject.ts';
import { isBuried } from '../ingest-write.ts';
import type { LogIndex } from '../log-index.ts';
import { longLinesOf } from '../long-lines.ts';
import { openPassingIndex } from '../open-index.ts';
import { type LogRowColumns, selectLogsOf } from '../statements-filter.ts';
import { listAttemptKeys } from '../statements-parts.ts';
import { CAPTURE_COLUMNS_BARE, captureOf, type LogPlace, placeOf, type ReadCapture, stampOf } from './capture-rows.ts';
import { inChunks } from './chunks.ts';
import { Circle, type Seeds } from './circle.ts';
import type { EngineClient } from './client.ts';
import { readFactsOf } from './fact-rows.ts';
import { ofLogs } from './filter-condition.ts';
import { linkOfSubject, linksOf, placeIdsOf } from './links.ts';
import { lastCaptures } from './load.ts';
import { logColumns } from './log-rows.ts';
import { addParts, type StoredFact } from './passing-index.ts';
import { texts } from './sql-text.ts';
import { removeWords } from './vocabulary.ts';

/** chosen: facts that complete facts that complete facts; three are what a test could think of. */
const MAX_ROUNDS = 50;

/** Writes the rows of `log` of every attempt that the seeds touch, and removes what tombstones have buried. */
export async function deriveLogs(client: EngineClient, seeds: Seeds): Promise<void> {
  const circle = new Circle(client);
  await circle.grow(seeds);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const read = await readCircle(client, circle);
    const index = openPassingIndex();
    try {
      addParts(index, read.captures, read.facts);
      const logs = selectLogsOf(index.db, listAttemptKeys(index.db), { which: 'all', sort: 'old' });
      // A fact may have made an identity known that another capture had from the beginning.
      const news = logs.map((row) => ({ log: row.log_id, links: linksOf(attemptOf(row)) }));
      const isMore = news.filter(({ log, links }) => circle.add(log, links));
      if (isMore.length > 0) {
        await circle.grow({ logs: [], links: isMore.flatMap(({ links }) => links) });
        continue;
      }
      const rows = logRows(logs, read, circle);
      await client.insert('place', placesOfRows(rows));
      await client.insert('log_by_time', rows);
      await removeBuried(client, { index, read, alive: new Set(logs.map((row) => row.log_id)) });
      return;
    } finally {
      index.close();
    }
  }
  throw new Error(`captures are tied together over more than ${MAX_ROUNDS} rounds`);
}

interface CircleRead {
  readonly captures: readonly ReadCapture[];
  readonly facts: readonly StoredFact[];
  /** Every place that rows of these logs may have. */
  readonly places: readonly LogPlace[];
  /** Of each log, captures that are buried included. */
  readonly captureCounts: ReadonlyMap<string, number>;
}

async function readCircle(client: EngineClient, circle: Circle): Promise<CircleRead> {
  const captures: ReadCapture[] = [];
  const places = new Map<string, LogPlace>();
  const captureCounts = new Map<string, number>();
  const take = ([home, placedMs, log]: readonly unknown[]): string => {
    const place = { home: String(home), placedMs: Number(placedMs), log: String(log) };
    places.set(JSON.stringify(place), place);
    return place.log;
  };
  const key = 'home, toUnixTimestamp64Milli(placed), log';
  const facts = readFactsOf(client, { subjects: circle.subjects, logs: circle.logs, withRenames: true });
  facts.catch(() => undefined); // told below
  for (const chunk of inChunks(circle.logs)) {
    const of = ofLogs(texts(chunk));
    const [own, placed] = await Promise.all([
      client.rows(`SELECT ${key}, buried, ${CAPTURE_COLUMNS_BARE} FROM ${lastCaptures(of)}`),
      client.rows(`SELECT DISTINCT ${key} FROM log_by_time WHERE ${of}`),
    ]);
    for (const row of own) {
      const log = take(row);
      captureCounts.set(log, (captureCounts.get(log) ?? 0) + 1);
      if (Number(row[3]) === 0) captures.push(captureOf(row.slice(4)));
    }
    for (const row of placed) take(row);
  }
  return { captures, facts: await facts, places: [...places.values()], captureCounts };
}

/** A row of `log_by_time`. */
interface MadeRow extends Readonly<Record<string, unknown>> {
  readonly log: string;
  readonly placed: string;
  readonly links: readonly string[];
}

/** Where these rows are to be looked for, by log, commit and what ties them. */
const placesOfRows = (rows: readonly MadeRow[]): readonly Readonly<Record<string, unknown>>[] =>
  rows.flatMap(({ log, placed, links, sha, tested_sha: tested }) =>
    placeRows(placed, [
      log,
      ...(sha === undefined ? [] : [sha]),
      ...(tested === undefined || tested === '' ? [] : [tested]),
      ...placeIdsOf(links),
    ]),
  );

/** Rows of `place`: at this time there is something of each of these. */
export const placeRows = (placed: string, ids: Iterable<unknown>): readonly Readonly<Record<string, unknown>>[] =>
  [...new Set(ids)].map((id) => ({ id, placed }));

/** Rows of the logs that are there, and such as take those away that are not, or not there any more. */
function logRows(logs: readonly LogRowColumns[], read: CircleRead, circle: Circle): readonly MadeRow[] {
  const leads = leadsOf(logs);
  const { homes, longLogs } = textsOf(read.captures);
  const known = new Map(logs.map((row) => [row.log_id as string, row]));
  const behind = behindOf(read, circle);
  return read.places.map((place): MadeRow => {
    const { version, links, first, fromMs, toMs } = behind.get(place.log) ?? nothingBehind(place);
    const span = { circle: first, circle_from: stampOf(fromMs), circle_to: stampOf(toMs) };
    const base = { home: place.home, placed: stampOf(place.placedMs), log: place.log, version, links, ...span };
    const row = known.get(place.log);
    if (row === undefined || homes.get(place.log) !== place.placedMs) return { ...base, is_gone: 1 };
    const lead = leads.get(row.attempt_key) ?? row.log_id;
    return { ...base, ...logColumns(row, lead), has_long_lines: longLogs.has(row.log_id) ? 1 : 0, is_gone: 0 };
  });
}

/** One log of each attempt stands for it: the first by its id. */
function leadsOf(logs: readonly LogRowColumns[]): ReadonlyMap<number, string> {
  const leads = new Map<number, string>();
  for (const { attempt_key: key, log_id: log } of logs) {
    const lead = leads.get(key);
    if (lead === undefined || log < lead) leads.set(key, log);
  }
  return leads;
}

/** Where the row of a log is, if it has several captures: at the earliest of them. */
function textsOf(captures: readonly ReadCapture[]): {
  readonly homes: ReadonlyMap<string, number>;
  readonly longLogs: ReadonlySet<string>;
} {
  const homes = new Map<string, number>();
  const longLogs = new Set<string>();
  for (const { manifest, table } of captures) {
    const { log, placedMs } = placeOf(manifest);
    homes.set(log, Math.min(placedMs, homes.get(log) ?? placedMs));
    if (longLinesOf(table).length > 0) longLogs.add(log);
  }
  return { homes, longLogs };
}

interface Behind {
  readonly version: number;
  readonly links: readonly string[];
  /** The first log of the component. */
  readonly first: string;
  /** Between which times rows and captures of the component are placed. */
  readonly fromMs: number;
  readonly toMs: number;
}

const nothingBehind = ({ log, placedMs }: LogPlace): Behind => ({
  version: 0,
  links: [],
  first: log,
  fromMs: placedMs,
  toMs: placedMs,
});

/** How much stands behind the row of each log: whoever knows of more has the higher version. */
function behindOf({ facts, captureCounts, places }: CircleRead, circle: Circle): ReadonlyMap<string, Behind> {
  const general = facts.filter(({ fact }) => fact.kind === 'rename').length;
  const factsOf = new Map<string, number>();
  for (const { fact } of facts) {
    const about =
      fact.kind === 'tombstone'
        ? fact.logId
        : fact.kind === 'conclusion' || fact.kind === 'identity'
          ? linkOfSubject(subjectKey(fact.subject))
          : undefined;
    if (about !== undefined) factsOf.set(about, (factsOf.get(about) ?? 0) + 1);
  }
  const timesOf = new Map<string, number[]>();
  for (const { log, placedMs } of places) timesOf.set(log, [...(timesOf.get(log) ?? []), placedMs]);
  const behind = new Map<string, Behind>();
  for (const { logs, links } of circle.components()) {
    let version = general;
    for (const log of logs) version += (captureCounts.get(log) ?? 0) + (factsOf.get(log) ?? 0);
    for (const link of links) version += factsOf.get(link) ?? 0;
    const [first = ''] = [...logs].sort();
    const times = [...logs].flatMap((log) => timesOf.get(log) ?? []);
    const fromMs = times.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
    const toMs = times.reduce((most, each) => Math.max(most, each), 0);
    for (const log of logs) behind.set(log, { version, links: [...links], first, fromMs, toMs });
  }
  return behind;
}

/** Words and headlines of buried captures leave the engine; that they were there stays, so that nobody brings them again. */
async function removeBuried(
  client: EngineClient,
  { index, read, alive }: { readonly index: LogIndex; readonly read: CircleRead; readonly alive: ReadonlySet<string> },
): Promise<void> {
  const buried = read.captures.filter(({ manifest }) => isBuried(index.db, manifest));
  await client.insert(
    'capture_by_time',
    buried.map(({ manifest, store, key }) => {
      const { home, placedMs, log } = placeOf(manifest);
      return { home, placed: stampOf(placedMs), log, key, store, links: linksOf(manifest.attempt), buried: 1 };
    }),
  );
  const dead = new Set(read.places.map(({ log }) => log).filter((log) => !alive.has(log)));
  for (const chunk of inChunks(forgotten(read.facts, dead))) await removeWords(client, chunk);
  for (const chunk of inChunks(dead))
    for (const table of ['block', 'occurrence']) await removeRows(client, table, `log IN ${texts(chunk)}`);
  for (const chunk of inChunks(buried)) {
    const logs = texts(new Set(chunk.map(({ manifest }) => manifest.logId)));
    const keys = texts(chunk.map(({ key }) => key));
    await removeRows(client, 'capture_by_time', `${ofLogs(logs)} AND key IN ${keys} AND buried = 0`);
  }
}

/** Of what only its age took away, words that nobody has any more may stay until their month goes: it costs a look at all blocks. */
const forgotten = (facts: readonly StoredFact[], dead: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    facts.flatMap(({ fact }) =>
      fact.kind === 'tombstone' && fact.reason !== 'retention' && dead.has(fact.logId) ? [fact.logId] : [],
    ),
  );

/** Asked for first: most often there is nothing, and a removal rewrites parts. */
async function removeRows(client: EngineClient, table: string, condition: string): Promise<void> {
  const [some] = await client.rows(`SELECT 1 FROM ${table} WHERE ${condition} LIMIT 1`);
  if (some !== undefined) await client.command(`DELETE FROM ${table} WHERE ${condition}`);
}
