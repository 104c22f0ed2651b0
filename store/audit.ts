// Looks at everything in a store: what is damaged, what crashes left behind, what the feed lacks. It only reads; mending
// is repair.ts, removing is prune-store.ts.
import { atOnce } from './at-once.ts';
import { type CheckDepth, checkLog } from './check-log.ts';
import { sha256 } from './digest.ts';
import { AppError } from './errors.ts';
import { readFact } from './fact-schema.ts';
import type { Fact } from './facts.ts';
import { type FeedEntry, findKeyTime, readFeedEntry } from './feed.ts';
import { type ObjectKey, objectKeyOf, STORE_FORMAT_KEY, stemOf } from './keys.ts';
import type { Leftover, ObjectReader, ObjectRemover, ObjectStat } from './object-store.ts';
import { readAhead } from './read-ahead.ts';
import { readManifestAt } from './read-manifest.ts';

/** Something that is not what it should be. */
export interface Damage {
  readonly key: string;
  readonly problem: string;
}

/** What a crash, a cut or a burial left, which no reader sees. Times are the store's clock. */
export type AuditLeftover =
  | { readonly kind: 'object'; readonly key: ObjectKey; readonly sizeBytes: number; readonly modifiedAtMs: number }
  /** A feed entry whose manifest is not there. */
  | { readonly kind: 'feed'; readonly key: ObjectKey; readonly manifestKey: ObjectKey; readonly modifiedAtMs: number }
  /** A capture that a tombstone has buried and nobody has removed yet. */
  | { readonly kind: 'buried'; readonly key: ObjectKey; readonly modifiedAtMs: number }
  /** A temporary file or an unfinished upload. */
  | { readonly kind: 'unfinished'; readonly key: string; readonly leftover: Leftover; readonly modifiedAtMs: number }
  /** A key that firstred never gives. It is named, and never touched. */
  | { readonly kind: 'foreign'; readonly key: string; readonly modifiedAtMs: number };

export interface AuditReport {
  /** Captures with a manifest and their object. */
  readonly logs: number;
  /** Keys that were looked at. */
  readonly objects: number;
  readonly damaged: readonly Damage[];
  readonly leftovers: readonly AuditLeftover[];
  /** Sound manifests that no feed entry names: an incremental sync would miss them. */
  readonly missingFeed: readonly ObjectKey[];
}

export interface AuditOptions {
  readonly depth: CheckDepth;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: AuditProgress) => void;
}

/** How far an audit has come: keys of the store, or with depth `bytes` the bytes of its objects. */
export interface AuditProgress {
  readonly part: 'logs' | 'feed';
  readonly unit: 'keys' | 'bytes';
  readonly done: number;
  /** undefined until the store has listed them all. */
  readonly total: number | undefined;
}

/** chosen: hides the latency of a store; memory holds a frame for each. */
const READS_AT_ONCE = 16;
const DEEP_READS_AT_ONCE = 4;
/** chosen: so many keys are listed ahead of the work, in some 30 MB. */
const KEYS_AHEAD = 50_000;

/** A store that can tell its leftovers. */
export type AuditedStore = ObjectReader & Pick<ObjectRemover, 'listLeftovers'>;

