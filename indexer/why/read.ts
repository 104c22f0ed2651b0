// Which logs of a question are read, and what reading costs at most: the whole answer must stay within a second.
import type { LogLines } from '../lines.ts';
import type { WhyLog } from './question.ts';
import { collectTemplates, firstLineOf, type WhyTemplates } from './templates.ts';

/** A log whose lines were read. */
export interface ReadLog {
  readonly log: WhyLog;
  readonly lines: LogLines;
  readonly templates: WhyTemplates;
}

/** How much is read of a list of logs: the first one in any case, then as long as both hold. */
export interface ReadBudget {
  readonly logs: number;
  readonly bytes: number;
}

/** A log with its lines and templates. */
export async function readLog(log: WhyLog): Promise<ReadLog> {
  const lines = await log.load();
  return { log, lines, templates: collectTemplates(lines) };
}

/** Reads the first logs of a list. */
export async function readFirst(logs: readonly WhyLog[], budget: ReadBudget): Promise<readonly ReadLog[]> {
  const chosen: WhyLog[] = [];
  let bytes = 0;
  for (const log of logs.slice(0, budget.logs)) {
    bytes += log.rawBytes;
    if (chosen.length > 0 && bytes > budget.bytes) break;
    chosen.push(log);
  }
  return Promise.all(chosen.map(readLog));
}

/** First line of a template; 0 when the log lacks it. */
export const lineOf = (read: ReadLog, hash: number): number => firstLineOf(read.templates, hash);
