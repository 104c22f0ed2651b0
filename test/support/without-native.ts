// The built program as it is installed where no native module can be built or loaded: another `node_modules` beside it.
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './sources.ts';

/** Packages whose native part is missing. */
const NATIVE = ['better-sqlite3', 'better-sqlite3-napi', 'zstd-napi'];

/**
 * `removed`: no such packages; `not-built`: `npm ci --ignore-scripts`; `for-another-system`: built, but the loader refuses
 * it, as it does with one for another libc.
 */
export type NativeState = 'removed' | 'not-built' | 'for-another-system';

/** Lays the program out in `folder` and gives the path of its entry point. */
export function installWithoutNative(folder: string, state: NativeState): string {
  const [from, to] = [join(ROOT, 'node_modules'), join(folder, 'node_modules')];
  mkdirSync(to, { recursive: true });
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  for (const name of readdirSync(from))
    if (!name.startsWith('.') && !NATIVE.includes(name)) symlinkSync(join(from, name), join(to, name));
  const there = NATIVE.filter((name) => existsSync(join(from, name))); // npm installs what fits this Node
  if (state !== 'removed') for (const name of there) copyScripts(join(from, name), join(to, name));
  if (state === 'for-another-system') {
    writeLibrary(join(to, 'better-sqlite3/build/Release'), 'better_sqlite3.node');
    writeLibrary(join(to, 'better-sqlite3-napi/prebuilds'), `${process.platform}-${process.arch}.node`);
    writeLibrary(join(to, 'zstd-napi/build/Release'), 'binding.node');
  }
  return join(folder, 'dist/cli/main.js');
}

const copyScripts = (from: string, to: string): void =>
  cpSync(from, to, { recursive: true, filter: (path) => !/\/(build|deps|prebuilds|src)$/.test(path) });

/** Starts as a library does and is none. */
function writeLibrary(folder: string, name: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), '\x7fELF, but not one that this system can load');
}
