// Which green attempts a red one is compared with where none is named: what the index knows.

import { listAttempts } from '../indexer/attempts.ts';
import type { LogLines } from '../indexer/lines.ts';
import { loadLines } from '../indexer/lines.ts';
import type { AttemptFilter, LogRow } from '../indexer/log-index.ts';
import { showText } from '../store/visible-text.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { keptText, type LogSource } from './log-source.ts';
import { countBytes, openProgress } from './progress.ts';
import type { Session } from './session.ts';

/** Greens compared with when none is named: more cost time and seldom change the answer (chosen). */
const MAX_BASELINES = 3;

/**
 * Greens of the same job: of the same SHA (and tested SHA, where both are known) first, else the newest. A file has
 * none unless named, as it is looked at without any index.
 */
export async function chooseBaselines(target: LogSource, session: Session): Promise<readonly LogSource[]> {
  if (target.kind === 'file') return [];
  const { attempt } = target.log;
  if (attempt.partial || attempt.job === undefined) return [];
  const job: AttemptFilter = {
    repo: attempt.repo,
    workflow: attempt.workflow === undefined ? undefined : exactGlob(attempt.workflow),
    job: exactGlob(attempt.job),
    conclusion: 'green',
  };
  const fits = (row: LogRow): boolean => row.logId !== target.log.logId && !row.attempt.partial;
  if (attempt.sha !== undefined) {
    const ofSha = { ...job, sha: attempt.sha };
    const sameSha = (await session.ask((index) => listAttempts(index, ofSha, { limit: MAX_BASELINES * 4 })))
      .filter(fits)
      .filter((row) => isSameBase(row.attempt.testedSha, attempt.testedSha));
    if (sameSha.length > 0) return sameSha.slice(0, MAX_BASELINES).map((row) => keptSource(row, session));
  }
  const newest = (await session.ask((index) => listAttempts(index, job, { limit: MAX_BASELINES * 2 }))).filter(fits);
  return newest.slice(0, MAX_BASELINES).map((row) => keptSource(row, session));
}

/** The lines of a log, decoded on demand. */
export const loadSource = (source: LogSource): Promise<LogLines> => loadLines(source.ref, source.text());

/** The lines of a log and of those that it is compared with; says how far it is, and which is too large to be looked at whole. */
export async function loadCompared(
  target: LogSource,
  others: readonly LogSource[],
  input: CommandInput,
  io: CommandIo,
): Promise<{ readonly target: LogLines; readonly others: readonly LogLines[] }> {
  const progress = await openProgress(input, io);
  const counted = countBytes(progress, totalBytesOf([target, ...others]));
  const load = async (source: LogSource): Promise<LogLines> => {
    const lines = await loadLines(source.ref, counted(source.text()));
    progress.clear();
    if (lines.dropped > 0)
      await io.stderr.write(
        `firstred: ${showText(source.ref)} is very large: ${lines.dropped} lines in its middle were not looked at\n`,
      );
    return lines;
  };
  try {
    const lines = await load(target);
    const compared: LogLines[] = [];
    for (const other of others) compared.push(await load(other));
    return { target: lines, others: compared };
  } finally {
    progress.clear();
  }
}

/** undefined where one of them is a file: it may be a pipe, or packed. */
function totalBytesOf(sources: readonly LogSource[]): number | undefined {
  let total = 0;
  for (const source of sources) {
    if (source.kind === 'file') return undefined;
    total += source.log.rawBytes;
  }
  return total;
}

const isSameBase = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || b === undefined || a === b;

/** A name as a glob that only it matches: matrix jobs have brackets. */
const exactGlob = (name: string): string => name.replace(/[*?[]/g, '[$&]');

const keptSource = (log: LogRow, session: Session): LogSource => ({
  kind: 'kept',
  ref: log.logId,
  lines: undefined,
  log,
  text: () => keptText(session, log),
});
