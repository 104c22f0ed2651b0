// Builds dist/ before the first test: the command line is tested as it is installed.
import { execFileSync } from 'node:child_process';

/** vitest's global set-up. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
