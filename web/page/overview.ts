// The strip beside a log: where on its whole length errors, found lines and the part on screen are.
import { html, useEffect, useRef, type VNode } from './html.ts';

export interface OverviewProps {
  readonly lines: number;
  readonly errors: readonly number[];
  readonly found: readonly number[];
  /** Lines on screen. */
  readonly view: readonly [first: number, last: number];
  onGo(line: number): void;
}

/** Drawn on a canvas, as thousands of marks are no elements; the keyboard has `e` and `n` for the same. */
export function Overview(props: OverviewProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      if (canvas.current !== null) drawMarks(canvas.current, props);
    };
    draw();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const observer = new ResizeObserver(draw);
    if (canvas.current !== null) observer.observe(canvas.current);
    dark.addEventListener('change', draw);
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', draw);
    };
  });
  const onPointer = (event: PointerEvent): void => {
    if (event.buttons !== 1 || !(event.currentTarget instanceof HTMLElement)) return;
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    props.onGo(Math.max(1, Math.round(share * props.lines)));
  };
  return html`<canvas class="overview" ref=${canvas} aria-hidden="true" onPointerDown=${onPointer} onPointerMove=${onPointer}></canvas>`;
}

function drawMarks(canvas: HTMLCanvasElement, { lines, errors, found, view }: OverviewProps): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(name);
  const yOf = (line: number): number => ((line - 1) / Math.max(1, lines)) * height;
  context.fillStyle = colour('--strip');
  context.fillRect(0, yOf(view[0]), width, Math.max(6, yOf(view[1]) - yOf(view[0])));
  context.fillStyle = colour('--found');
  for (const line of found) context.fillRect(width / 2, yOf(line), width / 2, 2);
  context.fillStyle = colour('--red');
  for (const line of errors) context.fillRect(0, yOf(line) - 1, width / 2, 3);
}
