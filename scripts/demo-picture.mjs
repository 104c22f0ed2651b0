// Draws docs/terminal.svg, the README's picture of a session, from what the demo's commands really print.
// usage: node scripts/demo-picture.mjs [FILE]   (after `npm run build`)
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import Anser from 'anser';
import { ROOT, STEPS, withDemoHome } from './demo-steps.mjs';

const COLUMNS = 112;
const CHARACTER = { width: 7.83, height: 18 };
const MARGIN = 18;
const GREY = '139, 148, 158';

/** A line of the picture: pieces of text, each with a colour (`r, g, b`) or none, and maybe bold. */
const piece = (text, colour, bold = false) => ({ text, colour, bold });

/** Pieces cut into lines of at most COLUMNS characters, as a terminal does. */
function wrap(pieces) {
  const lines = [[]];
  let used = 0;
  for (const { text, colour, bold } of pieces)
    for (const character of text) {
      if (used === COLUMNS) {
        lines.push([]);
        used = 0;
      }
      const line = lines.at(-1);
      const last = line.at(-1);
      if (last !== undefined && last.colour === colour && last.bold === bold) last.text += character;
      else line.push(piece(character, colour, bold));
      used += 1;
    }
  return lines;
}

/** A shell line broken at blanks with a backslash, as a person would write it. */
function commandLines(line) {
  const lines = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current.length + word.length + 5 > COLUMNS) {
      lines.push(`${current} \\`);
      current = `    ${word}`;
    } else current += current === '' ? word : ` ${word}`;
  }
  return [...lines, current].map((text, n) => [
    piece(n === 0 ? '$ ' : '  ', '63, 185, 80'),
    piece(text, '230, 237, 243', true),
  ]);
}

const outputLines = (text) =>
  text
    .trimEnd()
    .split('\n')
    .flatMap((line) =>
      wrap(
        Anser.ansiToJson(line, { remove_empty: true }).map(({ content, fg, decorations }) =>
          piece(content, fg ?? (decorations.includes('dim') ? GREY : undefined), decorations.includes('bold')),
        ),
      ),
    );

const escapeXml = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function draw(lines) {
  const width = Math.ceil(COLUMNS * CHARACTER.width + 2 * MARGIN);
  const height = lines.length * CHARACTER.height + 2 * MARGIN;
  const rows = lines.map((pieces, n) => {
    const spans = pieces.map(({ text, colour, bold }) => {
      const fill = colour === undefined ? '' : ` fill="rgb(${colour})"`;
      return `<tspan${fill}${bold ? ' font-weight="bold"' : ''}>${escapeXml(text)}</tspan>`;
    });
    const y = MARGIN + (n + 0.75) * CHARACTER.height;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans.join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13" fill="rgb(201, 209, 217)" role="img" aria-label="A terminal session: firstred keeps a red and a green attempt of one commit, and finds the error again">
<rect width="${width}" height="${height}" rx="8" fill="rgb(13, 17, 23)"/>
${rows.join('\n')}
</svg>
`;
}

await withDemoHome((env) => {
  const lines = [];
  for (const { word, line, picture } of STEPS) {
    const coloured = line.replace(/^(firstred (?:list|search))/, '$1 --color always');
    const { status, stdout } = spawnSync('sh', ['-c', coloured], { cwd: ROOT, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${line} ended with ${status}`);
    if (picture !== true) continue;
    lines.push([piece(`# ${word}`, GREY)], ...commandLines(line), ...outputLines(stdout), []);
  }
  writeFileSync(process.argv[2] ?? path.join(ROOT, 'docs/terminal.svg'), draw(lines.slice(0, -1)));
});
