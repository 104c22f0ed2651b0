// `firstred diff`: what a red log has that a green one lacks, and the other way round.

import type { DiffLine, LogDiff } from '../../indexer/diff.ts';
import { diffLogs } from '../../indexer/diff.ts';
import type { NoiseReason } from '../../indexer/diff-noise.ts';
import type { LogLines } from '../../indexer/lines.ts';
import { AppError } from '../../store/errors.ts';
import { showText } from '../../store/visible-text.ts';
import { chooseBaselines, loadCompared } from '../baseline.ts';
import { type Paint, paintFor } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import type { AlignedLogs } from '../diff-aligned.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { REF_FILTER_OPTIONS } from '../filters.ts';
import { type LogSource, sourceFinder } from '../log-source.ts';
import { tableText } from '../output.ts';
import { PAGER_OPTION } from '../pager.ts';
import { openSession, type Session } from '../session.ts';

export const diff: Command = {
  name: 'diff',
  summary: 'What red has that green has not, and the other way: lines by template, moved events, step durations.',
  arguments: '<red> [green]',
  group: 'daily',
  paged: true,
  options: [
    { flags: '--all', summary: 'list chance and routine differences too, instead of counting them' },
    { flags: '--aligned', summary: 'with --json: also which lines answer each other, and the pairs of moved ones' },
    PAGER_OPTION,
    ...REF_FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred diff red.log green.log', summary: 'two files, without any store' },
    { line: 'firstred diff 4f2a91c:test#1 4f2a91c:test#2', summary: 'two attempts of one job and commit' },
  ],
  exitCodes: {
    [EXIT.done]: 'no difference',
    [EXIT.no]: 'they differ',
    [EXIT.notFound]: 'nothing answers to a REF, or there is no green attempt',
  },
  run: runDiff,
};

async function runDiff(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const red = await sourceFinder(input, io, session)(input.arguments[0] ?? '');
    const green = await findGreen(red, input, session, io);
    const { target: redLines, others } = await loadCompared(red, [green], input, io);
    const [greenLines = redLines] = others;
    const result = diffLogs(redLines, greenLines, { noise: input.flag('all') ? 'all' : 'hidden' });
    const refs = { red: red.ref, green: green.ref };
    const aligned = input.flag('aligned') ? await alignedParts(redLines, greenLines, result) : {};
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify({ ...refs, ...result, ...aligned })}\n`);
    else await io.stdout.write(toText(refs, result, await paintFor(input, io), io.stdout.columns));
    return result.lines.length > 0 ? EXIT.no : EXIT.done;
  } finally {
    await session.close();
  }
}

async function alignedParts(red: LogLines, green: LogLines, result: LogDiff): Promise<AlignedLogs> {
  const { alignedLogs } = await import('../diff-aligned.ts');
  return alignedLogs(red, green, result);
}

async function findGreen(red: LogSource, input: CommandInput, session: Session, io: CommandIo): Promise<LogSource> {
  const named = input.arguments[1];
  if (named !== undefined) return sourceFinder(input, io, session)(named);
  const [chosen] = await chooseBaselines(red, session);
  if (chosen !== undefined) return chosen;
  if (red.kind === 'file')
    throw new AppError('USAGE', `nothing to compare ${red.ref} with`, { hint: 'name the green log as well' });
  throw new AppError('NOT_FOUND', `no green attempt of the job of ${red.ref} is kept`, {
    hint: 'name a log to compare with, or `firstred sync` first',
  });
}

const SIGNS = { new: '+', missing: '-', moved: '~' } as const;
const STYLES = { new: 'red', missing: 'green', moved: 'yellow' } as const;

function toText(
  refs: { readonly red: string; readonly green: string },
  result: LogDiff,
  paint: Paint,
  width: number | undefined,
): string {
  const row = ({ kind, side, line, text }: DiffLine): string => {
    const sign = `${SIGNS[kind]}${kind === 'moved' ? (side === 'red' ? '+' : '-') : ' '}`;
    return `${paint(STYLES[kind], `${sign}${String(line).padStart(7)}`)}  ${showText(text)}\n`;
  };
  const head = `${paint('green', `-  ${showText(refs.green)}`)}\n${paint('red', `+  ${showText(refs.red)}`)}\n`;
  const lines = result.lines.length === 0 ? 'no difference that says anything\n' : result.lines.map(row).join('');
  return head + lines + countsText(result) + stepsText(result, width) + hiddenText(result, paint);
}

const countsText = ({ counts }: LogDiff): string =>
  counts.length === 0
    ? ''
    : `\nmore or less often:\n${counts.map((c) => `  ${c.redCount} × instead of ${c.greenCount} ×  ${showText(c.template)}\n`).join('')}`;

function stepsText({ steps }: LogDiff, width: number | undefined): string {
  if (steps.length === 0) return '';
  const seconds = (ms: number | null | undefined): string =>
    typeof ms === 'number' ? `${(ms / 1000).toFixed(1)} s` : '-';
  const table = tableText(
    steps,
    [
      { title: 'RED', align: 'right', cell: (s) => seconds(s.red?.durationMs) },
      { title: 'GREEN', align: 'right', cell: (s) => seconds(s.green?.durationMs) },
      { title: '', cell: (s) => (s.red?.failed === true ? 'failed' : '') },
      { title: 'STEP', cell: (s) => s.name },
    ],
    width,
  );
  return `\n${table}`;
}

function hiddenText({ hidden }: LogDiff, paint: Paint): string {
  const parts = Object.entries(hidden).map(([reason, count]) => `${count} ${NOISE_WORDS[reason as NoiseReason]}`);
  return parts.length === 0 ? '' : `\n${paint('dim', `not listed: ${parts.join(', ')}; --all lists them`)}\n`;
}

const NOISE_WORDS: Readonly<Record<NoiseReason, string>> = {
  transfer: 'of transfers and progress',
  checkout: 'of the checkout',
  conclusion: 'of how it ended',
  value: 'with another value',
  'other-step': 'in steps that went well',
  routine: 'of passed tests and routine',
  reordered: 'at another place',
  count: 'of a frequent line',
  'not-reached': 'that red did not get to',
};
