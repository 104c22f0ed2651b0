// Bundles the command line and its workers into dist/. What makes a process start sooner: what nearly every command needs lies
// in one file, and built-in modules are taken by `require` when they are first used; an ES import of them runs all they have.
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);

/** Built-in modules that take milliseconds to load; each waits for its first use. */
const SLOW = new Set(['node:child_process', 'node:crypto', 'node:http', 'node:https', 'node:stream', 'node:zlib']);

const builtins = {
  name: 'builtins',
  resolveId: (id, importer) => {
    if (!id.startsWith('node:')) return null;
    // The bundler's own runtime comes before everything that could require.
    return importer?.includes('rolldown/runtime') ? { id, external: true } : `\0${id}`;
  },
  load: (id) => {
    if (!id.startsWith('\0node:')) return null;
    const name = id.slice(1);
    const load = `__nodeRequire(${JSON.stringify(name)})`;
    if (!SLOW.has(name)) return `module.exports = ${load};`;
    const getters = Object.keys(require(name)).map((key) => `get ${key}() { return ${load}.${key}; }`);
    return `module.exports = { ${getters.join(', ')} };`;
  },
};

/** With all they import: what nearly every command needs. */
const CORE = ['cli/main', 'cli/commands/search', 'indexer/open-index', 'store/open-store', 'store/store-format'];

rmSync('dist', { recursive: true, force: true });
// Each alone: the core is also the entry point, and a worker that imported it would run the command line once more.
await bundleEntry('cli/main', {
  codeSplitting: { groups: [{ name: 'core', test: (id) => CORE.some((part) => id.endsWith(`/${part}.ts`)) }] },
});
await bundleEntry('store/compress-worker', {});

/** A line for each package that a part holds: it tells a reader, and the test of what a process loads. */
function packagesIn(chunk) {
  const names = chunk.moduleIds.flatMap((id) => id.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []);
  return [...new Set(names)].map((name) => `// node_modules/${name}`).join('\n');
}

async function bundleEntry(name, output) {
  const bundle = await rolldown({
    input: { [name]: `${name}.ts` },
    platform: 'node',
    external: ['better-sqlite3', 'zstd-napi'],
    plugins: [builtins],
    transform: { target: 'node20' },
    onLog: (level, log, next) => {
      // A module of the core is also asked for by `import()` where other commands need it late: it is there already.
      if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') next(level, log);
    },
  });
  await bundle.write({
    dir: 'dist',
    format: 'esm',
    // Names stay, so that a stack says where it happened.
    minify: { compress: true, mangle: false, codegen: true },
    banner: "const __nodeRequire = process.getBuiltinModule('module').createRequire(import.meta.url);",
    postFooter: packagesIn,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    ...output,
  });
}

// The page of `firstred serve`. Nothing of it comes from elsewhere when it runs.
await build({
  entryPoints: ['web/page/page.ts', 'web/page/page.css'],
  outdir: 'dist/web',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['chrome110', 'firefox115', 'safari16.4'],
  inject: ['web/page/text-size.ts'],
  legalComments: 'none',
  logLevel: 'warning',
});
for (const name of ['index.html', 'icon.svg']) cpSync(`web/page/${name}`, `dist/web/${name}`);
