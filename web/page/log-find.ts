// Finding in one log: the server looks through the index, so a gigabyte answers as soon as a page does.
import { getLines, isAborted, urlOf } from './api.ts';
import { toError } from './asking.ts';
import { html, useEffect, useState, type VNode } from './html.ts';
import { failure } from './parts.ts';
import type { LogFacts } from './shapes.ts';
import { count } from './words.ts';

/** Lines that were found. */
export interface Found {
  readonly text: string;
  readonly lines: readonly number[];
  readonly state: 'none' | 'looking' | 'all' | 'first';
}

/** Nothing was looked for. */
export const NOTHING_FOUND: Found = { text: '', lines: [], state: 'none' };

/** chosen: typing goes on for so long between two letters. */
const TYPING_MS = 120;

interface FindBarProps {
  readonly log: LogFacts;
  readonly found: Found;
  /** The line of the address. */
  readonly chosen: number | undefined;
  readonly box: { current: HTMLInputElement | null };
  readonly wrap: boolean;
  readonly folded: ReadonlySet<number>;
  /** The chosen line, or the first on screen. */
  current(): number;
  setFound(found: Found): void;
  goTo(line: number): void;
  setWrap(wrap: boolean): void;
  setFolded(folded: ReadonlySet<number>): void;
}

/** The bar over the lines. */
export function FindBar(props: FindBarProps): VNode {
  const { log, found, chosen, current, box, wrap, folded, setFound, goTo, setWrap, setFolded } = props;
  const [text, setText] = useState('');
  const [error, setError] = useState<Error | undefined>(undefined);
  useEffect(() => {
    const asked = new AbortController();
    const timer = setTimeout(() => {
      setError(undefined);
      find(log.logId, text, { signal: asked.signal, setFound }).catch((failed: unknown) => {
        if (!isAborted(failed)) setError(toError(failed));
      });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      asked.abort();
    };
  }, [text, log.logId]);
  const leap = (by: 1 | -1): void => {
    const line =
      by === 1
        ? (found.lines.find((each) => each > current()) ?? found.lines[0])
        : (found.lines.findLast((each) => each < current()) ?? found.lines.at(-1));
    if (line !== undefined) goTo(line);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') leap(event.shiftKey ? -1 : 1);
    if (event.key !== 'Escape') return;
    setText('');
    box.current?.blur();
  };
  const place = chosen === undefined ? 0 : found.lines.indexOf(chosen) + 1;
  return html`<div class="find-bar" role="search">
    <input ref=${box} type="search" placeholder="find in this log" aria-label="find in this log" value=${text} spellcheck="false"
      onInput=${(event: InputEvent) => setText((event.currentTarget as HTMLInputElement).value)} onKeyDown=${onKey} />
    <span class="dim found-count" aria-live="polite">${foundWords(found, place)}</span>
    <button class="quiet" onClick=${() => leap(-1)} disabled=${found.lines.length === 0} aria-label="found line before">↑</button>
    <button class="quiet" onClick=${() => leap(1)} disabled=${found.lines.length === 0} aria-label="next found line">↓</button>
    <span class="grow"></span>
    ${log.steps.length === 0 ? null : html`<button class="quiet" onClick=${() => setFolded(new Set(folded.size === 0 ? log.steps.map((step) => step.firstLine) : []))}>${folded.size === 0 ? 'fold all' : 'unfold'}</button>`}
    <button class="quiet" aria-pressed=${wrap} onClick=${() => setWrap(!wrap)}>wrap</button>
    ${error === undefined ? null : failure(error)}
  </div>`;
}

function foundWords({ lines, state }: Found, place: number): string {
  if (state === 'none') return '';
  if (lines.length === 0) return state === 'looking' ? 'looking…' : 'nothing';
  const many = `${count(lines.length)}${state === 'first' ? '+' : ''}`;
  return place > 0 ? `${count(place)} of ${many}` : many;
}

async function find(
  logId: string,
  text: string,
  { signal, setFound }: { readonly signal: AbortSignal; setFound(found: Found): void },
): Promise<void> {
  if (text === '') {
    setFound(NOTHING_FOUND);
    return;
  }
  setFound({ text, lines: [], state: 'looking' });
  const lines: number[] = [];
  let complete = true;
  const rows = getLines<{ line?: number; summary?: { complete: boolean } }>(
    urlOf(`/api/logs/${logId}/find`, { q: text }),
    signal,
  );
  for await (const row of rows) {
    if (row.line !== undefined) lines.push(row.line);
    else complete = row.summary?.complete ?? true;
  }
  setFound({ text, lines, state: complete ? 'all' : 'first' });
}
