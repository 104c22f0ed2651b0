// Brings kept logs into the index: frames → documents and a digest (on any core), held back until a batch is full, then
// written at once.
import type { FrameTable } from '../store/frame-table.ts';
import { readFrameTable, readStoredFrames } from '../store/frames.ts';
import { holdSmall } from '../store/held-object.ts';
import { keysOfManifest, type Manifest } from '../store/manifest.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { type AnalyserPool, type LogAnalysis, ON_THIS_THREAD, WorkerGone } from './analyser-pool.ts';
import { countBlocks } from './blocks.ts';
import { findCapture } from './capture-key.ts';
import { type HeldDocument, MAX_HELD_BYTES, type PreparedLog, reserveBlocks, writeText } from './ingest-buffer.ts';
import { isBuried } from './ingest-write.ts';
import type { LogIndex, StoreId } from './log-index.ts';
import { longLinesOf } from './long-lines.ts';
import { settleText } from './settle.ts';
import { FIND_LOG_ROW } from './statements.ts';

/** How a log is read into the index. */
export interface IngestOptions {
  readonly store: StoreId;
  /** Where logs are analysed; else on this thread. */
  readonly pool?: AnalyserPool;
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
  return holdLog(index, await prepareLog(index, reader, manifest, options));
}

/** Reads and analyses a log, several side by side; undefined when the index has this capture. Then `holdLog`. */
export async function prepareLog(
  index: LogIndex,
  reader: ObjectReader,
  manifest: Manifest,
  options: IngestOptions,
): Promise<PreparedLog | undefined> {
  const { db } = index;
  const keys = keysOfManifest(manifest);
  const isKnown =
    index.buffer.hasCapture(keys.manifest) ||
    findCapture(db, options.store, keys.manifest) !== undefined ||
    isBuried(db, manifest);
  if (isKnown) return undefined;
  // The same text may have come in another capture: its words are there.
  const isRead = db.get(FIND_LOG_ROW, { logId: manifest.logId }) !== undefined;
  const source = isRead ? reader : await holdSmall(reader, keys.object, manifest.object.sizeBytes);
  const table = await readFrameTable(source, keys.object, manifest);
  const base = { manifest, store: options.store, manifestKey: keys.manifest, table, longLines: longLinesOf(table) };
  if (isRead) return { ...base, digest: undefined, firstBlock: undefined, documents: [] };
  const analyse = (pool: AnalyserPool): Promise<AnalysedText> => {
    const frames = readStoredFrames(source, keys.object, table);
    return analyseLog(index, { table, frames, textBytes: manifest.text.sizeBytes }, { ...options, pool });
  };
  try {
    return { ...base, ...(await analyse(options.pool ?? ON_THIS_THREAD)) };
  } catch (error) {
    if (!(error instanceof WorkerGone)) throw error;
    return { ...base, ...(await analyse(ON_THIS_THREAD)) };
  }
}

/** Holds a prepared log for the next flush, or flushes. In the order of the store's feed. */
export function holdLog(index: LogIndex, log: PreparedLog | undefined): 'added' | 'unchanged' {
  if (log === undefined || index.buffer.hasCapture(log.manifestKey)) return 'unchanged';
  index.buffer.add(log);
  if (index.buffer.isFull) index.flush();
  return 'added';
}

interface StoredText {
  readonly table: FrameTable;
  readonly frames: AsyncIterable<Uint8Array>;
  readonly textBytes: number;
}

type AnalysedText = Pick<PreparedLog, 'documents' | 'firstBlock' | 'digest'>;

/** All documents of a log, and its digest. */
async function analyseLog(
  index: LogIndex,
  { table, frames, textBytes }: StoredText,
  options: IngestOptions & { readonly pool: AnalyserPool },
): Promise<AnalysedText> {
  const held = new HeldText(index, table);
  const analysis: LogAnalysis = options.pool.begin(textBytes, (documents) => held.add(documents));
  try {
    let number = 0;
    for await (const bytes of frames) {
      options.signal?.throwIfAborted();
      const textBytesOfFrame = table.textBytes[number] ?? 0;
      await analysis.push({
        number,
        bytes,
        textBytes: textBytesOfFrame,
        continues: table.continues[number] === 1,
        isCut: table.continues[number + 1] === 1,
      });
      options.onProgress?.(textBytesOfFrame);
      number++;
    }
    const digest = await analysis.end();
    return { digest, documents: held.documents, firstBlock: held.firstBlock };
  } catch (error) {
    analysis.drop();
    throw error;
  }
}

/** The documents of a log under way. Those of a huge one are written as they come, to blocks that no log has yet. */
class HeldText {
  readonly #index: LogIndex;
  readonly #table: FrameTable;
  documents: HeldDocument[] = [];
  firstBlock: number | undefined;
  #heldBytes = 0;

  constructor(index: LogIndex, table: FrameTable) {
    this.#index = index;
    this.#table = table;
  }

  add(documents: readonly HeldDocument[]): void {
    for (const document of documents) {
      this.documents.push(document);
      this.#heldBytes += document.words.length;
    }
    if (this.#heldBytes >= MAX_HELD_BYTES) this.#write();
  }

  #write(): void {
    const { db, buffer } = this.#index;
    const firstBlock = this.firstBlock ?? db.transaction(() => reserveBlocks(db, countBlocks(this.#table)));
    this.firstBlock = firstBlock;
    buffer.terms.collect(() =>
      db.transaction(() => writeText(db, buffer.terms, [{ documents: this.documents, firstBlock }])),
    );
    buffer.writtenBytes += this.#heldBytes;
    this.documents = [];
    this.#heldBytes = 0;
  }
}

/** Writes what is held and merges what many ingests left behind; call it once after the last one. */
export function settleIndex(index: LogIndex): void {
  index.flush();
  settleText(index.db, index.buffer.writtenBytes);
}
