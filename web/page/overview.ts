// The strip beside a log: where on its whole length errors, found lines and the part on screen are.
import { html, useEffect, useRef, type VNode } from './html.ts';

/** Told of every move, so that a turn of the wheel draws the strip and nothing else. */
export interface OverviewHandle {
  /** These lines are on screen. */
  look(view: readonly [first: number, last: number]): void;
}

/** What the strip shows. */
export interface OverviewProps {
  readonly lines: number;
  readonly errors: readonly number[];
  readonly found: readonly number[];
  readonly handle: { current: OverviewHandle | null };
  onGo(line: number): void;
}

/** Drawn on a canvas, as thousands of marks are no elements; the keyboard has `e` and `n` for the same. */
export function Overview(props: OverviewProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<readonly [number, number]>([1, 1]);
  const { lines, errors, found } = props;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const strip = new Strip(element, props);
    const draw = (): void => strip.draw(view.current);
    const restyle = (): void => {
      strip.measure();
      draw();
    };
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const observer = new ResizeObserver(restyle); // calls at once, too
    observer.observe(element);
    dark.addEventListener('change', restyle);
    props.handle.current = {
      look(next) {
        view.current = next;
        draw();
      },
    };
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', restyle);
    };
  }, [lines, errors, found]);
  const onPointer = (event: PointerEvent): void => {
    if (event.buttons !== 1 || !(event.currentTarget instanceof HTMLElement)) return;
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    props.onGo(Math.max(1, Math.round(share * props.lines)));
  };
  return html`<canvas class="overview" ref=${canvas} aria-hidden="true" onPointerDown=${onPointer} onPointerMove=${onPointer}></canvas>`;
}

type Marks = Pick<OverviewProps, 'lines' | 'errors' | 'found'>;

/** The canvas with its size and colours, which are looked up only when they may have changed. */
class Strip {
  readonly #canvas: HTMLCanvasElement;
  readonly #marks: Marks;
  #size = { width: 0, height: 0 };
  #colours = { view: '', found: '', error: '' };

  constructor(canvas: HTMLCanvasElement, marks: Marks) {
    this.#canvas = canvas;
    this.#marks = marks;
  }

  measure(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    this.#size = { width, height };
    this.#canvas.width = width * devicePixelRatio;
    this.#canvas.height = height * devicePixelRatio;
    const style = getComputedStyle(this.#canvas);
    const colour = (name: string): string => style.getPropertyValue(name);
    this.#colours = { view: colour('--strip'), found: colour('--found'), error: colour('--red') };
  }

  draw(view: readonly [number, number]): void {
    const context = this.#canvas.getContext('2d');
    if (context === null) return;
    const { width, height } = this.#size;
    const { lines, errors, found } = this.#marks;
    const yOf = (line: number): number => ((line - 1) / Math.max(1, lines)) * height;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.fillStyle = this.#colours.view;
    context.fillRect(0, yOf(view[0]), width, Math.max(6, yOf(view[1]) - yOf(view[0])));
    context.fillStyle = this.#colours.found;
    for (const line of found) context.fillRect(width / 2, yOf(line), width / 2, 2);
    context.fillStyle = this.#colours.error;
    for (const line of errors) context.fillRect(0, yOf(line) - 1, width / 2, 3);
  }
}
