// `firstred rescue`: imports what a Gitea or Forgejo server's own log storage still has and its API shows no more.
import type { ForgeAttempt } from '../../forge/forge.ts';
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords, openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { FORGE_OPTIONS, isServerKnown, openCommandForge, serverHost } from '../forge-access.ts';
import { keepStored, keptAlready, mapTasks, type StoredOutcome, type StoredTools } from '../keep-stored.ts';
import { openKeptCaptures } from '../kept-captures.ts';
import { type LogStorage, openLogStorage, type StoredLog } from '../log-storage.ts';
import { MASK_OPTIONS, readMasking } from '../masking.ts';
import { openProgress } from '../progress.ts';
import { indexesHere, openSession, type Session } from '../session.ts';
import { toolName } from '../version.ts';

export const rescue: Command = {
  name: 'rescue',
  summary: 'Imports logs that re-runs made unreachable from a Gitea server’s own log storage; changes nothing there.',
  arguments: '<place>',
  group: 'more',
  options: [
    { flags: '--dry-run', summary: 'says what would be imported, and writes nothing' },
    { flags: '--repo <repo...>', summary: 'only these owner/name; repeatable' },
    ...FORGE_OPTIONS,
    ...MASK_OPTIONS,
    { flags: '--no-index', summary: 'keep only; do not index here' },
  ],
  examples: [
    { line: 'firstred rescue /var/lib/gitea/data/actions_log --dry-run', summary: 'what is there and not kept yet' },
    {
      line: 'firstred rescue s3://gitea/actions_log --repo acme/app',
      summary: 'a server that keeps its logs in a bucket',
    },
  ],
  exitCodes: {
    [EXIT.done]: 'every log in the storage is kept',
    [EXIT.partly]: 'some could not be read, or only a part of them',
    [EXIT.notFound]: 'there is no such folder',
  },
  run: runRescue,
};

interface Row {
  readonly log: StoredLog;
  readonly found: ForgeAttempt | undefined;
  readonly outcome: StoredOutcome | { readonly kind: 'would-keep' };
}

async function runRescue(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const newMasker = readMasking(input, config.env);
  const storage = await openLogStorage(input.arguments[0] ?? '', config);
  const session = openSession(config);
  const archiver = await openArchiver(session, {
    index: indexesHere(input, config),
    onIndexFailure: (reason) => io.stderr.write(`firstred: kept but not indexed here: ${showText(reason)}\n`),
    now: io.now,
    signal: io.signal,
  });
  try {
    const store = await session.store();
    const tools: StoredTools = {
      storage,
      archiver,
      captures: openKeptCaptures(store),
      facts: input.flag('dryRun') ? undefined : { store, tools: { by: 'rescue', tool: toolName() } },
      newMasker,
      signal: io.signal,
      host: await serverHost(input, io),
    };
    const { rows, notOnDisk } = await rescueAll(await logsByRepo(storage, input, io), tools, input, io);
    await archiver.indexBehind(Number.POSITIVE_INFINITY);
    await session.settle();
    return await report(rows, notOnDisk, input, io, session);
  } finally {
    await archiver.close();
    await session.close();
    await storage.close();
  }
}

async function logsByRepo(
  storage: LogStorage,
  input: CommandInput,
  io: CommandIo,
): Promise<ReadonlyMap<string, readonly StoredLog[]>> {
  const wanted = input.list('repo').map((repo) => repo.split('/').slice(-2).join('/').toLowerCase());
  const byRepo = new Map<string, StoredLog[]>();
  for await (const log of storage.list(io.signal)) {
    if (wanted.length > 0 && !wanted.includes(log.repo.toLowerCase())) continue;
    const logs = byRepo.get(log.repo) ?? [];
    logs.push(log);
    byRepo.set(log.repo, logs);
  }
  return byRepo;
}

async function rescueAll(
  byRepo: ReadonlyMap<string, readonly StoredLog[]>,
  tools: StoredTools,
  input: CommandInput,
  io: CommandIo,
): Promise<{ readonly rows: readonly Row[]; readonly notOnDisk: readonly ForgeAttempt[] }> {
  const forge = (await isServerKnown(input, io)) ? await openKnownForge(input, io) : undefined;
  const progress = await openProgress(input, io);
  const total = [...byRepo.values()].reduce((sum, logs) => sum + logs.length, 0);
  const rows: Row[] = [];
  const notOnDisk: ForgeAttempt[] = [];
  for (const [repo, logs] of byRepo) {
    const tasks = await mapTasks(forge, { repo, logs }, io.signal);
    progress.clear();
    if (tasks.why !== undefined)
      await io.stderr.write(
        `firstred: ${showText(repo)}: which jobs its logs are of is not told: ${showText(tasks.why)}\n  they are kept by their task ids; run this again with the server at hand to complete them\n`,
      );
    for (const log of logs) {
      progress.show({ what: input.flag('dryRun') ? 'looked at' : 'rescued', done: rows.length, total, things: 'logs' });
      const found = tasks.byTask.get(log.taskId);
      const outcome = input.flag('dryRun')
        ? ((await keptAlready(log, found, tools)) ?? ({ kind: 'would-keep' } as const))
        : await keepStored(log, found, tools);
      rows.push({ log, found, outcome });
    }
    notOnDisk.push(...(await absentTasks([...tasks.byTask.values()], new Set(logs.map((l) => l.taskId)), tools)));
  }
  progress.clear();
  return { rows, notOnDisk };
}

