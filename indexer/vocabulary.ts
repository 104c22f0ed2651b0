// All words of the index, for queries that know only a part of one. Sorted lists, compressed, appended by each ingest and
// merged when there are many: a tenth of what an index of the words' trigrams would take, and read in milliseconds.
import { loadZstd } from '../store/zstd.ts';
import type { IndexReadDatabase, IndexWriteDatabase } from './database.ts';
import {
  ADD_VOCABULARY,
  CROWDED_LEVELS,
  DATA_VERSION,
  GET_VOCABULARY,
  REMOVE_ALL_FILTERS,
  REMOVE_ALL_VOCABULARY,
  REMOVE_VOCABULARY,
  ROWS_OF_LEVEL,
  TERMS_AFTER,
  VOCABULARY_ROWS,
} from './statements-text.ts';
import { MARK, VISIBLE_MARK } from './tokens.ts';
import { classOfWord, VOCABULARY_CLASSES, type VocabularyClass } from './vocabulary-class.ts';
import { addFilter, removeFilter } from './vocabulary-filter.ts';
import { mergeWordLists, packWordList, readWordList } from './word-list.ts';

/** chosen: a word is written at most log8 times; so many small lists cost a reader less than a millisecond. */
const ROWS_BEFORE_MERGE = 8;
/** chosen: a merge holds so much at most, some 250,000 words, and three times their bytes while it goes on. */
const MAX_MERGED_BYTES = 2.5 * 1024 * 1024;
/** Larger lists are left alone, so that any two of the others can be merged; they have a filter each. */
const MAX_LIST_BYTES = MAX_MERGED_BYTES / 2;
/** chosen: ids are most of it, 17 MB for 2 GB of made logs; what is beyond is unpacked for each search anew. */
const MAX_CACHED_BYTES = 192 * 1024 * 1024;
/** chosen: some 20 MB while they are strings. */
const WORDS_AT_ONCE = 200_000;
const FIRST_LEVEL = 3;
const MERGED_LEVEL = 9;

/** Appends words (one byte a character), in any order. Inside the transaction that writes their blocks. */
export function appendVocabulary(db: IndexWriteDatabase, words: readonly string[]): void {
  const parts = VOCABULARY_CLASSES.map((): string[] => []);
  for (const word of words) parts[classOfWord(word)]?.push(word);
  parts.forEach((part, n) => {
    const list = Buffer.from(`\n${part.sort().join('\n')}\n`, 'latin1');
    if (part.length > 0) addList(db, n as VocabularyClass, { level: 0, words: list });
  });
}

function addList(
  db: IndexWriteDatabase,
  vocabularyClass: VocabularyClass,
  list: { readonly level: number; readonly words: Uint8Array },
): void {
  const { count, bytes: packed } = packWordList(list.words);
  const isFinal = packed.length >= MAX_LIST_BYTES;
  // measured: a large list is an eighth larger as words, and is there in half the time; searches read few of them.
  const bytes = isFinal ? list.words : packed;
  const { lastId } = db.run(ADD_VOCABULARY, {
    class: vocabularyClass,
    level: list.level,
    count,
    sizeBytes: bytes.length,
    terms: loadZstd().compress(bytes, list.level === 0 && !isFinal ? FIRST_LEVEL : MERGED_LEVEL),
    isList: isFinal ? 0 : 1,
  });
  if (isFinal) addFilter(db, lastId, list.words);
}

/** Merges lists while a level has `rows` of them; each merge is a transaction of its own. */
export function mergeVocabulary(db: IndexWriteDatabase, rows = ROWS_BEFORE_MERGE): void {
  for (;;) {
    const crowded = db.all(CROWDED_LEVELS, { rows, maxBytes: MAX_LIST_BYTES });
    if (crowded.length === 0) return;
    for (const { class: vocabularyClass, level } of crowded) {
      db.transaction(() => mergeLevel(db, vocabularyClass as VocabularyClass, level));
    }
  }
}

function mergeLevel(db: IndexWriteDatabase, vocabularyClass: VocabularyClass, level: number): void {
  const rows = db.all(ROWS_OF_LEVEL, { class: vocabularyClass, level, maxBytes: MAX_LIST_BYTES });
  if (rows.length < 2) return;
  const lists: Buffer[] = [];
  let bytes = 0;
  for (const { id, size_bytes: listBytes } of rows) {
    bytes += listBytes;
    if (bytes > MAX_MERGED_BYTES) break;
    lists.push(readList(db, id));
    db.run(REMOVE_VOCABULARY, { id });
    removeFilter(db, id);
  }
  addList(db, vocabularyClass, { level: level + 1, words: mergeWordLists(lists) });
}

/** Makes the vocabulary anew from the text table: after a removal, whose words must not stay behind. */
export function rebuildVocabulary(db: IndexWriteDatabase): void {
  db.transaction(() => {
    db.run(REMOVE_ALL_VOCABULARY, {});
    db.run(REMOVE_ALL_FILTERS, {});
    for (let after = Buffer.alloc(0); ; ) {
      const terms = db.all(TERMS_AFTER, { after, limit: WORDS_AT_ONCE }).map(({ term }) => Buffer.from(term));
      const words = terms.map((term) => term.toString('latin1'));
      appendVocabulary(
        db,
        words.filter((word) => !word.startsWith(MARK) || word.startsWith(VISIBLE_MARK)),
      );
      const last = terms.at(-1);
      if (last === undefined || terms.length < WORDS_AT_ONCE) return;
      after = last;
    }
  });
}

function readList(db: IndexReadDatabase, id: number): Buffer {
  const row = db.get(GET_VOCABULARY, { id });
  if (row === undefined) return Buffer.from('\n');
  const text = loadZstd().decompress(row.terms, row.size_bytes);
  if (row.is_list === 1) return readWordList(text, row.term_count);
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength); // a large one, or as schema versions 1 and 2 wrote it
}

/** Lists as they were unpacked, for a process that searches again; a search in a process of its own gains nothing. */
interface ListCache {
  readonly version: string;
  readonly lists: Map<number, Buffer>;
  bytes: number;
}

const caches = new WeakMap<IndexReadDatabase, ListCache>();

/** What was unpacked since anything was last written to the index. */
function cacheOf(db: IndexReadDatabase): ListCache {
  const now = db.get(DATA_VERSION, {});
  const version = `${now?.others} ${now?.own}`;
  const known = caches.get(db);
  if (known?.version === version) return known;
  const cache = { version, lists: new Map<number, Buffer>(), bytes: 0 };
  caches.set(db, cache);
  return cache;
}

/** The lists of some parts that `mayHold` lets through, each `\nword\nword\n`, sorted within. */
export function* readVocabulary(
  db: IndexReadDatabase,
  classes: readonly VocabularyClass[],
  mayHold: (list: number) => boolean = () => true,
): Generator<Buffer> {
  const cache = cacheOf(db);
  for (const vocabularyClass of classes)
    for (const { id } of db.all(VOCABULARY_ROWS, { class: vocabularyClass })) {
      if (!mayHold(id)) continue;
      let list = cache.lists.get(id);
      if (list === undefined) {
        list = readList(db, id);
        cache.bytes += list.length;
        if (cache.bytes <= MAX_CACHED_BYTES) cache.lists.set(id, list);
      }
      yield list;
    }
}
