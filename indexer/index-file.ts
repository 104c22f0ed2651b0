// What is asked of the index's file before SQLite opens it: whose it is, and who may write it. A database is code to
// its reader (triggers, views), so one of somebody else is not opened.
import { closeSync, mkdirSync, openSync, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../store/errors.ts';

const WORLD_WRITABLE = 0o002;

/** What SQLite reads beside an index as if it stood in it: whoever puts one there writes the index. */
const BESIDE = ['', '-wal', '-shm', '-journal'];

/** Nothing when there is no file yet. INPUT_UNREADABLE for a folder, REFUSED for another user's file or one beside it. */
export function checkIndexFile(file: string): void {
  const facts = statSync(file, { throwIfNoEntry: false });
  if (facts?.isDirectory() === true)
    throw new AppError('INPUT_UNREADABLE', `the index ${file} is a folder`, {
      hint: 'name a file with --index or FIRSTRED_INDEX',
    });
  // SQLite looks beside what a link leads to.
  const base = facts === undefined ? file : realpathSync(file);
  for (const suffix of BESIDE) checkOwner(`${base}${suffix}`, `${file}${suffix}`);
}

function checkOwner(path: string, shown: string): void {
  const facts = statSync(path, { throwIfNoEntry: false });
  const fault = facts && faultOf(facts);
  if (fault === undefined) return;
  throw new AppError('REFUSED', `the index ${shown} ${fault}`, {
    hint: 'name another file with --index or FIRSTRED_INDEX and run `firstred sync`: the store has all that is in it',
  });
}

/** Root's files are trusted: who is root may change ours as well. Windows knows no such owners. */
function faultOf({ uid, mode }: Stats): string | undefined {
  const own = process.geteuid?.();
  if (own === undefined) return undefined;
  if (uid !== own && uid !== 0) return `belongs to another user (uid ${uid}, we are ${own})`;
  return (mode & WORLD_WRITABLE) === 0 ? undefined : 'may be written by every user of this machine';
}

/** An empty file that only its owner may read, made before SQLite would make one by the umask; its folder too. */
export function makeIndexFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was first
  }
}
