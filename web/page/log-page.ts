// One log: a list of its lines, of which only those on screen are fetched, with steps, error marks and finding.

import { getJson } from './api.ts';
import { useAnswer } from './asking.ts';
import { html, useEffect, useMemo, useRef, useState, type VNode } from './html.ts';
import { type Keys, useKeys } from './keys.ts';
import { FindBar, type Found, NOTHING_FOUND } from './log-find.ts';
import { LogHead } from './log-head.ts';
import { lineCell, useLines } from './log-lines.ts';
import { type LogRow, LogRows } from './log-rows.ts';
import { type ListHandle, LongList } from './long-list.ts';
import { Overview, type OverviewHandle } from './overview.ts';
import { failure, noSuchPage, whenThere } from './parts.ts';
import { adjust, type Place } from './router.ts';
import type { ErrorsJson, LogFacts } from './shapes.ts';
import { duration, name, plural } from './words.ts';

/** Lines of an address: `#214`, `#214-220`. */
export function anchorOf(hash: string): readonly [first: number, last: number] | undefined {
  const match = /^L?(\d{1,12})(?:-L?(\d{1,12}))?$/.exec(hash);
  if (match === null) return undefined;
  const first = Math.max(1, Number(match[1]));
  return [first, Math.max(first, Number(match[2] ?? match[1]))];
}

/** The page of `/log/ID`. */
export function LogPage({ place }: { readonly place: Place }): VNode {
  const [, logId] = place.path;
  return logId === undefined ? noSuchPage() : html`<${OneLog} key=${logId} logId=${logId} hash=${place.hash} />`;
}

function OneLog({ logId, hash }: { readonly logId: string; readonly hash: string }): VNode {
  const facts = useAnswer(logId, (signal) => getJson<LogFacts>(`/api/logs/${logId}`, signal));
  return whenThere(facts, (log) => html`<${LogView} key=${log.logId} log=${log} hash=${hash} />`);
}

/** chosen: a comparison reads the whole log; who only looks at a line should not wait beside it. */
const SETTLED_MS = 700;

/** Lines that look like errors: what the index knows at once, then what a comparison with green attempts says. */
function useErrors(log: LogFacts): readonly number[] {
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), SETTLED_MS);
    return () => clearTimeout(timer);
  }, []);
  const ranked = useAnswer(isSettled ? log.logId : undefined, (signal) =>
    getJson<ErrorsJson>(`/api/errors/${log.logId}`, signal),
  );
  return useMemo(() => {
    const known = log.signatures.filter((each) => !each.commonInGreen).map((each) => each.line);
    const lines = ranked.kind === 'there' ? ranked.value.lines.slice(0, 30).map((each) => each.line) : known;
    return [...new Set(lines)].sort((a, b) => a - b);
  }, [ranked, log]);
}

function useAnchor(log: LogFacts, hash: string) {
  const anchor = anchorOf(hash);
  const choose = (line: number, extend: boolean): void => {
    const from = extend && anchor !== undefined ? anchor[0] : line;
    const [first, last] = from <= line ? [from, line] : [line, from];
    adjust(`/log/${log.logId}#${first}${last > first ? `-${last}` : ''}`);
  };
  return { anchor, choose };
}

function LogView({ log, hash }: { readonly log: LogFacts; readonly hash: string }): VNode {
  const { lines, error } = useLines(log.logId);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [wrap, setWrap] = useState(innerWidth < 700);
  const [found, setFound] = useState<Found>(NOTHING_FOUND);
  // What is on screen changes with every turn of the wheel: only who shows it hears of it.
  const view = useRef<readonly [number, number]>([1, 1]);
  const overview = useRef<OverviewHandle | null>(null);
  const rows = useMemo(() => new LogRows(log.lines, log.steps, folded), [log, folded]);
  const errors = useErrors(log);
  const { anchor, choose } = useAnchor(log, hash);
  const list = useRef<ListHandle | null>(null);
  const findBox = useRef<HTMLInputElement>(null);
  const current = (): number => anchor?.[0] ?? view.current[0];
  const unfold = (line: number): void => {
    const step = log.steps.find(
      (each) => folded.has(each.firstLine) && each.firstLine <= line && line <= each.lastLine,
    );
    if (step !== undefined) setFolded((before) => new Set([...before].filter((each) => each !== step.firstLine)));
  };
  const goTo = (line: number): void => {
    unfold(line);
    adjust(`/log/${log.logId}#${line}`);
  };
  useEffect(() => {
    if (anchor !== undefined) list.current?.reveal(rows.rowOf(anchor[0]), 'near');
  }, [hash, rows]);
  const toggle = (first: number): void =>
    setFolded(
      (before) => new Set(before.has(first) ? [...before].filter((each) => each !== first) : [...before, first]),
    );
  useKeys(logKeys({ log, rows, errors, found, current, list, goTo, toggle, findBox, setWrap, choose }));
  const start = rows.rowOf(anchor?.[0] ?? 1);
  const onView = (first: number, last: number): void => {
    const [from, to] = [lineAt(rows, first), lineAt(rows, last)];
    view.current = [from, to];
    overview.current?.look(view.current);
    lines.want(from, to);
  };
  return html`<div class="log-page">
    <${LogHead} log=${log} anchor=${anchor} errors=${errors} goTo=${goTo} />
    <${FindBar} log=${log} found=${found} setFound=${setFound} chosen=${anchor?.[0]} current=${current} goTo=${goTo} box=${findBox}
      wrap=${wrap} setWrap=${setWrap} folded=${folded} setFolded=${setFolded} />
    ${error === undefined ? null : failure(error)}
    <div class="log-body">
      <${LongList} count=${rows.count} rowHeight=${18} even=${!wrap} version=${rows} label="log" start=${anchor === undefined ? 0 : start}
        handle=${list} onView=${onView}
        row=${(row: number) => rowView(rows.at(row), { lines, anchor, errors, found, choose, toggle })} />
      <${Overview} lines=${log.lines} errors=${errors} found=${found.lines} handle=${overview} onGo=${(line: number) => list.current?.reveal(rows.rowOf(line), 'middle')} />
    </div>
  </div>`;
}

