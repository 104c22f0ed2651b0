// A disk that fills up: a small tmpfs where the tests may mount one.
import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { makeTempFolder } from './temp-folder.ts';

/** A folder on a file system of its own with `sizeBytes`; undefined, with a notice, where mounting is not allowed. */
export async function mountSmallDisk(sizeBytes: number): Promise<string | undefined> {
  const folder = await makeTempFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    console.warn('no small disk can be mounted here: this test looked at nothing');
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' }));
  return folder;
}
