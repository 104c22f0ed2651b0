// What `firstred prune` does, step by step: plan, bury, remove what was buried a day ago, clear leftovers, drop spent facts.
import { listAttempts, listLogs } from '../indexer/attempts.ts';
import type { AttemptFilter, LogIndexReader, LogRow } from '../indexer/log-index.ts';
import { listActiveNames } from '../indexer/name-facts.ts';
import { findName } from '../indexer/names.ts';
import { headlineOfLog, requireHeadlines, showsAny } from '../indexer/signature-report.ts';
import type { TeamIndex } from '../indexer/team-index.ts';
import { type AuditLeftover, auditStore, burialsIn, readAllFacts } from '../store/audit.ts';
import { newCaptureId } from '../store/capture.ts';
import { AppError } from '../store/errors.ts';
import type { Fact } from '../store/facts.ts';
import { captureIdOf, type ObjectKey, stemOf } from '../store/keys.ts';
import type { Manifest } from '../store/manifest.ts';
import { findSpentFacts } from '../store/prune-facts.ts';
import { buryCapture, findFeedKeys, removeCapture, removeLeftover, reviveCapture } from '../store/prune-store.ts';
import { readManifestAt } from '../store/read-manifest.ts';
import { adoptLog } from '../store/repair.ts';
import { openSpool } from '../store/spool.ts';
import {
  decideRetention,
  type RetainedLog,
  type RetentionDecision,
  type RetentionPolicy,
  type SeenAttempts,
} from './retention.ts';
import type { OpenedStore, Session } from './session.ts';
import { toolName } from './version.ts';

/** What is in the store, as prune needs it. */
export interface StoreView {
  readonly store: OpenedStore;
  /** The store's clock. */
  readonly nowMs: number;
  readonly facts: readonly Fact[];
  /** Captures that no tombstone has buried, by stem. */
  readonly captures: ReadonlyMap<string, RetainedLog['captures']>;
  /** Buried captures that are still there. */
  readonly buried: readonly ObjectKey[];
}

/** Told how many things of a step are done; `total` is undefined where nobody knows it. */
export type OnStep = (what: string, done: number, total: number | undefined) => void;

/** Lists everything once. */
export async function viewStore(session: Session, onStep?: OnStep): Promise<StoreView> {
  const store = await session.store();
  const { all: facts } = await readAllFacts(store, () => undefined);
  const isBuried = burialsIn(facts);
  const captures = new Map<string, RetainedLog['captures'][number][]>();
  const buried: ObjectKey[] = [];
  let listed = 0;
  for await (const { key, modifiedAtMs } of store.list('logs/')) {
    if (captureIdOf(key) === '') continue;
    onStep?.('listed', ++listed, undefined);
    if (isBuried(key)) buried.push(key);
    else
      captures.set(stemOf(key), [...(captures.get(stemOf(key)) ?? []), { manifestKey: key, storedAtMs: modifiedAtMs }]);
  }
  return { store, nowMs: await store.clockMs(), facts, captures, buried };
}

/** What the policy says of every log that the index knows and the store has. */
export async function planRetention(
  session: Session,
  view: StoreView,
  policy: RetentionPolicy,
): Promise<readonly RetentionDecision[]> {
  const storeId = await session.storeId();
  const team = await session.team();
  if (team === undefined)
    return decideRetention(
      retainedLogs(await session.indexForWriting(), { view, storeId, filter: {} }),
      policy,
      view.nowMs,
    );
  const decisions: RetentionDecision[] = [];
  const seen: SeenAttempts = new Map();
  for await (const logs of pieces(team, { view, storeId }))
    decisions.push(...decideRetention(logs, policy, view.nowMs, seen));
  return decisions;
}

/** chosen: some 10 MB of an index in memory at a time. */
const PIECE = 2_000;

/** The logs of a team's index, newest first, whole attempts at a time: all of them together need not fit into memory. */
async function* pieces(
  team: TeamIndex,
  of: { readonly view: StoreView; readonly storeId: string },
): AsyncGenerator<readonly RetainedLog[]> {
  const { askInParts } = await import('../indexer/index-parts.ts');
  let filter: AttemptFilter = {};
  for (;;) {
    const parts = await team.openParts();
    try {
      const newest = await askInParts(parts, (index) => listAttempts(index, filter, { limit: PIECE }));
      const sinceMs = newest.at(-1)?.attempt.timeMs;
      if (sinceMs === undefined) return;
      yield await askInParts(parts, (index) => retainedLogs(index, { ...of, filter: { ...filter, sinceMs } }));
      filter = { untilMs: sinceMs };
    } finally {
      parts.reader.close();
    }
  }
}

