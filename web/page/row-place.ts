// Where a long list stands: a row and pixels into it. Browsers can't make an element as tall as a million rows, so the
// scroll bar is scaled, while wheel and keys still move by pixels.

/** chosen: below every browser's bound (Firefox: 17.8 million pixels). */
export const MAX_HEIGHT_PX = 10_000_000;

/** The first row on screen, and how much of it is scrolled out. */
export interface RowPlace {
  readonly row: number;
  readonly offset: number;
}

/** What is known of the rows. */
export interface RowSizes {
  readonly count: number;
  readonly usualHeight: number;
  readonly viewHeight: number;
  heightOf(row: number): number;
}

/** Height of the scrolled element. */
export const spacerHeight = ({ count, usualHeight }: RowSizes): number => Math.min(MAX_HEIGHT_PX, count * usualHeight);

/** The last place: its last row ends at the bottom. */
export function endPlace(sizes: RowSizes): RowPlace {
  let left = sizes.viewHeight;
  let row = sizes.count - 1;
  while (row > 0 && left > sizes.heightOf(row)) left -= sizes.heightOf(row--);
  return { row: Math.max(0, row), offset: Math.max(0, sizes.heightOf(Math.max(0, row)) - left) };
}

/** `place` kept inside the list. */
export function clampPlace(place: RowPlace, sizes: RowSizes): RowPlace {
  if (sizes.count === 0 || place.row < 0) return { row: 0, offset: 0 };
  const end = endPlace(sizes);
  return place.row > end.row || (place.row === end.row && place.offset > end.offset) ? end : place;
}

/** `place` moved by pixels, row by row. */
export function movePlace(place: RowPlace, byPx: number, sizes: RowSizes): RowPlace {
  let { row } = place;
  let offset = place.offset + byPx;
  while (offset < 0 && row > 0) offset += sizes.heightOf(--row);
  while (row < sizes.count - 1 && offset >= sizes.heightOf(row)) offset -= sizes.heightOf(row++);
  return clampPlace({ row, offset: Math.max(0, offset) }, sizes);
}

/** Rows of the usual height that can lie above the first one on screen. */
const rowsAbove = ({ count, usualHeight, viewHeight }: RowSizes): number =>
  Math.max(0, count - viewHeight / usualHeight);

/** The scroll position that shows `place`. */
export function scrollOf(place: RowPlace, sizes: RowSizes): number {
  const rows = rowsAbove(sizes);
  if (rows === 0) return 0;
  const at = place.row + place.offset / Math.max(1, sizes.heightOf(place.row));
  return (Math.min(at, rows) / rows) * (spacerHeight(sizes) - sizes.viewHeight);
}

/** The place at a scroll position. */
export function placeAt(scrollTop: number, sizes: RowSizes): RowPlace {
  const range = spacerHeight(sizes) - sizes.viewHeight;
  if (range <= 0 || scrollTop <= 0) return { row: 0, offset: 0 };
  if (scrollTop >= range - 1) return endPlace(sizes);
  const at = (scrollTop / range) * rowsAbove(sizes);
  const row = Math.floor(at);
  return clampPlace({ row, offset: (at - row) * sizes.heightOf(row) }, sizes);
}

/** The place that shows `row` in the middle, or at the top or bottom, whichever is asked. */
export function placeOf(row: number, where: 'middle' | 'top' | 'bottom', sizes: RowSizes): RowPlace {
  const room = sizes.viewHeight - sizes.heightOf(row);
  const above = where === 'top' ? 0 : where === 'bottom' ? room : room / 2;
  return movePlace({ row, offset: 0 }, -above, sizes);
}
