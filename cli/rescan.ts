// What `firstred rescan` does, step by step: looks through kept logs with the masker of today, makes masked copies of
// those in which it finds something, and removes the old ones everywhere.
import { createReadStream } from 'node:fs';
import { burialsIn, readAllFacts } from '../store/audit.ts';
import { decodeSideTable } from '../store/frame-table.ts';
import { readLog, readRange } from '../store/frames.ts';
import type { ObjectKey } from '../store/keys.ts';
import type { LogId } from '../store/log-id.ts';
import { keysOfManifest, type Manifest } from '../store/manifest.ts';
import { RULES_VERSION } from '../store/mask/tokens.ts';
import { createMasker, type Masker, type MaskReport, type ToldValue } from '../store/mask.ts';
import type { ObjectReader } from '../store/object-store.ts';
import { readAhead } from '../store/read-ahead.ts';
import { openSpool, type SealedLog } from '../store/spool.ts';
import type { Archiver } from './archiver.ts';
import { removeLog } from './forget-log.ts';
import { sumOf } from './mask-lines.ts';
import { carryOutRemoval, planRemoval, viewStore } from './prune.ts';
import type { Session } from './session.ts';
import { allManifests, isDamage } from './store-objects.ts';

/** A kept log in which today's masker finds something. */
export interface FoundLog {
  readonly manifest: Manifest;
  readonly manifestKey: ObjectKey;
  /** Masks that would come, by rule. */
  readonly counts: Readonly<Record<string, number>>;
}

export interface RescanOptions {
  readonly told: readonly ToldValue[];
  /** Logs of today's rules too. */
  readonly all: boolean;
  /** Only these. */
  readonly only: ReadonlySet<string> | undefined;
  readonly signal: AbortSignal;
  readonly onProblem: (what: string) => Promise<void>;
  /** Bytes of text that were looked through; `total` is undefined until the store has listed every log. */
  readonly onLook: (done: number, total: number | undefined) => void;
}

/** chosen: so many manifests, some 20 MB, are read ahead of the logs, so that their sum is known. */
const MANIFESTS_AHEAD = 10_000;

export interface RescanView {
  readonly found: readonly FoundLog[];
  readonly looked: number;
  /** Masked by today's rules: they would find nothing. */
  readonly passed: number;
  readonly unreadable: number;
}

/** Looks through every log of the store, captures of one text once. */
export async function findUnmasked(session: Session, options: RescanOptions): Promise<RescanView> {
  const store = await session.store();
  const problems: string[] = [];
  const { all: facts } = await readAllFacts(store, () => undefined);
  const isBuried = burialsIn(facts);
  const seen = new Set<string>();
  const found: FoundLog[] = [];
  const view = { looked: 0, passed: 0, unreadable: 0 };
  const open = async function* (): AsyncGenerator<Manifest> {
    for await (const manifest of allManifests(store, (what) => void problems.push(what))) {
      if (seen.has(manifest.logId) || isBuried(keysOfManifest(manifest).manifest, manifest.logId)) continue;
      if (options.only !== undefined && !options.only.has(manifest.logId)) continue;
      seen.add(manifest.logId);
      if (options.all || options.told.length > 0 || manifest.masking.rules !== RULES_VERSION) yield manifest;
      else view.passed += 1;
    }
  };
  const ahead = readAhead(open(), { most: MANIFESTS_AHEAD, weigh: ({ text }) => text.sizeBytes });
  let done = 0;
  for await (const manifest of ahead.things) {
    options.signal.throwIfAborted();
    const { manifest: manifestKey } = keysOfManifest(manifest);
    try {
      const { counts, withheldLines } = await look(readLog(store, manifest), options, (bytes) => {
        done += bytes;
        options.onLook(done, ahead.total());
      });
      view.looked += 1;
      if (sumOf(counts) + withheldLines > 0) found.push({ manifest, manifestKey, counts });
    } catch (error) {
      if (!isDamage(error)) throw error;
      problems.push(error.message);
    }
  }
  for (const what of problems) await options.onProblem(what);
  return { found, ...view, unreadable: problems.length };
}

async function look(
  text: AsyncIterable<Uint8Array>,
  { told, signal }: RescanOptions,
  onBytes: (bytes: number) => void,
): Promise<MaskReport> {
  const masker = createMasker({ told });
  for await (const chunk of text) {
    signal.throwIfAborted();
    masker.push(chunk);
    onBytes(chunk.byteLength);
  }
  masker.end();
  return masker.report();
}

