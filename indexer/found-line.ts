// One line tested: what is found in it, as it is shown.
import type { FrameReader } from './frame-reader.ts';
import type { LineMatcher, MatchSpan } from './line-matcher.ts';
import { asBuffer, shownText } from './line-text.ts';
import { hasHidden, visibleBytes } from './visible-line.ts';

/** A line that matches, with where it lies. */
export interface FoundLine {
  readonly line: number;
  readonly text: string;
  readonly span: MatchSpan;
  /** Found in the visible text, which `text` then is. */
  readonly visible: boolean;
  readonly clipped: boolean;
}

export interface VerifyOptions {
  readonly reader: FrameReader;
  readonly matcher: LineMatcher;
  /** Also test what people see of lines that have more than that. */
  readonly visible: boolean;
  /** Called once for each frame that was unpacked: its text, and how many of its blocks are tested. */
  readonly onFrame?: (textBytes: number, blocks: number) => void;
  readonly onNote: (note: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Tests one line, or a piece of a huge one. */
export function testLine(
  line: Buffer,
  { matcher, visible }: Pick<VerifyOptions, 'matcher' | 'visible'>,
): Omit<FoundLine, 'line'> | undefined {
  const span = matcher.match(line);
  if (span !== undefined) return clip({ text: shownText(line), span, visible: false, clipped: false });
  if (!visible || !hasHidden(line)) return undefined;
  const seen = asBuffer(visibleBytes(line, 0, line.length).bytes);
  const seenSpan = matcher.match(seen);
  return seenSpan === undefined
    ? undefined
    : clip({ text: shownText(seen), span: seenSpan, visible: true, clipped: false });
}

/** CLI.md: text is clipped to 64 KB around the match. */
const MAX_SHOWN_UNITS = 65_536;

/** Keeps the first match in view and moves its offsets along. */
function clip<T extends Omit<FoundLine, 'line'>>(found: T): T {
  const { text, span } = found;
  if (text.length <= MAX_SHOWN_UNITS) return found;
  const room = Math.max(0, MAX_SHOWN_UNITS - (span.end - span.start));
  let start = Math.max(0, Math.min(span.start - Math.floor(room / 2), text.length - MAX_SHOWN_UNITS));
  // Not in the middle of a surrogate pair.
  if (start > 0 && isLowSurrogate(text.charCodeAt(start))) start++;
  let end = start + MAX_SHOWN_UNITS;
  if (isLowSurrogate(text.charCodeAt(end))) end--;
  const moved = { start: span.start - start, end: Math.min(span.end, end) - start };
  return { ...found, text: text.slice(start, end), span: moved, clipped: true };
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
