// Where the target failed: the line that says what went wrong, and the exit line behind it. By what no green attempt
// has and by how near the end of the job's own output it is; general words of failure only weigh.
import type { LogLines } from '../lines.ts';
import type { NovelLine, WhyCase } from './case.ts';
import { linesIn, orderOf } from './shared-events.ts';
import { saysExhausted, saysExit, saysFailure, saysTimeout, saysWarning } from './words.ts';

/** Where and how the target failed. */
export interface Failure {
  /** The line that says what went wrong; undefined when nothing in the log is new and nothing says failure. */
  readonly line: number | undefined;
  readonly text: string;
  readonly hash: number;
  /** New lines around it that belong to it, itself included, in order. */
  readonly block: readonly NovelLine[];
  /** "exited with code 1" and its like: the end of the job's own output. */
  readonly exitLine: number | undefined;
  /** Line after which nothing counts as before the failure. */
  readonly endLine: number;
}

/** How much a line's own words say that it is the failure. */
function wordScore(lines: LogLines, novel: NovelLine): number {
  const { text } = novel;
  let score = 0;
  if (saysFailure(text) || saysTimeout(text) || saysExhausted(text) || saysExhausted(novel.message)) score += 3;
  if (saysWarning(text)) score -= 3;
  if (lines.isErrorMark(novel.line)) score += 1;
  if (lines.isEcho(novel.line)) score -= 4;
  if (saysOnlyExit(novel)) score -= 4;
  if (novel.wording === 'speaker') score -= 5;
  if (novel.wording === 'numbers') score -= 3;
  if (novel.reds > 0) score += 1;
  return score;
}

/** Finds the failure among the new lines of the target. */
export function findFailure(c: WhyCase): Failure {
  const { lines, novel } = c;
  const cleanUp = findCleanUp(c);
  const own = novel.filter((n) => n.line < cleanUp && (!lines.isMark(n.line) || lines.isErrorMark(n.line)));
  const exit = own.findLast((n) => n.wording === 'none' && saysOnlyExit(n));
  const news = own.filter((n) => n.wording === 'none' && n !== exit);
  const lastLine = exit?.line ?? news.at(-1)?.line ?? Math.min(lines.count, cleanUp);
  let best: NovelLine | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const n of own) {
    if (n.line > lastLine || n === exit) continue;
    // Each doubling of the distance costs one point: the failure stands shortly before the job gives up, if not always.
    const score = wordScore(lines, n) - Math.log2(1 + (lastLine - n.line) / 4);
    if (score >= bestScore) {
      best = n;
      bestScore = score;
    }
  }
  const chosen = best ?? exit;
  if (chosen === undefined)
    return { line: undefined, text: '', hash: 0, block: [], exitLine: undefined, endLine: lastLine };
  const block = own.filter(
    (n) => n.wording !== 'speaker' && Math.abs(n.line - chosen.line) <= BLOCK_LINES && n !== exit,
  );
  return {
    line: chosen.line,
    text: chosen.text,
    hash: chosen.hash,
    block: block.length > 0 ? block : [chosen],
    exitLine: exit?.line,
    endLine: exit?.line ?? Math.max(chosen.line, block.at(-1)?.line ?? 0),
  };
}

/** Ends the job's output without a word of its own: an exit code alone, unless it says by which signal. */
const saysOnlyExit = (n: NovelLine): boolean => saysExit(n.text) && !saysExhausted(n.text.replace(/\d+/g, ''));

/**
 * First line of what follows in any case, green or red: events behind everything that only greens say, up to the end of
 * the target. New lines there are chance.
 */
function findCleanUp(c: WhyCase): number {
  const missed = c.lacked
    .filter((l) => l.wording === 'none')
    .map((l) => ({ greenLines: linesIn(l.hash, c.loaded) ?? [] }));
  let start = c.lines.count + 1;
  if (missed.length === 0) return start;
  for (const event of c.shared.toReversed()) {
    if (event.count <= 1 && missed.some((m) => orderOf(m, event) !== 'before')) break;
    if (missed.every((m) => orderOf(m, event) === 'before')) start = event.line;
  }
  return start;
}

/** New lines this near to the failure are taken as part of it: a message with its details (chosen). */
const BLOCK_LINES = 4;
