// `show --errors`: the error lines of a log where they stand, with what is around them.
import { type ErrorLine, findErrors } from '../indexer/errors.ts';
import type { LogLines } from '../indexer/lines.ts';
import { showText } from '../store/visible-text.ts';
import { chooseBaselines, loadCompared } from './baseline.ts';
import { paintFor } from './colours.ts';
import type { CommandInput, CommandIo } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { LogSource } from './log-source.ts';
import type { Session } from './session.ts';

/** chosen: two screenfuls at most; `errors` gives more, best first. */
const MAX_ERRORS = 12;
/** Of a long trace the start tells most (chosen). */
const MAX_BLOCK_LINES = 12;
/** Lines before and behind an error (chosen). */
const CONTEXT_LINES = 3;
/** An error that is this much less sure than the best one is not shown (chosen: half as sure is noise). */
const MIN_SHARE = 0.4;

/** Prints them in the order of the log; `newInRed` against greens as `errors` chooses them. */
export async function showErrors(
  source: LogSource,
  session: Session,
  input: CommandInput,
  io: CommandIo,
): Promise<ExitCode> {
  const baselines = await chooseBaselines(source, session);
  const { target, others: greens } = await loadCompared(source, baselines, input, io);
  const { first, last } = source.lines ?? { first: 1, last: Number.POSITIVE_INFINITY };
  const ranked = findErrors(target, greens, { limit: MAX_ERRORS }).lines.filter(
    (row, _, all) => row.score >= MIN_SHARE * (all[0]?.score ?? 0) && row.line >= first && row.line <= last,
  );
  const rows = shownLines(target, ranked);
  if (input.flag('json')) {
    const lines = rows.map(({ line, isError }) => ({ line, text: target.text(line), error: isError }));
    await io.stdout.write(`${JSON.stringify({ ref: source.ref, baseline: baselines.map((b) => b.ref), lines })}\n`);
    return ranked.length > 0 ? EXIT.done : EXIT.no;
  }
  const paint = await paintFor(input, io);
  let text = '';
  let previous = 0;
  for (const { line, isError } of rows) {
    if (previous > 0 && line > previous + 1) text += '--\n';
    const number = `${String(line).padStart(7)}${isError ? ':' : '-'} `;
    text += `${isError ? paint('red', number) : paint('dim', number)}${showText(target.text(line))}\n`;
    previous = line;
  }
  await io.stdout.write(text === '' ? `nothing in ${showText(source.ref)} looks like an error\n` : text);
  return ranked.length > 0 ? EXIT.done : EXIT.no;
}

/** Every line to be shown, once, in order. */
function shownLines(
  target: LogLines,
  ranked: readonly ErrorLine[],
): readonly { readonly line: number; readonly isError: boolean }[] {
  const errors = new Set<number>();
  const all = new Set<number>();
  for (const row of ranked) {
    const end = Math.min(row.lastLine, row.line + MAX_BLOCK_LINES - 1);
    for (let line = row.line; line <= end; line++) errors.add(line);
    for (let line = row.line - CONTEXT_LINES; line <= Math.min(target.count, end + CONTEXT_LINES); line++)
      if (line > 0) all.add(line);
  }
  return [...all].sort((a, b) => a - b).map((line) => ({ line, isError: errors.has(line) }));
}
