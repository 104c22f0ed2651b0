// The two logs side by side, lines fetched as they come on screen; moved lines are joined by a curve between the sides.
import { AllPairs, differenceRows, type PairRow } from './compare-rows.ts';
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState, type VNode } from './html.ts';
import { useKeys } from './keys.ts';
import { type LogLines, lineCell, useLines } from './log-lines.ts';
import { type ListHandle, LongList } from './long-list.ts';
import { MovedCurves } from './moved-curves.ts';
import { failure } from './parts.ts';
import type { DiffJson, DiffLine } from './shapes.ts';
import { plural } from './words.ts';

const ROW_PX = 18;

/** chosen: with the sides one under the other, a row is two lines. */
const isNarrow = (): boolean => innerWidth < 700;

/** The list. */
export function CompareList({ diff, all }: { readonly diff: DiffJson; readonly all: boolean }): VNode {
  const red = useLines(diff.red);
  const green = useLines(diff.green);
  const [opened, setOpened] = useState<ReadonlyMap<number, number>>(new Map());
  const [view, setView] = useState<readonly [number, number]>([0, 0]);
  const pairs = useMemo(() => new AllPairs(diff), [diff]);
  const rows = useMemo(() => (all ? undefined : differenceRows(pairs, diff.lines, opened)), [pairs, diff, all, opened]);
  const marks = useMemo(() => marksOf(diff), [diff]);
  const list = useRef<ListHandle | null>(null);
  const rowAt = (row: number): PairRow => rows?.[row] ?? { kind: 'pair', ...pairs.at(row) };
  const rowOf = (side: 'red' | 'green', line: number): number => {
    if (rows === undefined) return pairs.rowOf(side, line);
    const exact = rows.findIndex((row) => row.kind === 'pair' && row[side] === line);
    // In a gap: the next row that is shown.
    return Math.max(0, exact >= 0 ? exact : rows.findIndex((row) => row.kind === 'pair' && row[side] > line));
  };
  useKeepPlace(rows ?? pairs, view, { rowAt, rowOf, list });
  const places = useMemo(
    () => [...new Set(diff.lines.map((each) => rowOf(each.side, each.line)))].sort((a, b) => a - b),
    [diff, rows],
  );
  const best = useMemo(() => [...diff.lines].sort((a, b) => b.score - a.score)[0], [diff]);
  const leap = (by: 1 | -1) => (): void => {
    const middle = Math.floor((view[0] + view[1]) / 2);
    const next =
      by === 1
        ? (places.find((each) => each > middle) ?? places[0])
        : (places.findLast((each) => each < middle) ?? places.at(-1));
    if (next !== undefined) list.current?.reveal(next, 'middle');
  };
  useKeys({
    n: ['next difference', leap(1)],
    N: ['difference before', leap(-1)],
    j: ['down', () => list.current?.move(1)],
    k: ['up', () => list.current?.move(-1)],
    Home: ['to the top', () => list.current?.reveal(0, 'top')],
    End: ['to the end', () => list.current?.reveal((rows?.length ?? pairs.count) - 1, 'top')],
    PageDown: ['a screen down', () => list.current?.page(1)],
    PageUp: ['a screen up', () => list.current?.page(-1)],
  });
  const onView = (first: number, last: number): void => {
    setView([first, last]);
    for (const [side, { lines }] of [
      ['red', red],
      ['green', green],
    ] as const)
      wantLines(lines, side, rowAt, first, last);
  };
  const draw = {
    diff,
    marks,
    red: red.lines,
    green: green.lines,
    open: (id: number) => setOpened(new Map(opened).set(id, (opened.get(id) ?? 0) + 1)),
    jump: (side: 'red' | 'green', line: number) => list.current?.reveal(rowOf(side, line), 'middle'),
  };
  const failed = red.error ?? green.error;
  return html`<div class="compare-list">
    ${failed === undefined ? null : failure(failed)}
    <${LongList} count=${rows?.length ?? pairs.count} rowHeight=${ROW_PX} even=${false} version=${rows ?? pairs} label="red beside green" start=${best === undefined ? 0 : rowOf(best.side, best.line)} handle=${list} onView=${onView}
      row=${(row: number) => pairView(rowAt(row), draw)} />
    ${isNarrow() ? null : html`<${MovedCurves} moved=${diff.moved} />`}
  </div>`;
}

