// The version in package.json. The bundle of the CI action, which stands alone, has it inside (scripts/build-action.mjs).
import { readFileSync } from 'node:fs';

/** package.json lies one or two folders up from sources and bundles alike; `unknown` where it is not there. */
export function packageVersion(): string {
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
