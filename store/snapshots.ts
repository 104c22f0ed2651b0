// Snapshots of an index in the store: compressed files with a description beside each, which is written last. It knows bytes,
// not what is in them. A snapshot is a convenience: one that can't be used costs time, never an answer.
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { z } from 'zod';
import { digestOf, startSha256 } from './digest.ts';
import { AppError } from './errors.ts';
import { findKeyTime } from './feed.ts';
import { findObjectKey, type ObjectKey, snapshotKeys } from './keys.ts';
import { crockford32 } from './log-id.ts';
import { STORE_FORMAT } from './manifest.ts';
import { firstProblem, parseJsonObject, refuseNewer } from './manifest-schema.ts';
import { bodyOf, type ObjectReader, type ObjectRemover, type ObjectStore, readSmall } from './object-store.ts';
import { loadZstd } from './zstd.ts';
import { unpackZstd } from './zstd-stream.ts';

/** What a snapshot says of itself. */
export interface Snapshot {
  /** Key of the description. */
  readonly key: ObjectKey;
  readonly objectKey: ObjectKey;
  /** The store's clock when it was published, epoch ms. */
  readonly storedAtMs: number;
  readonly storeId: string;
  /** Version of the index inside: a newer one than ours is of no use. */
  readonly indexVersion: number;
  readonly logs: number;
  /** Of the index itself, and of the object. */
  readonly indexBytes: number;
  readonly objectBytes: number;
  readonly sha256: string;
}

/** Of the index that is to be published. */
export type SnapshotFacts = Pick<Snapshot, 'storeId' | 'indexVersion' | 'logs'> & { readonly tool: string };

/** chosen: pieces that are compressed by themselves; larger ones are hardly smaller. */
const PIECE_BYTES = 1 << 20;
/** chosen: level 3 makes an index a little smaller than half; 9 would take four times as long for a tenth. */
const LEVEL = 3;
/** chosen: a description has 400 bytes. */
const MAX_DESCRIPTION_BYTES = 65_536;

const schema = z.object({
  storeId: z.string().max(64),
  indexVersion: z.int().min(1),
  logs: z.int().min(0),
  indexBytes: z.int().min(1),
  objectBytes: z.int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What is told while a snapshot is put: bytes of the index that are compressed, then of the object that were sent. */
export interface PutWatch {
  readonly signal: AbortSignal;
  readonly onPack?: (done: number, total: number) => void;
  /** Begins again where the store makes the put begin again. */
  readonly onPut?: (done: number, total: number) => void;
}

/** Compresses the index `file` into `staged` and puts it into the store: object first, then its description. */
export async function putSnapshot(
  store: ObjectStore,
  files: { readonly index: string; readonly staged: string },
  facts: SnapshotFacts,
  watch: PutWatch,
): Promise<Snapshot> {
  const sizes = await compressFile(files.index, files.staged, watch);
  const id = crockford32(randomBytes(10));
  const storedAtMs = await store.clockMs();
  const keys = snapshotKeys(storedAtMs, id);
  const send = (): AsyncGenerator<Uint8Array> =>
    counted(createReadStream(files.staged), (done) => watch.onPut?.(done, sizes.objectBytes));
  await store.putOnce(keys.object, { sizeBytes: sizes.objectBytes, open: send }, watch.signal);
  const description = { format: STORE_FORMAT, id, ...facts, ...sizes };
  await store.putOnce(keys.manifest, bodyOf(Buffer.from(`${JSON.stringify(description, null, 1)}\n`)));
  return { key: keys.manifest, objectKey: keys.object, storedAtMs, ...facts, ...sizes };
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of chunks) {
    done += chunk.byteLength;
    onBytes(done);
    yield chunk;
  }
}

async function compressFile(
  from: string,
  to: string,
  { signal, onPack }: PutWatch,
): Promise<Pick<Snapshot, 'indexBytes' | 'objectBytes' | 'sha256'>> {
  const zstd = loadZstd();
  const digest = startSha256();
  let indexBytes = 0;
  let objectBytes = 0;
  const { size } = await stat(from);
  const out = await open(to, 'wx', 0o600);
  try {
    for await (const chunk of createReadStream(from, { highWaterMark: PIECE_BYTES })) {
      signal.throwIfAborted();
      const frame = zstd.compress(chunk as Buffer, LEVEL);
      indexBytes += (chunk as Buffer).length;
      objectBytes += frame.length;
      digest.update(frame);
      await out.writeFile(frame);
      onPack?.(indexBytes, size);
    }
  } finally {
    await out.close();
  }
  return { indexBytes, objectBytes, sha256: digestOf(digest) };
}

/** Keys of all descriptions, newest first. There are few: old ones expire. */
export async function listSnapshots(reader: ObjectReader): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = [];
  for await (const { key } of reader.list('index/')) if (findKeyTime(key) !== undefined) keys.push(key);
  return keys.reverse();
}

