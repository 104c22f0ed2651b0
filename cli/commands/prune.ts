// `firstred prune`: lets go of logs by a policy. Says what it would do; does it with --apply.
import { countText } from '../../store/count-text.ts';
import type { ObjectKey } from '../../store/keys.ts';
import { PRUNE_GRACE_MS } from '../../store/prune-store.ts';
import { SPOOL_LEFTOVER_AGE_MS } from '../../store/spool.ts';
import { showText } from '../../store/visible-text.ts';
import { attemptWords } from '../archiver.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { parseCount } from '../identity.ts';
import { openProgress, problemTeller } from '../progress.ts';
import type { ClearedLeftover, OnStep, RemovalPlan } from '../prune.ts';
import type { RetentionDecision, RetentionPolicy } from '../retention.ts';
import { openSession } from '../session.ts';
import { bytesText } from '../sizes.ts';
import { syncIndex } from '../sync-index.ts';
import { watchSync } from '../sync-progress.ts';
import { parseDurationMs } from '../times.ts';

export const prune: Command = {
  name: 'prune',
  summary: 'Lets go of logs by a policy, of leftovers and of spent facts. Only says what it would do, without --apply.',
  group: 'more',
  options: [
    { flags: '--keep-red <duration>', summary: 'how long red attempts are kept once stored: 400d, or forever' },
    { flags: '--keep-green <duration>', summary: 'how long green attempts are kept' },
    { flags: '--keep-other <duration>', summary: 'how long cancelled, skipped and unknown ones are kept' },
    { flags: '--keep-last <number>', summary: 'the newest so many attempts of each job stay' },
    {
      flags: '--keep-named <duration>',
      summary: 'how long attempts are kept whose failure has a name (default forever)',
    },
    { flags: '--force', summary: 'also the only log of a red that nobody has explained' },
    { flags: '--leftovers', summary: 'what crashes left behind; a log that is whole but for its manifest gets it' },
    { flags: '--older-than <duration>', summary: 'leftovers untouched for so long (default 24h; in the spool 7d)' },
    { flags: '--facts <duration>', summary: 'facts older than this that a later one has replaced, and lapsed names' },
    { flags: '--grace <duration>', summary: 'between tombstone and removal (default 24h)' },
    { flags: '--apply', summary: 'do it' },
  ],
  examples: [
    {
      line: 'firstred prune --keep-red 400d --keep-green 30d --keep-last 5 --keep-named forever',
      summary: 'what would go',
    },
    { line: 'firstred prune --keep-green 30d --leftovers --apply', summary: 'from a timer, once a day' },
  ],
  exitCodes: {
    [EXIT.done]: 'done, or said',
    [EXIT.partly]: 'some logs could not be read; they were left alone',
    [EXIT.refused]: 'no right to remove',
  },
  run: runPrune,
};

interface PruneReport {
  readonly decisions: readonly RetentionDecision[];
  readonly removal: RemovalPlan;
  readonly leftovers: readonly ClearedLeftover[];
  readonly facts: readonly ObjectKey[];
}

