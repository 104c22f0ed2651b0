// The first logs of a store that is there already, as a store of its own: what is large is linked, not copied.
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type KeptStore, keptStoreIn, type MadeStore } from './kept-store.ts';

/** The first `logs` of the made store in `home`, by the order of its feed, without an index. Its folder, beside `home`, is for the caller to remove. */
export function partOfStore(home: string, made: MadeStore, logs: number): KeptStore {
  const whole = path.resolve(home, 'store');
  const folder = mkdtempSync(`${path.resolve(home)}-part-`);
  const part = path.join(folder, 'store');
  mkdirSync(part);
  copyFileSync(path.join(whole, 'firstred.json'), path.join(part, 'firstred.json'));
  const link = (file: string): void => {
    mkdirSync(path.join(part, path.dirname(file)), { recursive: true });
    linkSync(path.join(whole, file), path.join(part, file));
  };
  const entries = readdirSync(path.join(whole, 'feed'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(whole, path.join(entry.parentPath, entry.name)))
    .sort();
  const taken = entries.slice(0, logs);
  for (const entry of taken) {
    link(entry);
    const { manifest } = JSON.parse(readFileSync(path.join(whole, entry), 'utf8')) as { readonly manifest: string };
    const ofLog = path.dirname(manifest);
    for (const file of readdirSync(path.join(whole, ofLog))) link(path.join(ofLog, file));
  }
  // Made logs are much of a size.
  return keptStoreIn(folder, { logs: taken.length, rawBytes: (made.rawBytes * taken.length) / entries.length });
}
