// Rows of a table of which only those on screen are drawn, for lists of some thousand rows that scroll with a panel.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from '@tanstack/virtual-core';
import { useEffect, useLayoutEffect, useRef, useState } from './html.ts';

/** What to draw, and how to bring a row on screen. */
export interface VirtualRows {
  readonly items: readonly VirtualItem[];
  readonly totalPx: number;
  reveal(row: number): void;
}

/** Follows `scroller`. All rows are `rowPx` high. */
export function useVirtualRows(
  count: number,
  rowPx: number,
  scroller: { readonly current: HTMLElement | null },
): VirtualRows {
  const [, redraw] = useState(0);
  const list = useRef<Virtualizer<HTMLElement, HTMLElement> | null>(null);
  const options = {
    count,
    estimateSize: () => rowPx,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: 10,
    onChange: () => redraw((n) => n + 1),
  };
  list.current ??= new Virtualizer<HTMLElement, HTMLElement>(options);
  const virtual = list.current;
  virtual.setOptions(options);
  useEffect(() => virtual._didMount(), []);
  useLayoutEffect(() => virtual._willUpdate());
  useLayoutEffect(() => {
    virtual.measure();
    redraw((n) => n + 1);
  }, [rowPx]);
  return {
    items: virtual.getVirtualItems(),
    totalPx: virtual.getTotalSize(),
    reveal: (row) => virtual.scrollToIndex(row, { align: 'auto' }),
  };
}
