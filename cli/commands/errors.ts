// `firstred errors`: the error lines of a log, best first.

import type { ErrorLine, ErrorReport } from '../../indexer/errors.ts';
import { findErrors } from '../../indexer/errors.ts';
import type { LogLines } from '../../indexer/lines.ts';
import { showText } from '../../store/visible-text.ts';
import { chooseBaselines, loadCompared } from '../baseline.ts';
import { type Paint, paintFor } from '../colours.ts';
import type { Command, CommandInput, CommandIo } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { REF_FILTER_OPTIONS, readLimit } from '../filters.ts';
import { sourceFinder } from '../log-source.ts';
import { openSession } from '../session.ts';

/** chosen: a screenful of blocks; --json gives more, as scripts choose for themselves. */
const TEXT_ROWS = 10;
const JSON_ROWS = 50;
/** Lines shown of one block (chosen: the frames that matter come first). */
const BLOCK_LINES = 6;

export const errors: Command = {
  name: 'errors',
  summary: 'Error lines of a log, best first: by rules, and by what green attempts of the job do not have.',
  arguments: '<ref>',
  group: 'more',
  options: [
    { flags: '--against <ref...>', summary: 'green log to compare with; repeatable; default: chosen from the index' },
    { flags: '--limit <number>', summary: 'at most so many' },
    ...REF_FILTER_OPTIONS,
  ],
  examples: [
    { line: 'firstred errors red.log --against green.log', summary: 'two files, without any store' },
    { line: 'firstred errors 4f2a91c:test#1 --json', summary: 'a kept attempt, compared with greens of its job' },
  ],
  exitCodes: {
    [EXIT.done]: 'there are error lines',
    [EXIT.no]: 'nothing looks like an error',
    [EXIT.notFound]: 'nothing answers to that REF',
  },
  run: runErrors,
};

async function runErrors(input: CommandInput, io: CommandIo): Promise<ExitCode> {
  const session = openSession(await io.config());
  try {
    const find = sourceFinder(input, io, session);
    const source = await find(input.arguments[0] ?? '');
    const against = await Promise.all(input.list('against').map((ref) => find(ref)));
    const baselines = against.length > 0 ? against : await chooseBaselines(source, session);
    const { target, others: greens } = await loadCompared(source, baselines, input, io);
    const limit = readLimit(input) ?? (input.flag('json') ? JSON_ROWS : TEXT_ROWS);
    const report = findErrors(target, greens, { limit });
    const refs = baselines.map((baseline) => baseline.ref);
    if (input.flag('json')) await io.stdout.write(`${JSON.stringify(toJson(source.ref, refs, report))}\n`);
    else if (report.lines.length === 0)
      await io.stdout.write(`nothing in ${showText(source.ref)} looks like an error\n`);
    else await io.stdout.write(toText(target, refs, report, await paintFor(input, io)));
    if (refs.length === 0 && !input.flag('quiet') && !input.flag('json'))
      await io.stderr.write('firstred: no green log to compare with: this is by rules and position alone\n');
    return report.lines.length > 0 ? EXIT.done : EXIT.no;
  } finally {
    await session.close();
  }
}

const toJson = (ref: string, baseline: readonly string[], report: ErrorReport): unknown => ({
  ref,
  baseline,
  headline: report.headline,
  lines: report.lines.map((row) => ({ ...row, newInRed: row.newInRed ?? null })),
});

function toText(target: LogLines, refs: readonly string[], report: ErrorReport, paint: Paint): string {
  const against = refs.length === 0 ? '' : `${paint('dim', `against ${showText(refs.join(', '))}`)}\n`;
  let text = against;
  const shown: ErrorLine[] = [];
  for (const row of report.lines) {
    // A row inside a block that is already printed would say the same again.
    if (shown.some((other) => other.line <= row.line && row.line <= other.lastLine)) continue;
    shown.push(row);
    text += blockText(target, row, paint);
  }
  return text;
}

function blockText(target: LogLines, row: ErrorLine, paint: Paint): string {
  const head = `${paint('red', String(row.line).padStart(7))}  ${showText(row.text)}\n`;
  const last = Math.min(row.lastLine, row.line + BLOCK_LINES - 1);
  let body = '';
  for (let line = row.line + 1; line <= last; line++)
    body += `${paint('dim', String(line).padStart(7))}  ${showText(target.text(line))}\n`;
  if (row.lastLine > last) body += `${paint('dim', `         … ${row.lastLine - last} more lines`)}\n`;
  return head + body;
}
