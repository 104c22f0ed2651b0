// Makes a filled engine many times as large by its own INSERT … SELECT: every attempt again under another run and in earlier months,
// digits of words exchanged, as other runs have other ids and times: of 40 ways each copy has its own. What it makes is what workers would have written but for the
// text of the logs, which is read from the log that was copied.
import { parseEngineAddress } from '../indexer/clickhouse/address.ts';
import { type EngineClient, openEngineClient } from '../indexer/clickhouse/client.ts';
import { MIGRATIONS, placesOf } from '../indexer/clickhouse/schema.ts';
import { logIdOf } from '../store/log-id.ts';
import { parseManifest } from '../store/manifest-schema.ts';
import type { ObjectReader } from '../store/object-store.ts';

const SHIFT_DAYS = 31;

/** Adds `copies` − 1 copies of everything that the engine has; each log of it must be an attempt of its own. */
export async function makeCopies(address: string, copies: number): Promise<void> {
  const client = await openEngineClient(parseEngineAddress(address), { requestMs: 600_000 });
  try {
    const [tied] = await client.rows('SELECT count() FROM log_by_time FINAL WHERE attempt_id != log OR circle != log');
    if (Number(tied?.[0]) > 0) throw new Error('only stores in which each log is an attempt of its own can be copied');
    await nameCopies(client, copies);
    for (let copy = 1; copy < copies; copy++) await copyAll(client, copy);
    for (const statement of [...(MIGRATIONS[3] ?? []), placesOf('log_by_time')]) await client.command(statement);
    await client.command('DROP TABLE IF EXISTS copied');
  } finally {
    await client.close();
  }
}

/** The short name of each copy follows from its identity, as everybody checks. */
async function nameCopies(client: EngineClient, copies: number): Promise<void> {
  await client.command(
    'CREATE TABLE copied (copy UInt32, old String, new String) ENGINE = MergeTree ORDER BY (copy, old)',
  );
  const rows: Record<string, unknown>[] = [];
  for (const [key, json] of await client.rows('SELECT key, manifest FROM capture_by_time FINAL WHERE buried = 0')) {
    const { attempt, logId, logName, text } = parseManifest(Buffer.from(String(json)), String(key));
    for (let copy = 1; copy < copies; copy++)
      rows.push({
        copy,
        old: logId,
        new: logIdOf({ ...attempt, run: `${attempt.run}c${copy}` }, logName, text.sha256),
      });
  }
  for (let from = 0; from < rows.length; from += 20_000) await client.insert('copied', rows.slice(from, from + 20_000));
}

/** What stands for 0 to 9 in a copy. */
const digitsOf = (copy: number): string =>
  Array.from({ length: 10 }, (_, digit) => (digit * ([1, 3, 7, 9][Math.floor(copy / 10) % 4] ?? 1) + copy) % 10).join(
    '',
  );

async function copyAll(client: EngineClient, copy: number): Promise<void> {
  const from = (table: string): string =>
    `FROM (SELECT * FROM ${table} FINAL WHERE log IN (SELECT old FROM copied)) AS l
     INNER JOIN (SELECT old, new FROM copied WHERE copy = ${copy}) AS m ON l.log = m.old SETTINGS max_insert_threads = 1`;
  const days = copy * SHIFT_DAYS;
  const placed = `l.placed - toIntervalDay(${days}) AS placed`;
  const earlier = (column: string): string => `l.${column} - ${days * 86_400_000} AS ${column}`;
  const runOf = (run: string): string => `concat(${run}, 'c${copy}')`;
  const quoted = (run: string): string => `concat('"', ${run}, '"')`;
  await client.command(
    `INSERT INTO block SELECT l.* REPLACE (m.new AS log, ${placed},
       translate(l.tokens, '0123456789', '${digitsOf(copy)}') AS tokens) ${from('block')}`,
  );
  await client.command(`INSERT INTO occurrence SELECT l.* REPLACE (m.new AS log, ${placed}) ${from('occurrence')}`);
  await client.command(
    `INSERT INTO capture_by_time SELECT l.* REPLACE (m.new AS log, ${placed}, replaceRegexpOne(l.key, '/([^/]*)-a(\\\\d+)/', '/\\\\1c${copy}-a\\\\2/') AS key,
       replaceRegexpOne(replaceOne(l.manifest, l.log, m.new), '"run": "([^"]*)"', '"run": "\\\\1c${copy}"') AS manifest,
       arrayMap(link -> replaceRegexpOne(link, '"([^"]*)",(\\\\d+(,null)?\\\\])$', '"\\\\1c${copy}",\\\\2'), l.links) AS links) ${from('capture_by_time')}`,
  );
  await client.command(
    `INSERT INTO log_by_time SELECT l.* REPLACE (m.new AS log, ${placed}, m.new AS attempt_id, m.new AS circle,
       l.circle_from - toIntervalDay(${days}) AS circle_from, l.circle_to - toIntervalDay(${days}) AS circle_to, ${runOf('l.run')} AS run,
       ${earlier('time_ms')}, ${earlier('started_ms')}, ${earlier('finished_ms')},
       arrayMap(link -> replaceOne(link, ${quoted('l.run')}, ${quoted(runOf('l.run'))}), l.links) AS links) ${from('log_by_time')}`,
  );
}

/** A store in which copies have the text of what was copied. */
export const readingCopies = (store: ObjectReader): ObjectReader => ({
  url: store.url,
  get: (key, range) => store.get(originalOf(key), range),
  stat: (key) => store.stat(originalOf(key)),
  list: (prefix, after) => store.list(prefix, after),
});

const originalOf = <K extends string>(key: K): K => key.replace(/\/([^/]*)c\d+-a(\d+)\//, '/$1-a$2/') as K;
