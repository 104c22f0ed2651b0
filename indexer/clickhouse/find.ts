// Which attempts a question is about, and what is counted over all of them.
import type {
  CountedDuration,
  CountedHeadline,
  CountedSignature,
  IndexNeed,
  JobGreens,
  JobKey,
} from '../index-parts.ts';
import type { AttemptFilter, OutcomeCounts } from '../log-index.ts';
import type { EngineClient } from './client.ts';
import { filterConditions, whereAll } from './filter-condition.ts';
import { recentWindows } from './recent.ts';
import { number, text, texts } from './sql-text.ts';

type Need<K extends IndexNeed['kind']> = Extract<IndexNeed, { readonly kind: K }>;

const limitOf = (limit: number | undefined): string => (limit === undefined ? '' : `LIMIT ${number(limit)}`);
/** As statements-filter.ts bounds the logs of a REF. */
const MAX_REF_LOGS = 10_000;

const ids = async (client: EngineClient, query: string): Promise<readonly string[]> =>
  (await client.rows(query)).map((row) => String(row[0]));

/** Attempts in the order of time. */
export async function findAttempts(
  client: EngineClient,
  { filter, sort, limit }: Need<'attempts'>,
): Promise<readonly string[]> {
  const direction = sort === 'new' ? 'DESC' : 'ASC';
  const isRecent =
    sort === 'new' && limit !== undefined && filter.sinceMs === undefined && filter.untilMs === undefined;
  let found: readonly string[] = [];
  for (const window of isRecent ? recentWindows(undefined) : [[]]) {
    found = await ids(
      client,
      `SELECT attempt_id FROM log FINAL ${whereAll('is_lead = 1', ...window, ...filterConditions(filter))}
       ORDER BY time_ms ${direction}, attempt_id ${direction} ${limitOf(limit)}`,
    );
    if (found.length === limit) break;
  }
  return found;
}

/** Attempts of the logs that a REF names. */
export function findByRef(client: EngineClient, { ref, filter }: Need<'ref'>): Promise<readonly string[]> {
  const { logIdPrefix, job, url, ...parts } = ref;
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  const where = [...filterConditions({ ...filter, ...given })];
  if (logIdPrefix !== undefined) where.push(`startsWith(log, ${text(logIdPrefix)})`);
  if (job !== undefined) where.push(`job != '' AND job = ${text(job)}`);
  if (url !== undefined) where.push(`url != '' AND url = ${text(url)}`);
  return ids(
    client,
    `SELECT attempt_id FROM log FINAL ${whereAll(...where)} ORDER BY time_ms DESC, log LIMIT ${MAX_REF_LOGS}`,
  );
}

/**
 * Attempts of the jobs at one commit that are flaky, whichever attempts the filter lets through, as long as it is some of
 * them; the latest first. statements-reports.ts says the same of the local index.
 */
export function findFlakes(client: EngineClient, { filter, limit }: Need<'flakes'>): Promise<readonly string[]> {
  const passes = ['1', ...filterConditions(filter)].join(' AND ');
  const group = 'repo, sha, workflow, job';
  const some = `is_lead = 1 AND is_partial = 0 AND sha != '' AND job != ''`;
  const looked = `SELECT ${group} FROM log FINAL WHERE ${some} AND ${passes}`;
  // Red and green of the same tested commit, where both are known.
  const greens = 'groupUniqArrayIf(tested_sha, outcome = 2)';
  const flaky = `SELECT ${group} FROM log FINAL WHERE ${some} AND (${group}) IN (${looked}) GROUP BY ${group}
    HAVING length(${greens}) > 0 AND arrayExists(red -> red = '' OR has(${greens}, '') OR has(${greens}, red),
      groupArrayIf(tested_sha, outcome = 1))
    ORDER BY maxIf(time_ms, ${passes}) DESC, ${group} ${limitOf(limit)}`;
  return ids(client, `SELECT attempt_id FROM log FINAL WHERE is_lead = 1 AND (${group}) IN (${flaky})`);
}