/** A server that is configured and away must not stop the rescue: the logs are what counts. */
async function openKnownForge(
  input: CommandInput,
  io: CommandIo,
): Promise<Awaited<ReturnType<typeof openCommandForge>> | undefined> {
  try {
    return await openCommandForge(input, io);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'INTERRUPTED') throw error;
    await io.stderr.write(`firstred: ${showText(error.message)}\n  ${showText(error.hint)}\n`);
    return undefined;
  }
}

/** Tasks that ended and whose log is neither here nor in the storage. */
async function absentTasks(
  tasks: readonly ForgeAttempt[],
  onDisk: ReadonlySet<string>,
  { captures }: StoredTools,
): Promise<readonly ForgeAttempt[]> {
  const absent: ForgeAttempt[] = [];
  for (const task of tasks) {
    if (task.state !== 'finished' || onDisk.has(task.attempt.providerId ?? '')) continue;
    if (task.attempt.conclusion === 'skipped' || (await captures.of(task.attempt)).length > 0) continue;
    absent.push(task);
  }
  return absent;
}

async function report(
  rows: readonly Row[],
  notOnDisk: readonly ForgeAttempt[],
  input: CommandInput,
  io: CommandIo,
  session: Session,
): Promise<ExitCode> {
  const count = (kind: Row['outcome']['kind']): number => rows.filter(({ outcome }) => outcome.kind === kind).length;
  const cut = rows.filter(({ outcome }) => outcome.kind === 'kept' && outcome.cutReason !== undefined);
  const spooled = rows.filter(({ outcome }) => outcome.kind === 'kept' && outcome.log.state === 'spooled').length;
  const counts = {
    logs: rows.length,
    wouldKeep: count('would-keep'),
    kept: count('kept'),
    had: count('had'),
    unfinished: count('unfinished') + count('changed'),
    gone: count('gone'),
    cut: cut.length,
    failed: count('failed'),
    unmapped: rows.filter(({ found }) => found === undefined).length,
    notOnDisk: notOnDisk.length,
  };
  if (input.flag('json'))
    await io.stdout.write(
      `${JSON.stringify({ ...counts, logsOf: rows.map(rowOf), missing: notOnDisk.map(({ attempt }) => attemptWords(attempt)) }, null, 1)}\n`,
    );
  else await io.stdout.write(countsText(counts, input.flag('dryRun')));
  for (const row of rows) await io.stderr.write(problemText(row));
  for (const { attempt } of notOnDisk)
    await io.stderr.write(
      `firstred: ${showText(attemptWords(attempt))} is not on disk\n  its log may still be in the server’s database (dbfs_data), where a runner left it\n`,
    );
  if (spooled > 0)
    await io.stderr.write(
      `firstred: ${countText(spooled, 'log')} to be delivered from ${showText(session.config.spool)}: \`firstred flush\` does it\n`,
    );
  return counts.failed + counts.cut + counts.gone > 0 ? EXIT.partly : spooled > 0 ? EXIT.notYet : EXIT.done;
}

function countsText(counts: Readonly<Record<string, number>>, dryRun: boolean): string {
  const words: Readonly<Record<string, string>> = {
    wouldKeep: 'would be kept',
    kept: 'kept',
    had: 'here already',
    unfinished: 'not finished',
    gone: 'gone meanwhile',
    failed: 'failed',
  };
  const parts = Object.entries(words).filter(([name]) => (counts[name] ?? 0) > 0);
  const told = parts.map(([name, word]) => `${counts[name]} ${word}`).join(', ');
  return `${told === '' ? 'no logs' : told}${dryRun ? ' (nothing was written)' : ''}\n`;
}

function problemText({ log, outcome }: Row): string {
  const name = showText(log.path);
  if (outcome.kind === 'failed')
    return `firstred: ${showText(outcome.error.message)}\n  ${showText(outcome.error.hint)}\n`;
  if (outcome.kind === 'kept' && outcome.cutReason !== undefined)
    return `firstred: ${name} is cut: ${showText(outcome.cutReason)}\n  what could be read of it is kept\n`;
  if (outcome.kind === 'gone') return `firstred: ${showText(outcome.why)}\n  the server removed it meanwhile\n`;
  if (outcome.kind === 'changed' || outcome.kind === 'unfinished')
    return `firstred: ${name} is still being written\n  run this again later\n`;
  return '';
}

const rowOf = ({ log, found, outcome }: Row): Record<string, unknown> => ({
  path: log.path,
  repo: found?.attempt.repo ?? log.repo,
  taskId: log.taskId,
  sha: found?.attempt.sha ?? null,
  job: found?.attempt.job ?? null,
  outcome: outcome.kind,
  logId: outcome.kind === 'kept' ? outcome.log.manifest.logId : outcome.kind === 'had' ? outcome.manifest.logId : null,
});
