// Builds the question for `why` from the index: which attempts stand beside the red one, and what is known of each.

import { countAttempts, listAttempts } from '../attempts.ts';
import type { LogLines } from '../lines.ts';
import type { AttemptFilter, AttemptRow, LogIndexReader, LogRow } from '../log-index.ts';
import { templatesOfLog } from '../log-templates.ts';
import { openTemplateSet } from '../template-set.ts';
import type { WhyLog, WhyQuestion } from './question.ts';

/** chosen: enough for a rate, few enough to ask in a moment. */
const MAX_HISTORY = 50;
const MAX_SIBLINGS = 30;
const MAX_NEIGHBOURS = 30;
/** Red attempts of other jobs count as neighbours within this time (chosen: outages last hours, not days). */
const NEIGHBOUR_MS = 3 * 3_600_000;
/** Over which the usual rate of red is taken (chosen: a month). */
const RATE_MS = 30 * 86_400_000;

export interface WhySources {
  readonly index: LogIndexReader;
  /** The lines of a kept log. */
  load(log: LogRow): Promise<LogLines>;
}

/** The question about `target`. `against` replaces the siblings, where it is not empty. */
export function buildWhyQuestion(target: LogRow, against: readonly LogRow[], sources: WhySources): WhyQuestion {
  const { index } = sources;
  const { attempt } = target;
  const sameJob = jobFilter(attempt);
  const rows =
    sameJob === undefined ? [] : listAttempts(index, sameJob, { limit: MAX_HISTORY * 8 }).filter(isOther(target));
  const siblings =
    against.length > 0 ? against : rows.filter((row) => isSibling(row.attempt, attempt)).slice(0, MAX_SIBLINGS);
  const history = nearest(
    rows.filter((row) => !isSibling(row.attempt, attempt)),
    attempt.timeMs,
    MAX_HISTORY,
  );
  const keep = (log: LogRow): WhyLog => keptLog(log, sources);
  return {
    target: keep(target),
    siblings: siblings.map(keep),
    history: history.map(keep),
    neighbours: neighboursOf(index, attempt).map(keep),
    neighbourRate: redRate(index, attempt),
  };
}

const isOther =
  (target: LogRow) =>
  (row: LogRow): boolean =>
    row.attempt.attemptKey !== target.attempt.attemptKey && !row.attempt.partial;

/** undefined where it is not known which job this is. */
function jobFilter(attempt: AttemptRow): AttemptFilter | undefined {
  if (attempt.repo === undefined || attempt.job === undefined || attempt.partial) return undefined;
  return {
    repo: attempt.repo,
    workflow: attempt.workflow === undefined ? undefined : exactGlob(attempt.workflow),
    job: exactGlob(attempt.job),
  };
}

const exactGlob = (name: string): string => name.replace(/[*?[]/g, '[$&]');

/** The same head and, where both are known, the same tested commit. */
const isSibling = (row: AttemptRow, target: AttemptRow): boolean =>
  row.sha !== undefined &&
  row.sha === target.sha &&
  (row.testedSha === undefined || target.testedSha === undefined || row.testedSha === target.testedSha);

const nearest = (rows: readonly LogRow[], timeMs: number, count: number): readonly LogRow[] =>
  [...rows].sort((a, b) => Math.abs(a.attempt.timeMs - timeMs) - Math.abs(b.attempt.timeMs - timeMs)).slice(0, count);

function neighboursOf(index: LogIndexReader, attempt: AttemptRow): readonly LogRow[] {
  const around = { sinceMs: attempt.timeMs - NEIGHBOUR_MS, untilMs: attempt.timeMs + NEIGHBOUR_MS };
  const rows = listAttempts(index, { ...around, conclusion: 'red' }, { limit: MAX_NEIGHBOURS * 10 });
  return nearest(
    rows.filter((row) => isOtherJob(row.attempt, attempt)),
    attempt.timeMs,
    MAX_NEIGHBOURS,
  );
}

const isOtherJob = (row: AttemptRow, target: AttemptRow): boolean =>
  row.repo !== target.repo || row.workflow !== target.workflow || row.job !== target.job;

/** How often the other jobs are red, over a month before. */
function redRate(index: LogIndexReader, attempt: AttemptRow): { readonly red: number; readonly attempts: number } {
  const month = { sinceMs: attempt.timeMs - RATE_MS, untilMs: attempt.timeMs + NEIGHBOUR_MS };
  const all = countAttempts(index, month);
  const job = jobFilter(attempt);
  const own = job === undefined ? { red: 0, green: 0 } : countAttempts(index, { ...month, ...job });
  return { red: all.red - own.red, attempts: all.red + all.green - own.red - own.green };
}

/** A log of which the index knows which templates it has; its lines are read when they are asked for. */
function keptLog(log: LogRow, sources: WhySources): WhyLog {
  const set = openTemplateSet(templatesOfLog(sources.index.db, log.logKey));
  return {
    ref: log.logId,
    attempt: log.attempt,
    rawBytes: log.rawBytes,
    has: (hash) => set.has(hash),
    falseRate: set.falseRate,
    load: () => sources.load(log),
  };
}
