// `firstred mask`: what a capture of this file would mask. Reads only; what it prints is masked.
import { countText } from '../../store/count-text.ts';
import { AppError } from '../../store/errors.ts';
import type { Masker } from '../../store/mask.ts';
import { showText } from '../../store/visible-text.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openLogFile } from '../log-files.ts';
import { countsText, MAX_SHOWN, type MaskedLine, type MaskedLog, sumOf, watchMasking } from '../mask-lines.ts';
import { MASK_VALUE_OPTIONS, readMasking } from '../masking.ts';
import { countBytes, openProgress } from '../progress.ts';

export const mask: Command = {
  name: 'mask',
  summary: 'Shows what would be masked in a log: lines, rules and counts, never a secret.',
  arguments: '<file>',
  group: 'more',
  options: [
    ...MASK_VALUE_OPTIONS,
    { flags: '--whole', summary: 'the whole masked text, as it would be kept, and the counts on stderr' },
  ],
  examples: [
    { line: 'firstred mask build.log', summary: 'lines in which something would go, and why' },
    { line: 'make 2>&1 | firstred mask - --whole > safe.log', summary: 'a copy that can be passed on' },
  ],
  exitCodes: {
    [EXIT.done]: 'something would be masked',
    [EXIT.no]: 'nothing would be',
    [EXIT.notFound]: 'there is no such file',
  },
  run: runMask,
};

async function runMask(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const path = input.arguments[0] ?? '-';
  const json = input.flag('json');
  const whole = input.flag('whole');
  if (json && whole)
    throw new AppError('USAGE', '--whole gives the text and --json the report: not both', { hint: 'leave one out' });
  const masker = readMasking(input, (await io.config()).env)();
  const found: MaskedLine[] = [];
  const progress = await openProgress(input, io);
  const text = await openLogFile(path, io.stdin);
  // The whole text on a terminal is its own progress.
  const log = await watchMasking(whole ? text : countBytes(progress, undefined)(text), masker, {
    onLine: (line) => void found.push(line),
    ...(whole && { onText: (part) => io.stdout.write(io.stdout.isTerminal ? shownText(part) : part) }),
  }).finally(() => progress.clear());
  if (json) await io.stdout.write(`${JSON.stringify(jsonOf(path, log, found, masker), null, 1)}\n`);
  else await print(path, { log, found, masker, whole }, io);
  return found.length > 0 ? EXIT.done : EXIT.no;
}

const shownText = (text: Uint8Array): string =>
  Buffer.from(text)
    .toString('utf8')
    .split('\n')
    .map((line) => showText(line))
    .join('\n');

function jsonOf(path: string, log: MaskedLog, found: readonly MaskedLine[], masker: Masker): unknown {
  const { rules, counts, withheldLines } = masker.report();
  const lines = found.map(({ line, rules: hit, text }) => ({ line, rules: hit, text: text.slice(0, MAX_SHOWN) }));
  return {
    file: path,
    rawBytes: log.sizeBytes,
    lines: log.lines,
    masked: sumOf(counts),
    rules,
    counts,
    withheldLines,
    matches: lines,
  };
}

interface Outcome {
  readonly log: MaskedLog;
  readonly found: readonly MaskedLine[];
  readonly masker: Masker;
  readonly whole: boolean;
}

async function print(path: string, { log, found, masker, whole }: Outcome, io: CommandIo): Promise<void> {
  const { rules, counts } = masker.report();
  if (!whole)
    for (const { line, rules: hit, text } of found)
      await io.stdout.write(`${line}: [${hit.join(', ')}] ${showText(text.slice(0, MAX_SHOWN))}\n`);
  const inAll =
    found.length === 0
      ? `nothing would be masked in ${countText(log.lines, 'line')} of ${showText(path)}`
      : `${countText(sumOf(counts), 'mask')} in ${found.length} of ${countText(log.lines, 'line')}: ${countsText(counts)}`;
  await (whole ? io.stderr : io.stdout).write(`${inAll} (rules ${rules ?? 'none'})\n`);
}
