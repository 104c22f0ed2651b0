// Matches and summary as `search --json` prints them.
import type { Match, SearchSummary } from '../indexer/log-index.ts';
import { isoTime } from '../store/manifest-json.ts';
import { attemptRow } from './attempt-json.ts';

/** One line of the NDJSON. */
export const matchRow = (match: Match, withContext: boolean): Record<string, unknown> => ({
  logId: match.log.logId,
  line: match.line,
  text: match.text,
  start: match.start,
  end: match.end,
  ...(match.clipped ? { clipped: true } : {}),
  ...(match.visible ? { visible: true } : {}),
  ...(withContext ? { before: match.before, after: match.after } : {}),
  attempt: attemptRow(match.log.attempt),
});

/** The last line of the NDJSON. `elapsedMs` runs from parsed arguments to the last line. */
export const summaryRow = (
  s: SearchSummary,
  rest: { readonly elapsedMs: number; readonly damage: readonly string[]; readonly withPlan: boolean },
): { readonly summary: Record<string, unknown> } => ({
  summary: {
    attempts: s.matched.attempts,
    logs: s.logs,
    lines: s.lines,
    red: s.matched.red,
    green: s.matched.green,
    attemptsTotal: s.total.attempts,
    redTotal: s.total.red,
    greenTotal: s.total.green,
    first: isoTime(s.firstMs),
    last: isoTime(s.lastMs),
    elapsedMs: Math.round(rest.elapsedMs * 100) / 100,
    blocksRead: s.blocksRead,
    linesComplete: s.linesComplete,
    countsComplete: s.countsComplete,
    partial: s.unreadable.length > 0 || rest.damage.length > 0,
    unreadable: s.unreadable,
    damaged: rest.damage,
    notes: s.notes,
    engine: s.plan.engine,
    ...(rest.withPlan ? { plan: s.plan } : {}),
  },
});
