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
import type { EngineClient, EngineRow } from './client.ts';
import { filterConditions, ofLogs, placedFrom, placedOf, whereAll } from './filter-condition.ts';
import { CIRCLE_COLUMNS, type FoundCircle, foundCircleOf } from './load.ts';
import { recentWindows } from './recent.ts';
import { number, text, texts, time } from './sql-text.ts';

type Need<K extends IndexNeed['kind']> = Extract<IndexNeed, { readonly kind: K }>;

const limitOf = (limit: number | undefined): string => (limit === undefined ? '' : `LIMIT ${number(limit)}`);
/** As statements-filter.ts bounds the logs of a REF. */
const MAX_REF_LOGS = 10_000;

const circlesOf = async (client: EngineClient, query: string): Promise<readonly FoundCircle[]> =>
  (await client.rows(query)).map(foundCircleOf);

/** chosen: rows of any version that pass are so few that each is looked at; with more, the newest pages have enough of them. */
const FEW_ROWS = 2000;

/**
 * A condition that holds for every row that passes: where rows of any version pass. That is found without the last versions, by the
 * columns of the filter alone. undefined: too many pass.
 */
async function placedOfPassing(client: EngineClient, passing: readonly string[]): Promise<string | undefined> {
  const rows = await client.rows(
    `SELECT toUnixTimestamp64Milli(placed) FROM log_by_time ${whereAll(...passing)} LIMIT ${number(FEW_ROWS + 1)}`,
  );
  if (rows.length > FEW_ROWS) return undefined;
  const places = [...new Set(rows.map(([placedMs]) => Number(placedMs)))].map(time);
  return places.length === 0 ? '0' : `placed IN (${places.join(', ')})`;
}

/** Attempts in the order of time. */
export async function findAttempts(
  client: EngineClient,
  { filter, sort, limit }: Need<'attempts'>,
): Promise<readonly FoundCircle[]> {
  const direction = sort === 'new' ? 'DESC' : 'ASC';
  const passing = ['is_lead = 1', ...filterConditions(filter)];
  const isRecent =
    sort === 'new' && limit !== undefined && filter.sinceMs === undefined && filter.untilMs === undefined;
  let found: readonly FoundCircle[] = [];
  for (const window of isRecent ? recentWindows(undefined) : [[]]) {
    const isLast = isRecent && window.length === 0;
    const placed = isLast && passing.length > 1 ? await placedOfPassing(client, passing) : undefined;
    found = await circlesOf(
      client,
      `SELECT ${CIRCLE_COLUMNS} FROM log_by_time FINAL
       ${whereAll(...passing, ...window, ...(placed === undefined ? [] : [placed]))}
       ORDER BY time_ms ${direction}, attempt_id ${direction} ${limitOf(limit)}`,
    );
    if (found.length === limit) break;
  }
  return found;
}

/** Attempts of the logs that a REF names. */
export function findByRef(client: EngineClient, { ref, filter }: Need<'ref'>): Promise<readonly FoundCircle[]> {
  const { logIdPrefix, job, url, ...parts } = ref;
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  const where = [...filterConditions({ ...filter, ...given })];
  if (logIdPrefix !== undefined) where.push(`startsWith(log, ${text(logIdPrefix)})`, placedFrom(logIdPrefix));
  if (job !== undefined) where.push(`job != '' AND job = ${text(job)}`);
  if (url !== undefined) where.push(`url != '' AND url = ${text(url)}`);
  return circlesOf(
    client,
    `SELECT ${CIRCLE_COLUMNS} FROM log_by_time FINAL ${whereAll(...where)} ORDER BY time_ms DESC, log LIMIT ${MAX_REF_LOGS}`,
  );
}

/**
 * Attempts of the jobs at one commit that are flaky, whichever attempts the filter lets through, as long as it is some of
 * them; the latest first. statements-reports.ts says the same of the local index.
 */
export async function findFlakes(
  client: EngineClient,
  { filter, limit }: Need<'flakes'>,
): Promise<readonly FoundCircle[]> {
  const isRecent = limit !== undefined && filter.sinceMs === undefined && filter.untilMs === undefined;
  let flakes: readonly EngineRow[] = [];
  // What passes in a window has flakes that are later than all others.
  for (const window of isRecent ? recentWindows(undefined) : [[]]) {
    flakes = await client.rows(flakesOf([...window, ...filterConditions(filter)], limit));
    if (flakes.length === limit) break;
  }
  return flakes.flatMap(([circles]) => (circles as readonly EngineRow[]).map(foundCircleOf));
}

/** `passing`: what some attempt of each flake must pass; none: all do. */
function flakesOf(passing: readonly string[], limit: number | undefined): string {
  const group = 'repo, sha, workflow, job';
  const some = "is_lead = 1 AND sha != '' AND job != ''";
  const passes = ['is_partial = 0', ...passing].join(' AND ');
  // Who asks for all of them looks at all of them.
  const commits = passing.length === 0 ? [] : [`(SELECT sha FROM log_by_time FINAL WHERE ${some} AND ${passes})`];
  const near = commits.flatMap((shas) => [placedOf(shas), `sha IN ${shas}`]);
  // Red and green of the same tested commit, where both are known.
  const greens = 'groupUniqArrayIf(tested_sha, outcome = 2 AND is_partial = 0)';
  return `SELECT groupUniqArray((${CIRCLE_COLUMNS})) FROM log_by_time FINAL ${whereAll(some, ...near)} GROUP BY ${group}
    HAVING max(${passes}) AND length(${greens}) > 0 AND arrayExists(red -> red = '' OR has(${greens}, '') OR has(${greens}, red),
      groupArrayIf(tested_sha, outcome = 1 AND is_partial = 0))
    ORDER BY maxIf(time_ms, ${passes}) DESC, ${group} ${limitOf(limit)}`;
}

