// Feed entries and facts that an earlier sync has dealt with. A listing starts a quarter of an hour before its cursor, and
// without these everything of that time would be fetched again by every sync that finds nothing new.
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { LogIndex, StoreId } from '../indexer/log-index.ts';
import { findCursor, setCursor } from '../indexer/sync-state.ts';
import { FEED_OVERLAP_MS, findKeyTime } from '../store/feed.ts';
import type { ObjectKey } from '../store/keys.ts';

/** Time and id: what a key ends in. */
const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** chosen: a quarter of an hour in which two million logs were kept; of more, all of that time is looked at again. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** A fifth of their length: the times of neighbours start alike, ids have five bits a character. */
const packNames = (names: readonly string[]): string => {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 }; // measured: 3 ms for 2,000; more takes many times that for a fifth
  return names.length === 0 ? '' : brotliCompressSync(names.join('\n'), { params }).toString('base64');
};

/** None where the text is nothing that `packNames` gave: then everything is looked at once more. */
function unpackNames(text: string): readonly string[] {
  if (text === '') return [];
  try {
    const bytes = brotliDecompressSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_TEXT_BYTES });
    return bytes.toString().split('\n');
  } catch {
    return [];
  }
}

/** What was seen in one list (`feed`, `facts`) of a store, and how far that list was read. */
export class SeenKeys {
  readonly #index: LogIndex;
  readonly #store: StoreId;
  readonly #list: string;
  readonly #names: Set<string>;
  /** Time of the newest key that was listed. */
  newestMs: number;

  constructor(index: LogIndex, store: StoreId, list: 'feed' | 'facts') {
    this.#index = index;
    this.#store = store;
    this.#list = list;
    this.newestMs = Number(findCursor(index, store, list) ?? 0);
    this.#names = new Set(unpackNames(findCursor(index, store, `${list}-seen`) ?? ''));
  }

  /** Keys that have not been dealt with, and the time of all. */
  async *unseen(keys: AsyncIterable<ObjectKey>): AsyncGenerator<ObjectKey> {
    for await (const key of keys) {
      // Never ahead of this machine's clock: an entry that someone dated into the future would hide all that comes after
      // it. Where this clock is behind, the next listing is only longer.
      this.newestMs = Math.max(this.newestMs, Math.min(findKeyTime(key) ?? 0, Date.now()));
      if (!this.#names.has(nameOf(key))) yield key;
    }
  }

  add(key: ObjectKey): void {
    this.#names.add(nameOf(key));
  }

  /** To be looked at, and told, again. */
  remove(key: ObjectKey | undefined): void {
    if (key !== undefined) this.#names.delete(nameOf(key));
  }

  /** Remembers what the next listing will show again; writes only what changed. */
  save(): void {
    const kept = [...this.#names].filter((name) => (findKeyTime(`/${name}`) ?? 0) >= this.newestMs - FEED_OVERLAP_MS);
    const text = packNames(kept.sort());
    const cursor = `${this.#list}-seen`;
    if (text !== (findCursor(this.#index, this.#store, cursor) ?? ''))
      setCursor(this.#index, this.#store, cursor, text);
    setCursor(this.#index, this.#store, this.#list, String(this.newestMs));
  }
}
