// Multi-line blocks: an error line with what belongs to it (stack frames, source excerpts, indented details), so that
// it is shown, counted and compared as one.
import type { LogLines } from './lines.ts';

/** First and last line of a block, both inclusive. */
export interface LineBlock {
  readonly firstLine: number;
  readonly lastLine: number;
}

/** A block longer than this is a dump; its end tells nothing (chosen: deep Java traces with causes have hundreds). */
const MAX_BLOCK_LINES = 2000;
/** Blank lines that a block may hold in a row. */
const MAX_BLANKS = 2;

/** Lines that continue an error whatever their indentation. */
const CONTINUES =
  /^\s*(?:at [\w$.<>/@[]|File "|\.{3} \d+ (?:more|frames|common)|Caused by:|Suppressed:|from \S+:\d+|goroutine \d|created by |[|\u2502>]|-->|= (?:note|help)|\^|~+\^|\d+ \||stack backtrace|stdout:|stderr:|#\d+ +(?:0x|\S+ (?:in|at) )|E {2,}|During handling of|The above exception|Traceback \(|note:|hint:|help:|Did you|symbol:|location:|required|found|reason|\d+: +(?:0x|\w+::)|\[<[0-9a-f]+>\]|[\w./*()-]+\.[\w.*()-]+\(.*\)$|\? \S+\+0x|\S+\+0x[0-9a-f]+\/0x)/;

const indentOf = (text: string): number => {
  let at = 0;
  while (at < text.length && (text[at] === ' ' || text[at] === '\t')) at++;
  return at;
};

/** Block that the error line `line` heads: following lines while they continue it. */
export function findBlock(log: LogLines, line: number): LineBlock {
  const headIndent = indentOf(log.body(line));
  let last = line;
  let blanks = 0;
  const stop = Math.min(log.count, line + MAX_BLOCK_LINES);
  for (let at = line + 1; at <= stop; at++) {
    if (log.hash(at) === 0) {
      if (++blanks > MAX_BLANKS) break;
      continue;
    }
    if (log.isMark(at)) break;
    const text = log.body(at);
    if (indentOf(text) <= headIndent && !CONTINUES.test(text)) break;
    last = at;
    blanks = 0;
  }
  return { firstLine: line, lastLine: last };
}
