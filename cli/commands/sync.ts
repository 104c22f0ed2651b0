// `firstred sync`: brings what is new in the store, logs and facts, into the index.

import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openSession } from '../session.ts';
import { type SyncCounts, syncIndex } from '../sync-index.ts';

export const sync: Command = {
  name: 'sync',
  summary: 'Brings new logs and facts of the store into the index.',
  group: 'more',
  options: [{ flags: '--full', summary: 'list every log instead of the feed: finds what the feed lacks' }],
  examples: [
    { line: 'firstred sync', summary: 'what is new since the last time' },
    { line: 'firstred sync --full', summary: 'everything, as after a lost feed' },
  ],
  exitCodes: {
    [EXIT.done]: 'the index has all that the store has',
    [EXIT.partly]: 'some logs could not be read; they are named',
    [EXIT.notYet]: 'the store did not answer, or the spool could not be delivered',
  },
  run: runSync,
};

async function runSync(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const counts = await syncIndex(session, {
      full: input.flag('full'),
      signal: io.signal,
      onProblem: (what) => io.stderr.write(`firstred: ${showText(what)}\n`),
    });
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(counts)}\n`);
    else if (!input.flag('quiet')) await io.stdout.write(countsText(counts));
    return counts.unreadable > 0 ? EXIT.partly : EXIT.done;
  } finally {
    await session.close();
  }
}

const countsText = (c: SyncCounts): string =>
  `${c.added} ${c.added === 1 ? 'log' : 'logs'} indexed, ${c.facts} facts, ${c.pending} pending, ${c.unreadable} unreadable\n`;
