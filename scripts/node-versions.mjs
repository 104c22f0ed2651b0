// Installs the packed package for other versions of Node, native modules compiled anew, and tries the commands there.
// usage: node scripts/node-versions.mjs 22 24 (takes minutes: better-sqlite3 compiles once for each)
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { env as ownEnv } from 'node:process';
import { ROOT } from './bundled.mjs';

const HALF_AN_HOUR_MS = 1_800_000;
/** The package `node` of npm holds a real binary; its headers lie beside it. */
const PLATFORM = `node-${process.platform}-${process.arch}`;

const { PATH: searchPath } = ownEnv;
const versions = process.argv.slice(2);
if (versions.length === 0) throw new Error('which versions? such as: node scripts/node-versions.mjs 22 24');
const folder = mkdtempSync(path.join(tmpdir(), 'firstred-node-'));
try {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
  });
  const tarball = path.join(folder, packed.toString().trim().split('\n').at(-1));
  for (const version of versions) tryVersion(version, tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function tryVersion(version, tarball) {
  const [home, own] = [path.join(folder, version), path.join(folder, `${version}-node`)];
  for (const place of [home, own]) {
    mkdirSync(place);
    writeFileSync(path.join(place, 'package.json'), '{ "private": true }\n');
  }
  // Apart: the binary comes by a script, and a second install beside it would clear it away.
  npm(own, ownEnv, 'install', `node@${version}`);
  const binary = [`node_modules/${PLATFORM}`, `node_modules/node/node_modules/${PLATFORM}`]
    .map((place) => path.join(own, place))
    .find((place) => existsSync(path.join(place, 'bin/node')));
  if (binary === undefined) throw new Error(`node@${version} brought no binary for ${PLATFORM}`);
  const env = {
    ...ownEnv,
    PATH: `${path.join(binary, 'bin')}:${searchPath}`,
    npm_config_nodedir: binary,
    FIRSTRED_STORE: path.join(home, 'store'),
    FIRSTRED_INDEX: path.join(home, 'index.db'),
    FIRSTRED_SPOOL: path.join(home, 'spool'),
  };
  npm(home, env, 'install', '--build-from-source', tarball);
  const firstred = (...args) =>
    execFileSync(path.join(binary, 'bin/node'), ['node_modules/firstred/dist/cli/main.js', ...args], {
      cwd: home,
      env,
      timeout: HALF_AN_HOUR_MS,
    }).toString();
  const versions = firstred('--version').trim();
  console.log(versions);
  writeFileSync(path.join(home, 'red.log'), 'start\nerror: connection refused by db-7:5432\n');
  const attempt = ['--repo', 'git.example.org/acme/app', '--sha', '4f2a91c', '--job', 'e2e', '--run', '7'];
  expect(firstred('archive', 'red.log', ...attempt, '--attempt', '1', '--conclusion', 'red'), /kept/);
  expect(firstred('run', ...attempt, '--attempt', '2', '--', 'node', '--version'), new RegExp(`^v${version}\\.`));
  expect(firstred('verify', '--deep'), /./);
  if (versions.includes('sqlite not available')) {
    console.log(`  archive, run and verify work on Node ${version}; there is no index with what was compiled`);
    return;
  }
  expect(firstred('search', 'connection refused'), /in 1 of 2 attempts/);
  expect(firstred('search', '--regex', 'refused by db-[0-9]+'), /in 1 of 2 attempts/);
  expect(firstred('show', 'last-red'), /db-7:5432/);
  expect(firstred('errors', 'last-red'), /connection refused/);
  expect(firstred('reindex'), /./);
  expect(firstred('list', '--json'), /"logId"/);
  console.log(`  archive, run, search, show, errors, verify, reindex and list work on Node ${version}`);
}

function npm(cwd, env, ...args) {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: HALF_AN_HOUR_MS,
  });
}

function expect(text, pattern) {
  if (!pattern.test(text)) throw new Error(`${pattern} is not in\n${text}`);
}
