// Brings sealed logs from the spool into their stores. Two processes may do so at once: the same bytes go to the same
// keys, and whoever comes second finds the work done.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { newCaptureId } from './capture.ts';
import { type DeliverOptions, type Delivery, deliver } from './deliver.ts';
import { digestOf, startSha256 } from './digest.ts';
import { AppError, reasonOf } from './errors.ts';
import { keysOfManifest } from './manifest.ts';
import type { ObjectStore } from './object-store.ts';
import { readAhead } from './read-ahead.ts';
import type { SealedLog, Spool } from './spool.ts';

export interface FlushCounts {
  readonly delivered: number;
  /** Still in the spool: their store did not take them. */
  readonly waiting: number;
  /** Still in the spool: not what they were when they were sealed. */
  readonly damaged: number;
}

export interface FlushOptions extends DeliverOptions {
  /** The store that a log is for; undefined leaves it alone. */
  readonly storeFor: (storeUrl: string) => Promise<ObjectStore> | undefined;
  /** Only logs that have waited so long: younger ones are being delivered by whoever sealed them. */
  readonly minAgeMs?: number;
  /** At most so many, for a caller who has other things to do. */
  readonly limit?: number;
  readonly onDelivered: (log: SealedLog, delivery: Delivery) => Promise<void>;
  /** Bytes of the logs that were dealt with, of all that wait; `total` is undefined until the spool has been listed. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Told of each log that stays, and why. */
  readonly onProblem: (what: string, reason: AppError) => Promise<void>;
}

/**
 * chosen: an object whose manifest never came is taken for a leftover after a day. A log that has waited longer than
 * this is delivered as a new capture, so that it never meets whoever clears its old keys away.
 */
const RENAME_AFTER_MS = 12 * 3_600_000;

/** chosen: so many manifests, some 2 MB, are read before their logs are delivered. */
const LISTED_AHEAD = 1000;

/** Delivers what waits, oldest first. Errors of one log are told and do not keep the others from being delivered. */
export async function flushSpool(spool: Spool, options: FlushOptions): Promise<FlushCounts> {
  const counts = { delivered: 0, waiting: 0, damaged: 0 };
  const away = new Set<string>();
  const unreadable: [path: string, reason: string][] = [];
  const listed = spool.list((path, reason) => unreadable.push([path, reason]));
  const ahead = readAhead(listed, { most: LISTED_AHEAD, weigh: (sealed) => sealed.manifest.object.sizeBytes });
  let done = 0;
  for await (const sealed of ahead.things) {
    options.signal?.throwIfAborted();
    options.onProgress?.(done, ahead.total());
    done += sealed.manifest.object.sizeBytes;
    if (counts.delivered >= (options.limit ?? Number.POSITIVE_INFINITY)) break;
    const store = options.storeFor(sealed.storeUrl);
    store?.catch(() => undefined); // it is awaited further down; failing before that must not count as unhandled
    const facts = await stat(sealed.objectPath).catch(() => undefined);
    if (store === undefined || facts === undefined) continue; // not ours, or delivered a moment ago
    const ageMs = options.now() - facts.mtimeMs;
    if (ageMs < (options.minAgeMs ?? 0)) continue;
    if (away.has(sealed.storeUrl)) {
      counts.waiting += 1;
      continue;
    }
    try {
      await checkSealed(sealed);
      const log = ageMs > RENAME_AFTER_MS ? await spool.rename(sealed, newCaptureId()) : sealed;
      const delivery = await deliverSealed(log, await store, spool, options);
      counts.delivered += 1;
      await options.onDelivered(log, delivery);
    } catch (error) {
      if (!(await spool.has(sealed))) continue; // another process was quicker, and took the file away under our hands
      const reason = asDeliveryError(error, sealed.storeUrl);
      if (reason.code === 'STORE_DAMAGED') counts.damaged += 1;
      else counts.waiting += 1;
      if (reason.code === 'STORE_UNAVAILABLE') away.add(sealed.storeUrl); // asking it again for each log takes for ever
      await options.onProblem(sealed.manifest.logId, reason);
    }
  }
  for (const [path, reason] of unreadable) {
    counts.damaged += 1;
    await options.onProblem(path, damagedInSpool(path, reason));
  }
  return counts;
}

/** Delivers one log and takes it out of the spool. */
export async function deliverSealed(
  sealed: SealedLog,
  store: ObjectStore,
  spool: Spool,
  options: DeliverOptions,
): Promise<Delivery> {
  let delivery: Delivery;
  try {
    delivery = await deliver(sealed, store, options);
  } catch (error) {
    if (await spool.has(sealed)) throw error;
    // Another process was quicker, and took the file away under our hands.
    return { state: 'created', manifestKey: keysOfManifest(sealed.manifest).manifest, storedAtMs: undefined };
  }
  await spool.remove(sealed);
  return delivery;
}

/** A failure to deliver as an AppError. */
export const asDeliveryError = (error: unknown, storeUrl: string): AppError =>
  error instanceof AppError
    ? error
    : new AppError('STORE_UNAVAILABLE', `cannot put into ${storeUrl}: ${reasonOf(error)}`, {
        hint: 'the log waits in the spool: run `firstred flush` later',
        cause: error,
      });

/** A log that lay on a disk for days may not be what it was: it must not become a whole log of the store. */
async function checkSealed({ manifest, objectPath }: SealedLog): Promise<void> {
  const hash = startSha256();
  for await (const chunk of createReadStream(objectPath)) hash.update(chunk as Uint8Array);
  if (digestOf(hash) !== manifest.object.sha256)
    throw damagedInSpool(objectPath, 'its bytes are not those that were sealed');
}

const damagedInSpool = (path: string, why: string): AppError =>
  new AppError('STORE_DAMAGED', `${path} cannot be delivered: ${why}`, {
    hint: 'look at it with `zstd -dc`; move it out of the spool when you have what you need',
  });
