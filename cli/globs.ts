// File patterns on the command line, for shells that leave them alone.

import { existsSync } from 'node:fs';
import { glob } from 'tinyglobby';
import { AppError } from '../store/errors.ts';

/** Whether `name` is a pattern; a file that is really called so is not one. */
export const isGlob = (name: string): boolean => /[*?[\]{}]/.test(name) && !existsSync(name);

/** Files that match, sorted. INPUT_MISSING when there are none. */
export async function expandGlob(pattern: string): Promise<readonly string[]> {
  const found = await glob(pattern, { onlyFiles: true, dot: true, expandDirectories: false });
  if (found.length === 0)
    throw new AppError('INPUT_MISSING', `no file matches ${pattern}`, { hint: 'check the pattern; nothing was kept' });
  return found.sort();
}
