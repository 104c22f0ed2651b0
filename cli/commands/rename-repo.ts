// `firstred rename-repo`: a fact that joins what was kept under a repository's old name with the new one.
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { recordFact } from '../record-fact.ts';
import { openSession } from '../session.ts';

export const renameRepo: Command = {
  name: 'rename-repo',
  summary: 'Joins the logs of a renamed or moved repository with its new name.',
  arguments: '<old> <new>',
  group: 'more',
  options: [],
  examples: [
    { line: 'firstred rename-repo git.example.org/acme/app git.example.org/acme/shop', summary: 'it was renamed' },
    { line: 'firstred rename-repo old.example.org/acme/app git.example.org/acme/app', summary: 'its server was' },
  ],
  exitCodes: {
    [EXIT.done]: 'written; every index follows at its next sync',
    [EXIT.refused]: 'no right to write facts',
  },
  run: runRenameRepo,
};

async function runRenameRepo(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const [from, to] = [input.arguments[0], input.arguments[1]].map(parseWholeRepo);
  if (from === undefined || to === undefined || from === to)
    throw new AppError('USAGE', 'a renaming needs two different names', { hint: 'write both as host/owner/name' });
  const session = openSession(await io.config());
  try {
    const fact = await recordFact(session, { kind: 'rename', from, to });
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(fact)}\n`);
    else await io.stdout.write(`${showText(from)} is now ${showText(to)}\n`);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** `host/owner/name` as manifests have it. USAGE for less, as a part of a name could be many repositories. */
function parseWholeRepo(text: string | undefined): string | undefined {
  const parts = (text ?? '')
    .replace(/^https?:\/\//i, '')
    .replace(/\.git$/, '')
    .split('/')
    .filter((part) => part !== '');
  if (parts.length >= 3) return parts.join('/');
  throw new AppError('USAGE', `'${(text ?? '').slice(0, 200)}' is no whole name of a repository`, {
    hint: 'write host/owner/name',
  });
}
