// `firstred unname`: takes a name back.
import { listActiveNames } from '../../indexer/name-facts.ts';
import { AppError } from '../../store/errors.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { recordFact } from '../record-fact.ts';
import { openSession } from '../session.ts';
import { parseSignature } from './name.ts';

export const unname: Command = {
  name: 'unname',
  summary: 'Takes the name of a signature back, wherever it holds.',
  arguments: '<signature>',
  group: 'more',
  options: [{ flags: '--note <text>', summary: 'why' }],
  examples: [
    { line: 'firstred unname s1:7kq2m9xw1c4d8', summary: 'it was something else' },
    { line: 'firstred unname s1:7kq2m9xw1c4d8 --note "fixed by #12, came back"', summary: 'with the reason' },
  ],
  exitCodes: { [EXIT.done]: 'taken back', [EXIT.notFound]: 'it has no name' },
  run: runUnname,
};

async function runUnname(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const signature = parseSignature(input.arguments[0] ?? '');
    const names = await session.ask((index) => listActiveNames(index, io.now()));
    const named = names.filter((each) => each.signature === signature);
    if (named.length === 0)
      throw new AppError('NOT_FOUND', `${signature} has no name that holds`, {
        hint: '`firstred signatures` shows the names',
      });
    for (const { scope } of named)
      await recordFact(session, { kind: 'unname', signature, scope, note: input.text('note') });
    await io.stdout.write(`${signature} has no name any more\n`);
    return EXIT.done;
  } finally {
    await session.close();
  }
}
