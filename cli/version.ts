// What `--version` prints, and the words by which firstred names itself in manifests and requests.
import { reasonOf } from '../store/errors.ts';
import { STORE_FORMAT } from '../store/manifest.ts';
import { packageVersion } from './package-version.ts';

/** `firstred 0.1.0`. */
export const toolName = (): string => `firstred ${packageVersion()}`;

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
    const { sqliteVersion: ask } = await import('../indexer/sqlite-module.ts');
    return ask();
  } catch (error) {
    return `not available: ${reasonOf(error)}`;
  }
}
