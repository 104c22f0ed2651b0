// Curves from where a moved line stands in red to where it stands in green, for those that are on screen.
import { html, useEffect, useRef, useState, type VNode } from './html.ts';

interface Curve {
  readonly key: string;
  readonly path: string;
}

interface CurvesProps {
  readonly moved: readonly (readonly [red: number, green: number])[];
}

/** Lies over the list and takes no clicks. Looked at anew whenever the list is drawn, as rows grow when their lines come. */
export function MovedCurves({ moved }: CurvesProps): VNode | null {
  const svg = useRef<SVGSVGElement>(null);
  const [curves, setCurves] = useState<readonly Curve[]>([]);
  const draw = (): void => {
    const list = svg.current?.parentElement;
    if (list === null || list === undefined) return;
    const now = curvesOf(list, moved);
    setCurves((before) => (before.map(pathOf).join() === now.map(pathOf).join() ? before : now));
  };
  useEffect(() => {
    const frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  });
  useEffect(() => {
    const scroller = svg.current?.parentElement?.querySelector('.long-list');
    // After the list itself has moved its rows.
    const onScroll = (): void => void requestAnimationFrame(() => requestAnimationFrame(draw));
    scroller?.addEventListener('scroll', onScroll, { passive: true });
    return () => scroller?.removeEventListener('scroll', onScroll);
  }, [moved]);
  if (moved.length === 0) return null;
  return html`<svg class="moved-curves" ref=${svg} aria-hidden="true">${curves.map(({ key, path }) => html`<path key=${key} d=${path} />`)}</svg>`;
}

const pathOf = ({ path }: Curve): string => path;

function curvesOf(list: Element, moved: CurvesProps['moved']): readonly Curve[] {
  const box = list.getBoundingClientRect();
  const place = (side: string, line: number): DOMRect | undefined =>
    list.querySelector(`[data-moved="${side} ${line}"]`)?.getBoundingClientRect();
  return moved.flatMap(([red, green]) => {
    const [from, to] = [place('red', red), place('green', green)];
    if (from === undefined || to === undefined) return [];
    const [x1, y1] = [from.right - box.left, from.top + 9 - box.top];
    const [x2, y2] = [to.left - box.left, to.top + 9 - box.top];
    return [{ key: `${red} ${green}`, path: `M${x1 - 14} ${y1} C${x1 + 16} ${y1} ${x2 - 16} ${y2} ${x2 + 14} ${y2}` }];
  });
}
