// `firstred reindex`: builds the index anew beside the old one, then puts it in its place in one step.
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { countText } from '../../store/count-text.ts';
import { crashPoint } from '../../store/crash-points.ts';
import { AppError } from '../../store/errors.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { giveWay } from '../give-way.ts';
import { openProgress, type Progress, problemTeller } from '../progress.ts';
import { isTeamIndex, openSession } from '../session.ts';
import type { SyncCounts } from '../sync-counts.ts';
import { syncIndex } from '../sync-index.ts';
import { watchSync } from '../sync-progress.ts';

export const reindex: Command = {
  name: 'reindex',
  summary: 'Builds the index anew from the store. The old one serves until the new one is whole.',
  group: 'more',
  options: [],
  examples: [
    { line: 'firstred reindex', summary: 'after an index was damaged' },
    { line: 'firstred reindex --index other.db', summary: 'a second index, for a comparison' },
  ],
  exitCodes: {
    [EXIT.done]: 'the index has all that the store has',
    [EXIT.partly]: 'some logs could not be read; they are named',
    [EXIT.notYet]: 'the store did not answer; the old index is as it was',
  },
  run: runReindex,
};

/** chosen: nobody builds an index for longer; what is older belongs to a process that died. */
const ABANDONED_MS = 7 * 24 * 3_600_000;

async function runReindex(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  if (isTeamIndex(config)) return rebuildTeam(input, io);
  await removeAbandoned(config.index, io.now());
  const progress = await openProgress(input, io);
  const fresh = `${config.index}.new-${randomBytes(4).toString('hex')}`;
  try {
    const counts = await build(fresh, progress, io);
    crashPoint('reindex:built');
    await putInPlace(fresh, config.index, progress);
    crashPoint('reindex:replaced');
    return await tell(counts, input, io);
  } finally {
    await removeIndex(fresh);
  }
}

async function tell(counts: SyncCounts, input: CommandInput, io: CommandIo): Promise<ExitCode> {
  if (input.flag('json')) await io.stdout.write(`${JSON.stringify(counts)}\n`);
  else if (!input.flag('quiet'))
    await io.stdout.write(
      `${countText(counts.added, 'log')} indexed, ${countText(counts.facts, 'fact')}, ${counts.unreadable} unreadable\n`,
    );
  return counts.unreadable > 0 ? EXIT.partly : EXIT.done;
}

/** A team's index is emptied and filled in its place: meanwhile it has what is in so far. */
async function rebuildTeam(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const session = openSession(config);
  try {
    await session.store();
    await (await session.team())?.rebuild();
    giveWay();
  } finally {
    await session.close();
  }
  return tell(await build(config.index, await openProgress(input, io), io), input, io);
}

async function build(file: string, progress: Progress, io: CommandIo): Promise<SyncCounts> {
  const session = openSession({ ...(await io.config()), index: file });
  try {
    return await syncIndex(session, {
      full: true,
      signal: io.signal,
      onProblem: problemTeller(progress, io),
      ...watchSync(progress),
    });
  } finally {
    progress.clear();
    await session.close();
  }
}

/** Whoever has the index open goes on with the new content; only one that is no database any more is replaced as a file. */
async function putInPlace(fresh: string, index: string, progress: Progress): Promise<void> {
  const { copyDatabase } = await import('../../indexer/database.ts');
  try {
    const onBytes = (done: number, total: number): void => progress.show({ what: 'putting it in place', done, total });
    await copyDatabase(fresh, index, onBytes);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'INDEX_DAMAGED') throw error;
    await removeIndex(index);
    await rename(fresh, index);
  } finally {
    progress.clear();
  }
}

async function removeIndex(file: string): Promise<void> {
  for (const ending of ['-wal', '-shm', '']) await rm(`${file}${ending}`, { force: true });
}

async function removeAbandoned(index: string, nowMs: number): Promise<void> {
  const folder = dirname(index);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(index)}.new-`)) continue;
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts !== undefined && nowMs - facts.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
  }
}
