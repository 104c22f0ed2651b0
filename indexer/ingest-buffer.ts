// Logs that were read and cut into documents and wait to be written: many small logs in one transaction, because the text
// table writes a segment at each commit. Lost in a crash, which costs nothing: the store still has them.
import type { FrameTable } from '../store/frame-table.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { Manifest } from '../store/manifest.ts';
import type { IndexWriteDatabase } from './database.ts';
import type { LogDigest, LogIndexReader, StoreId } from './log-index.ts';
import { GET_META, SET_META } from './statements.ts';
import { ADD_BLOCK, ADD_LONG_WORDS, SET_TEXT_HELD_BYTES, TEXT_HELD_BYTES } from './statements-text.ts';
import { TermCollector } from './term-collector.ts';
import { appendVocabulary } from './vocabulary.ts';

/** measured (bench/index.ts): the documents of about 40 MB of log. A larger batch is not faster, and holds the workers up longer. */
export const MAX_HELD_BYTES = 3 * 1024 * 1024;

/**
 * measured: a batch whose words occur once fills some 24 MB, so that each batch is one part of the text table. With SQLite's
 * 1 MB it was twenty, all sorted and merged by themselves: a fourth more time for such text, nothing for real logs.
 */
const TEXT_BYTES = 32n * 1024n * 1024n;

/** Lets the text table of an index that is to be written hold a batch. */
export function ensureTextRoom(db: IndexWriteDatabase): void {
  if (db.get(TEXT_HELD_BYTES, {})?.v !== Number(TEXT_BYTES)) db.run(SET_TEXT_HELD_BYTES, { bytes: TEXT_BYTES });
}

export interface HeldDocument {
  /** Frame × BLOCKS_PER_FRAME + block. */
  readonly slot: number;
  readonly words: Uint8Array;
  /** Of its long words (long-words.ts), where it has any. */
  readonly grams: Uint8Array | undefined;
}

/** A log whose text is ready to be written. */
export interface PreparedLog {
  readonly manifest: Manifest;
  readonly store: StoreId;
  readonly manifestKey: ObjectKey;
  readonly table: FrameTable;
  readonly longLines: readonly { readonly firstFrame: number; readonly lastFrame: number }[];
  readonly digest: LogDigest | undefined;
  /** Block number of slot 0, once blocks were reserved (a log with more documents than fit). */
  readonly firstBlock: number | undefined;
  readonly documents: readonly HeldDocument[];
}

/** Logs that were read and wait to be written in one transaction, and the words that this process has written. */
export class IngestBuffer {
  readonly terms = new TermCollector();
  #logs: PreparedLog[] = [];
  #keys = new Set<ObjectKey>();
  #later: (() => void)[] = [];
  #heldBytes = 0;
  /** Bytes of documents written by this process: decides how much merging is worth it. */
  writtenBytes = 0;

  get isFull(): boolean {
    return this.#heldBytes >= MAX_HELD_BYTES;
  }

  hasCapture(key: ObjectKey): boolean {
    return this.#keys.has(key);
  }

  add(log: PreparedLog): void {
    this.#logs.push(log);
    this.#keys.add(log.manifestKey);
    for (const { words } of log.documents) this.#heldBytes += words.length;
  }

  /** Runs `write` in the transaction that writes what is held; at once when nothing is. */
  afterFlush(write: () => void): void {
    if (this.#logs.length === 0) write();
    else this.#later.push(write);
  }

  /** Takes all out. */
  drain(): { readonly logs: readonly PreparedLog[]; readonly later: readonly (() => void)[] } {
    const drained = { logs: this.#logs, later: this.#later };
    this.writtenBytes += this.#heldBytes;
    this.#logs = [];
    this.#keys = new Set();
    this.#later = [];
    this.#heldBytes = 0;
    return drained;
  }
}

/** Whether a capture waits in the buffer of a writing index. */
export const isCapturePending = (index: LogIndexReader, key: ObjectKey): boolean =>
  'buffer' in index && index.buffer instanceof IngestBuffer && index.buffer.hasCapture(key);

/** Reserves `count` block numbers; the first of them. */
export function reserveBlocks(db: IndexWriteDatabase, count: number): number {
  const first = db.get(GET_META, { name: 'next_block' })?.value ?? 1;
  db.run(SET_META, { name: 'next_block', value: first + count });
  return first;
}

/** The documents of a log, and the block of slot 0. */
export interface PlacedText {
  readonly documents: readonly HeldDocument[];
  readonly firstBlock: number;
}

/** Writes documents, and to the vocabulary those of their words that `terms` has not met. Inside a transaction. */
export function writeText(db: IndexWriteDatabase, terms: TermCollector, texts: readonly PlacedText[]): void {
  for (const { documents, firstBlock } of texts)
    for (const { slot, words, grams } of documents) {
      terms.take(words);
      db.run(ADD_BLOCK, { block: BigInt(firstBlock + slot), words });
      if (grams !== undefined) db.run(ADD_LONG_WORDS, { block: firstBlock + slot, grams });
    }
  appendVocabulary(db, terms.takeNew());
}
