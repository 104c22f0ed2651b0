// Where the target failed: the line that says what went wrong, and the exit line behind it. By what no green attempt
// has and by how near the end of the job's own output it is; general words of failure only weigh.
import type { LogLines } from './lines.ts';
import type { NovelLine } from './why-case.ts';
import { saysExhausted, saysExit, saysFailure, saysTimeout, saysWarning } from './why-words.ts';

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
  if (saysFailure(text) || saysTimeout(text) || saysExhausted(text)) score += 3;
  if (saysWarning(text)) score -= 3;
  if (lines.isErrorMark(novel.line)) score += 1;
  if (lines.isEcho(novel.line)) score -= 4;
  if (saysExit(text) && !saysExhausted(text.replace(/\d+/g, ''))) score -= 4;
  if (novel.wording === 'speaker') score -= 5;
  if (novel.wording === 'numbers') score -= 3;
  if (novel.reds > 0) score += 1;
  return score;
}

/** Finds the failure among the new lines of the target. */
export function findFailure(lines: LogLines, novel: readonly NovelLine[]): Failure {
  const own = novel.filter((n) => !lines.isMark(n.line) || lines.isErrorMark(n.line));
  const exit = own.findLast(
    (n) => n.wording === 'none' && saysExit(n.text) && !saysExhausted(n.text.replace(/\d+/g, '')),
  );
  const news = own.filter((n) => n.wording === 'none' && n !== exit);
  const endLine = exit?.line ?? news.at(-1)?.line ?? lines.count;
  let best: NovelLine | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const n of own) {
    if (n.line > endLine || n === exit) continue;
    // Each doubling of the distance costs one point: the failure stands shortly before the job gives up, if not always.
    const score = wordScore(lines, n) - Math.log2(1 + (endLine - n.line) / 4);
    if (score >= bestScore) {
      best = n;
      bestScore = score;
    }
  }
  const chosen = best ?? exit;
  if (chosen === undefined) return { line: undefined, text: '', hash: 0, block: [], exitLine: undefined, endLine };
  const block = own.filter(
    (n) => n.wording !== 'speaker' && Math.abs(n.line - chosen.line) <= BLOCK_LINES && n !== exit,
  );
  return {
    line: chosen.line,
    text: chosen.text,
    hash: chosen.hash,
    block: block.length > 0 ? block : [chosen],
    exitLine: exit?.line,
    endLine,
  };
}

/** New lines this near to the failure are taken as part of it: a message with its details (chosen). */
const BLOCK_LINES = 4;
