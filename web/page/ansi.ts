// Colours of a log line as classes of a fixed palette. The server left nothing but checked colour codes in it.
import anser from 'anser';
import { html, type VNode } from './html.ts';

const BASIC = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'] as const;
/** The usual colours of a terminal, to find the nearest one of our palette. */
const RGB = [
  [0, 0, 0],
  [205, 49, 49],
  [13, 188, 121],
  [229, 229, 16],
  [36, 114, 200],
  [188, 63, 188],
  [17, 168, 205],
  [229, 229, 229],
] as const;

/** The line as text with classes; a plain line is its text. */
export function ansiLine(text: string): string | readonly (string | VNode)[] {
  if (!text.includes('\u001b')) return text;
  return anser.ansiToJson(text, { json: true, remove_empty: true, use_classes: true }).map((part) => {
    const classes = [
      colourClass('f', part.fg, part.fg_truecolor),
      colourClass('b', part.bg, part.bg_truecolor),
      ...part.decorations.map((decoration) => `a-${decoration}`),
    ].filter((each) => each !== '');
    return classes.length === 0 ? part.content : html`<span class=${classes.join(' ')}>${part.content}</span>`;
  });
}

/** `text` without its colour codes. */
export const plainText = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');

function colourClass(side: 'f' | 'b', named: string | null, rgb: string | null): string {
  if (named === null || named === undefined) return '';
  const basic = /^ansi-(?:bright-)?([a-z]+)$/.exec(named)?.[1];
  if (basic !== undefined && basic !== 'truecolor') return `a-${side}-${basic}`;
  const palette = /^ansi-palette-(\d+)$/.exec(named)?.[1];
  const parts = palette === undefined ? (rgb ?? '').split(',').map(Number) : paletteRgb(Number(palette));
  return parts.length === 3 ? `a-${side}-${nearest(parts)}` : '';
}

/** xterm's 256 colours: 16 basic ones, a cube of 6×6×6, 24 greys. */
function paletteRgb(n: number): readonly number[] {
  if (n < 16) return RGB[n % 8] ?? [0, 0, 0];
  if (n >= 232) return [n, n, n].map((each) => 8 + (each - 232) * 10);
  const cube = n - 16;
  return [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((each) => (each === 0 ? 0 : 55 + each * 40));
}

function nearest(colour: readonly number[]): string {
  const distance = (other: readonly number[]): number =>
    other.reduce((sum, part, at) => sum + (part - (colour[at] ?? 0)) ** 2, 0);
  const best = RGB.reduce((found, each, at) => (distance(each) < distance(RGB[found] ?? each) ? at : found), 0);
  return BASIC[best] ?? 'white';
}
