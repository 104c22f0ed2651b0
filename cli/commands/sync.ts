// `firstred sync`: brings what is new in the store, logs and facts, into the index.

import type { AttemptFilter } from '../../indexer/log-index.ts';
import { countText } from '../../store/count-text.ts';
import { isoTime } from '../../store/manifest-json.ts';
import { showText } from '../../store/visible-text.ts';
import { openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FILTER_OPTIONS, readFilter, readLimit } from '../filters.ts';
import { giveWay } from '../give-way.ts';
import { openProgress, problemTeller } from '../progress.ts';
import { openSession, type Session } from '../session.ts';
import type { SyncCounts } from '../sync-counts.ts';
import { syncIndex } from '../sync-index.ts';
import { watchSync } from '../sync-progress.ts';

export const sync: Command = {
  name: 'sync',
  summary: 'Brings new logs and facts of the store into the index.',
  group: 'more',
  options: [
    { flags: '--full', summary: 'list every log instead of the feed: finds what the feed lacks' },
    ...FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred sync', summary: 'what is new since the last time' },
    { line: 'firstred sync --full', summary: 'everything, as after a lost feed' },
    {
      line: 'firstred sync --repo acme/app --since 30d',
      summary: 'these first; a sync without filters takes the rest',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'the index has all that the store has',
    [EXIT.partly]: 'some logs could not be read; they are named',
    [EXIT.notYet]: 'the store did not answer, or the spool could not be delivered',
  },
  run: runSync,
};

async function runSync(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const filter = readFilter(input, io.now());
  const session = openSession(await io.config());
  try {
    const waiting = await deliverLeftBehind(session, io);
    const progress = await openProgress(input, io);
    if ((await session.team()) !== undefined) giveWay();
    const counts = await syncIndex(session, {
      full: input.flag('full'),
      ...(isFiltered(filter) && { filter }),
      limit: readLimit(input),
      signal: io.signal,
      onProblem: problemTeller(progress, io),
      onSnapshot: async ({ logs, storedAtMs }) => {
        progress.clear();
        if (!input.flag('quiet'))
          await io.stderr.write(
            `firstred: the index begins with the snapshot of ${isoTime(storedAtMs)}, ${countText(logs, 'log')}\n`,
          );
      },
      ...watchSync(progress),
    }).finally(() => progress.clear());
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(counts)}\n`);
    else if (!input.flag('quiet')) await io.stdout.write(countsText(counts));
    if (counts.unreadable > 0) return EXIT.partly;
    return waiting > 0 ? EXIT.notYet : EXIT.done;
  } finally {
    await session.close();
  }
}

/** Logs of this machine that wait for the store come first: then they are among what is new. */
async function deliverLeftBehind(session: Session, io: CommandIo): Promise<number> {
  const archiver = await openArchiver(session, {
    index: false, // the sync that follows does that
    onIndexFailure: async () => undefined,
    now: io.now,
    signal: io.signal,
  });
  try {
    const { waiting, damaged } = await archiver.flush('left-behind', {
      onProblem: (what, reason) =>
        io.stderr.write(`firstred: ${showText(what)} waits in the spool: ${showText(reason.message)}\n`),
    });
    return waiting + damaged;
  } finally {
    await archiver.close();
  }
}

const isFiltered = (filter: AttemptFilter): boolean => Object.values(filter).some((value) => value !== undefined);

const countsText = (c: SyncCounts): string => {
  const leftOut = c.leftOut === 0 ? '' : `, ${c.leftOut} left for a sync without filters`;
  return `${countText(c.added, 'log')} indexed, ${countText(c.facts, 'fact')}, ${c.pending} pending, ${c.unreadable} unreadable${leftOut}\n`;
};
