// `firstred forget`: removes one log at once, here and in the store; its tombstone removes it everywhere else.

import type { LogRow } from '../../indexer/log-index.ts';
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { removeLog } from '../forget-log.ts';
import { findSource } from '../log-source.ts';
import { openSession } from '../session.ts';
import { syncIndex } from '../sync-index.ts';

export const forget: Command = {
  name: 'forget',
  summary: 'Removes one log at once from store, index and caches. Its tombstone stays.',
  arguments: '<ref>',
  group: 'more',
  options: [
    { flags: '--reason <text>', summary: 'why, for whoever looks for it later' },
    { flags: '--yes', summary: 'do not ask for the log id again' },
  ],
  examples: [
    { line: 'firstred forget L7kq2m9xw1c4d8fh3 --reason "holds a customer’s name"', summary: 'asks for the id again' },
    { line: 'firstred forget 4f2a91c:deploy#2 --reason "a key was printed" --yes', summary: 'in a script' },
  ],
  exitCodes: {
    [EXIT.done]: 'it is gone',
    [EXIT.notFound]: 'nothing kept answers to that REF',
    [EXIT.refused]: 'the id was not given again, or there is no right to remove',
  },
  run: runForget,
};

async function runForget(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const reason = input.text('reason');
  if (reason === undefined || reason.trim() === '')
    throw new AppError('USAGE', 'forget needs a reason', {
      hint: 'say it with --reason; it stays in the tombstone',
    });
  const session = openSession(await io.config());
  try {
    const sync = (): ReturnType<typeof syncIndex> =>
      syncIndex(session, { full: false, signal: io.signal, onProblem: async () => undefined });
    await sync();
    const source = await findSource(input.arguments[0] ?? '', session, { stdin: io.stdin });
    if (source.kind === 'file')
      throw new AppError('USAGE', `${source.ref} is a file and not kept by firstred`, {
        hint: 'remove the file itself',
      });
    if (!input.flag('yes')) await askAgain(source.log, io);
    const { logId, manifestKey } = source.log;
    const { manifestKeys, keys } = await removeLog(session, { logId, manifestKey, reason });
    await sync();
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify({ logId, removed: manifestKeys, keys })}\n`);
    else await io.stdout.write(`${logId} is gone: ${countText(manifestKeys.length, 'capture')}\n`);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** The id typed again, on a terminal or through a pipe. REFUSED when it is another. */
async function askAgain(log: LogRow, io: CommandIo): Promise<void> {
  await io.stderr.write(
    `${log.logId}: ${log.lines} lines of ${showText(attemptWords(log.attempt))}\ntype its id to remove it for ever: `,
  );
  let typed = '';
  for await (const chunk of io.stdin) {
    typed += Buffer.from(chunk).toString('utf8');
    if (typed.includes('\n') || typed.length > 100) break;
  }
  if (typed.trim() === log.logId) return;
  throw new AppError('REFUSED', `the id was not given again: ${log.logId} stays`, {
    hint: 'type it in full, or say --yes',
  });
}
