// Bundles the command line and its workers into dist/. What makes a process start sooner: what nearly every command needs lies
// in one file, built-in modules are taken by `require` when they are first used (an ES import of them runs all they have), and
// the code that V8 compiles for the commonest commands is kept beside it (cli/start.ts).
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { buildLibrary } from './build-library.mjs';
import { buildPage } from './build-page.mjs';

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
// CommonJS: Node starts it sooner than ES modules.
mkdirSync('dist');
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
await bundleEntry('cli/main', 'cli/start', {});
// Each alone: the core is also an entry point, and a worker that imported it would run the command line once more.
await bundleEntry('cli/program', 'cli/main', {
  codeSplitting: { groups: [{ name: 'core', test: (id) => CORE.some((part) => id.endsWith(`/${part}.ts`)) }] },
});
for (const worker of ['store/compress-worker', 'indexer/analyse-worker']) await bundleEntry(worker, worker, {});
await bundleEntry('api/firstred', 'cli/library', {});
keepCompiledCode();
buildLibrary();
await buildPage();

/** A line for each package that a part holds: it tells a reader, and the test of what a process loads. */
function packagesIn(chunk) {
  const names = chunk.moduleIds.flatMap((id) => id.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []);
  return [...new Set(names)].map((name) => `// node_modules/${name}`).join('\n');
}

async function bundleEntry(name, source, output) {
  const bundle = await rolldown({
    input: { [name]: `${source}.ts` },
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
    dir: fresh,
    format: 'cjs',
    // Names stay, so that a stack says where it happened.
    minify: { compress: true, mangle: false, codegen: true },
    // A `require` that the bundler leaves alone.
    banner: 'const __nodeRequire = require;',
    postFooter: packagesIn,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    ...output,
  });
}

/** Runs the commonest commands, so that what they need is compiled. */
function keepCompiledCode() {
  const home = mkdtempSync(path.join(tmpdir(), 'firstred-build-'));
  const env = { HOME: home, FIRSTRED_STORE: path.join(home, 'store') };
  const run = (args) =>
    execFileSync(process.execPath, ['--require', './scripts/write-code-cache.cjs', 'dist/cli/main.js', ...args], {
      env,
    });
  try {
    writeFileSync(path.join(home, 'a.log'), 'compiling\nerror: it broke 1 time\n'.repeat(50));
    run(['archive', path.join(home, 'a.log'), '--sha', '4f2a91c', '--job', 'build', '--attempt', '1']);
    run(['search', 'it broke']);
    run(['list']);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const last = `${fresh}-last`;
if (existsSync('dist')) renameSync('dist', last);
renameSync(fresh, 'dist');
rmSync(last, { recursive: true, force: true });
