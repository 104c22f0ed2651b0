// Writes prepared logs: rows, documents, signatures, steps, and the attempt that each belongs to. Inside one transaction.
import type { Attempt } from '../store/attempt.ts';
import { frameTableOf } from '../store/frame-table.ts';
import { keysOfManifest, type Manifest, type Step } from '../store/manifest.ts';
import { type Claim, isFetchedSource } from './attempt-merge.ts';
import {
  addAttempt,
  findAttemptOf,
  hasFacts,
  idOfName,
  type Regroup,
  refreshAttempt,
  refreshGroups,
  renamed,
  takeOverLogs,
  withNamesAtHand,
} from './attempt-rows.ts';
import { countBlocks } from './blocks.ts';
import { findCapture, hashOfKey } from './capture-key.ts';
import type { IndexReadDatabase, IndexWriteDatabase } from './database.ts';
import { packFrameTable } from './frame-table-blob.ts';
import { type PlacedText, type PreparedLog, reserveBlocks, writeText } from './ingest-buffer.ts';
import { packKey } from './key-bytes.ts';
import type { LogDigest, StoreId } from './log-index.ts';
import { addTemplates } from './log-templates.ts';
import { packSignature } from './signature-bytes.ts';
import {
  ADD_CAPTURE,
  ADD_LOG,
  ADD_LONG_LINE,
  ADD_OCCURRENCE,
  ADD_SIGNATURE,
  ADD_STEP,
  CHOOSE_CAPTURE,
  CHOOSE_PRIMARIES,
  FIND_LOG_ROW,
  FIND_SIGNATURE,
} from './statements.ts';
import { FIND_BURIED } from './statements-facts.ts';
import type { TermCollector } from './term-collector.ts';

/** Whether a tombstone keeps this capture out. */
export const isBuried = (db: IndexReadDatabase, manifest: Manifest): boolean =>
  db.get(FIND_BURIED, { logId: manifest.logId, captureId: manifest.capture.id }) !== undefined;

/** Writes logs and the words that are new with them. Captures that came or were buried meanwhile are passed over. */
export function writeLogs(db: IndexWriteDatabase, terms: TermCollector, logs: readonly PreparedLog[]): void {
  const texts: PlacedText[] = [];
  withNamesAtHand(db, () => texts.push(...writeRows(db, logs)));
  // All text last: a statement that changes several rows makes the text table write out what it holds as a segment of its own,
  // which cost a third of the ingest when each log's text was written beside its rows.
  writeText(db, terms, texts);
}

/** All but the text; gives the text of logs that are new. */
function writeRows(db: IndexWriteDatabase, logs: readonly PreparedLog[]): PlacedText[] {
  const texts: PlacedText[] = [];
  const groups = new Map<string, Attempt>();
  const regroup = (identity: Attempt): void => {
    const { repo, sha, workflow, job, event } = identity;
    groups.set(JSON.stringify([repo, sha, workflow, job, event]), identity);
  };
  for (const log of logs) {
    const firstBlock = writeLog(db, log, regroup);
    if (firstBlock !== undefined) texts.push({ documents: log.documents, firstBlock });
  }
  // Once a group: where neither commit nor job is known, all logs of a repository are one.
  for (const identity of groups.values()) refreshGroups(db, identity);
  return texts;
}

/** Gives the block that the text of a new log begins at. */
function writeLog(db: IndexWriteDatabase, prepared: PreparedLog, regroup: Regroup): number | undefined {
  const { manifest } = prepared;
  const isThere = findCapture(db, prepared.store, prepared.manifestKey) !== undefined;
  if (isThere || isBuried(db, manifest)) return undefined;
  const row = db.get(FIND_LOG_ROW, { logId: manifest.logId });
  if (row !== undefined) {
    addCapture(db, prepared, { log: row.id, identity: manifest.attempt });
    refreshAttempt(db, row.attempt, regroup);
    return undefined;
  }
  // Prepared as a second capture of a text that has been removed meanwhile: the next sync reads it whole.
  const hasText = prepared.documents.length > 0 || prepared.firstBlock !== undefined;
  if (!hasText && manifest.text.sizeBytes > 0) return undefined;
  const identity = renamed(db, manifest.attempt);
  const known = findAttemptOf(db, identity);
  const attempt = known ?? addAttempt(db, claimOf(manifest, identity));
  const { log, firstBlock } = addLog(db, prepared, attempt);
  const isAllThereIs = known === undefined && identity === manifest.attempt && !hasFacts(db, identity);
  addCapture(db, prepared, { log, identity: isAllThereIs ? undefined : manifest.attempt });
  if (known === undefined) takeOverLogs(db, { attempt, identity }, regroup);
  if (isAllThereIs) {
    db.run(CHOOSE_PRIMARIES, { key: attempt });
    regroup(identity);
  } else refreshAttempt(db, attempt, regroup);
  return firstBlock;
}

