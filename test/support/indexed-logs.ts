// Logs kept in a store in memory and indexed in a file, for tests of ingest and search.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type IngestOptions, ingestLog } from '../../indexer/ingest.ts';
import type { LogIndex, Match, QueryFlags, SearchOptions, SearchSummary } from '../../indexer/log-index.ts';
import { openIndex } from '../../indexer/open-index.ts';
import { parseQuery } from '../../indexer/query.ts';
import { search } from '../../indexer/search.ts';
import { type Attempt, UNKNOWN_ATTEMPT } from '../../store/attempt.ts';
import { type CutFrame, FrameCutter } from '../../store/frame-cutter.ts';
import { encodeLineTable, encodeSeekTable, type FrameRow, frameTableOf } from '../../store/frame-table.ts';
import { logIdOf } from '../../store/log-id.ts';
import { type Capture, keysOfManifest, type Manifest } from '../../store/manifest.ts';
import type { MaskedBytes } from '../../store/mask.ts';
import { bodyOf } from '../../store/object-store.ts';
import { loadZstd } from '../../store/zstd.ts';
import { makeManifest } from './manifests.ts';
import { MemoryStore } from './memory-store.ts';
import { makeTempFolder } from './temp-folder.ts';

/** What a test says of a log; the rest is made up. */
export interface TestLog {
  readonly text: string | Uint8Array;
  readonly attempt?: Partial<Attempt>;
  readonly capture?: Partial<Capture>;
  readonly logName?: string;
}

export const STORE_ID = 'test-store';

/** Every matching line, the newest first, with exact counts. */
export const EVERY_LINE: SearchOptions = {
  filter: {},
  sort: 'new',
  limit: undefined,
  mode: 'lines',
  contextLines: 0,
  budgetMs: undefined,
  frameCacheDir: undefined,
};

/** Puts a log into `store` as an archive would. */
export async function keepLog(store: MemoryStore, log: TestLog): Promise<Manifest> {
  const cutter = new FrameCutter();
  const cuts: CutFrame[] = [];
  const take = (cut: CutFrame): number => cuts.push({ ...cut, text: Uint8Array.from(cut.text) });
  for (const cut of cutter.push(Buffer.from(log.text) as Uint8Array as MaskedBytes)) take(cut);
  for (const cut of cutter.end()) take(cut);
  const frames = cuts.map((cut) => Buffer.from(loadZstd().compress(cut.text, 3)));
  const rows: FrameRow[] = cuts.map((cut, n) => ({
    objectBytes: frames[n]!.length,
    textBytes: cut.text.byteLength,
    lineEnds: cut.lineEnds,
    cutsLine: cut.cutsLine,
  }));
  const lineTable = encodeLineTable(frameTableOf(rows));
  const seekTable = encodeSeekTable(rows, [lineTable.byteLength]);
  const object = Buffer.concat([...frames, lineTable, seekTable]);
  const lineTableAt = object.length - lineTable.byteLength - seekTable.byteLength;
  const base = makeManifest();
  const attempt: Attempt = { ...UNKNOWN_ATTEMPT, repo: 'git.example.test/a/b', ...log.attempt };
  const text = cutter.facts();
  const logName = log.logName ?? 'log';
  const manifest: Manifest = {
    ...base,
    attempt,
    logName,
    logId: logIdOf(attempt, logName, text.sha256),
    capture: { ...base.capture, ...log.capture },
    text,
    steps: [],
    object: {
      sizeBytes: object.length,
      sha256: createHash('sha256').update(object).digest('hex'),
      frames: rows.length,
      lineTable: { start: lineTableAt, end: lineTableAt + lineTable.byteLength },
      seekTable: { start: lineTableAt + lineTable.byteLength, end: object.length },
      sideTable: undefined,
    },
  };
  await store.putOnce(keysOfManifest(manifest).object, bodyOf(object));
  return manifest;
}

/** A store and an index that are gone when the test ends. */
export class IndexedLogs {
  readonly store = new MemoryStore(() => Date.parse('2026-05-04T09:00:00.000Z'));
  readonly index: LogIndex;
  readonly file: string;
  readonly manifests: Manifest[] = [];

  private constructor(file: string) {
    this.file = file;
    this.index = openIndex(file);
  }

  static async open(): Promise<IndexedLogs> {
    const logs = new IndexedLogs(join(await makeTempFolder(), 'index.db'));
    onTestFinished(() => logs.index.close());
    return logs;
  }

  /** Keeps and ingests; not yet visible to others before a flush. */
  async add(log: TestLog, options: Partial<IngestOptions> = {}): Promise<{ manifest: Manifest; state: string }> {
    const manifest = await keepLog(this.store, log);
    this.manifests.push(manifest);
    const state = await ingestLog(this.index, this.store, manifest, { store: STORE_ID, ...options });
    return { manifest, state };
  }

  async addAll(logs: readonly TestLog[]): Promise<Manifest[]> {
    const manifests: Manifest[] = [];
    for (const log of logs) manifests.push((await this.add(log)).manifest);
    this.index.flush();
    return manifests;
  }

  async find(
    text: string,
    flags: Partial<QueryFlags> = {},
    options: Partial<SearchOptions> = {},
  ): Promise<{ matches: Match[]; summary: SearchSummary }> {
    const query = parseQuery(text, { regex: false, word: false, letterCase: 'smart', visible: false, ...flags });
    const run = search(this.index, this.store, query, {
      ...EVERY_LINE,
      ...options,
    });
    const matches: Match[] = [];
    for await (const match of run.matches) matches.push(match);
    return { matches, summary: await run.summary() };
  }
}
