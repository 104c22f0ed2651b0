// `firstred attach`: gives an issue its evidence: one comment of a kept log, edited on repetition.
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { commentOf, markerOf } from '../attach-comment.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { REF_FILTER_OPTIONS, readFilter } from '../filters.ts';
import { FORGE_OPTIONS, openCommandForge, serverHost } from '../forge-access.ts';
import { findSource } from '../log-source.ts';
import { MASK_OPTIONS, readMasking } from '../masking.ts';
import { postComment } from '../post-comment.ts';
import { openSession } from '../session.ts';

export const attach: Command = {
  name: 'attach',
  summary:
    'Writes a kept log’s evidence as one comment on an issue: error lines, base rate, why, and the log attached.',
  arguments: '<ref>',
  group: 'daily',
  options: [
    { flags: '--issue <number>', summary: 'number or address of the issue or pull request' },
    { flags: '--print', summary: 'writes the Markdown to stdout instead' },
    { flags: '--repo <repo>', summary: 'owner/name of the issue, where it is not the log’s' },
    ...FORGE_OPTIONS,
    ...MASK_OPTIONS,
    ...REF_FILTER_OPTIONS.filter(({ flags }) => !flags.startsWith('--repo')),
  ],
  examples: [
    { line: 'firstred attach last-red --issue 9', summary: 'the newest red attempt, as evidence on issue 9' },
    { line: 'firstred attach L7kq2m9xw1c4d8fh3 --print', summary: 'the Markdown, for whatever place' },
  ],
  exitCodes: {
    [EXIT.done]: 'written; its address is printed',
    [EXIT.notFound]: 'nothing answers to that REF, or there is no such issue',
    [EXIT.refused]: 'no right to comment, or the issue is locked',
    [EXIT.notYet]: 'the server does not answer',
  },
  run: runAttach,
};

async function runAttach(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const session = openSession(config);
  try {
    const filter = { ...readFilter(input, io.now()), repo: undefined }; // --repo is the issue's
    const source = await findSource(input.arguments[0] ?? '', session, { stdin: io.stdin, filter, prefer: 'red' });
    if (source.kind === 'file')
      throw new AppError('USAGE', `${source.ref} is a file, not a kept log`, {
        hint: 'keep it with `firstred archive`',
      });
    const { log } = source;
    const tools = { session, newMasker, now: io.now, signal: io.signal };
    const marker = markerOf(log.logId);
    if (input.flag('print')) {
      await io.stdout.write(`${await commentOf(log, marker, tools)}\n`);
      return EXIT.done;
    }
    const issue = await issueOf(input, io, log.attempt.repo);
    const forge = await openCommandForge(input, io);
    const posted = await postComment(forge, { log, issue, marker }, tools);
    const { comment } = posted;
    if (posted.closed) await io.stderr.write(`firstred: #${issue.number} is closed\n`);
    if (posted.notAttached !== undefined)
      await io.stderr.write(`firstred: the log is not attached: ${showText(posted.notAttached)}\n`);
    if (input.flag('json'))
      await io.stdout.write(
        `${JSON.stringify({ logId: log.logId, url: comment.url ?? null, state: comment.state, attached: posted.notAttached === undefined })}\n`,
      );
    else await io.stdout.write(`${showText(comment.url ?? `comment ${comment.id}`)} ${comment.state}\n`);
    return EXIT.done;
  } finally {
    await session.close();
  }
}

/** A number of the log's repository, or an address of the server that is configured. */
async function issueOf(
  input: CommandInput,
  io: CommandIo,
  logRepo: string | undefined,
): Promise<{ readonly repo: string; readonly number: number }> {
  const text = input.text('issue');
  if (text === undefined)
    throw new AppError('USAGE', 'the comment needs an issue', { hint: 'give --issue NUMBER, or --print' });
  const repo = input.text('repo') ?? logRepo;
  if (/^#?[1-9]\d{0,8}$/.test(text)) {
    if (repo !== undefined) return { repo, number: Number(text.replace('#', '')) };
    throw new AppError('USAGE', 'the log tells no repository', { hint: 'give --repo owner/name' });
  }
  const { issueOfPage } = await import('../../forge/repo-path.ts');
  const issue = issueOfPage(text);
  if (issue === undefined)
    throw new AppError('USAGE', `'${text.slice(0, 120)}' is no issue`, { hint: 'give its number or its address' });
  // The token goes to one server only, and a comment must not land on a stranger's issue of the same number.
  const host = issue.repo.split('/')[0];
  if (host === logRepo?.split('/')[0] || host === (await serverHost(input, io))) return issue;
  throw new AppError('REFUSED', `${text.slice(0, 120)} is on another server than the one that is configured`, {
    hint: 'give --server, and the token for it',
  });
}