/** Writes what a manifest says alone: for a search that reads the text itself. */
export const writeManifest = (db: IndexWriteDatabase, store: StoreId, manifest: Manifest): void =>
  void writeLog(
    db,
    {
      manifest,
      store,
      manifestKey: keysOfManifest(manifest).manifest,
      table: frameTableOf([]),
      longLines: [],
      digest: undefined,
      firstBlock: 0,
      documents: [],
    },
    (identity) => refreshGroups(db, identity),
  );

const claimOf = (manifest: Manifest, identity: Attempt): Claim => ({
  identity,
  isFetched: isFetchedSource(manifest.capture.how),
  capturedMs: manifest.capture.startedAtMs,
});

function addLog(
  db: IndexWriteDatabase,
  prepared: PreparedLog,
  attempt: number,
): { readonly log: number; readonly firstBlock: number } {
  const { manifest, table, digest } = prepared;
  const blockCount = countBlocks(table);
  const firstBlock = prepared.firstBlock ?? reserveBlocks(db, blockCount);
  const signatures = (digest?.signatures ?? []).map((found) => ({ found, row: signatureRow(db, found) }));
  const log = db.run(ADD_LOG, {
    logId: manifest.logId,
    attempt,
    name: manifest.logName,
    complete: manifest.capture.complete ? 1 : 0,
    how: manifest.capture.how,
    capturedMs: manifest.capture.startedAtMs,
    lines: manifest.text.lines,
    rawBytes: manifest.text.sizeBytes,
    objectBytes: manifest.object.sizeBytes,
    firstBlock,
    blockCount,
    ...placeHeadline(signatures[0]),
  }).lastId;
  for (const line of prepared.longLines) db.run(ADD_LONG_LINE, { log, ...line });
  addOccurrences(db, log, signatures);
  if (digest !== undefined) addTemplates(db, log, digest.templateSet);
  addSteps(db, log, manifest.steps.length > 0 ? manifest.steps : (digest?.steps ?? []));
  return { log, firstBlock };
}

/** `identity` undefined: the attempt's row says the same. */
function addCapture(
  db: IndexWriteDatabase,
  prepared: PreparedLog,
  { log, identity }: { readonly log: number; readonly identity: Attempt | undefined },
): void {
  const { capture, object } = prepared.manifest;
  db.run(ADD_CAPTURE, {
    log,
    store: idOfName(db, prepared.store),
    manifestKey: packKey(prepared.manifestKey),
    keyHash: hashOfKey(prepared.manifestKey),
    complete: capture.complete ? 1 : 0,
    how: capture.how,
    capturedMs: capture.startedAtMs,
    objectBytes: object.sizeBytes,
    frames: packFrameTable(prepared.table),
    identity: identity === undefined ? null : JSON.stringify(identity),
  });
  db.run(CHOOSE_CAPTURE, { id: log });
}

/** A signature of a log, and the row that it has: the headline of the first log that shows it stays its own. */
interface PlacedSignature {
  readonly found: LogDigest['signatures'][number];
  readonly row: { readonly id: number; readonly headline: string };
}

/** Made at first use. */
function signatureRow(db: IndexWriteDatabase, found: PlacedSignature['found']): PlacedSignature['row'] {
  const { headline } = found;
  const signature = packSignature(found.signature);
  return (
    db.get(FIND_SIGNATURE, { signature }) ?? { id: db.run(ADD_SIGNATURE, { signature, headline }).lastId, headline }
  );
}

/** Where a log's headline is kept: with its best signature, unless that is known by another text. */
function placeHeadline(best: PlacedSignature | undefined): {
  readonly headline: string | null;
  readonly headlineOf: number | null;
} {
  if (best === undefined) return { headline: null, headlineOf: null };
  const { found, row } = best;
  return row.headline === found.headline
    ? { headline: null, headlineOf: row.id }
    : { headline: found.headline, headlineOf: null };
}

function addOccurrences(db: IndexWriteDatabase, log: number, signatures: readonly PlacedSignature[]): void {
  for (const { found, row } of signatures) {
    const { firstLine, count, score, exemplarLine } = found;
    db.run(ADD_OCCURRENCE, { signature: row.id, log, firstLine, count, score, exemplarLine });
  }
}

function addSteps(db: IndexWriteDatabase, log: number, steps: readonly Step[]): void {
  steps.forEach((step, ordinal) => {
    db.run(ADD_STEP, {
      log,
      ordinal,
      name: idOfName(db, step.name),
      firstLine: step.firstLine,
      lastLine: step.lastLine,
      startedMs: wholeMs(step.startedAtMs),
      finishedMs: wholeMs(step.finishedAtMs),
    });
  });
}

/** Time stamps in logs have microseconds; the column has whole milliseconds. */
const wholeMs = (timeMs: number | undefined): number | null => (timeMs === undefined ? null : Math.floor(timeMs));
