// Headroom: how close green attempts of a job come to its time limit, and where that is heading.
import type { CountedDuration } from './index-parts.ts';
import type { AttemptFilter, LogIndexReader } from './log-index.ts';
import { type StepDurationColumns, selectDurations, selectStepDurations } from './statements-reports.ts';
import type { LogWait } from './waits.ts';

export interface Headroom {
  readonly repo: string | undefined;
  readonly workflow: string | undefined;
  readonly job: string | undefined;
  /** undefined for the whole job. */
  readonly step: string | undefined;
  /** The line that announces a wait inside the job, of the newest green; undefined for jobs and steps. */
  readonly wait: string | undefined;
  readonly greens: number;
  readonly reds: number;
  readonly timedOut: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  /** The job's limit: as it was told, else the shortest that a timed-out attempt took, else unknown. A wait's: its own. */
  readonly limitMs: number | undefined;
  readonly limitFrom: 'told' | 'timed-out' | 'log' | undefined;
  /** 1 - p95 / limit; below zero when one in twenty greens took longer than the limit seen. */
  readonly headroom: number | undefined;
  /** Growth of a green attempt's duration, ms a day, between the medians of the first and the last third; undefined below nine greens. */
  readonly trendMsPerDay: number | undefined;
  /** Days until the p95 meets the limit, if the trend goes on; undefined when it does not rise or a part is unknown. */
  readonly daysLeft: number | undefined;
  /** Durations of the newest greens, oldest first, for a sparkline. */
  readonly recentMs: readonly number[];
  /** The newest attempts, red and green, oldest first, for a plot; none for waits. */
  readonly points: readonly DurationPoint[];
}

/** How long one attempt took, or one step of it. */
export interface DurationPoint {
  readonly logId: string;
  /** Where in the log it begins. */
  readonly line: number;
  readonly conclusion: string;
  readonly startedMs: number;
  readonly durationMs: number;
}

/** chosen: more cannot be told apart on a plot. */
const MAX_POINTS = 2_000;
/** chosen: a sparkline of a few centimetres. */
const RECENT = 24;
const DAY_MS = 86_400_000;

/** Jobs with green attempts of known duration, least headroom first; jobs without a known limit last. */
export function listHeadroom(index: LogIndexReader, filter: AttemptFilter): readonly Headroom[] {
  const durations = index.parts?.told({ kind: 'durations', filter }) ?? selectDurations(index.db, filter);
  const groups = groupBy(durations, (row) => JSON.stringify([row.repo, row.workflow, row.job]));
  const rows = groups.flatMap((members) => jobHeadroom(members) ?? []);
  return rows.sort((a, b) => (a.headroom ?? 2) - (b.headroom ?? 2) || b.p95Ms - a.p95Ms);
}

/** Steps of the jobs that the filter lets through, the longest first. Steps have no limit of their own. */
export function listStepDurations(index: LogIndexReader, filter: AttemptFilter): readonly Headroom[] {
  index.parts?.require({ kind: 'attempts', filter, sort: 'new', limit: undefined });
  const groups = groupBy(selectStepDurations(index.db, filter), (row) => JSON.stringify([row.job, row.step]));
  return groups
    .flatMap((members) => {
      const greens = members.filter((row) => row.outcome === 2);
      const [first] = members;
      if (first === undefined || greens.length === 0) return [];
      return [
        {
          ...spread(greens.map((row) => row.duration_ms)),
          repo: undefined,
          workflow: undefined,
          job: first.job ?? undefined,
          step: first.step,
          wait: undefined,
          reds: members.filter((row) => row.outcome === 1).length,
          timedOut: 0,
          limitMs: undefined,
          limitFrom: undefined,
          headroom: undefined,
          trendMsPerDay: trendOf(greens),
          daysLeft: undefined,
          points: pointsOf(members),
        },
      ];
    })
    .sort((a, b) => b.p95Ms - a.p95Ms);
}

function jobHeadroom(rows: readonly CountedDuration[]): Headroom | undefined {
  const greens = rows.filter((row) => row.outcome === 2);
  const [first] = rows;
  if (greens.length === 0 || first === undefined) return undefined;
  const durations = spread(greens.map((row) => row.duration_ms));
  const timedOut = rows.filter((row) => row.conclusion === 'timed_out');
  const told = rows.findLast((row) => row.limit_ms !== null)?.limit_ms ?? undefined;
  const limitMs = told ?? (timedOut.length === 0 ? undefined : Math.min(...timedOut.map((row) => row.duration_ms)));
  const trendMsPerDay = trendOf(greens);
  return {
    ...durations,
    repo: first.repo ?? undefined,
    workflow: first.workflow ?? undefined,
    job: first.job ?? undefined,
    step: undefined,
    wait: undefined,
    reds: rows.filter((row) => row.outcome === 1).length,
    timedOut: timedOut.length,
    limitMs,
    limitFrom: told !== undefined ? 'told' : limitMs === undefined ? undefined : 'timed-out',
    headroom: limitMs === undefined || limitMs === 0 ? undefined : 1 - durations.p95Ms / limitMs,
    trendMsPerDay,
    daysLeft: daysLeft(limitMs, durations.p95Ms, trendMsPerDay),
    points: pointsOf(rows),
  };
}

