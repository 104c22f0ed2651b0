// Kept logs → rows: the words of blocks as they are read, then, a batch at a time, occurrences, captures, what follows from
// them, and last that they are done. Every step may be repeated by anybody: equal rows fold together.
import type { FrameTable } from '../../store/frame-table.ts';
import { readFrameTable, readStoredFrames } from '../../store/frames.ts';
import { holdSmall } from '../../store/held-object.ts';
import { keysOfManifest, type Manifest } from '../../store/manifest.ts';
import type { ObjectReader } from '../../store/object-store.ts';
import { type AnalyserPool, ON_THIS_THREAD, WorkerGone } from '../analyser-pool.ts';
import { BLOCKS_PER_FRAME } from '../blocks.ts';
import type { LogDigest } from '../log-index.ts';
import type { TeamIngest, TeamIngestOptions } from '../team-index.ts';
import { type CaptureRecord, captureRow, monthOf, occurrenceRows, placeOf, stampOf } from './capture-rows.ts';
import { type EngineClient, INDEX_LATER } from './client.ts';
import { deriveLogs, placeRows } from './derive.ts';
import { ofLogs } from './filter-condition.ts';
import { linksOf, placeIdsOf } from './links.ts';
import { sealWords, sortedWords } from './sealed-words.ts';
import { texts } from './sql-text.ts';
import { NewWords } from './vocabulary.ts';

/** measured (bench/engine.mjs): the words of some 100 MB of log in one request; smaller ones make more parts to merge. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;
/** chosen: what two cores read in some 15 s; nobody waits longer to find what is in, and a killed worker has read no more in vain. */
const MAX_RAW_BYTES = 256 * 1024 * 1024;
/**
 * chosen: as many words make a part that is soon merged with others, and gets its index then, once. Less than that is indexed at
 * once: parts without an index are looked through by every search (measured: 30 ms for a thousand blocks), and such as nothing
 * follows lie there for minutes.
 */
const INDEXED_LATER_BYTES = 2 * 1024 * 1024;
const LINE_END = Buffer.from('\n');
const TAB = Buffer.from('\t');
const NO_GRAMS = Buffer.alloc(0);
const BLOCK_COLUMNS = ['home', 'placed', 'log', 'n', 'long_grams', 'tokens'] as const;

