// Outside text inside Markdown that a forge renders: fences, inline code, escaped prose, and cuts to a forge's limit.
// Made from scrubbed text (visible-text.ts); it does not mask secrets (mask.ts).
import { showName, stripControls } from './visible-text.ts';

/** UTF-16 units; forges take 65,536, the rest is room for what they add when a comment is edited or quoted. */
export const MAX_COMMENT_LENGTH = 60_000;
/** chosen: what a person reads in a comment; a longer text belongs into the attachment. */
const MAX_FENCE_LINES = 400;
/** chosen: a longer line is read in the log itself. */
const MAX_LINE_BYTES = 2_000;

/** What bounds a fence and where the rest of the text is. */
export interface FenceOptions {
  /** UTF-16 units of the whole block with its fences; default {@link MAX_COMMENT_LENGTH}. */
  readonly maxLength?: number;
  /** Default 400. */
  readonly maxLines?: number;
  /** Where all of it is, such as `firstred show L7kq2m9x`; part of the note about lines left out. */
  readonly whereAll?: string;
}

const longestRun = (text: string, sign: RegExp): number =>
  (text.match(sign) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);

/** Cuts a string without splitting a surrogate pair. */
function cutUnits(text: string, maxLength: number): string {
  const cut = text.slice(0, Math.max(0, maxLength));
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}

/** A line as it stands in a fence: bounded, and never starting with `/`, which quick actions and bots read. */
function fenceLine(line: string): string {
  const shown = line.startsWith('/') ? ` ${line}` : line;
  const bytes = Buffer.byteLength(shown);
  if (bytes <= MAX_LINE_BYTES) return shown;
  const kept = cutUnits(
    Buffer.from(shown)
      .subarray(0, MAX_LINE_BYTES)
      .toString('utf8')
      .replace(/\ufffd+$/, ''),
    MAX_LINE_BYTES,
  );
  return `${kept}\u2026 +${bytes - Buffer.byteLength(kept)} bytes`;
}

/**
 * Keeps the first and last whole lines within the bounds and says in their middle how many are left out.
 * The note counts as one line; a text within the bounds comes back as it is.
 */
export function cutMiddle(
  lines: readonly string[],
  bounds: { maxLines: number; maxLength: number; whereAll?: string },
): string[] {
  const lengthOf = (some: readonly string[]): number => some.reduce((sum, line) => sum + line.length + 1, 0);
  if (lines.length <= bounds.maxLines && lengthOf(lines) <= bounds.maxLength) return [...lines];
  const noteLength = 80 + (bounds.whereAll?.length ?? 0);
  let left = Math.max(0, bounds.maxLength - noteLength);
  let count = bounds.maxLines - 1;
  const head: string[] = [];
  const tail: string[] = [];
  let first = 0;
  let last = lines.length - 1;
  // Taken in turn from both ends: failures stand at the end, their cause often at the start.
  while (count > 0 && first <= last) {
    const fromHead = head.length <= tail.length;
    const line = lines[fromHead ? first : last] ?? '';
    if (line.length + 1 > left) break;
    if (fromHead) head.push(line);
    else tail.unshift(line);
    if (fromHead) first++;
    else last--;
    left -= line.length + 1;
    count--;
  }
  const missing = last - first + 1;
  if (missing === 0) return [...head, ...tail];
  const where = bounds.whereAll === undefined ? '' : `, all of them: ${bounds.whereAll}`;
  return [...head, `\u2026 ${missing} of ${lines.length} lines left out${where}`, ...tail];
}

/** Log text in a fenced block with info string `text`: scrubbed, cut, then fenced by more backticks than it holds. */
export function fenceText(text: string, options: FenceOptions = {}): string {
  const lines = stripControls(text).replaceAll('\u240d', '\n').split('\n').map(fenceLine);
  if (lines.at(-1) === '') lines.pop();
  const maxLength = options.maxLength ?? MAX_COMMENT_LENGTH;
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n'), /`+/g) + 1));
  const kept = cutMiddle(lines, {
    maxLines: options.maxLines ?? MAX_FENCE_LINES,
    maxLength: maxLength - 2 * fence.length - 8,
    ...(options.whereAll === undefined ? {} : { whereAll: showName(options.whereAll) }),
  });
  return `${fence}text\n${kept.join('\n')}\n${fence}`;
}

/** A short outside value (job, test, branch) as inline code: one line, a delimiter longer than any run inside. */
export function inlineCode(value: string, maxLength = 300): string {
  const line = showName(value);
  const shown = line.length > maxLength ? `${cutUnits(line, maxLength)}\u2026` : line;
  const mark = '`'.repeat(longestRun(shown, /`+/g) + 1);
  return `${mark} ${shown === '' ? '(empty)' : shown} ${mark}`;
}

/** {@link inlineCode} for a table: `|` would end the cell even inside code. */
export const tableCell = (value: string, maxLength = 300): string =>
  inlineCode(value, maxLength).replaceAll('\\', '\\\\').replaceAll('|', '\\|');

/** An outside value as prose, where code will not do: no sign is Markdown, nothing mentions, refers, links or closes. */
export const escapeProse = (value: string): string =>
  showName(value)
    .replace(/[\\`*_{}[\]()#+\-.!|~$^=:]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[@#]/g, '$&\u200b')
    .replace(/\\:(?=\/)/g, ':\u200b')
    .replace(/\b(www)\\\./gi, '$1\u200b\\.')
    .replace(/\bGH\\-(?=\d)/gi, 'GH\u200b\\-')
    .replace(/\b[0-9a-f]{7,64}\b/gi, (sha) => `${sha.slice(0, 6)}\u200b${sha.slice(6)}`);
