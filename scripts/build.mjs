// Bundles the command line and its workers into dist/. What makes a process start sooner: what nearly every command needs lies
// in one file, built-in modules are taken by `require` when they are first used (an ES import of them runs all they have), and
// the code that V8 compiles for the commonest commands is kept beside it (cli/start.ts).
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { buildLibrary } from './build-library.mjs';
import { buildLoops } from './build-loops.mjs';
import { buildPage } from './build-page.mjs';
import { withBundle } from './bundled.mjs';

const require = createRequire(import.meta.url);

/** Built-in modules that take milliseconds to load; each waits for its first use. */
const SLOW = new Set([
  'node:child_process',
  'node:crypto',
  'node:http',
  'node:https',
  'node:stream',
  'node:v8',
  'node:zlib',
]);

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

// Built beside `dist/` and put in its place at the end: a build that fails leaves the last good one.
const fresh = `dist-${process.pid}`;
process.once('exit', () => rmSync(fresh, { recursive: true, force: true }));
// CommonJS: Node starts it sooner than ES modules.
mkdirSync(fresh);
writeFileSync(`${fresh}/package.json`, '{ "type": "commonjs" }\n');
await bundleEntry('cli/main', 'cli/start', {});
const loops = buildLoops(fresh); // on the other core
// Each alone: the core is also an entry point, and a worker that imported it would run the command line once more.
await bundleEntry('cli/program', 'cli/main', {
  codeSplitting: { groups: [{ name: 'core', test: (id) => CORE.some((part) => id.endsWith(`/${part}.ts`)) }] },
});
for (const worker of ['store/compress-worker', 'indexer/analyse-worker', 'indexer/verify-worker'])
  await bundleEntry(worker, worker, {});
await bundleEntry('api/firstred', 'cli/library', {});
await loops;
await keepMasker();
await keepCompiledCode();
buildLibrary(fresh);
await buildPage(fresh);

const last = `${fresh}-last`;
if (existsSync('dist')) renameSync('dist', last);
renameSync(fresh, 'dist');
rmSync(last, { recursive: true, force: true });

/** A line for each package that a part holds: it tells a reader, and the test of what a process loads. */
function packagesIn(chunk) {
  const names = chunk.moduleIds.flatMap((id) => id.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []);
  return [...new Set(names)].map((name) => `// node_modules/${name}`).join('\n');
}

async function bundleEntry(name, source, output) {
  const bundle = await rolldown({
    input: { [name]: `${source}.ts` },
    platform: 'node',
    external: ['better-sqlite3', 'better-sqlite3-napi', 'zstd-napi'],
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

/** What every masker needs of the rules, which takes as long to make as a small log to keep. */
async function keepMasker() {
  await withBundle('store/mask/tables.ts', async (file) => {
    const { packMasker } = await import(file);
    writeFileSync(`${fresh}/store/masker.bin`, packMasker());
  });
}

/** Runs the commonest commands, so that what they need is compiled. */
async function keepCompiledCode() {
  const home = mkdtempSync(path.join(tmpdir(), 'firstred-build-'));
  const bucket = await startBucket();
  const env = { HOME: home, FIRSTRED_STORE: path.join(home, 'store') };
  const bucketEnv = {
    ...env,
    FIRSTRED_STORE: 's3://bucket/p',
    FIRSTRED_S3_ENDPOINT: `http://127.0.0.1:${bucket.address().port}`,
    AWS_ACCESS_KEY_ID: 'build',
    AWS_SECRET_ACCESS_KEY: 'build',
  };
  const run = (args, runEnv) =>
    promisify(execFile)(
      process.execPath,
      ['--require', './scripts/write-code-cache.cjs', `${fresh}/cli/main.js`, ...args],
      { env: runEnv },
    );
  const identity = ['--sha', '4f2a91c', '--job', 'build', '--attempt', '1'];
  try {
    writeFileSync(path.join(home, 'a.log'), 'compiling\nerror: it broke 1 time\n'.repeat(50));
    await run(['archive', path.join(home, 'a.log'), ...identity, '--no-index'], bucketEnv);
    await run(['archive', path.join(home, 'a.log'), ...identity], env);
    await run(['search', 'it broke'], env);
    await run(['list'], env);
  } finally {
    bucket.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** A server of S3 on loopback that takes every object and has none. */
async function startBucket() {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const isList = request.url.includes('list-type=2');
      if (request.method === 'PUT') response.writeHead(200, { etag: '"0"' }).end();
      else if (isList) response.end('<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>');
      else response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}