/** The newest attempt with a signature; of a fork only where nothing else shows it. */
export const findExemplarAttempt = (
  client: EngineClient,
  { signature, sha }: Need<'exemplar'>,
): Promise<readonly string[]> =>
  ids(
    client,
    `SELECT attempt_id FROM log FINAL WHERE is_primary = 1 AND startsWith(sha, ${text(sha)}) AND log IN
       (SELECT log FROM occurrence WHERE sig = ${text(signature)})
     ORDER BY mapContains(labels, 'fork'), time_ms DESC LIMIT 1`,
  );

/** Attempts that the filter lets through, by outcome. */
export async function countOutcomes(client: EngineClient, filter: AttemptFilter): Promise<OutcomeCounts> {
  const [row = []] = await client.rows(
    `SELECT count(), countIf(outcome = 1), countIf(outcome = 2) FROM log FINAL
     ${whereAll('is_lead = 1', ...filterConditions(filter))}`,
  );
  const [attempts = 0, red = 0, green = 0] = row.map(Number);
  return { attempts, red, green };
}

/** Raw bytes of the primary logs that the filter lets through. */
export async function sumRawBytes(client: EngineClient, filter: AttemptFilter): Promise<number> {
  const where = whereAll('is_primary = 1', ...filterConditions(filter));
  const [row] = await client.rows(`SELECT sum(raw_bytes) FROM log FINAL ${where}`);
  return Number(row?.[0] ?? 0);
}

/** The headline that a signature is known by: of the earliest log, whatever any filter says. */
const HEADLINES = 'SELECT sig, argMin(headline, (placed, log)) AS headline FROM occurrence';

/** Green attempts of some jobs, and how many of them show each of the signatures. */
export async function countGreens(
  client: EngineClient,
  { of }: Need<'greensOf'>,
): Promise<ReadonlyMap<Need<'greens'>, JobGreens>> {
  const jobs = `(repo, workflow, job) IN (${of.map(({ job }) => `(${jobColumns(job).map(text).join(', ')})`).join(', ')})`;
  const green = `outcome = 2 AND is_partial = 0 AND ${jobs}`;
  const signatures = texts(new Set(of.flatMap((need) => need.signatures)));
  const shows = `SELECT sig, log FROM occurrence WHERE sig IN ${signatures}`;
  const [totals, showing, headlines] = await Promise.all([
    client.rows(
      `SELECT repo, workflow, job, count() FROM log FINAL WHERE is_lead = 1 AND ${green} GROUP BY repo, workflow, job`,
    ),
    client.rows(
      `SELECT l.repo, l.workflow, l.job, o.sig, uniqExact(l.attempt_id) FROM (${shows}) AS o
       INNER JOIN (SELECT log, attempt_id, repo, workflow, job FROM log FINAL WHERE is_primary = 1 AND ${green}
         AND log IN (SELECT log FROM occurrence WHERE sig IN ${signatures})) AS l ON o.log = l.log
       GROUP BY l.repo, l.workflow, l.job, o.sig`,
    ),
    client.rows(`${HEADLINES} WHERE sig IN ${signatures} GROUP BY sig`),
  ]);
  const keyOf = (columns: readonly unknown[]): string => JSON.stringify(columns.slice(0, 3));
  const totalOf = new Map(totals.map((row) => [keyOf(row), Number(row[3])]));
  const headlineOf = new Map(headlines.map(([sig, headline]) => [String(sig), String(headline)]));
  return new Map(
    of.map((need) => {
      const key = keyOf(jobColumns(need.job));
      const own = showing.filter((row) => keyOf(row) === key && need.signatures.includes(String(row[3])));
      return [
        need,
        {
          greens: totalOf.get(key) ?? 0,
          showing: new Map(own.map((row) => [String(row[3]), Number(row[4])])),
          headlines: new Map(
            need.signatures.flatMap((sig) => {
              const headline = headlineOf.get(sig);
              return headline === undefined ? [] : [[sig, headline] as const];
            }),
          ),
        },
      ];
    }),
  );
}

const jobColumns = ({ repo, workflow, job }: JobKey): readonly string[] => [repo ?? '', workflow ?? '', job ?? ''];