function retainedLogs(
  index: LogIndexReader,
  { view, storeId, filter }: { readonly view: StoreView; readonly storeId: string; readonly filter: AttemptFilter },
): readonly RetainedLog[] {
  const names = listActiveNames(index, view.nowMs);
  const signatures = new Set(names.map((name) => name.signature));
  const exemplars = new Set(
    view.facts.flatMap((fact) =>
      fact.kind === 'mechanism' && signatures.has(fact.signature) ? [fact.exemplar.logId as string] : [],
    ),
  );
  const isNamed = (row: LogRow): boolean => {
    if (!showsAny(index, row.logKey, signatures)) return false;
    const signature = headlineOfLog(index, row.logKey)?.signature;
    return signature !== undefined && findName(names, signature, row.attempt) !== undefined;
  };
  const rows = listLogs(index, filter, { limit: undefined });
  requireHeadlines(
    index,
    rows.filter((row) => showsAny(index, row.logKey, signatures)).map((row) => row.logKey),
  );
  return rows.flatMap((row): RetainedLog[] => {
    const captures = row.store === storeId ? view.captures.get(stemOf(row.manifestKey)) : undefined;
    if (captures === undefined) return [];
    return [{ row, captures, named: exemplars.has(row.logId) || isNamed(row) }];
  });
}

/** Puts a tombstone on every capture that the plan lets go. */
export async function buryPlanned(
  session: Session,
  view: StoreView,
  { decisions, onStep }: { readonly decisions: readonly RetentionDecision[]; readonly onStep: OnStep },
): Promise<void> {
  const captures = decisions
    .filter(({ verdict }) => verdict === 'let-go')
    .flatMap(({ log }) => log.captures.map(({ manifestKey }) => ({ logId: log.row.logId, manifestKey })));
  for (const [done, capture] of captures.entries()) {
    onStep('buried', done, captures.length);
    await buryCapture(view.store, { ...capture, reason: 'retention' }, { by: session.config.author, tool: toolName() });
  }
}

export interface RemovalPlan {
  readonly remove: readonly ObjectKey[];
  /** Something was learned of them since they were buried: they come back. */
  readonly revive: readonly ObjectKey[];
  /** Their tombstones are younger than the grace. */
  readonly waiting: number;
}

/** What becomes of captures that are buried. A forgotten log has no grace: somebody wants it gone. */
export async function planRemoval(view: StoreView, graceMs: number): Promise<RemovalPlan> {
  const remove: ObjectKey[] = [];
  const revive: ObjectKey[] = [];
  let waiting = 0;
  const byKey = tombstonesByKey(view.facts);
  for (const key of view.buried) {
    const tombstone = byKey.get(key);
    if (tombstone === undefined || tombstone.captureId === undefined) remove.push(key);
    else if (view.nowMs - tombstone.storedAtMs < graceMs) waiting += 1;
    else if (await wasSpokenOf(view, key, tombstone)) revive.push(key);
    else remove.push(key);
  }
  return { remove, revive, waiting };
}

type Tombstone = Extract<Fact, { readonly kind: 'tombstone' }>;

const tombstonesByKey = (facts: readonly Fact[]): ReadonlyMap<string, Tombstone> =>
  new Map(
    facts.flatMap((fact) => (fact.kind === 'tombstone' ? fact.manifestKeys.map((key) => [key, fact] as const) : [])),
  );

/** DESIGN: before deletion, look again for later facts. A name given by this log, or a new conclusion, takes it back. */
async function wasSpokenOf(view: StoreView, key: ObjectKey, tombstone: Tombstone): Promise<boolean> {
  const later = view.facts.filter((fact) => fact.storedAtMs > tombstone.storedAtMs);
  if (later.some((fact) => fact.kind === 'mechanism' && fact.exemplar.logId === tombstone.logId)) return true;
  const conclusions = later.filter((fact) => fact.kind === 'conclusion');
  if (conclusions.length === 0) return false;
  const manifest = await findManifest(view.store, key);
  return manifest !== undefined && conclusions.some((fact) => isAbout(fact, manifest));
}

