// What a sidecar remembers over a restart: how far each repository was polled, and which stored logs it has seen. Losing
// it costs a second look at what is kept already, never a log.
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface WatchState {
  /** Epoch ms; undefined for a repository that was never polled. */
  cursor(repo: string): number | undefined;
  setCursor(repo: string, sinceMs: number): void;
  hasSeen(repo: string, taskId: string): boolean;
  addSeen(repo: string, taskId: string): void;
}

/** In a file, or with undefined in memory alone. A file that cannot be read counts as empty. */
export function openWatchState(path: string | undefined): WatchState {
  const cursors = new Map<string, number>();
  const seen = new Set<string>();
  const seenPath = path === undefined ? undefined : `${path}.seen`;
  if (path !== undefined) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (const [repo, sinceMs] of cursorsIn(path)) cursors.set(repo, sinceMs);
    for (const line of linesIn(seenPath ?? '')) seen.add(line);
  }
  return {
    cursor: (repo) => cursors.get(repo),
    setCursor(repo, sinceMs) {
      cursors.set(repo, sinceMs);
      if (path === undefined) return;
      // Another sidecar may read it: it is whole or as it was.
      writeFileSync(`${path}.new`, `${JSON.stringify(Object.fromEntries(cursors))}\n`, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    hasSeen: (repo, taskId) => seen.has(`${repo} ${taskId}`),
    addSeen(repo, taskId) {
      seen.add(`${repo} ${taskId}`);
      if (seenPath !== undefined) appendFileSync(seenPath, `${repo} ${taskId}\n`, { mode: 0o600 });
    },
  };
}

function cursorsIn(path: string): readonly (readonly [string, number])[] {
  try {
    const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof json !== 'object' || json === null) return [];
    return Object.entries(json).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  } catch {
    return [];
  }
}

function linesIn(path: string): readonly string[] {
  try {
    // What a crash left of a last line names nothing, and is looked at again.
    return readFileSync(path, 'utf8').split('\n').slice(0, -1);
  } catch {
    return [];
  }
}
