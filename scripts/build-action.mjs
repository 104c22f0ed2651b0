// Bundles the CI action into action/firstred.cjs: one file with all that it needs and no native module. It is committed, as
// a runner takes an action as it lies in the repository. Not minified: who uses an action reads what it does.
// usage: node scripts/build-action.mjs [FOLDER]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
const ZSTD = '@bokuweb/zstd-wasm/dist/common';

/** Files that look around themselves on the disk, and what stands for them where there is nothing around. */
const ALONE = {
  'cli/package-version.ts': `export const packageVersion = () => ${JSON.stringify(version)};`,
  'store/built-file.ts': 'export const builtFile = () => new URL(import.meta.url);',
  'store/zstd-wasm-files.ts': `import { Module } from './node_modules/${ZSTD}/zstd.js';
import wasm from './node_modules/${ZSTD}/zstd.wasm';
export const readZstdFiles = () => ({ script: Module, wasm });`,
};

const alone = {
  name: 'alone',
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const contents = ALONE[path.relative(ROOT, file)];
      return contents === undefined ? undefined : { contents, loader: 'js', resolveDir: ROOT };
    });
    // The action never indexes. Nothing of that is loaded, and its native module is not asked for.
    builder.onResolve({ filter: /\/indexer\// }, () => ({ path: 'indexer', namespace: 'left-out' }));
    builder.onLoad({ filter: /./, namespace: 'left-out' }, () => ({
      contents: "throw new Error('the action does not index');",
    }));
    // Half of zod is its messages in forty languages.
    builder.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: path.join(ROOT, 'node_modules/zod/v4/locales'),
    }));
  },
};

/** The bundle and the licences of what is in it, by file name. The same sources give the same bytes, wherever they lie. */
async function bundleAction() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['cli/action.ts'],
    outfile: 'action/firstred.cjs',
    bundle: true,
    write: false,
    metafile: true,
    // Node 16, which some runners' images still have, must get as far as the line that says so: no newer syntax, and
    // no import that ends the process because a built-in module lacks a name.
    format: 'cjs',
    target: 'node16',
    platform: 'node',
    preserveSymlinks: true,
    legalComments: 'none',
    loader: { '.wasm': 'binary' },
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [alone],
    logLevel: 'warning',
  });
  return { 'firstred.cjs': outputFiles[0].text, 'licences.txt': licencesOf(Object.keys(metafile.inputs)) };
}

/** Every text once, under the names of the packages that it covers. */
function licencesOf(inputs) {
  const names = inputs.flatMap((file) => file.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []);
  const namesByText = new Map();
  for (const name of [...new Set(names)].sort()) {
    const folder = path.join(ROOT, 'node_modules', name);
    const facts = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
    const text =
      file === undefined
        ? `${facts.license} (its package holds no text)`
        : readFileSync(path.join(folder, file), 'utf8');
    const key = text.replaceAll(/\r\n?/g, '\n').trim();
    namesByText.set(key, [...(namesByText.get(key) ?? []), `${name} ${facts.version} (${facts.license})`]);
  }
  const parts = [...namesByText].map(([text, covered]) => `${covered.join('\n')}\n\n${text}\n`);
  return `firstred.cjs holds code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

const folder = path.resolve(process.argv[2] ?? path.join(ROOT, 'action'));
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(await bundleAction())) writeFileSync(path.join(folder, name), text);
