// A folder of its own for each test, gone afterwards.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Makes an empty folder that is removed when the current test ends. Call it inside a test. */
export async function makeTempFolder(): Promise<string> {
  const folder = await makeKeptFolder();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes an empty folder that the caller removes: for hooks, which outlive a test. */
export const makeKeptFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'firstred-test-'));
