// Which green attempts a red one is compared with where none is named: what the index knows.

import { listAttempts } from '../indexer/attempts.ts';
import type { LogLines } from '../indexer/lines.ts';
import { loadLines } from '../indexer/lines.ts';
import type { AttemptFilter, LogRow } from '../indexer/log-index.ts';
import { showText } from '../store/visible-text.ts';
import type { CommandIo } from './command.ts';
import { keptText, type LogSource } from './log-source.ts';
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

/** The lines of a log, decoded on demand. Says on stderr of `io` when it is too large to be looked at whole. */
export async function loadSource(source: LogSource, io?: CommandIo): Promise<LogLines> {
  const lines = await loadLines(source.ref, source.text());
  if (io !== undefined && lines.dropped > 0)
    await io.stderr.write(
      `firstred: ${showText(source.ref)} is very large: ${lines.dropped} lines in its middle were not looked at\n`,
    );
  return lines;
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
