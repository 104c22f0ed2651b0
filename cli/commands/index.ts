// `firstred index publish`: a snapshot of this index in the store, so that other machines need not build theirs.
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { isoTime } from '../../store/manifest-json.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { publishIndex } from '../index-snapshots.ts';
import { openProgress, problemTeller } from '../progress.ts';
import { isTeamIndex, openSession } from '../session.ts';
import { bytesText } from '../sizes.ts';
import { syncIndex } from '../sync-index.ts';
import { watchSync } from '../sync-progress.ts';

export const index: Command = {
  name: 'index',
  summary: 'Publishes this index into the store, after a sync: a machine without one begins with it.',
  arguments: '<publish>',
  group: 'more',
  options: [],
  examples: [
    { line: 'firstred index publish', summary: 'from a job that runs every night' },
    { line: 'firstred index publish --json', summary: 'what was published and which old ones went' },
  ],
  exitCodes: {
    [EXIT.done]: 'published',
    [EXIT.partly]: 'published; some logs could not be read and are not in it',
    [EXIT.refused]: 'the store takes no snapshot from here',
    [EXIT.notYet]: 'the store did not answer',
  },
  run: runIndex,
};

async function runIndex(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const [action = ''] = input.arguments;
  if (action !== 'publish')
    throw new AppError('USAGE', `there is no 'index ${action.slice(0, 80)}'`, {
      hint: 'there is `firstred index publish`',
    });
  const config = await io.config();
  if (isTeamIndex(config))
    throw new AppError('USAGE', 'the index of a team is where everybody asks it: there is nothing to publish', {
      hint: 'to publish a snapshot for machines without the engine, give --index FILE',
    });
  const session = openSession(config);
  const progress = await openProgress(input, io);
  try {
    const counts = await syncIndex(session, {
      full: false,
      signal: io.signal,
      onProblem: problemTeller(progress, io),
      ...watchSync(progress),
    });
    const { snapshot, removed, mayRemove } = await publishIndex(session, {
      signal: io.signal,
      onCopy: () => progress.say('copying the index'),
      onPack: (done, total) => progress.show({ what: 'packed', done, total }),
      onPut: (done, total) => progress.show({ what: 'put into the store', done, total }),
    });
    progress.clear();
    const { key, logs, indexBytes, objectBytes, storedAtMs } = snapshot;
    if (input.flag('json')) {
      const row = { key, logs, indexBytes, objectBytes, storedAt: isoTime(storedAtMs), removed };
      await io.stdout.write(`${JSON.stringify(row)}\n`);
    } else if (!input.flag('quiet'))
      await io.stdout.write(
        `${key}: ${countText(logs, 'log')}, ${bytesText(indexBytes)}, ${bytesText(objectBytes)} in the store; ${countText(removed.length, 'old snapshot')} removed\n`,
      );
    if (!mayRemove && !input.flag('quiet'))
      await io.stderr.write('firstred: old snapshots stay: this writer has no right to remove them\n');
    return counts.unreadable > 0 ? EXIT.partly : EXIT.done;
  } finally {
    progress.clear();
    await session.close();
  }
}
