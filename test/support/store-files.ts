// What lies in a folder, to see that nothing of it was touched.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Path → size, time and digest of every file under `folder`. */
export function snapshotOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => {
        const { size, mtimeMs } = statSync(path);
        return [
          path.slice(folder.length + 1),
          `${size} ${mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`,
        ];
      }),
  );
}

/** The first file under `folder` whose path ends so. */
export function findFile(folder: string, ending: string): string {
  const found = Object.keys(snapshotOf(folder)).find((path) => path.endsWith(ending));
  if (found === undefined) throw new Error(`nothing in ${folder} ends with ${ending}`);
  return join(folder, found);
}
