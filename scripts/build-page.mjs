// Bundles the page of `firstred serve` into web/ of the build.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

/** Nothing of the page comes from elsewhere when it runs; files are named by what is in them. */
export async function buildPage(dist) {
  const { metafile } = await build({
    entryPoints: ['web/page/page.ts', 'web/page/page.css'],
    outdir: `${dist}/web`,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    target: ['chrome110', 'firefox115', 'safari16.4'],
    inject: ['web/page/text-size.ts'],
    loader: { '.svg': 'dataurl' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  const nameOf = (source) =>
    Object.keys(metafile.outputs).find((file) => metafile.outputs[file].entryPoint === source) ?? '';
  const assetOf = (file) => `/assets/${file.slice(`${dist}/web/`.length)}`;
  const needs = (file, found = new Set()) => {
    if (found.has(file)) return found;
    found.add(file);
    for (const { path, kind } of metafile.outputs[file].imports) if (kind === 'import-statement') needs(path, found);
    return found;
  };
  // What every view needs is fetched at once, not one after the other as each tells of the next.
  const early = new Set([...needs(nameOf('web/page/page.ts')), ...needs(nameOf('web/page/app.ts'))]);
  const head = [
    `<link rel="stylesheet" href="${assetOf(nameOf('web/page/page.css'))}">`,
    `<script type="module" src="${assetOf(nameOf('web/page/page.ts'))}"></script>`,
    ...[...early].slice(1).map((file) => `<link rel="modulepreload" href="${assetOf(file)}">`),
  ].join('\n');
  const html = readFileSync('web/page/index.html', 'utf8').replace('<!-- styles, code -->', () => head);
  writeFileSync(`${dist}/web/index.html`, html);
  cpSync('web/page/icon.svg', `${dist}/web/icon.svg`);
}
