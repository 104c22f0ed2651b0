// Plain columns and sparklines for people. Loading string-width is dear: only commands that print tables import this.
import stringWidth from 'string-width';
import { showText } from '../store/visible-text.ts';
import type { CommandInput, CommandIo } from './command.ts';
import type { Link } from './hyperlinks.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'right';
  /** Cells are cut to this width with an ellipsis; the last column takes what is left of the terminal. */
  readonly maxWidth?: number;
  cell(row: Row): string;
  /** Where the cell leads, on terminals that know links. */
  url?(row: Row): string | undefined;
}

/** A table with a header and two spaces between columns. `width` is the terminal's, undefined for a file. */
export function tableText<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number | undefined,
  link: Link = (text) => text,
): string {
  const cells = [
    columns.map((c) => c.title),
    ...rows.map((row) => columns.map((c) => showText(c.cell(row)).replaceAll('\n', '␊'))),
  ];
  const widths = columns.map((column, n) =>
    Math.min(column.maxWidth ?? Number.POSITIVE_INFINITY, Math.max(...cells.map((line) => stringWidth(line[n] ?? '')))),
  );
  if (width !== undefined)
    widths[widths.length - 1] = Math.max(10, width - sum(widths.slice(0, -1)) - 2 * (widths.length - 1));
  return cells
    .map((line, at) => {
      const row = rows[at - 1]; // the first line is the header
      const urls = row === undefined ? [] : columns.map((column) => column.url?.(row));
      return `${lineText(line, columns, { widths, urls, link }).trimEnd()}\n`;
    })
    .join('');
}

/** What a person is told below a table without rows; a program sees its empty list. */
export async function sayNone(input: CommandInput, io: CommandIo, what: string): Promise<void> {
  if (!input.flag('json') && !input.flag('quiet')) await io.stderr.write(`firstred: ${what}\n`);
}

interface LineStyle {
  readonly widths: readonly number[];
  readonly urls: readonly (string | undefined)[];
  readonly link: Link;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const lineText = <Row>(
  line: readonly string[],
  columns: readonly Column<Row>[],
  { widths, urls, link }: LineStyle,
): string =>
  line
    .map((cell, n) => {
      const text = cutToWidth(cell, widths[n] ?? 0);
      const padding = ' '.repeat(Math.max(0, (widths[n] ?? 0) - stringWidth(text)));
      const linked = link(text, urls[n]);
      return columns[n]?.align === 'right' ? padding + linked : linked + padding;
    })
    .join('  ');

/** `text` in at most `width` columns, with an ellipsis where it was cut. */
function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  for (const char of text) {
    if (stringWidth(cut + char) > width - 1) break;
    cut += char;
  }
  return `${cut}…`;
}

const BARS = '▁▂▃▄▅▆▇█';

/** One character a value, from the lowest to the highest. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const barOf = (value: number): string =>
    BARS.charAt(high === low ? 0 : Math.round(((value - low) / (high - low)) * (BARS.length - 1)));
  return values.map(barOf).join('');
}