interface Placing {
  rowAt(row: number): PairRow;
  rowOf(side: 'red' | 'green', line: number): number;
  readonly list: { readonly current: ListHandle | null };
}

/** Other rows of the same logs: what stood in the middle of the screen stays there. */
function useKeepPlace(rows: unknown, view: readonly [number, number], { rowAt, rowOf, list }: Placing): void {
  const middle = useRef<PairRow | undefined>(undefined);
  const shown = useRef(rows);
  useLayoutEffect(() => {
    const pair = middle.current;
    if (shown.current !== rows && pair?.kind === 'pair')
      list.current?.reveal(pair.red > 0 ? rowOf('red', pair.red) : rowOf('green', pair.green), 'middle');
    shown.current = rows;
  }, [rows]);
  useEffect(() => {
    for (let row = Math.floor((view[0] + view[1]) / 2); row <= view[1]; row++) {
      middle.current = rowAt(row);
      if (middle.current.kind === 'pair') return;
    }
  }, [view]);
}

/** Lines of a side that stand between two rows. */
function wantLines(
  lines: LogLines,
  side: 'red' | 'green',
  rowAt: (row: number) => PairRow,
  first: number,
  last: number,
): void {
  let [from, to] = [Number.POSITIVE_INFINITY, 0];
  for (let row = first; row <= last; row++) {
    const pair = rowAt(row);
    const line = pair.kind === 'pair' ? pair[side] : 0;
    if (line === 0) continue;
    from = Math.min(from, line);
    to = Math.max(to, line);
  }
  // A gap in between may stand for most of the log: then both ends are fetched alone.
  if (to > 0 && to - from < 2_000) lines.want(from, to);
  else if (to > 0) {
    lines.want(from, from + 100);
    lines.want(Math.max(1, to - 100), to);
  }
}

interface Marks {
  readonly red: ReadonlyMap<number, DiffLine>;
  readonly green: ReadonlyMap<number, DiffLine>;
  readonly moved: { readonly red: ReadonlyMap<number, number>; readonly green: ReadonlyMap<number, number> };
}

function marksOf({ lines, moved }: DiffJson): Marks {
  const side = (which: DiffLine['side']) =>
    new Map(lines.filter((each) => each.side === which).map((each) => [each.line, each]));
  return {
    red: side('red'),
    green: side('green'),
    moved: { red: new Map(moved.map(([r, g]) => [r, g])), green: new Map(moved.map(([r, g]) => [g, r])) },
  };
}

interface Draw {
  readonly diff: DiffJson;
  readonly marks: Marks;
  readonly red: LogLines;
  readonly green: LogLines;
  open(id: number): void;
  jump(side: 'red' | 'green', line: number): void;
}

function pairView(row: PairRow, draw: Draw): VNode {
  if (row.kind === 'gap')
    return html`<button class="gap" onClick=${() => draw.open(row.id)}>⋯ ${plural(row.rows, 'line')} that say nothing new</button>`;
  return html`<div class="pair">${cell('red', row.red, draw)}${cell('green', row.green, draw)}</div>`;
}

const SIGNS = { new: '+', missing: '−', moved: '⇅' } as const;

function cell(side: 'red' | 'green', line: number, draw: Draw): VNode {
  if (line === 0) return html`<div class="half none"></div>`;
  const mark = draw.marks[side].get(line);
  const other = draw.marks.moved[side].get(line);
  const sign = mark === undefined ? '' : SIGNS[mark.kind];
  return html`<div class="half ${side} ${mark?.kind ?? ''}" data-moved=${other === undefined ? undefined : `${side} ${line}`}>
    <a class="number" href="/log/${draw.diff[side]}#${line}" aria-label="line ${line} of ${side}${mark === undefined ? '' : `, ${mark.kind}`}"><span class="mark" aria-hidden="true">${sign}</span>${line}</a>
    ${lineCell(draw[side].line(line), { found: '', onMore: () => void draw[side].widen(line) })}
    ${other === undefined ? null : html`<button class="more" onClick=${() => draw.jump(side === 'red' ? 'green' : 'red', other)}>⇅ line ${other} there</button>`}
  </div>`;
}
