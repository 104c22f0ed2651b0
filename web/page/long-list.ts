// A list of any length of which only the rows on screen exist. Rows may be of any height; those were measured once drawn.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState, type VNode } from './html.ts';
import {
  clampPlace,
  movePlace,
  placeAt,
  placeOf,
  type RowPlace,
  type RowSizes,
  scrollOf,
  spacerHeight,
} from './row-place.ts';

/** What the owner of a list can do with it. */
export interface ListHandle {
  /** Brings a row on screen. `near`: only when it is not there. */
  reveal(row: number, where: 'middle' | 'top' | 'near'): void;
  move(rows: number): void;
  page(pages: number): void;
  focus(): void;
}

interface LongListProps {
  readonly count: number;
  readonly rowHeight: number;
  /** Rows are of one height, so nothing need be measured. */
  readonly even: boolean;
  /** Changes when rows mean something else: heights are forgotten. */
  readonly version: unknown;
  readonly label: string;
  readonly start: number;
  readonly handle: { current: ListHandle | null };
  row(row: number): VNode;
  onView?(first: number, last: number): void;
}

/** chosen: rows drawn beyond the screen, so that a small move shows something at once. */
const BEYOND = 8;
/** chosen: a wheel's turn is about 100 px; what is more than a screen is a jump by the bar. */
const IDLE_MS = 150;

/** What stands over a list, as long as it was not measured: a good guess saves drawing twice. */
const USUAL_HEAD_PX = 150;

/** The list. */
export function LongList(props: LongListProps): VNode {
  const { count, rowHeight, even, version } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [viewHeight, setViewHeight] = useState(() => Math.max(1, innerHeight - USUAL_HEAD_PX));
  const heights = useMemo(() => new Map<number, number>(), [version, even]);
  const sizes: RowSizes = {
    count,
    usualHeight: rowHeight,
    viewHeight,
    heightOf: (row) => (even ? rowHeight : (heights.get(row) ?? rowHeight)),
  };
  const [place, setPlace] = useState<RowPlace>(() => placeOf(Math.max(0, props.start), 'middle', sizes));
  const now = useRef({ place, sizes });
  now.current = { place: clampPlace(place, sizes), sizes };
  const sync = useScroll(scroller, now, setPlace);
  useHeight(scroller, setViewHeight);
  useHandle(props.handle, { scroller, now, setPlace, sync });

  const at = now.current.place;
  const first = Math.max(0, at.row - BEYOND);
  const last = Math.min(count - 1, at.row + Math.ceil(viewHeight / rowHeight) + BEYOND);
  const onView = props.onView;
  // Before the picture: lines that are here already are in it.
  useLayoutEffect(() => onView?.(first, last), [first, last, count, version]);
  useLayoutEffect(() => {
    const element = layer.current;
    if (element === null) return;
    if (!even)
      for (const row of element.children) {
        if (row instanceof HTMLElement) heights.set(Number(row.dataset['row']), row.offsetHeight);
      }
    const anchor = element.children[at.row - first];
    // Asking for a place makes the browser lay out everything at once: only where rows differ.
    const top = even ? (at.row - first) * rowHeight : anchor instanceof HTMLElement ? anchor.offsetTop : 0;
    element.style.transform = `translateY(${-Math.round(top + at.offset)}px)`;
  });
  useLayoutEffect(() => sync(), [count, viewHeight, version, even]);
  const rows: VNode[] = [];
  for (let row = first; row <= last; row++)
    rows.push(html`<div class="row" data-row=${row} key=${row}>${props.row(row)}</div>`);
  return html`<div class="long-list ${even ? 'even' : ''}" ref=${scroller} tabindex="0" role="region" aria-label=${props.label}>
    <div class="spacer" style=${{ height: `${spacerHeight(sizes)}px` }}>
      <div class="layer" ref=${layer}>${rows}</div>
    </div>
  </div>`;
}

interface Now {
  readonly current: { readonly place: RowPlace; readonly sizes: RowSizes };
}
interface Element<T> {
  readonly current: T | null;
}
type SetPlace = (place: RowPlace) => void;

/** Follows the scroll bar; gives what puts the bar where the list stands. */
function useScroll(scroller: Element<HTMLElement>, now: Now, setPlace: SetPlace): () => void {
  const known = useRef(0);
  const sync = (): void => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = scrollOf(now.current.place, now.current.sizes);
    known.current = element.scrollTop;
  };
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    let idle = 0;
    const onScroll = (): void => {
      const { place, sizes } = now.current;
      const by = element.scrollTop - known.current;
      if (Math.abs(by) < 0.5) return;
      known.current = element.scrollTop;
      const isEdge = element.scrollTop <= 0 || element.scrollTop >= spacerHeight(sizes) - sizes.viewHeight - 1;
      setPlace(
        isEdge || Math.abs(by) > sizes.viewHeight ? placeAt(element.scrollTop, sizes) : movePlace(place, by, sizes),
      );
      clearTimeout(idle);
      idle = window.setTimeout(sync, IDLE_MS);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      element.removeEventListener('scroll', onScroll);
      clearTimeout(idle);
    };
  }, []);
  return sync;
}

function useHeight(scroller: Element<HTMLElement>, setHeight: (px: number) => void): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setHeight(Math.max(1, element.clientHeight));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
}

interface Parts {
  readonly scroller: Element<HTMLElement>;
  readonly now: Now;
  readonly setPlace: SetPlace;
  sync(): void;
}

function useHandle(handle: { current: ListHandle | null }, { scroller, now, setPlace, sync }: Parts): void {
  const stand = (place: RowPlace): void => {
    setPlace(place);
    requestAnimationFrame(sync);
  };
  handle.current = {
    reveal(row, where) {
      const { place, sizes } = now.current;
      const lastWhole = place.row + Math.floor(sizes.viewHeight / sizes.usualHeight) - 2;
      if (where !== 'near') stand(placeOf(row, where, sizes));
      else if (row <= place.row) stand(placeOf(row, 'top', sizes));
      else if (row > lastWhole) stand(placeOf(row, 'bottom', sizes));
    },
    move: (rows) => stand(movePlace(now.current.place, rows * now.current.sizes.usualHeight, now.current.sizes)),
    page: (pages) => stand(movePlace(now.current.place, pages * 0.9 * now.current.sizes.viewHeight, now.current.sizes)),
    focus: () => scroller.current?.focus({ preventScroll: true }),
  };
}