/** Signatures of the attempts that the filter lets through, most red attempts first. */
export async function countSignatures(
  client: EngineClient,
  { filter, only }: Need<'signatures'>,
): Promise<readonly CountedSignature[]> {
  const narrowed = only === undefined ? '' : `WHERE sig IN ${texts(only)}`;
  // A join holds its right side in memory: of few signatures that must not be every log there is.
  const shown = only === undefined ? [] : [`log IN (SELECT log FROM occurrence ${narrowed})`];
  const rows = await client.rows(
    `SELECT o.sig, any(h.headline), uniqExact(l.attempt_id), uniqExactIf(l.attempt_id, l.outcome = 1) AS red,
       uniqExactIf(l.attempt_id, l.outcome = 2), min(l.time_ms), max(l.time_ms) AS last, groupUniqArrayIf(l.job, l.job != '')
     FROM (SELECT DISTINCT sig, log FROM occurrence ${narrowed}) AS o
     INNER JOIN (SELECT log, attempt_id, outcome, time_ms, job FROM log FINAL
       ${whereAll('is_primary = 1', ...shown, ...filterConditions(filter))}) AS l ON o.log = l.log
     INNER JOIN (${HEADLINES} ${narrowed} GROUP BY sig) AS h ON o.sig = h.sig
     GROUP BY o.sig ORDER BY red DESC, last DESC, o.sig`,
  );
  return rows.map(([sig, headline, attempts, red, green, first, last, jobs]) => ({
    signature: String(sig),
    headline: String(headline),
    attempts: Number(attempts),
    red: Number(red),
    green: Number(green),
    first_ms: Number(first),
    last_ms: Number(last),
    jobs: JSON.stringify(jobs),
  }));
}

/** The newest headlines, with the attempts that show them. */
export async function countHeadlines(
  client: EngineClient,
  { limit }: Need<'headlines'>,
): Promise<readonly CountedHeadline[]> {
  const rows = await client.rows(
    `SELECT h.sig, h.headline, uniqExact(l.attempt_id) FROM
       (SELECT sig, argMin(headline, (placed, log)) AS headline, min((placed, log)) AS first FROM occurrence GROUP BY sig
        ORDER BY first DESC, sig LIMIT ${number(limit)}) AS h
     INNER JOIN (SELECT DISTINCT sig, log FROM occurrence) AS o ON o.sig = h.sig
     INNER JOIN (SELECT log, attempt_id FROM log FINAL WHERE is_primary = 1) AS l ON o.log = l.log
     GROUP BY h.sig, h.headline ORDER BY max(h.first) DESC, h.sig`,
  );
  return rows.map(([signature, headline, attempts]) => ({
    signature: String(signature),
    headline: String(headline),
    attempts: Number(attempts),
  }));
}

/** chosen: as statements-reports.ts bounds them. */
const MAX_DURATIONS = 1_000_000;

/** Finished attempts with their durations, in the order of time. */
export async function listDurations(
  client: EngineClient,
  { filter }: Need<'durations'>,
): Promise<readonly CountedDuration[]> {
  const finished = ['is_primary = 1', 'started_ms IS NOT NULL', 'finished_ms >= started_ms', 'is_partial = 0'];
  const rows = await client.rows(
    `SELECT any(repo), any(workflow), any(job), any(outcome), any(conclusion), any(started_ms),
       any(finished_ms - started_ms), any(limit_ms), argMin(log, (name != 'log', log)) AS first
     FROM log FINAL ${whereAll(...finished, ...filterConditions(filter))}
     GROUP BY attempt_id ORDER BY any(time_ms), first LIMIT ${MAX_DURATIONS}`,
  );
  return rows.map(([repo, workflow, job, outcome, conclusion, started, duration, limit, log]) => ({
    repo: known(repo),
    workflow: known(workflow),
    job: known(job),
    outcome: Number(outcome),
    conclusion: String(conclusion),
    started_ms: Number(started),
    duration_ms: Number(duration),
    limit_ms: limit === null ? null : Number(limit),
    log_id: String(log),
  }));
}

/** '' stands for what is absent. */
const known = (value: unknown): string | null => (value === '' ? null : String(value));
