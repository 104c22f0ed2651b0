// Walks a store's folder in the order of its keys. It reads only folders that can hold what is asked for, so that an
// incremental listing costs the new hours, not the history.
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isAbsent } from './fs-folder.ts';

/** Names that are no keys: `~` is not a key character. */
export const TEMPORARY_MARK = '~';

export interface WalkOptions {
  /** Keys must start with it. */
  readonly prefix: string;
  /** Keys must sort after it. */
  readonly after: string;
  /** Temporary files in place of objects. */
  readonly temporary?: true;
}

/**
 * Relative paths of the files below `root`, ascending by bytes of the whole path. Key characters are ASCII, so the
 * comparison of strings is that of bytes. Symbolic links and special files are not listed.
 */
export async function* walkFiles(root: string, options: WalkOptions): AsyncIterable<string> {
  const folder = options.prefix.slice(0, options.prefix.lastIndexOf('/') + 1);
  if (isPlainFolder(root, folder)) yield* walkFolder(root, folder, options);
}

/**
 * Whether `folder` (with its `/`) is there and no part of it is a link: then the walk starts in it. From the root on it
 * would read the names of every commit of a repository to find one.
 */
function isPlainFolder(root: string, folder: string): boolean {
  let path = root;
  for (const name of folder.split('/').slice(0, -1)) {
    if (name === '' || name === '.' || name === '..') return false;
    path = join(path, name);
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  }
  return true;
}

async function* walkFolder(root: string, folder: string, options: WalkOptions): AsyncIterable<string> {
  for (const path of sortedPaths(root, folder)) {
    if (path.endsWith('/')) {
      if (canHold(path, options)) yield* walkFolder(root, path, options);
    } else if (path.startsWith(options.prefix) && path > options.after) {
      if (isTemporary(path) === (options.temporary === true)) yield path;
    }
  }
}

/** Whether some key under `folder` (with its `/`) starts with the prefix and sorts after `after`. */
const canHold = (folder: string, { prefix, after }: WalkOptions): boolean =>
  (folder.startsWith(prefix) || prefix.startsWith(folder)) && (folder > after || after.startsWith(folder));

/** Folders end in `/`, which is what makes `a.b` sort before `a/b`. */
function sortedPaths(root: string, folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return []; // pruned meanwhile
    throw error;
  }
  const paths = entries.flatMap((e) =>
    e.isDirectory() ? [`${folder}${e.name}/`] : e.isFile() ? [folder + e.name] : [],
  );
  return paths.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

const isTemporary = (path: string): boolean => path.slice(path.lastIndexOf('/') + 1).startsWith(TEMPORARY_MARK);
