// Lists want the newest attempts, and most of them are of the last days: rows of older ones need not be looked at, by the
// index of times that each part of the table has.
import { number } from './sql-text.ts';

const DAY_MS = 86_400_000;
/** chosen: what people look at most, then what a slow job has had of attempts; further back all at once. */
const DAYS = [2, 30];

/**
 * Conditions to ask with one after the other, until enough rows come: the newest rows of a table are the newest rows of any
 * window that has enough of them. The last lets everything through. `beforeMs`: where the list goes on.
 */
export function recentWindows(beforeMs: number | undefined): readonly (readonly string[])[] {
  const from =
    beforeMs === undefined ? '(SELECT toUnixTimestamp64Milli(max(placed)) FROM log_by_time)' : number(beforeMs);
  const end = beforeMs === undefined ? [] : [`time_ms <= ${from}`];
  return [...DAYS.map((days) => [...end, `time_ms >= ${from} - ${number(days * DAY_MS)}`]), end];
}
