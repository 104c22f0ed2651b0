// What `--version` prints, and the words by which firstred names itself in manifests and requests.
import { readFileSync } from 'node:fs';
import { STORE_FORMAT } from '../store/manifest.ts';

/** `firstred 0.1.0`. */
export const toolName = (): string => `firstred ${packageVersion()}`;

/** The version in package.json, which lies one or two folders up from sources and bundles alike. */
function packageVersion(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const json = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: unknown;
        version?: unknown;
      };
      if (json.name === 'firstred' && typeof json.version === 'string') return json.version;
    } catch {
      // not there: try one folder further up
    }
  }
  return 'unknown';
}

/** Four words and their versions, one line each. */
export async function versionText(): Promise<string> {
  return [
    toolName(),
    `store format ${STORE_FORMAT}`,
    `node ${process.versions.node}`,
    `sqlite ${await sqliteVersion()}`,
    '',
  ].join('\n');
}

async function sqliteVersion(): Promise<string> {
  try {
    const { sqliteVersion: ask } = await import('../indexer/database.ts');
    return ask();
  } catch {
    return 'not available (better-sqlite3 cannot be loaded)';
  }
}
