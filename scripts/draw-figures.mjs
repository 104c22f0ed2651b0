// Draws the plots of docs/performance.md from the raw figures in docs/figures.json, which the benches write.
// usage: node scripts/draw-figures.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const DOCS = path.resolve(import.meta.dirname, '../docs');
const WIDTH = 720;
const HEIGHT = 380;
const LEFT = 70;
const RIGHT = 220;
const TOP = 40;
const BOTTOM = 50;
/** Told apart by people who see few colours, on white and on black. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#8c564b'];

const { growth, latency } = JSON.parse(readFileSync(path.join(DOCS, 'figures.json'), 'utf8'));

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const text = (x, y, words, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`;
const logTicks = (least, most) => {
  const ticks = [];
  for (let tick = 10 ** Math.floor(Math.log10(least)); tick <= most * 1.0001; tick *= 10) ticks.push(tick);
  return ticks;
};

/** Lines over two logarithmic axes. `lines`: name and points [x, y]; `limits`: name and height of what is aimed at. */
function draw(file, { title, x, y, lines, limits = [] }) {
  const points = lines.flatMap((line) => line.points);
  const range = (n, more) => {
    const values = [...points.map((point) => point[n]), ...more].filter((value) => value > 0);
    return [10 ** Math.floor(Math.log10(Math.min(...values))), 10 ** Math.ceil(Math.log10(Math.max(...values)))];
  };
  const [x0, x1] = range(0, []);
  const [y0, y1] = range(
    1,
    limits.map((limit) => limit.at),
  );
  const place = (value, least, most, from, to) =>
    from + ((Math.log10(value) - Math.log10(least)) / (Math.log10(most) - Math.log10(least))) * (to - from);
  const px = (value) => place(value, x0, x1, LEFT, WIDTH - RIGHT);
  const py = (value) => place(value, y0, y1, HEIGHT - BOTTOM, TOP);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#222" role="img">`,
    `<title>${escaped(title)}</title><rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(LEFT, 22, title, 'font-size="14" font-weight="bold"'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x.title, 'text-anchor="middle"'),
    text(
      16,
      (TOP + HEIGHT - BOTTOM) / 2,
      y.title,
      `text-anchor="middle" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})"`,
    ),
  ];
  for (const tick of logTicks(x0, x1)) {
    parts.push(`<path d="M${px(tick).toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/>`);
    parts.push(text(px(tick), HEIGHT - BOTTOM + 16, x.label(tick), 'text-anchor="middle"'));
  }
  for (const tick of logTicks(y0, y1)) {
    parts.push(`<path d="M${LEFT} ${py(tick).toFixed(1)}H${WIDTH - RIGHT}" stroke="#ddd"/>`);
    parts.push(text(LEFT - 6, py(tick) + 4, y.label(tick), 'text-anchor="end"'));
  }
  for (const limit of limits) {
    parts.push(`<path d="M${LEFT} ${py(limit.at).toFixed(1)}H${WIDTH - RIGHT}" stroke="#222" stroke-dasharray="4 4"/>`);
    parts.push(text(WIDTH - RIGHT - 4, py(limit.at) - 4, limit.name, 'text-anchor="end"'));
  }
  lines.forEach((line, n) => {
    const colour = COLOURS[n % COLOURS.length];
    const drawn = line.points.filter(([a, b]) => a > 0 && b > 0).map(([a, b]) => [px(a).toFixed(1), py(b).toFixed(1)]);
    parts.push(
      `<path d="M${drawn.map((point) => point.join(' ')).join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    if (drawn.length <= 10)
      for (const [a, b] of drawn) parts.push(`<circle cx="${a}" cy="${b}" r="3" fill="${colour}"/>`);
    const at = HEIGHT - BOTTOM - (lines.length - n) * 18 + 8;
    parts.push(`<path d="M${WIDTH - RIGHT + 8} ${at - 4}h18" stroke="${colour}" stroke-width="3"/>`);
    parts.push(text(WIDTH - RIGHT + 32, at, line.name));
  });
  writeFileSync(path.join(DOCS, file), `${parts.join('\n')}\n</svg>\n`);
}

const bytes = (value) =>
  value >= 1e9 ? `${value / 1e9} GB` : value >= 1e6 ? `${value / 1e6} MB` : `${value / 1e3} kB`;
const ms = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`);

draw('index-growth.svg', {
  title: 'Size of the index by indexed text',
  x: { title: 'text', label: bytes },
  y: { title: 'index', label: bytes },
  lines: Object.entries(growth).map(([name, { points }]) => ({ name, points: points.filter(([raw]) => raw >= 1e6) })),
});

const sizes = Object.values(latency).sort((a, b) => a.rawBytes - b.rawBytes);
const kinds = [...new Set(sizes.flatMap((size) => Object.keys(size.kinds)))];
const lineOf = (kind, share) =>
  sizes.filter((size) => kind in size.kinds).map((size) => [size.rawBytes, size.kinds[kind][share]]);
for (const [share, aim] of [
  ['p50', 10],
  ['p95', 60],
])
  draw(`search-${share}.svg`, {
    title: `Search inside one process, ${share}, by size of the store`,
    x: { title: 'text', label: bytes },
    y: { title: share, label: ms },
    lines: [
      ...kinds.map((kind) => ({ name: kind, points: lineOf(kind, share) })),
      { name: 'rg -az, a query', points: sizes.map((size) => [size.rawBytes, size.rivalMs]) },
    ],
    limits: [{ name: `aim: ${aim} ms`, at: aim }],
  });
