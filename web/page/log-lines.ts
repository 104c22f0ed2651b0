// Lines of one log, fetched in pieces as they come on screen, and forgotten when there are many.

import { ansiLine, plainText } from './ansi.ts';
import { getJson, isAborted } from './api.ts';
import { linesUrl, PIECE_LINES } from './early.ts';
import { html, useEffect, useMemo, useState, type VNode } from './html.ts';
import type { LinesJson } from './shapes.ts';
import { size } from './words.ts';

/** chosen: 60,000 lines are some 10 MB. */
const MAX_PIECES = 240;

/** One line as it can be shown. */
export interface ShownLine {
  readonly text: string;
  /** Bytes of the line that are not in `text`. */
  readonly cutBytes: number;
}

/** The lines of a log, as far as they are here. */
export class LogLines {
  readonly logId: string;
  readonly #pieces = new Map<number, LinesJson>();
  readonly #whole = new Map<number, ShownLine>();
  readonly #asked = new Map<number, AbortController>();
  #listener: (error?: Error) => void = () => undefined;

  constructor(logId: string) {
    this.logId = logId;
  }

  /** Called when lines have come, or could not. */
  listen(listener: (error?: Error) => void): void {
    this.#listener = listener;
  }

  line(number: number): ShownLine | undefined {
    const whole = this.#whole.get(number);
    if (whole !== undefined) return whole;
    const piece = this.#pieces.get(Math.floor((number - 1) / PIECE_LINES));
    const text = piece?.lines[number - piece.first];
    return piece === undefined || text === undefined ? undefined : { text, cutBytes: piece.cut[number] ?? 0 };
  }

  /** These lines are on screen: fetches what is missing, and takes back what is not wanted any more. */
  want(first: number, last: number): void {
    const from = Math.max(0, Math.floor((first - 1) / PIECE_LINES));
    const to = Math.floor((last - 1) / PIECE_LINES);
    for (const [piece, asked] of this.#asked) if (piece < from || piece > to) asked.abort();
    for (let piece = from; piece <= to; piece++) void this.#fetch(piece);
  }

  async #fetch(piece: number): Promise<void> {
    if (this.#pieces.has(piece) || this.#asked.has(piece)) return;
    const asked = new AbortController();
    this.#asked.set(piece, asked);
    try {
      this.#keep(piece, await this.#lines(piece * PIECE_LINES + 1, (piece + 1) * PIECE_LINES, asked.signal));
      this.#listener();
    } catch (error) {
      if (!isAborted(error)) this.#listener(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#asked.delete(piece);
    }
  }

  /** Long lines come fewer at a time. */
  async #lines(first: number, last: number, signal: AbortSignal): Promise<LinesJson> {
    const lines: string[] = [];
    let cut: Record<number, number> = {};
    while (first + lines.length <= last) {
      const from = first + lines.length;
      const url = linesUrl(this.logId, from, last);
      const more = await getJson<LinesJson>(url, signal);
      if (more.lines.length === 0) break;
      lines.push(...more.lines);
      cut = { ...cut, ...more.cut };
    }
    return { first, lines, cut };
  }

  #keep(piece: number, lines: LinesJson): void {
    this.#pieces.set(piece, lines);
    const [oldest] = this.#pieces.keys();
    if (this.#pieces.size > MAX_PIECES && oldest !== undefined) this.#pieces.delete(oldest);
  }

  /** Asks for one line alone, of which more is shown. */
  async widen(number: number): Promise<void> {
    const url = linesUrl(this.logId, number, number);
    const { lines, cut } = await getJson<LinesJson>(url);
    this.#whole.set(number, { text: lines[0] ?? '', cutBytes: cut[number] ?? 0 });
    this.#listener();
  }
}

/** The lines of a log for a component, which is drawn anew as they come. */
export function useLines(logId: string): { readonly lines: LogLines; readonly error: Error | undefined } {
  const lines = useMemo(() => new LogLines(logId), [logId]);
  const [, redraw] = useState(0);
  const [error, setError] = useState<Error | undefined>(undefined);
  useEffect(() => {
    lines.listen((failed) => {
      setError(failed);
      redraw((n) => n + 1);
    });
  }, [lines]);
  return { lines, error };
}

/** Text of a line with its colours, with what was found in it marked, and a way to more of it where it was cut. */
export function lineCell(
  line: ShownLine | undefined,
  options: { readonly found: string; readonly onMore?: () => void },
): VNode {
  if (line === undefined) return html`<span class="text pending">·</span>`;
  const more =
    line.cutBytes === 0
      ? null
      : html`<button class="more" disabled=${options.onMore === undefined} onClick=${options.onMore}>… ${size(line.cutBytes)} more</button>`;
  return html`<span class="text">${options.found === '' ? dimStamp(ansiLine(line.text)) : markFound(line.text, options.found)}${more}</span>`;
}

/** The date and the time that a provider puts before a line. */
const STAMP = /^(\d{4}-\d\d-\d\d[T ])(\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) /;

/** A time stamp in front steps back, and its date gives way where the screen is narrow. */
function dimStamp(shown: ReturnType<typeof ansiLine>): unknown {
  const [first, ...rest] = typeof shown === 'string' ? [shown] : shown;
  const stamp = typeof first === 'string' ? STAMP.exec(first) : null;
  if (typeof first !== 'string' || stamp === null) return shown;
  const [whole, date, time] = stamp;
  return [
    html`<span class="stamp"><span class="date">${date}</span>${time} </span>`,
    first.slice(whole.length),
    ...rest,
  ];
}

/** Where something is found in a line its colours give way to the mark. */
function markFound(text: string, found: string): unknown {
  const plain = plainText(text);
  const isSmart = found === found.toLowerCase();
  const at = isSmart ? plain.toLowerCase().indexOf(found) : plain.indexOf(found);
  if (at < 0) return ansiLine(text);
  return [plain.slice(0, at), html`<mark>${plain.slice(at, at + found.length)}</mark>`, plain.slice(at + found.length)];
}
