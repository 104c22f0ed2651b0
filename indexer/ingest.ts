// Brings kept logs into the index: frames → blocks → documents, held back until a batch is full, then written at once.
import type { FrameTable } from '../store/frame-table.ts';
import { readFrames, readFrameTable } from '../store/frames.ts';
import { keysOfManifest, type Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { BLOCKS_PER_FRAME, BlockCutter } from './blocks.ts';
import { findCapture } from './capture-key.ts';
import { type HeldDocument, reserveBlocks, writeDocuments } from './ingest-buffer.ts';
import { isBuried } from './ingest-write.ts';
import type { LogDigester, LogIndex, StoreId } from './log-index.ts';
import { longLinesOf } from './long-lines.ts';
import { settleText } from './settle.ts';
import { FIND_LOG_ROW } from './statements.ts';
import { appendVocabulary } from './vocabulary.ts';

export interface IngestOptions {
  readonly store: StoreId;
  /** Makes the analyser of one log; none: text only. */
  readonly digester?: () => LogDigester;
  readonly signal?: AbortSignal;
  /** Bytes of text taken since the last call. */
  readonly onProgress?: (textBytes: number) => void;
}

/**
 * Indexes the log of `manifest`, read from `reader`. Others see it all at once, after `flush`, `settleIndex` or `close`.
 * `unchanged`: this capture was there already, or a tombstone has buried it. STORE_DAMAGED leaves the index as it was.
 */
export async function ingestLog(
  index: LogIndex,
  reader: ObjectReader,
  manifest: Manifest,
  options: IngestOptions,
): Promise<'added' | 'unchanged'> {
  const { db, buffer } = index;
  const keys = keysOfManifest(manifest);
  const isKnown =
    buffer.hasCapture(keys.manifest) ||
    findCapture(db, options.store, keys.manifest) !== undefined ||
    isBuried(db, manifest);
  if (isKnown) return 'unchanged';
  const table = await readFrameTable(reader, keys.object, manifest);
  const base = { manifest, store: options.store, manifestKey: keys.manifest, table, longLines: longLinesOf(table) };
  if (db.get(FIND_LOG_ROW, { logId: manifest.logId }) !== undefined) {
    // The same text came in another capture: its words are there.
    buffer.add({ ...base, digest: undefined, firstBlock: undefined, documents: [] });
  } else {
    const digester = options.digester?.();
    const frames = readFrames(reader, keys.object, table);
    const documents = await cutFrames(index, table, frames, { ...options, ...(digester && { feed: digester }) });
    buffer.add({ ...base, ...documents, digest: digester?.end() });
  }
  if (buffer.isFull) index.flush();
  return 'added';
}

interface CutOptions {
  readonly feed?: LogDigester;
  readonly signal?: AbortSignal;
  readonly onProgress?: (textBytes: number) => void;
}

/** All documents of a log. Those of a huge one are written as they come, to blocks that no log has yet. */
async function cutFrames(
  index: LogIndex,
  table: FrameTable,
  frames: AsyncIterable<Uint8Array>,
  options: CutOptions,
): Promise<{ readonly documents: readonly HeldDocument[]; readonly firstBlock: number | undefined }> {
  const cutter = new BlockCutter();
  const { buffer, db } = index;
  let documents: HeldDocument[] = [];
  let firstBlock: number | undefined;
  let number = 0;
  for await (const text of frames) {
    options.signal?.throwIfAborted();
    const frame = { number, continues: table.continues[number] === 1, isCut: table.continues[number + 1] === 1 };
    cutter.cut(text, frame, ({ slot, words }) => {
      buffer.terms.take(words);
      const copy = words.document().slice();
      documents.push({ slot, words: copy });
      buffer.hold(copy.length);
    });
    options.feed?.push(text);
    options.onProgress?.(text.length);
    number++;
    if (!buffer.isFull) continue;
    firstBlock ??= db.transaction(() => reserveBlocks(db, table.count * BLOCKS_PER_FRAME));
    const first = firstBlock;
    index.flush();
    db.transaction(() => {
      writeDocuments(db, documents, first);
      appendVocabulary(db, buffer.terms.takeNew());
    });
    buffer.drain();
    documents = [];
  }
  return { documents, firstBlock };
}

/** Writes what is held and merges what many ingests left behind; call it once after the last one. */
export function settleIndex(index: LogIndex): void {
  index.flush();
  settleText(index.db, index.buffer.writtenBytes);
}
