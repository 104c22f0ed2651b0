// Durations over time on a plot: green attempts as circles, red ones as crosses, the limit as a line.
import uPlot from 'uplot';
import { html, useEffect, useRef, type VNode } from './html.ts';
import { go } from './router.ts';
import type { DurationPoint } from './shapes.ts';
import { duration, outcome } from './words.ts';

interface PlotProps {
  readonly points: readonly DurationPoint[];
  readonly limitMs: number | null;
}

/** The plot; a click opens the nearest attempt. The table under it says the same to those who can't see it. */
export function DurationPlot({ points: given, limitMs }: PlotProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const points = given
      .map((point) => ({ ...point, s: Date.parse(point.startedAt) / 1000 }))
      .sort((a, b) => a.s - b.s);
    const of = (colour: string): (number | null)[] =>
      points.map(({ conclusion, durationMs }) => (outcome(conclusion) === colour ? durationMs / 1000 : null));
    const style = getComputedStyle(element);
    const width = element.clientWidth;
    const plot = new uPlot(
      optionsOf(style, width, limitMs),
      [points.map(({ s }) => s), of('green'), of('red')],
      element,
    );
    element.onclick = () => {
      const point = points[plot.cursor.idx ?? -1];
      if (point !== undefined) go(`/log/${point.logId}${point.line > 1 ? `#${point.line}` : ''}`);
    };
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: PLOT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [given, limitMs]);
  return html`<div class="plot" ref=${place} role="img" aria-label="durations over time"></div>`;
}

const PLOT_PX = 190;

function optionsOf(style: CSSStyleDeclaration, width: number, limitMs: number | null): uPlot.Options {
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: PLOT_PX,
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), 'Etc/UTC'), // as everywhere on the page
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(most, (limitMs ?? 0) / 1000) * 1.08 || 1] } },
    axes: [
      { ...axis, values: (_, ticks, __, ___, stepS) => ticks.map((s) => tickText(s, stepS)) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((s) => duration(s * 1000)) },
    ],
    series: [
      {},
      {
        paths: () => null,
        points: { show: true, size: 6, stroke: colour('--green'), fill: colour('--panel'), width: 1.5 },
      },
      { paths: () => null, points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawReds(plot, colour('--red')), (plot) => drawLimit(plot, colour('--red'), limitMs)] },
  };
}

const DAY_S = 86_400;

/** The hour between midnights, the day at them. */
function tickText(s: number, stepS: number): string {
  const iso = new Date(s * 1000).toISOString();
  return stepS < DAY_S && s % DAY_S !== 0 ? iso.slice(11, 16) : iso.slice(5, 10);
}

function drawReds(plot: uPlot, colour: string): void {
  const [times = [], , reds = []] = plot.data;
  const { ctx } = plot;
  const reach = 4 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.8 * devicePixelRatio;
  ctx.beginPath();
  reds.forEach((value, at) => {
    if (value === null || value === undefined) return;
    const x = plot.valToPos(times[at] ?? 0, 'x', true);
    const y = plot.valToPos(value, 'y', true);
    ctx.moveTo(x - reach, y - reach);
    ctx.lineTo(x + reach, y + reach);
    ctx.moveTo(x + reach, y - reach);
    ctx.lineTo(x - reach, y + reach);
  });
  ctx.stroke();
  ctx.restore();
}

function drawLimit(plot: uPlot, colour: string, limitMs: number | null): void {
  if (limitMs === null) return;
  const y = plot.valToPos(limitMs / 1000, 'y', true);
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([6, 4]);
  ctx.beginPath();
  ctx.moveTo(plot.bbox.left, y);
  ctx.lineTo(plot.bbox.left + plot.bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