/** Logs on their way into the engine: some are read while what was read before is sent. */
export class EngineIngest implements TeamIngest {
  readonly #client: EngineClient;
  #text: Buffer[] = [];
  #textBytes = 0;
  #words = new NewWords();
  #records: CaptureRecord[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(client: EngineClient) {
    this.#client = client;
  }

  /** Whether it is time to `commit`. */
  get isFull(): boolean {
    return this.#records.reduce((bytes, { manifest }) => bytes + manifest.text.sizeBytes, 0) >= MAX_RAW_BYTES;
  }

  /** Reads the log of `manifest`. Its words may be in the engine before it is committed; nobody sees them. */
  async add(reader: ObjectReader, manifest: Manifest, options: TeamIngestOptions): Promise<void> {
    const keys = keysOfManifest(manifest);
    const source = await holdSmall(reader, keys.object, manifest.object.sizeBytes);
    const table = await readFrameTable(source, keys.object, manifest);
    const analyse = (pool: AnalyserPool): Promise<LogDigest> => {
      const frames = readStoredFrames(source, keys.object, table);
      return this.#analyse(manifest, { table, frames }, { ...options, pool });
    };
    let digest: LogDigest;
    try {
      digest = await analyse(options.pool ?? ON_THIS_THREAD);
    } catch (error) {
      if (!(error instanceof WorkerGone)) throw error;
      digest = await analyse(ON_THIS_THREAD);
    }
    this.#records.push({ key: keys.manifest, manifest, store: options.store, table, digest });
  }

  async #analyse(
    manifest: Manifest,
    { table, frames }: { readonly table: FrameTable; readonly frames: AsyncIterable<Uint8Array> },
    options: TeamIngestOptions & { readonly pool: AnalyserPool },
  ): Promise<LogDigest> {
    const { home, placedMs, log } = placeOf(manifest);
    const start = `${escapeTabbed(home)}\t${stampOf(placedMs)}\t${log}\t`;
    const month = monthOf(placedMs);
    const analysis = options.pool.begin(manifest.text.sizeBytes, (documents) => {
      for (const { slot, words, grams } of documents) {
        const sealed = sealWords(words);
        this.#words.add(month, sealed);
        const known = grams === undefined || isCutFrame(table, slot) ? NO_GRAMS : escapeBytes(grams);
        this.#hold(Buffer.from(`${start}${slot}\t`, 'utf8'), known, TAB, sortedWords(sealed), LINE_END);
      }
    });
    try {
      let number = 0;
      for await (const bytes of frames) {
        options.signal?.throwIfAborted();
        const textBytes = table.textBytes[number] ?? 0;
        const continues = table.continues[number] === 1;
        await analysis.push({ number, bytes, textBytes, continues, isCut: table.continues[number + 1] === 1 });
        options.onProgress?.(textBytes);
        number++;
        if (this.#textBytes >= MAX_TEXT_BYTES) await this.#sendText();
      }
      return await analysis.end();
    } catch (error) {
      analysis.drop();
      throw error;
    }
  }

  #hold(...pieces: readonly Buffer[]): void {
    this.#text.push(...pieces);
    for (const piece of pieces) this.#textBytes += piece.length;
  }

  /** One request under way at a time: while it lasts the next logs are read, and no more than that. */
  async #sendText(): Promise<void> {
    const body = Buffer.concat(this.#text);
    this.#text = [];
    this.#textBytes = 0;
    const words = this.#words;
    this.#words = new NewWords();
    const before = this.#sending;
    this.#sending = before.then(async () => {
      await this.#client.insertText('block', BLOCK_COLUMNS, body, body.length < INDEXED_LATER_BYTES ? {} : INDEX_LATER);
      await words.send(this.#client);
    });
    this.#sending.catch(() => undefined); // told by whoever awaits it next
    await before;
  }

  /** Everything that was added is there for everybody when this ends; what is being added meanwhile is for the next. */
  async commit(): Promise<readonly CaptureRecord[]> {
    const records = this.#records;
    this.#records = [];
    try {
      await this.#commit(records);
    } catch (error) {
      this.#records.unshift(...records);
      throw error;
    }
    return records;
  }

  async #commit(records: readonly CaptureRecord[]): Promise<void> {
    await this.#sendText();
    await this.#sending;
    if (records.length === 0) return;
    await this.#client.insert('occurrence', records.flatMap(occurrenceRows));
    // Before the captures: who sees a capture finds it.
    await this.#client.insert('place', records.flatMap(placesOfCapture));
    await this.#client.insert('capture_by_time', records.map(captureRow));
    await this.#seeCaptures(records);
    await deriveLogs(this.#client, {
      logs: records.map(({ manifest }) => manifest.logId),
      links: records.flatMap(({ manifest }) => linksOf(manifest.attempt)),
    });
    await this.#client.insert(
      'done',
      records.map(({ store, key }) => ({ store, key })),
    );
  }

  /** What follows from captures is only found once they are seen. */
  async #seeCaptures(records: readonly CaptureRecord[]): Promise<void> {
    const logs = texts(records.map(({ manifest }) => manifest.logId));
    const query = `SELECT DISTINCT key FROM capture_by_time WHERE ${ofLogs(logs)}`;
    await this.#client.rowsOnce(query, (rows) => {
      const seen = new Set(rows.map(([key]) => String(key)));
      return records.every(({ key }) => seen.has(key));
    });
  }
}

/** The rows of `place` by which a capture is found. */
export function placesOfCapture({ manifest }: Pick<CaptureRecord, 'manifest'>): ReturnType<typeof placeRows> {
  const { placedMs, log } = placeOf(manifest);
  return placeRows(stampOf(placedMs), [log, ...placeIdsOf(linksOf(manifest.attempt))]);
}

/** Whether a line of the slot's frame goes on in another, where the rest of one of its words may be. */
function isCutFrame({ continues }: FrameTable, slot: number): boolean {
  const frame = Math.floor(slot / BLOCKS_PER_FRAME);
  return continues[frame] === 1 || continues[frame + 1] === 1;
}

const escapeBytes = (bytes: Uint8Array): Buffer =>
  Buffer.from(escapeTabbed(Buffer.from(bytes).toString('latin1')), 'latin1');

/** As ClickHouse reads tab-separated text. */
const escapeTabbed = (value: string): string =>
  value.toWellFormed().replace(/[\\\t\n\r\0\b\f]/g, (c) => ESCAPES[c] ?? c);

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
};