/** The newest attempt with a signature; of a fork only where nothing else shows it. */
export function findExemplarAttempt(
  client: EngineClient,
  { signature, sha }: Need<'exemplar'>,
): Promise<readonly FoundCircle[]> {
  const logs = `(SELECT log FROM occurrence WHERE sig = ${text(signature)})`;
  return circlesOf(
    client,
    `SELECT ${CIRCLE_COLUMNS} FROM log_by_time FINAL WHERE is_primary = 1 AND startsWith(sha, ${text(sha)})
       AND ${ofLogs(logs)}
     ORDER BY mapContains(labels, 'fork'), time_ms DESC LIMIT 1`,
  );
}

/** Attempts that the filter lets through, by outcome. */
export async function countOutcomes(client: EngineClient, filter: AttemptFilter): Promise<OutcomeCounts> {
  const [row = []] = await client.rows(
    `SELECT count(), countIf(outcome = 1), countIf(outcome = 2) FROM log_by_time FINAL
     ${whereAll('is_lead = 1', ...filterConditions(filter))}`,
  );
  const [attempts = 0, red = 0, green = 0] = row.map(Number);
  return { attempts, red, green };
}

/** Raw bytes of the primary logs that the filter lets through. */
export async function sumRawBytes(client: EngineClient, filter: AttemptFilter): Promise<number> {
  const where = whereAll('is_primary = 1', ...filterConditions(filter));
  const [row] = await client.rows(`SELECT sum(raw_bytes) FROM log_by_time FINAL ${where}`);
  return Number(row?.[0] ?? 0);
}

/** The headline that a signature is known by: of the earliest log, whatever any filter says. */
const HEADLINES = 'SELECT sig, argMin(headline, (placed, log)) AS headline FROM occurrence';

/** Green attempts of some jobs, and how many of them show each of the signatures. */
export async function countGreens(
  client: EngineClient,
  { of }: Need<'greensOf'>,
): Promise<ReadonlyMap<Need<'greens'>, JobGreens>> {
  const jobs = of.map((need) => jobColumns(need.job));
  // Column by column: the engine looks at each name of a column once, and at triples for every row. Others are passed over below.
  const isOfJobs = ['repo', 'workflow', 'job'].map(
    (column, n) => `${column} IN ${texts(new Set(jobs.map((job) => job[n] ?? '')))}`,
  );
  const green = ['outcome = 2', 'is_partial = 0', ...isOfJobs].join(' AND ');
  const signatures = texts(new Set(of.flatMap((need) => need.signatures)));
  const shows = `SELECT sig, log FROM occurrence WHERE sig IN ${signatures}`;
  const logs = `(SELECT log FROM occurrence WHERE sig IN ${signatures})`;
  const [totals, showing, headlines] = await Promise.all([
    client.rows(
      `SELECT repo, workflow, job, count() FROM log_by_time FINAL WHERE is_lead = 1 AND ${green} GROUP BY repo, workflow, job`,
    ),
    client.rows(
      `SELECT l.repo, l.workflow, l.job, o.sig, uniqExact(l.attempt_id) FROM (${shows}) AS o
       INNER JOIN (SELECT log, attempt_id, repo, workflow, job FROM log_by_time FINAL WHERE is_primary = 1 AND ${green}
         AND ${ofLogs(logs)}) AS l ON o.log = l.log
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
  const narrowed = only === undefined ? [] : [`sig IN ${texts(only)}`];
  const conditions = ['is_primary = 1', ...filterConditions(filter)];
  // A join holds its right side in memory: of few signatures that must not be every log there is.
  const logs = `(SELECT log FROM occurrence ${whereAll(...narrowed)})`;
  const shown = only === undefined ? [] : [ofLogs(logs)];
  // Of all signatures, those of the logs that pass, wherever their captures are.
  const isBounded = only === undefined && conditions.length > 1;
  const span = `WITH (SELECT (min(circle_from), max(circle_to)) FROM log_by_time FINAL ${whereAll(...conditions)}) AS span`;
  const near = isBounded ? ['placed BETWEEN span.1 AND span.2'] : narrowed;
  const known = isBounded ? [`sig IN (SELECT sig FROM occurrence ${whereAll(...near)})`] : narrowed;
  const rows = await client.rows(
    `${isBounded ? span : ''}
     SELECT o.sig, any(h.headline), uniqExact(l.attempt_id), uniqExactIf(l.attempt_id, l.outcome = 1) AS red,
       uniqExactIf(l.attempt_id, l.outcome = 2), min(l.time_ms), max(l.time_ms) AS last, groupUniqArrayIf(l.job, l.job != '')
     FROM (SELECT DISTINCT sig, log FROM occurrence ${whereAll(...near)}) AS o
     INNER JOIN (SELECT log, attempt_id, outcome, time_ms, job FROM log_by_time FINAL
       ${whereAll(...conditions, ...shown)}) AS l ON o.log = l.log
     INNER JOIN (${HEADLINES} ${whereAll(...known)} GROUP BY sig) AS h ON o.sig = h.sig
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
     INNER JOIN (SELECT log, attempt_id FROM log_by_time FINAL WHERE is_primary = 1) AS l ON o.log = l.log
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
     FROM log_by_time FINAL ${whereAll(...finished, ...filterConditions(filter))}
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
