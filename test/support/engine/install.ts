// chDB, fetched from npm by the test that needs it into a folder of the user's cache: 184 MB that `npm ci` does not pay for.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const VERSION = '3.4.0';
/** chosen: what a slow network takes for 184 MB; without any network npm fails at once. */
const INSTALL_MS = 220_000;

const cacheFolder = (): string => {
  const xdg = process.env['XDG_CACHE_HOME'] ?? '';
  return path.join(xdg.startsWith('/') ? xdg : path.join(homedir(), '.cache'), 'firstred-test', `chdb-${VERSION}`);
};

/** The folder whose `node_modules` has chDB, fetched if need be; the reason where it can't be had. */
export async function installEngine(): Promise<{ readonly folder: string } | { readonly missing: string }> {
  const folder = cacheFolder();
  if (existsSync(path.join(folder, 'node_modules', 'chdb'))) return { folder };
  mkdirSync(path.dirname(folder), { recursive: true });
  // Two test workers may do this at once: each installs for itself, and the first to end gives its folder the name.
  const fresh = mkdtempSync(`${folder}-`);
  try {
    writeFileSync(path.join(fresh, 'package.json'), '{"private":true}\n');
    await promisify(execFile)('npm', ['install', `chdb@${VERSION}`, '--no-audit', '--no-fund', '--silent'], {
      cwd: fresh,
      timeout: INSTALL_MS,
    });
    if (!existsSync(folder)) renameSync(fresh, folder);
    return { folder };
  } catch (error) {
    return { missing: `chdb ${VERSION} can't be fetched: ${String((error as Error).message).split('\n')[0]}` };
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