async function findManifest(store: OpenedStore, key: ObjectKey): Promise<Manifest | undefined> {
  try {
    return await readManifestAt(store, key);
  } catch (error) {
    if (error instanceof AppError && ['NOT_FOUND', 'STORE_DAMAGED'].includes(error.code)) return undefined;
    throw error;
  }
}

function isAbout(fact: Extract<Fact, { readonly kind: 'conclusion' }>, { attempt }: Manifest): boolean {
  const { subject } = fact;
  if (fact.conclusion === attempt.conclusion || subject.repo !== attempt.repo) return false;
  if (subject.providerId !== undefined) return subject.providerId === attempt.providerId;
  return (['sha', 'workflow', 'job', 'run', 'attempt'] as const).every((name) => subject[name] === attempt[name]);
}

/** Removes and revives as planned. */
export async function carryOutRemoval(view: StoreView, plan: RemovalPlan, onStep?: OnStep): Promise<void> {
  for (const key of plan.revive) await reviveCapture(view.store, key, newCaptureId());
  const gone = [...plan.revive, ...plan.remove];
  const feed = await findFeedKeys(view.store, new Set(gone));
  for (const [done, key] of gone.entries()) {
    onStep?.('removed', done, gone.length);
    await removeCapture(view.store, key, feed.get(key) ?? []);
  }
}

/** A leftover of the store, or a file in this machine's spool. */
export interface ClearedLeftover {
  readonly kind: AuditLeftover['kind'] | 'spool';
  readonly key: string;
  /** It was a whole log but for its manifest, which it has now. */
  readonly adopted: boolean;
}

/** Leftovers untouched for `ageMs`; with `apply` whole logs among them are made visible and the rest is removed. */
export async function clearLeftovers(
  session: Session,
  view: StoreView,
  options: {
    readonly ageMs: number;
    readonly spoolAgeMs: number;
    readonly apply: boolean;
    readonly nowMs: number;
    readonly onStep: OnStep;
  },
): Promise<readonly ClearedLeftover[]> {
  const { store } = view;
  const { leftovers } = await auditStore(store, {
    depth: 'keys',
    onProgress: ({ part, done, total }) =>
      options.onStep(part === 'logs' ? 'looked at' : 'looked at the feed', done, total),
  });
  const old = leftovers.filter(
    ({ kind, modifiedAtMs }) => kind !== 'foreign' && kind !== 'buried' && view.nowMs - modifiedAtMs >= options.ageMs,
  );
  const isBuried = burialsIn(view.facts);
  const adopted = new Set<string>();
  const cleared: ClearedLeftover[] = [];
  // Feed entries first: what they name may be a whole log.
  for (const leftover of old.toSorted((a, b) => Number(b.kind === 'feed') - Number(a.kind === 'feed'))) {
    if (leftover.kind === 'feed' && options.apply && (await adoptLog(store, leftover, isBuried)))
      adopted.add(leftover.manifestKey);
    const manifestKey = leftover.kind === 'feed' ? leftover.manifestKey : leftover.key.replace(/\.zst$/, '.json');
    const isAdopted = adopted.has(manifestKey);
    if (isAdopted || !options.apply || (await removeLeftover(store, leftover)))
      cleared.push({ kind: leftover.kind, key: leftover.key, adopted: isAdopted });
  }
  for await (const { path } of openSpool(session.config.spool).listLeftovers(options.nowMs - options.spoolAgeMs)) {
    if (options.apply) await removeFile(path);
    cleared.push({ kind: 'spool', key: path, adopted: false });
  }
  return cleared;
}

async function removeFile(path: string): Promise<void> {
  const { rm } = await import('node:fs/promises');
  await rm(path, { force: true });
}

/** Facts without which everything stays as it is; with `apply` they are removed, oldest first. */
export async function dropSpentFacts(
  view: StoreView,
  options: { readonly ageMs: number; readonly apply: boolean; readonly onStep: OnStep },
): Promise<readonly ObjectKey[]> {
  const spent = findSpentFacts(view.facts, view.nowMs - options.ageMs);
  if (!options.apply) return spent;
  for (const [done, key] of spent.entries()) {
    options.onStep('dropped', done, spent.length);
    await view.store.remove(key);
  }
  return spent;
}
