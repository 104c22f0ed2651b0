// Matches and summary as people read them: grouped by log, the match marked, the base rate last.
import type { Match, SearchOptions, SearchSummary } from '../indexer/log-index.ts';
import { showText } from '../store/visible-text.ts';
import { conclusionText, type Paint } from './colours.ts';
import type { Link } from './hyperlinks.ts';
import { ageOf } from './times.ts';

export interface MatchPrinter {
  /** The text of one match, with its log's heading when it is the first of that log. */
  print(match: Match): string;
}

/** Prints matches in the order of the search. */
export function matchPrinter(options: {
  readonly paint: Paint;
  readonly link: Link;
  readonly nowMs: number;
  readonly context: boolean;
}): MatchPrinter {
  const { paint, link, nowMs, context } = options;
  let lastLog: string | undefined;
  let lastLine = 0;
  return {
    print(match) {
      let text = '';
      if (match.log.logId !== lastLog) {
        text += `${lastLog === undefined ? '' : '\n'}${headingText(match, { paint, link, nowMs })}\n`;
        lastLine = 0;
      } else if (context && (match.before[0]?.line ?? match.line) > lastLine + 1) text += `${paint('dim', '  --')}\n`;
      lastLog = match.log.logId;
      for (const line of match.before) if (line.line > lastLine) text += plainLine(line, paint);
      text += `${paint('green', String(match.line).padStart(8))}: ${markedText(match, paint)}\n`;
      for (const line of match.after) text += plainLine(line, paint);
      lastLine = match.after.at(-1)?.line ?? match.line;
      return text;
    },
  };
}

const plainLine = (line: { readonly line: number; readonly text: string }, paint: Paint): string =>
  `${paint('dim', `${String(line.line).padStart(8)}-`)} ${showText(line.text)}\n`;

function headingText(
  { log }: Match,
  { paint, link, nowMs }: { readonly paint: Paint; readonly link: Link; readonly nowMs: number },
): string {
  const { attempt } = log;
  const number =
    attempt.attempt === undefined
      ? attempt.number === undefined
        ? ''
        : ` #~${attempt.number}`
      : ` #${attempt.attempt}`;
  const words = [
    paint('bold', log.logId),
    conclusionText(attempt.conclusion, paint),
    showText(attempt.repo ?? '-'),
    attempt.sha?.slice(0, 10) ?? '-',
    link(`${showText(attempt.job ?? '-')}${number}`, attempt.url),
    ageOf(attempt.timeMs, nowMs),
  ];
  return words.join('  ');
}

/** chosen: what stays on a screen before and after the match in a very long line. */
const SHOWN_BESIDE_MATCH = 160;

function markedText(match: Match, paint: Paint): string {
  const { text, start, end } = match;
  const from = start > SHOWN_BESIDE_MATCH * 2 ? start - SHOWN_BESIDE_MATCH : 0;
  const to = text.length - end > SHOWN_BESIDE_MATCH * 2 ? end + SHOWN_BESIDE_MATCH : text.length;
  const before = `${from > 0 ? '…' : ''}${showText(text.slice(from, start))}`;
  const after = `${showText(text.slice(end, to).replace(/\r$/, ''))}${to < text.length ? '…' : ''}`;
  return before + paint(['red', 'bold'], showText(text.slice(start, end))) + after;
}

/** The base rate: in how many attempts, red and green apart, and when. */
export function summaryText(
  s: SearchSummary,
  options: { readonly paint: Paint; readonly nowMs: number; readonly mode: SearchOptions['mode'] },
): string {
  if (options.mode === 'files') return '';
  const least = s.countsComplete ? '' : 'at least ';
  const counts = `in ${least}${s.matched.attempts} of ${s.total.attempts} attempts: ${s.matched.red} of ${s.total.red} red, ${s.matched.green} of ${s.total.green} green`;
  const when =
    s.firstMs === undefined || s.lastMs === undefined
      ? ''
      : `; first ${new Date(s.firstMs).toISOString().slice(0, 10)}, last ${ageOf(s.lastMs, options.nowMs)}`;
  return `${s.lines > 0 && options.mode === 'lines' ? '\n' : ''}${options.paint('bold', counts + when)}\n`;
}

/** Plan, candidates, blocks and times for --explain. docs/search.md says how to read it. */
export function explainText({ plan }: SearchSummary): string {
  const ms = (n: number): string => `${n.toFixed(2)} ms`;
  const terms = plan.terms.map(
    (t) => `  word        ${showText(t.text)}: ${t.expansions} in the vocabulary, in ${t.blocks ?? '?'} blocks\n`,
  );
  return [
    `engine        ${plan.engine}${plan.reason === undefined ? '' : ` (${showText(plan.reason)})`}\n`,
    ...terms,
    `  order       ${plan.way}\n`,
    `  candidates  ${plan.candidateBlocks === undefined ? 'found log by log' : `${plan.candidateBlocks} blocks`}\n`,
    `  read        ${plan.blocksRead} blocks tested in ${plan.framesRead} frames, ${plan.bytesRead} bytes from the store\n`,
    `  time        plan ${ms(plan.planMs)}, candidates ${ms(plan.candidatesMs)}, lines ${ms(plan.verifyMs)}, counts ${ms(plan.countMs)}\n`,
    `              of the last two: store ${ms(plan.fetchMs)} (requests side by side each count), unpacking ${ms(plan.unpackMs)}\n`,
  ].join('');
}
