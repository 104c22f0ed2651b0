// `firstred flush`: delivers what waits in the spool, each log to the store that it was kept for.
import { showText } from '../../store/visible-text.ts';
import { openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openProgress, problemTeller } from '../progress.ts';
import { indexesHere, openSession } from '../session.ts';

export const flush: Command = {
  name: 'flush',
  summary: 'Delivers logs that wait on this machine because their store was away.',
  group: 'more',
  options: [{ flags: '--no-index', summary: 'deliver only; do not index here' }],
  examples: [
    { line: 'firstred flush', summary: 'now that the store is back' },
    { line: 'FIRSTRED_SPOOL=/var/spool/ci firstred flush --no-index', summary: 'from a timer on a CI machine' },
  ],
  exitCodes: {
    [EXIT.done]: 'nothing waits any more',
    [EXIT.notYet]: 'some logs still wait; why is said',
    [EXIT.damaged]: 'a waiting log is damaged; it is left where it is',
  },
  run: runFlush,
};

async function runFlush(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  const progress = await openProgress(input, io);
  const say = problemTeller(progress, io);
  const archiver = await openArchiver(session, {
    index: indexesHere(input, session.config),
    onIndexFailure: (reason) => say(`delivered but not indexed here: ${reason}`),
    now: io.now,
    signal: io.signal,
  });
  try {
    const counts = await archiver.flush('everywhere', {
      onProgress: (done, total) => progress.show({ what: 'delivered', done, total }),
      async onProblem(what, { message, hint }) {
        await say(`${what}: ${message}`);
        await io.stderr.write(`  ${showText(hint)}\n`);
      },
    });
    await session.settle();
    progress.clear();
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(counts)}\n`);
    else if (!input.flag('quiet'))
      await io.stdout.write(`${counts.delivered} delivered, ${counts.waiting} waiting, ${counts.damaged} damaged\n`);
    if (counts.damaged > 0) return EXIT.damaged;
    return counts.waiting > 0 ? EXIT.notYet : EXIT.done;
  } finally {
    progress.clear();
    await archiver.close();
    await session.close();
  }
}