const lineAt = (rows: LogRows, row: number): number => {
  const found = rows.at(Math.max(0, row));
  return found === undefined ? 1 : found.kind === 'line' ? found.line : found.step.firstLine;
};

interface RowView {
  readonly lines: ReturnType<typeof useLines>['lines'];
  readonly anchor: readonly [number, number] | undefined;
  readonly errors: readonly number[];
  readonly found: Found;
  choose(line: number, extend: boolean): void;
  toggle(first: number): void;
}

function rowView(row: LogRow | undefined, view: RowView): VNode {
  if (row === undefined) return html`<span></span>`;
  if (row.kind === 'step') return stepRow(row.step, row.folded, view);
  const { line } = row;
  const isChosen = view.anchor !== undefined && line >= view.anchor[0] && line <= view.anchor[1];
  const isError = view.errors.includes(line);
  const classes = `line ${isChosen ? 'chosen' : ''} ${isError ? 'error' : ''}`;
  return html`<div class=${classes}>
    <button class="number" tabindex="-1" aria-label="line ${line}${isError ? ', error' : ''}"
      onClick=${(event: MouseEvent) => view.choose(line, event.shiftKey)}><span class="mark" aria-hidden="true">${isError ? '✗' : ''}</span>${line}</button>
    ${lineCell(view.lines.line(line), { found: view.found.text, onMore: () => void view.lines.widen(line) })}
  </div>`;
}

function stepRow(step: LogFacts['steps'][number], folded: boolean, view: RowView): VNode {
  const errors = view.errors.filter((line) => line >= step.firstLine && line <= step.lastLine).length;
  return html`<button class="step" aria-expanded=${!folded} onClick=${() => view.toggle(step.firstLine)}>
    <span class="fold" aria-hidden="true">${folded ? '▸' : '▾'}</span>
    <span class="step-name">${name(step.name)}</span>
    <span class="dim">${duration(step.durationMs)}</span>
    ${folded ? html`<span class="dim">${plural(step.lastLine - step.firstLine + 1, 'line')}</span>` : null}
    ${errors > 0 ? html`<span class="red-text">✗ ${plural(errors, 'error')}</span>` : null}
  </button>`;
}

interface KeyWorld {
  readonly log: LogFacts;
  readonly rows: LogRows;
  readonly errors: readonly number[];
  readonly found: Found;
  readonly list: { readonly current: ListHandle | null };
  readonly findBox: { readonly current: HTMLInputElement | null };
  current(): number;
  goTo(line: number): void;
  toggle(first: number): void;
  choose(line: number, extend: boolean): void;
  setWrap(change: (wrap: boolean) => boolean): void;
}

/** The next of `places` after (before) `line`, round the end. */
export const nextOf = (places: readonly number[], line: number, by: 1 | -1): number | undefined =>
  by === 1
    ? (places.find((each) => each > line) ?? places[0])
    : (places.findLast((each) => each < line) ?? places.at(-1));

function logKeys({ log, errors, found, current, list, goTo, toggle, choose, findBox, setWrap }: KeyWorld): Keys {
  const leap = (places: readonly number[], by: 1 | -1) => (): void => {
    const line = nextOf(places, current(), by);
    if (line !== undefined) goTo(line);
  };
  const stepTo = (by: number, extend: boolean): void =>
    extend ? choose(Math.max(1, current() + by), true) : goTo(Math.min(log.lines, Math.max(1, current() + by)));
  return {
    j: ['next line', () => stepTo(1, false)],
    k: ['line before', () => stepTo(-1, false)],
    ArrowDown: ['scroll down', () => list.current?.move(1)],
    ArrowUp: ['scroll up', () => list.current?.move(-1)],
    PageDown: ['a screen down', () => list.current?.page(1)],
    PageUp: ['a screen up', () => list.current?.page(-1)],
    ' ': ['a screen down', () => list.current?.page(1)],
    Home: ['first line', () => goTo(1)],
    End: ['last line', () => goTo(log.lines)],
    G: ['last line', () => goTo(log.lines)],
    e: ['next error', leap(errors, 1)],
    E: ['error before', leap(errors, -1)],
    '/': ['find in this log', () => findBox.current?.focus()],
    n: ['next found line', leap(found.lines, 1)],
    N: ['found line before', leap(found.lines, -1)],
    w: ['wrap long lines', () => setWrap((wrap) => !wrap)],
    f: [
      'fold the step',
      () => {
        const step = log.steps.find((each) => each.firstLine <= current() && current() <= each.lastLine);
        if (step !== undefined) toggle(step.firstLine);
      },
    ],
    y: [
      'copy the REF',
      () => void navigator.clipboard.writeText(`${log.logId}:${location.hash.slice(1) || current()}`),
    ],
  };
}