/** Counts of the capture and of this masking together: a manifest says what is masked in its text. */
const addingTo = (masker: Masker, before: Manifest['masking']): Masker => ({
  ...masker,
  report() {
    const { rules, counts, withheldLines } = masker.report();
    const both = { ...before.counts };
    for (const [rule, count] of Object.entries(counts)) both[rule] = (both[rule] ?? 0) + count;
    return { rules, counts: both, withheldLines: before.withheldLines + withheldLines };
  },
});

/** Keeps a masked copy, then removes the old log; nothing is removed when the copy did not reach the store. */
export async function replaceLog(
  session: Session,
  archiver: Archiver,
  { manifest, manifestKey }: FoundLog,
  told: readonly ToldValue[],
): Promise<LogId> {
  const store = await session.store();
  const kept = await archiver.keep({
    attempt: () => manifest.attempt,
    logName: manifest.logName,
    how: 'rescan',
    input: readLog(store, manifest),
    masker: addingTo(createMasker({ told }), manifest.masking),
    cutReason: () => manifest.capture.cutReason,
    ...(await sideTableOf(store, manifest)),
  });
  if (kept.state === 'spooled') throw kept.reason;
  const { logId } = kept.manifest;
  if (logId !== manifest.logId)
    await removeLog(session, {
      logId: manifest.logId,
      manifestKey,
      reason: `masked by rules ${RULES_VERSION}`,
      redirectTo: logId,
    });
  return logId;
}

/** Times of `run`'s lines: masking keeps the lines, so they hold for the copy. */
async function sideTableOf(
  store: ObjectReader,
  manifest: Manifest,
): Promise<{ readonly sideTable?: (lines: number) => Uint8Array | undefined }> {
  const range = manifest.object.sideTable;
  if (range === undefined) return {};
  const content = decodeSideTable(await readRange(store, keysOfManifest(manifest).object, range));
  return { sideTable: (lines) => (lines === manifest.text.lines ? content : undefined) };
}

/** A sealed log that waits on this machine and holds something. */
export interface FoundSealed {
  readonly sealed: SealedLog;
  readonly counts: Readonly<Record<string, number>>;
}

/** The same look at what waits in this machine's spool: delivered later, it would bring a secret back. */
export async function findUnmaskedSealed(session: Session, options: RescanOptions): Promise<readonly FoundSealed[]> {
  const { unpackZstd } = await import('../store/zstd-stream.ts');
  const problems: string[] = [];
  const found: FoundSealed[] = [];
  let done = 0;
  const onDamaged = (path: string, reason: string): void => void problems.push(`${path}: ${reason}`);
  for await (const sealed of openSpool(session.config.spool).list(onDamaged)) {
    if (options.only !== undefined && !options.only.has(sealed.manifest.logId)) continue;
    const isNewest = sealed.manifest.masking.rules === RULES_VERSION;
    if (isNewest && !options.all && options.told.length === 0) continue;
    try {
      const { counts, withheldLines } = await look(
        unpackZstd(createReadStream(sealed.objectPath)),
        options,
        (bytes) => {
          done += bytes;
          options.onLook(done, undefined);
        },
      );
      if (sumOf(counts) + withheldLines > 0) found.push({ sealed, counts });
    } catch {
      onDamaged(sealed.objectPath, 'it cannot be unpacked');
    }
  }
  for (const what of problems) await options.onProblem(what);
  return found;
}

/** Delivers a masked copy of a log that waits, or leaves that in its place. */
export async function replaceSealed(
  session: Session,
  archiver: Archiver,
  { sealed }: FoundSealed,
  told: readonly ToldValue[],
): Promise<LogId> {
  const { unpackZstd } = await import('../store/zstd-stream.ts');
  const { manifest } = sealed;
  const kept = await archiver.keep({
    attempt: () => manifest.attempt,
    logName: manifest.logName,
    how: 'rescan',
    input: unpackZstd(createReadStream(sealed.objectPath)),
    masker: addingTo(createMasker({ told }), manifest.masking),
    cutReason: () => manifest.capture.cutReason,
  });
  await openSpool(session.config.spool).remove(sealed);
  return kept.manifest.logId;
}

/** Captures of removed logs that came back: a writer of old sent one again. Gives their keys. */
export async function removeReturned(session: Session, apply: boolean): Promise<readonly ObjectKey[]> {
  const view = await viewStore(session);
  // Captures that retention has let go keep their grace; only whole logs were forgotten.
  const { remove } = await planRemoval(view, Number.POSITIVE_INFINITY);
  if (apply) await carryOutRemoval(view, { remove, revive: [], waiting: 0 });
  return remove;
}