/** Looks at every key. Only what keeps it from looking (no network, no rights) is thrown. */
export async function auditStore(store: AuditedStore, options: AuditOptions): Promise<AuditReport> {
  const damaged: Damage[] = [];
  const leftovers: AuditLeftover[] = [];
  const facts = await readAllFacts(store, (problem) => damaged.push(problem));
  const isBuried = burialsIn(facts.all);
  const logs = await auditLogs(store, { ...options, damaged, leftovers, buried: isBuried });
  const feed = await auditFeed(store, { ...options, damaged, leftovers, manifests: logs.manifests });
  const unfed = await findKeysOf(store, logs.manifests.withoutFeed());
  const damagedKeys = new Set(damaged.map(({ key }) => key));
  const missingFeed = unfed.filter((key) => !damagedKeys.has(key));
  for await (const { key, modifiedAtMs } of store.list('')) {
    if (key === STORE_FORMAT_KEY || /^(logs|feed|facts|index)\//.test(key)) continue;
    leftovers.push({ kind: 'foreign', key, modifiedAtMs });
  }
  for await (const leftover of store.listLeftovers())
    leftovers.push({ kind: 'unfinished', key: leftover.key, leftover, modifiedAtMs: leftover.modifiedAtMs });
  return { logs: logs.count, objects: logs.objects + feed.objects + facts.count, damaged, leftovers, missingFeed };
}

/** Every fact that can be read, in the order of the store's clock. */
export async function readAllFacts(
  store: ObjectReader,
  onDamage: (damage: Damage) => void,
): Promise<{ readonly count: number; readonly all: readonly Fact[] }> {
  const all: Fact[] = [];
  let count = 0;
  for await (const { key, result } of readAll(keysOf(store.list('facts/')), (each) => readFact(store, each))) {
    count += 1;
    if (result instanceof AppError) onDamage({ key, problem: result.message });
    else if (result !== undefined) all.push(result);
  }
  return { count, all };
}

/** Whether a manifest is buried, by its key or as a capture of a log of which every capture is. */
export type IsBuried = (manifestKey: ObjectKey, logId?: string) => boolean;

/** What the tombstones among `facts` have buried. */
export function burialsIn(facts: readonly Fact[]): IsBuried {
  const tombstones = facts.filter((fact) => fact.kind === 'tombstone');
  const keys = new Set(tombstones.flatMap((fact) => fact.manifestKeys));
  const whole = tombstones.filter((fact) => fact.captureId === undefined);
  const stems = new Set(whole.flatMap((fact) => fact.manifestKeys.map(stemOf)));
  const logs = new Set(whole.map((fact) => fact.logId as string));
  return (key, logId) => keys.has(key) || stems.has(stemOf(key)) || (logId !== undefined && logs.has(logId));
}

/** Manifests that are there, as 48-bit marks: a million of them take some 40 MB, their keys would take 300. */
class ManifestMarks {
  readonly #there = new Set<number>();
  readonly #fed = new Set<number>();

  add(key: ObjectKey): void {
    this.#there.add(markOf(key));
  }

  /** Whether the manifest is there; from now on it counts as one that the feed has. */
  feed(key: ObjectKey): boolean {
    const mark = markOf(key);
    this.#fed.add(mark);
    return this.#there.has(mark);
  }

  withoutFeed(): ReadonlySet<number> {
    return new Set([...this.#there].filter((mark) => !this.#fed.has(mark)));
  }
}

const markOf = (key: string): number => Number.parseInt(sha256(key).slice(0, 12), 16);

interface LogsAudit extends AuditOptions {
  readonly damaged: Damage[];
  readonly leftovers: AuditLeftover[];
  readonly buried: IsBuried;
}

async function auditLogs(
  store: AuditedStore,
  { damaged, leftovers, buried, depth, signal, onProgress }: LogsAudit,
): Promise<{ readonly count: number; readonly objects: number; readonly manifests: ManifestMarks }> {
  const manifests = new ManifestMarks();
  let count = 0;
  let objects = 0;
  const isDeep = depth === 'bytes';
  const weigh = (capture: CaptureParts): number => (isDeep ? (capture.object?.sizeBytes ?? 0) : partsOf(capture));
  const ahead = readAhead(capturesIn(store.list('logs/')), { most: KEYS_AHEAD, weigh });
  let done = 0;
  const tell = (more: number): void => {
    done += more;
    onProgress?.({ part: 'logs', unit: isDeep ? 'bytes' : 'keys', done, total: ahead.total() });
  };
  const checked = atOnce(ahead.things, isDeep ? DEEP_READS_AT_ONCE : READS_AT_ONCE, async (capture) => {
    let told = 0;
    const onBytes = (bytes: number): void => {
      told += bytes;
      tell(bytes);
    };
    const result = await checkCapture(store, capture, { depth, onBytes });
    return { ...result, untold: weigh(capture) - told };
  });
  for await (const { capture, problem, logId, untold } of checked) {
    signal?.throwIfAborted();
    tell(untold); // of a damaged one, not all was read
    const { manifest, object, foreign } = capture;
    objects += partsOf(capture);
    if (foreign !== undefined)
      leftovers.push({ kind: 'foreign', key: foreign.key, modifiedAtMs: foreign.modifiedAtMs });
    if (manifest !== undefined && buried(manifest.key, logId))
      leftovers.push({ kind: 'buried', key: manifest.key, modifiedAtMs: manifest.modifiedAtMs });
    else if (problem !== undefined) damaged.push(problem);
    else if (manifest !== undefined) count += 1;
    if (manifest !== undefined) manifests.add(manifest.key);
    else if (object !== undefined) leftovers.push({ kind: 'object', ...object });
  }
  return { count, objects, manifests };
}

interface CaptureParts {
  readonly manifest: ObjectStat | undefined;
  readonly object: ObjectStat | undefined;
  readonly foreign: ObjectStat | undefined;
}

const partsOf = ({ manifest, object, foreign }: CaptureParts): number =>
  [manifest, object, foreign].filter((part) => part !== undefined).length;

/** Manifest and object of a capture stand side by side in the listing: `….json`, then `….zst`. */
async function* capturesIn(listed: AsyncIterable<ObjectStat>): AsyncGenerator<CaptureParts> {
  let manifest: ObjectStat | undefined;
  for await (const stat of listed) {
    if (manifest !== undefined && objectKeyOf(manifest.key) !== stat.key) {
      yield { manifest, object: undefined, foreign: undefined };
      manifest = undefined;
    }
    if (stat.key.endsWith('.json')) manifest = stat;
    else if (stat.key.endsWith('.zst')) {
      yield { manifest, object: stat, foreign: undefined };
      manifest = undefined;
    } else yield { manifest: undefined, object: undefined, foreign: stat };
  }
  if (manifest !== undefined) yield { manifest, object: undefined, foreign: undefined };
}

async function checkCapture(
  store: ObjectReader,
  capture: CaptureParts,
  { depth, onBytes }: { readonly depth: CheckDepth; readonly onBytes: (bytes: number) => void },
): Promise<{
  readonly capture: CaptureParts;
  readonly problem: Damage | undefined;
  readonly logId: string | undefined;
}> {
  const { manifest: found, object } = capture;
  if (found === undefined || depth === 'keys') return { capture, problem: undefined, logId: undefined };
  let logId: string | undefined;
  try {
    const manifest = await readManifestAt(store, found.key);
    logId = manifest.logId;
    // The listing may be older than the object: only a look of its own says that it is not there.
    const there = object ?? (await store.stat(objectKeyOf(found.key)));
    if (there === undefined) throw new AppError('STORE_DAMAGED', 'its object is not there', { hint: '' });
    await checkLog(store, manifest, { objectBytes: there.sizeBytes, depth, onBytes });
    return { capture, problem: undefined, logId };
  } catch (error) {
    if (isGone(error) && (await store.stat(found.key)) === undefined)
      return { capture: { manifest: undefined, object: undefined, foreign: undefined }, problem: undefined, logId };
    return { capture, problem: { key: found.key, problem: damageOf(error) }, logId };
  }
}

const isGone = (error: unknown): boolean =>
  error instanceof AppError && (error.code === 'NOT_FOUND' || error.code === 'STORE_DAMAGED');

/** What is wrong with an object; errors that say nothing about it (no network, no rights) are thrown on. */
function damageOf(error: unknown): string {
  if (error instanceof AppError && ['STORE_DAMAGED', 'NOT_FOUND', 'FORMAT_TOO_NEW'].includes(error.code))
    return error.message;
  throw error;
}

interface FeedAudit extends AuditOptions {
  readonly damaged: Damage[];
  readonly leftovers: AuditLeftover[];
  readonly manifests: ManifestMarks;
}

async function auditFeed(
  store: ObjectReader,
  { damaged, leftovers, manifests, signal, onProgress }: FeedAudit,
): Promise<{ readonly objects: number }> {
  let objects = 0;
  const ahead = readAhead(keysOf(store.list('feed/')), { most: KEYS_AHEAD, weigh: () => 1 });
  const entries = readAll<FeedEntry>(ahead.things, (key) => readFeedEntry(store, key));
  for await (const { key, result } of entries) {
    signal?.throwIfAborted();
    objects += 1;
    onProgress?.({ part: 'feed', unit: 'keys', done: objects, total: ahead.total() });
    if (result instanceof AppError) damaged.push({ key, problem: result.message });
    else if (!manifests.feed(result.manifestKey) && (await store.stat(result.manifestKey)) === undefined) {
      const { manifestKey } = result;
      leftovers.push({ kind: 'feed', key, manifestKey, modifiedAtMs: findKeyTime(key) ?? 0 });
    }
  }
  return { objects };
}

/** Each key with what `read` gives, or why it can't be read. A key that went away meanwhile is passed over. */
async function* readAll<T>(
  keys: AsyncIterable<ObjectKey>,
  read: (key: ObjectKey) => Promise<T>,
): AsyncGenerator<{ readonly key: ObjectKey; readonly result: T | AppError }> {
  const results = atOnce(keys, READS_AT_ONCE, async (key) => {
    try {
      return { key, result: await read(key) };
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      damageOf(error);
      return { key, result: error as AppError };
    }
  });
  for await (const each of results) if (each !== undefined) yield each;
}

async function* keysOf(listed: AsyncIterable<ObjectStat>): AsyncGenerator<ObjectKey> {
  for await (const { key } of listed) yield key;
}

async function findKeysOf(store: ObjectReader, marks: ReadonlySet<number>): Promise<readonly ObjectKey[]> {
  const found: ObjectKey[] = [];
  if (marks.size === 0) return found;
  for await (const { key } of store.list('logs/')) if (marks.has(markOf(key))) found.push(key);
  return found;
}
