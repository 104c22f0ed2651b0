// Flakes: one repository, SHA, workflow and job with red and green attempts.
import type { AttemptFilter, LogIndexReader } from './log-index.ts';
import { headlineOfLog, requireHeadlines } from './signature-report.ts';
import type { SignatureId } from './signatures.ts';
import { selectFlakes } from './statements-reports.ts';

export interface Flake {
  readonly repo: string | undefined;
  readonly sha: string;
  readonly workflow: string | undefined;
  readonly job: string | undefined;
  readonly red: number;
  readonly green: number;
  readonly headline: string | undefined;
  readonly signature: SignatureId | undefined;
  /** Time of the red attempts; undefined where none says how long it took. */
  readonly lostMs: number | undefined;
  readonly lastMs: number;
}

/** The latest first. */
export function listFlakes(index: LogIndexReader, filter: AttemptFilter, limit: number | undefined): readonly Flake[] {
  index.parts?.require({ kind: 'flakes', filter, limit });
  const rows = selectFlakes(index.db, filter, limit);
  requireHeadlines(
    index,
    rows.flatMap((row) => row.red_log ?? []),
  );
  return rows.map((row) => {
    const headline = row.red_log === null ? undefined : headlineOfLog(index, row.red_log);
    return {
      repo: row.repo ?? undefined,
      sha: row.sha,
      workflow: row.workflow ?? undefined,
      job: row.job ?? undefined,
      red: row.red,
      green: row.green,
      headline: headline?.headline,
      signature: headline?.signature,
      lostMs: row.lost_ms ?? undefined,
      lastMs: row.last_ms,
    };
  });
}

/** Flakes of one job that failed in the same way. */
export interface FlakeGroup {
  readonly signature: SignatureId | undefined;
  readonly headline: string | undefined;
  readonly flakes: readonly Flake[];
  readonly lostMs: number;
  readonly lastMs: number;
}

/** By headline signature, the dearest first. Flakes without one stand together by job. */
export function groupFlakes(flakes: readonly Flake[]): readonly FlakeGroup[] {
  const groups = new Map<string, Flake[]>();
  for (const flake of flakes) {
    const key = flake.signature ?? JSON.stringify([flake.repo, flake.workflow, flake.job]);
    groups.set(key, [...(groups.get(key) ?? []), flake]);
  }
  return [...groups.values()]
    .map((members) => ({
      signature: members[0]?.signature,
      headline: members[0]?.headline,
      flakes: members,
      lostMs: members.reduce((sum, flake) => sum + (flake.lostMs ?? 0), 0),
      lastMs: Math.max(...members.map((flake) => flake.lastMs)),
    }))
    .sort((a, b) => b.lostMs - a.lostMs || b.flakes.length - a.flakes.length || b.lastMs - a.lastMs);
}