/** One description. STORE_DAMAGED when it is none, FORMAT_TOO_NEW. */
export async function readSnapshot(reader: ObjectReader, key: ObjectKey): Promise<Snapshot> {
  const json = parseJsonObject(await readSmall(reader, key, MAX_DESCRIPTION_BYTES));
  refuseNewer(json?.['format'], key);
  const parsed = schema.safeParse(json);
  const storedAtMs = findKeyTime(key);
  const objectKey = findObjectKey(key.replace(/\.json$/, '.db.zst'));
  if (!parsed.success || storedAtMs === undefined || objectKey === undefined)
    throw damaged(key, parsed.success ? 'its key is none' : firstProblem(parsed.error));
  return { key, objectKey, storedAtMs, ...parsed.data };
}

/** Downloads and unpacks a snapshot into the new file `to`. STORE_DAMAGED when a byte of it is not what it says. */
export async function fetchSnapshot(
  reader: ObjectReader,
  snapshot: Snapshot,
  to: string,
  options: { readonly signal: AbortSignal; readonly onBytes: (objectBytes: number) => void },
): Promise<void> {
  const digest = startSha256();
  let objectBytes = 0;
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of reader.get(snapshot.objectKey)) {
      options.signal.throwIfAborted();
      objectBytes += chunk.byteLength;
      if (objectBytes > snapshot.objectBytes) throw damaged(snapshot.key, 'its object is larger');
      digest.update(chunk);
      options.onBytes(chunk.byteLength);
      yield chunk;
    }
  };
  const out = await open(to, 'wx', 0o600);
  let indexBytes = 0;
  try {
    for await (const chunk of unpackZstd(checked())) {
      indexBytes += chunk.byteLength;
      if (indexBytes > snapshot.indexBytes) throw damaged(snapshot.key, 'it unpacks to more');
      await out.writeFile(chunk);
    }
    await out.sync();
  } catch (error) {
    // The decoder's own errors say nothing but this.
    throw error instanceof AppError || options.signal.aborted ? error : damaged(snapshot.key, 'it cannot be unpacked');
  } finally {
    await out.close();
  }
  if (indexBytes !== snapshot.indexBytes || digestOf(digest) !== snapshot.sha256)
    throw damaged(snapshot.key, 'its digest or size differs');
}

const damaged = (key: string, why: string): AppError =>
  new AppError('STORE_DAMAGED', `${key} is no snapshot that can be used: ${why}`, {
    hint: 'publish a new one: `firstred index publish`',
  });

/** Removes snapshots, description first: nobody finds an object without it. Gives the keys that are gone. */
export async function removeSnapshots(store: ObjectRemover, keys: readonly ObjectKey[]): Promise<readonly ObjectKey[]> {
  const gone = keys.flatMap((key) => [key, key.replace(/\.json$/, '.db.zst') as ObjectKey]);
  for (const key of gone) await store.remove(key);
  return gone;
}
