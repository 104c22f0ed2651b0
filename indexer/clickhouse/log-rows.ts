// A log with what is known of its attempt, as a row of the engine. What is absent is '' there: no name of ours is empty.
import type { LogRowColumns } from '../statements-filter.ts';

/** The columns that do not say where the row is. `lead`: the log that stands for the attempt. */
export function logColumns(row: LogRowColumns, lead: string): Readonly<Record<string, unknown>> {
  const labels = row.labels === null ? {} : (JSON.parse(row.labels) as Readonly<Record<string, string>>);
  return {
    attempt_id: lead,
    is_lead: row.log_id === lead ? 1 : 0,
    is_primary: row.is_primary,
    name: column(row.log_name),
    repo: column(row.repo),
    sha: column(row.sha),
    tested_sha: column(row.tested_sha),
    workflow: column(row.workflow),
    job: column(row.job),
    run: column(row.run),
    number: row.attempt,
    provider_id: column(row.provider_id),
    branch: column(row.branch),
    pr: row.pr,
    event: column(row.event),
    conclusion: row.conclusion,
    outcome: row.outcome,
    is_partial: row.partial,
    time_ms: Math.floor(row.time_ms),
    started_ms: whole(row.started_ms),
    finished_ms: whole(row.finished_ms),
    limit_ms: whole(row.limit_ms),
    url: column(row.url),
    labels: Object.fromEntries(Object.entries(labels).map(([name, value]) => [column(name), column(value)])),
    raw_bytes: row.raw_bytes,
  };
}

const whole = (value: number | null): number | null => (value === null ? null : Math.floor(value));
const column = (value: string | null): string => (value ?? '').toWellFormed();