async function runPrune(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const policy = readPolicy(input);
  const apply = input.flag('apply');
  const session = openSession(await io.config());
  const progress = await openProgress(input, io);
  try {
    const sync = (): ReturnType<typeof syncIndex> =>
      syncIndex(session, {
        full: false,
        signal: io.signal,
        onProblem: problemTeller(progress, io, ': left alone'),
        ...watchSync(progress),
      });
    const { unreadable } = await sync();
    const steps = await import('../prune.ts');
    const onStep: OnStep = (what, done, total) => progress.show({ what, done, total, things: 'keys' });
    const view = await steps.viewStore(session, onStep);
    const decisions = policy === undefined ? [] : await steps.planRetention(session, view, policy);
    const removal = await steps.planRemoval(view, durationOf(input, 'grace') ?? PRUNE_GRACE_MS);
    if (apply) {
      await steps.buryPlanned(session, view, { decisions, onStep });
      await steps.carryOutRemoval(view, removal, onStep);
    }
    const ageMs = durationOf(input, 'olderThan');
    const leftovers = input.flag('leftovers')
      ? await steps.clearLeftovers(session, view, {
          ageMs: ageMs ?? PRUNE_GRACE_MS,
          spoolAgeMs: ageMs ?? SPOOL_LEFTOVER_AGE_MS,
          apply,
          nowMs: io.now(),
          onStep,
        })
      : [];
    const factAgeMs = durationOf(input, 'facts');
    const facts = factAgeMs === undefined ? [] : await steps.dropSpentFacts(view, { ageMs: factAgeMs, apply, onStep });
    if (apply) await sync(); // what is buried leaves this index at once
    progress.clear();
    await print({ decisions, removal, leftovers, facts }, apply, input, io);
    const isOnlyOf = input.flag('leftovers') || factAgeMs !== undefined; // then nobody expects logs to go
    if (policy === undefined && !isOnlyOf && !input.flag('quiet') && !input.flag('json'))
      await io.stderr.write(
        'firstred: no policy was given, so no log is let go: --keep-red, --keep-green or --keep-other gives one\n',
      );
    return unreadable > 0 ? EXIT.partly : EXIT.done;
  } finally {
    progress.clear();
    await session.close();
  }
}

/** undefined when no flag says what to keep: then nothing is let go. */
function readPolicy(input: CommandInput): RetentionPolicy | undefined {
  const keep = {
    keepRedMs: durationOf(input, 'keepRed'),
    keepGreenMs: durationOf(input, 'keepGreen'),
    keepOtherMs: durationOf(input, 'keepOther'),
  };
  if (Object.values(keep).every((ms) => ms === undefined)) return undefined;
  const last = input.text('keepLast');
  return {
    ...keep,
    keepNamedMs: durationOf(input, 'keepNamed') ?? Number.POSITIVE_INFINITY,
    keepLast: last === undefined || last === '0' ? 0 : parseCount(last, 'keep-last'),
    force: input.flag('force'),
  };
}

function durationOf(input: CommandInput, name: string): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  return text === 'forever' ? Number.POSITIVE_INFINITY : parseDurationMs(text);
}

async function print(report: PruneReport, applied: boolean, input: CommandInput, io: CommandIo): Promise<void> {
  const { decisions, removal, leftovers, facts } = report;
  const of = (verdict: RetentionDecision['verdict']): readonly RetentionDecision[] =>
    decisions.filter((decision) => decision.verdict === verdict);
  if (input.flag('json')) {
    const row = ({ log, reason }: RetentionDecision): Record<string, unknown> => ({ logId: log.row.logId, reason });
    const json = {
      applied,
      buried: of('let-go').map(row),
      protected: of('protected').map(row),
      kept: of('keep').length,
      removed: removal.remove,
      revived: removal.revive,
      waiting: removal.waiting,
      leftovers,
      facts,
    };
    await io.stdout.write(`${JSON.stringify(json, null, 1)}\n`);
    return;
  }
  const lines = [
    ...of('let-go').map(({ log, reason }) => `let go    ${log.row.logId}  ${attemptWords(log.row.attempt)}: ${reason}`),
    ...of('protected').map(
      ({ log, reason }) => `protected ${log.row.logId}  ${attemptWords(log.row.attempt)}: ${reason}`,
    ),
    ...removal.remove.map((key) => `remove    ${key}`),
    ...removal.revive.map((key) => `take back ${key}: something was learned of it since it was buried`),
    ...leftovers.map(({ key, adopted }) => `${adopted ? 'adopt   ' : 'clear   '}  ${key}`),
    ...facts.map((key) => `drop      ${key}`),
  ];
  const bytes = of('let-go').reduce((sum, { log }) => sum + log.row.objectBytes * log.captures.length, 0);
  const sum = `${of('let-go').length} of ${countText(decisions.length, 'log')} (${bytesText(bytes)}) let go, ${of('protected').length} protected, ${removal.remove.length} removed, ${removal.waiting} let go before, to be removed`;
  const hint = applied ? '' : 'nothing was changed: say --apply to do it\n';
  await io.stdout.write(`${lines.map((line) => `${showText(line).replaceAll('\n', ' ')}\n`).join('')}${sum}\n${hint}`);
}