const pointsOf = (rows: readonly (CountedDuration | StepDurationColumns)[]): readonly DurationPoint[] =>
  rows.slice(-MAX_POINTS).flatMap((row) => {
    if (row.log_id === null) return [];
    const line = 'first_line' in row ? row.first_line : 1;
    return [
      { logId: row.log_id, line, conclusion: row.conclusion, startedMs: row.started_ms, durationMs: row.duration_ms },
    ];
  });

function daysLeft(limitMs: number | undefined, p95Ms: number, trendMsPerDay: number | undefined): number | undefined {
  if (limitMs === undefined || trendMsPerDay === undefined || trendMsPerDay <= 0) return undefined;
  return Math.max(0, (limitMs - p95Ms) / trendMsPerDay);
}

/** A green attempt and the waits in its log. */
export interface WaitsOfAttempt {
  readonly repo: string | undefined;
  readonly workflow: string | undefined;
  readonly job: string | undefined;
  readonly timeMs: number;
  readonly waits: readonly LogWait[];
}

/** What counts up to its limit in every green attempt is a progress display, no wait. */
const FULL = 0.99;

/** Waits of green attempts by job, least headroom first. */
export function listWaitHeadroom(attempts: readonly WaitsOfAttempt[]): readonly Headroom[] {
  const all = [...attempts]
    .sort((a, b) => a.timeMs - b.timeMs)
    .flatMap((attempt) => attempt.waits.map((wait) => ({ attempt, wait })));
  const groups = groupBy(all, ({ attempt: { repo, workflow, job }, wait }) =>
    JSON.stringify([repo, workflow, job, wait.key]),
  );
  const rows = groups.flatMap((members) => {
    const last = members.at(-1);
    if (last === undefined || members.every(({ wait }) => wait.usedMs >= FULL * wait.limitMs)) return [];
    const { repo, workflow, job } = last.attempt;
    const { text, limitMs } = last.wait;
    const durations = spread(members.map(({ wait }) => wait.usedMs));
    const trendMsPerDay = trendOf(
      members.map(({ attempt, wait }) => ({ started_ms: attempt.timeMs, duration_ms: wait.usedMs })),
    );
    const headroom = 1 - durations.p95Ms / limitMs;
    const left = daysLeft(limitMs, durations.p95Ms, trendMsPerDay);
    const counts = { ...durations, reds: 0, timedOut: 0 };
    const limit = { limitMs, limitFrom: 'log' as const, headroom, trendMsPerDay, daysLeft: left };
    return [{ ...counts, ...limit, repo, workflow, job, step: undefined, wait: text, points: [] }];
  });
  return rows.sort((a, b) => a.headroom - b.headroom || b.p95Ms - a.p95Ms);
}

const spread = (
  durationsMs: readonly number[],
): Pick<Headroom, 'greens' | 'medianMs' | 'p95Ms' | 'maxMs' | 'recentMs'> => {
  const sorted = [...durationsMs].sort((a, b) => a - b);
  return {
    greens: sorted.length,
    medianMs: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    maxMs: sorted.at(-1) ?? 0,
    recentMs: durationsMs.slice(-RECENT),
  };
};

/** Nearest rank. */
const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;

type Timed = Pick<CountedDuration, 'started_ms' | 'duration_ms'>;

/** A few hours say nothing of days (chosen). */
const MIN_TREND_DAYS = 0.5;

/** Between the medians of the first and the last third: a single slow attempt changes nothing. */
function trendOf(greens: readonly Timed[]): number | undefined {
  const third = Math.floor(greens.length / 3);
  if (third < 3) return undefined;
  const medianOf = (rows: readonly Timed[], value: (row: Timed) => number): number =>
    quantile(
      rows.map(value).sort((a, b) => a - b),
      0.5,
    );
  const early = greens.slice(0, third);
  const late = greens.slice(-third);
  const days = (medianOf(late, (r) => r.started_ms) - medianOf(early, (r) => r.started_ms)) / DAY_MS;
  return days < MIN_TREND_DAYS
    ? undefined
    : (medianOf(late, (r) => r.duration_ms) - medianOf(early, (r) => r.duration_ms)) / days;
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}
