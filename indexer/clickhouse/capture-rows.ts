// A capture as a row of the engine, and back. The manifest goes as it is, so that whatever is asked later can be answered.
import type { FrameTable } from '../../store/frame-table.ts';
import type { ObjectKey } from '../../store/keys.ts';
import type { Manifest, Step } from '../../store/manifest.ts';
import { manifestToJson } from '../../store/manifest-json.ts';
import { parseManifest } from '../../store/manifest-schema.ts';
import { packFrameTable, unpackFrameTable } from '../frame-table-blob.ts';
import type { LogDigest, StoreId } from '../log-index.ts';
import type { EngineRow } from './client.ts';
import { linksOf } from './links.ts';
import { WORDS_VERSION } from './schema.ts';

/** What the engine holds of one capture, besides the words of its text. */
export interface CaptureRecord {
  readonly key: ObjectKey;
  readonly manifest: Manifest;
  readonly store: StoreId;
  readonly table: FrameTable;
  readonly digest: LogDigest;
}

/** A capture as it is read back: without what its text has where that was not asked for. */
export interface ReadCapture extends Omit<CaptureRecord, 'digest'> {
  readonly digest: LogDigest | undefined;
}

/** Key of a log's rows: see schema.ts. */
export interface LogPlace {
  readonly home: string;
  readonly placedMs: number;
  readonly log: string;
}

/** A clock outside of these years is wrong, and a month of its own for each such log would be a partition for each. */
const FIRST_MS = Date.UTC(2000, 0, 1);
const LAST_MS = Date.UTC(2100, 0, 1);

/** Where the rows of a capture go: from its manifest alone, so that whoever sends them again sends them there. */
export function placeOf(manifest: Manifest): LogPlace {
  const { attempt, capture } = manifest;
  const told = Math.floor(attempt.startedAtMs ?? capture.startedAtMs);
  const placedMs = told >= FIRST_MS && told < LAST_MS ? told : FIRST_MS;
  return { home: attempt.repo ?? '', placedMs, log: manifest.logId };
}

/** As ClickHouse reads a DateTime64(3) in any input format. */
export const stampOf = (timeMs: number): string => new Date(timeMs).toISOString().replace('T', ' ').slice(0, 23);

/** The month of a place, as the engine's toYYYYMM gives it. */
export function monthOf(placedMs: number): number {
  const date = new Date(placedMs);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** Columns of `capture`, in the order that `captureOf` takes. */
export const CAPTURE_COLUMNS = 'store, key, manifest, frames, digest, templates';
/** The same without what the text has: a third of the bytes, and a fifth of the time to take them in. */
export const CAPTURE_COLUMNS_BARE = 'store, key, manifest, frames';
/** The same with the first headline, which every log row shows. */
export const CAPTURE_COLUMNS_HEADED = `${CAPTURE_COLUMNS_BARE}, if(empty(JSONExtractArrayRaw(digest, 'signatures')), '',
  concat('{"steps":[],"signatures":[', JSONExtractArrayRaw(digest, 'signatures')[1], ']}'))`;

/** The row of `capture`. */
export function captureRow({ key, manifest, store, table, digest }: CaptureRecord): Readonly<Record<string, unknown>> {
  const { home, placedMs, log } = placeOf(manifest);
  const { signatures, steps, templateSet } = digest;
  const kept = signatures.map(({ signature, headline, exemplarLine, firstLine, count, score }) => ({
    signature,
    headline,
    line: exemplarLine,
    firstLine,
    count,
    score,
  }));
  return {
    home,
    placed: stampOf(placedMs),
    log,
    key,
    store,
    manifest: manifestToJson(manifest),
    frames: Buffer.from(packFrameTable(table)).toString('base64'),
    digest: JSON.stringify({ signatures: kept, steps }),
    templates: Buffer.from(templateSet).toString('base64'),
    links: linksOf(manifest.attempt),
    words: WORDS_VERSION,
  };
}

/** The rows of `occurrence`. */
export function occurrenceRows({ manifest, digest }: CaptureRecord): readonly Readonly<Record<string, unknown>>[] {
  const { home, placedMs, log } = placeOf(manifest);
  const placed = stampOf(placedMs);
  return digest.signatures.map(({ signature, headline }) => ({
    sig: signature,
    home,
    placed,
    log,
    headline: headline.toWellFormed(),
  }));
}

interface KeptDigest {
  readonly signatures: readonly {
    readonly signature: string;
    readonly headline: string;
    readonly line: number;
    readonly firstLine: number;
    readonly count: number;
    readonly score: number;
  }[];
  readonly steps: readonly Step[];
}

/** The capture of a row that was selected by one of the lists of columns above. */
export function captureOf(row: EngineRow): ReadCapture {
  const [store, key, manifest, frames, digest, templates] = row as readonly string[];
  return {
    key: (key ?? '') as ObjectKey,
    store: store ?? '',
    manifest: parseManifest(Buffer.from(manifest ?? '', 'utf8'), key ?? ''),
    table: unpackFrameTable(Buffer.from(frames ?? '', 'base64')),
    digest: (digest ?? '') === '' ? undefined : digestOf(digest ?? '', templates ?? ''),
  };
}

function digestOf(digest: string, templates: string): LogDigest {
  const kept = JSON.parse(digest) as KeptDigest;
  return {
    // Which templates there are is all that is kept of them.
    templateSet: Buffer.from(templates, 'base64'),
    signatures: kept.signatures.map(({ line, ...rest }) => ({ ...rest, exemplarLine: line })),
    steps: kept.steps,
  };
}
