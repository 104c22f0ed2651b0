// Lines before and after a match.
import type { FrameReader, ReadableLog } from './frame-reader.ts';
import { shownText } from './line-text.ts';
import type { ContextLine } from './log-index.ts';

const LF = 0x0a;
/** chosen: context is for reading; what is longer is cut. */
const MAX_CONTEXT_BYTES = 65_536;

/** Up to `count` lines on both sides of `line`. */
export async function readContext(options: {
  readonly reader: FrameReader;
  readonly log: ReadableLog;
  readonly line: number;
  readonly count: number;
}): Promise<{ readonly before: readonly ContextLine[]; readonly after: readonly ContextLine[] }> {
  const { line, count } = options;
  if (count === 0) return { before: [], after: [] };
  const lines = await readLines({ ...options, first: Math.max(1, line - count), last: line + count });
  return { before: lines.filter((each) => each.line < line), after: lines.filter((each) => each.line > line) };
}

async function readLines(options: {
  readonly reader: FrameReader;
  readonly log: ReadableLog;
  readonly first: number;
  readonly last: number;
}): Promise<ContextLine[]> {
  const { reader, log, first, last } = options;
  const { table } = log;
  const lines: ContextLine[] = [];
  let held: Buffer = Buffer.alloc(0);
  let number = 0;
  const take = (bytes: Buffer): void => {
    if (number >= first && number <= last)
      lines.push({ line: number, text: shownText(bytes.subarray(0, MAX_CONTEXT_BYTES)) });
    number++;
  };
  for (let n = firstFrame(log, first); n < table.count && (table.firstLine[n] ?? 0) <= last; n++) {
    const text = reader.text(log, await reader.fetch(log, [n]), n);
    if (held.length === 0) number = table.firstLine[n] ?? 1;
    let start = 0;
    for (let lf = text.indexOf(LF); lf >= 0 && number <= last; lf = text.indexOf(LF, start)) {
      take(held.length === 0 ? text.subarray(start, lf) : Buffer.concat([held, text.subarray(start, lf)]));
      held = Buffer.alloc(0);
      start = lf + 1;
    }
    if (number > last) return lines;
    // Of a line that goes on, what can be shown is enough.
    if (start < text.length && held.length < MAX_CONTEXT_BYTES) held = Buffer.concat([held, text.subarray(start)]);
  }
  if (held.length > 0) take(held);
  return lines;
}

/** The frame in which line `line` starts. */
function firstFrame({ table }: ReadableLog, line: number): number {
  let n = table.count - 1;
  while (
    n > 0 &&
    ((table.firstLine[n] ?? 0) > line || ((table.firstLine[n] ?? 0) === line && table.continues[n] === 1))
  )
    n--;
  return Math.max(n, 0);
}
