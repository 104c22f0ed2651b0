// `firstred rescan`: finds secrets in kept logs that the masker of today would have stopped. Says what it found; with
// --yes it puts masked copies in their place and removes the old logs, whose ids then lead to the copies.
import { countText } from '../../store/count-text.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords, openArchiver } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findSource } from '../log-source.ts';
import { countsText, sumOf } from '../mask-lines.ts';
import { MASK_VALUE_OPTIONS, readNamedValues } from '../masking.ts';
import { openProgress, type Progress, problemTeller } from '../progress.ts';
import type { FoundLog, FoundSealed, RescanOptions, RescanView } from '../rescan.ts';
import { openSession, type Session } from '../session.ts';
import { syncIndex } from '../sync-index.ts';
import { watchSync } from '../sync-progress.ts';

export const rescan: Command = {
  name: 'rescan',
  summary: 'Finds secrets in kept logs by newer rules. With --yes masked copies take their place, for ever.',
  arguments: '[refs...]',
  group: 'more',
  options: [
    ...MASK_VALUE_OPTIONS,
    { flags: '--all', summary: 'also logs that were masked by the rules of this version' },
    {
      flags: '--yes',
      summary: 'put masked copies in their place and remove the old logs from store, index and caches',
    },
  ],
  examples: [
    { line: 'firstred rescan', summary: 'what newer rules find; nothing is changed' },
    { line: 'firstred rescan --mask-file leaked.txt --yes', summary: 'takes values that leaked out of every log' },
  ],
  exitCodes: {
    [EXIT.done]: 'something was found (and, with --yes, replaced)',
    [EXIT.no]: 'nothing was found',
    [EXIT.partly]: 'some logs could not be read; the others were looked at',
    [EXIT.refused]: 'no right to remove',
    [EXIT.notYet]: 'the store did not take a copy: the old log stays',
  },
  run: runRescan,
};

/** A log that was found, and what became of it. */
interface RescanRow {
  readonly logId: string;
  readonly attempt: FoundLog['manifest']['attempt'];
  readonly counts: FoundLog['counts'];
  readonly where: 'store' | 'spool';
  readonly newLogId: string | null;
}

async function runRescan(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const config = await io.config();
  const session = openSession(config);
  const progress = await openProgress(input, io);
  try {
    const sync = (): ReturnType<typeof syncIndex> =>
      syncIndex(session, {
        full: false,
        signal: io.signal,
        onProblem: async () => undefined,
        ...watchSync(progress),
      }).finally(() => progress.clear());
    await sync();
    const options: RescanOptions = {
      told: readNamedValues(input, config.env),
      all: input.flag('all'),
      only: await readOnly(input, io, session),
      signal: io.signal,
      onProblem: problemTeller(progress, io, ': left alone'),
      onLook: (done, total) => progress.show({ what: 'looked through', done, total }),
    };
    const steps = await import('../rescan.ts');
    const view = await steps.findUnmasked(session, options);
    const sealed = await steps.findUnmaskedSealed(session, options);
    const apply = input.flag('yes');
    const rows = apply
      ? await replaceAll(session, io, { view, sealed, options, progress })
      : [...view.found.map((found) => rowOf(found)), ...sealed.map(rowOfSealed)];
    const returned = await steps.removeReturned(session, apply);
    progress.clear();
    if (apply) await sync(); // what is gone leaves this index and its caches at once
    await print({ rows, view, returned, apply }, input, io);
    if (view.unreadable > 0) return EXIT.partly;
    return rows.length > 0 || returned.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    progress.clear();
    await session.close();
  }
}

/** Ids of the logs that the arguments name; undefined without any. */
async function readOnly(
  input: CommandInput,
  io: CommandIo,
  session: Session,
): Promise<ReadonlySet<string> | undefined> {
  if (input.arguments.length === 0) return undefined;
  const only = new Set<string>();
  for (const ref of input.arguments) {
    const source = await findSource(ref, session, { stdin: io.stdin });
    only.add(source.kind === 'kept' ? source.log.logId : await refuseFile(source.ref));
  }
  return only;
}

async function refuseFile(path: string): Promise<never> {
  const { AppError } = await import('../../store/errors.ts');
  throw new AppError('USAGE', `${path} is a file and not kept by firstred`, {
    hint: 'see `firstred mask` for files',
  });
}

const rowOf = ({ manifest, counts }: FoundLog, newLogId: string | null = null): RescanRow => ({
  logId: manifest.logId,
  attempt: manifest.attempt,
  counts,
  where: 'store',
  newLogId,
});

const rowOfSealed = ({ sealed, counts }: FoundSealed): RescanRow => ({
  ...rowOf({ manifest: sealed.manifest, counts } as FoundLog),
  where: 'spool',
});

interface Finding {
  readonly view: RescanView;
  readonly sealed: readonly FoundSealed[];
  readonly options: RescanOptions;
  readonly progress: Progress;
}

/** The spool first: what waits there would bring back what is removed from the store. */
async function replaceAll(
  session: Session,
  io: CommandIo,
  { view, sealed, options, progress }: Finding,
): Promise<readonly RescanRow[]> {
  const steps = await import('../rescan.ts');
  const archiver = await openArchiver(session, {
    index: true,
    onIndexFailure: problemTeller(progress, io),
    now: io.now,
    signal: io.signal,
  });
  const rows: RescanRow[] = [];
  const total = sealed.length + view.found.length;
  const tell = (): void => progress.show({ what: 'replaced', done: rows.length, total, things: 'logs' });
  try {
    for (const found of sealed) {
      io.signal.throwIfAborted();
      tell();
      const newLogId = await steps.replaceSealed(session, archiver, found, options.told);
      rows.push({ ...rowOfSealed(found), newLogId });
    }
    for (const found of view.found) {
      io.signal.throwIfAborted();
      tell();
      rows.push(rowOf(found, await steps.replaceLog(session, archiver, found, options.told)));
    }
  } finally {
    await archiver.close();
  }
  return rows;
}

interface RescanReport {
  readonly rows: readonly RescanRow[];
  readonly view: RescanView;
  readonly returned: readonly string[];
  readonly apply: boolean;
}

async function print({ rows, view, returned, apply }: RescanReport, input: CommandInput, io: CommandIo): Promise<void> {
  const { looked, passed, unreadable } = view;
  if (input.flag('json')) {
    const logs = rows.map(({ logId, attempt, counts, where, newLogId }) => ({
      logId,
      newLogId,
      where,
      repo: attempt.repo ?? null,
      sha: attempt.sha ?? null,
      job: attempt.job ?? null,
      masked: sumOf(counts),
      counts,
    }));
    await io.stdout.write(
      `${JSON.stringify({ applied: apply, looked, passed, unreadable, logs, returned }, null, 1)}\n`,
    );
    return;
  }
  const lines = [
    ...rows.map(({ logId, attempt, counts, where, newLogId }) => {
      const what = `${logId}${newLogId === null ? '' : ` → ${newLogId}`}${where === 'spool' ? ' (spool)' : ''}`;
      return `${what}  ${attemptWords(attempt)}: ${countsText(counts)}`;
    }),
    ...returned.map((key) => `${key}: had been removed and came back`),
  ];
  const sum = `${countText(looked, 'log')} looked at: ${rows.length} with what would be masked today, ${passed} masked by these rules already`;
  const hint = apply || lines.length === 0 ? '' : 'nothing was changed: --yes puts masked copies in their place\n';
  await io.stdout.write(`${lines.map((line) => `${showText(line).replaceAll('\n', ' ')}\n`).join('')}${sum}\n${hint}`);
}
