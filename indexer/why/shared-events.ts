// Events that one log shares with every one of some others, and their order there. Positions are first lines, so logs
// without time stamps work the same.
import type { LogLines } from '../lines.ts';
import { lineOf, type ReadLog } from './read.ts';
import type { WhyTemplates } from './templates.ts';

/** A template that one log and all others have. */
export interface SharedEvent extends Placed {
  readonly hash: number;
  /** First line in the one log. */
  readonly line: number;
  /** How often the one log has it; 0 when nobody counted. */
  readonly count: number;
}

/** First line in each of the others. */
export interface Placed {
  readonly greenLines: readonly number[];
}

/** Shared events, by the line in the one log. */
export function findShared(
  templates: WhyTemplates,
  others: readonly ReadLog[],
  counts: ReadonlyMap<number, number>,
): readonly SharedEvent[] {
  const found: SharedEvent[] = [];
  if (others.length === 0) return found;
  templates.hashes.forEach((hash, k) => {
    const greenLines = linesIn(hash, others);
    if (greenLines !== undefined)
      found.push({ hash, line: templates.firstLines[k] as number, count: counts.get(hash) ?? 0, greenLines });
  });
  return found.sort((a, b) => a.line - b.line);
}

/** First line of a template in each log; undefined when one lacks it. */
export function linesIn(hash: number, logs: readonly ReadLog[]): readonly number[] | undefined {
  const found: number[] = [];
  for (const log of logs) {
    const line = lineOf(log, hash);
    if (line === 0) return undefined;
    found.push(line);
  }
  return found;
}

/** How often each template stands in a log. */
export function countsOf(lines: LogLines): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let line = 1; line <= lines.count; line++) {
    const hash = lines.hash(line);
    if (hash !== 0) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return counts;
}

/** Order of two events among the logs that have both. */
export function orderOf(a: Placed, b: Placed): 'before' | 'after' | 'varies' {
  const n = a.greenLines.length;
  let before = 0;
  for (let k = 0; k < n; k++) if ((a.greenLines[k] as number) < (b.greenLines[k] as number)) before++;
  if (before === n) return 'before';
  return before === 0 ? 'after' : 'varies';
}
