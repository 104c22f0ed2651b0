// After an install: native modules that had to be compiled go where prebuild-install looks before it asks the network, so
// the next install of the same versions takes seconds. The folder is npm's own cache, and what lies there already
// (a download, an earlier run) is left alone. Nothing here may fail an install.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pid } from 'node:process';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Each package's compiled file, and what its own install script tells prebuild-install. */
const COMPILED = [
  { name: 'better-sqlite3', file: 'build/Release/better_sqlite3.node', flags: [] },
  { name: 'zstd-napi', file: 'build/Release/binding.node', flags: ['-r', 'napi'] },
];

/** Prints where a download would be cached; in a process of its own, as prebuild-install reads argv and the folder. */
const WHERE = `
const pkg = require(require('node:path').resolve('package.json'));
const [rc, util] = [require('prebuild-install/rc'), require('prebuild-install/util')];
process.stdout.write(util.cachedPrebuild(util.getDownloadUrl({ ...rc(pkg), pkg })));`;

for (const { name, file, flags } of COMPILED) {
  try {
    const folder = path.dirname(createRequire(path.join(ROOT, 'package.json')).resolve(`${name}/package.json`));
    if (!existsSync(path.join(folder, file))) continue;
    const kept = execFileSync('node', ['-e', WHERE, '--', ...flags], { cwd: folder }).toString();
    if (!path.isAbsolute(kept) || existsSync(kept)) continue;
    mkdirSync(path.dirname(kept), { recursive: true });
    execFileSync('tar', ['-czf', `${kept}.${pid}`, '-C', folder, file]);
    renameSync(`${kept}.${pid}`, kept);
    console.log(`${name}: what was compiled is kept for the next install`);
  } catch (error) {
    console.warn(`${name}: the next install compiles again (${String(error.message).split('\n')[0]})`);
  }
}
