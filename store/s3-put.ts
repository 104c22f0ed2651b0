// Puts one object into a bucket, once. What was there before stays, also on servers that ignore `If-None-Match`,
// except when two writers use one key at the same moment, which keys of firstred rule out.

import { digestOf, startSha256 } from './digest.ts';
import { AppError } from './errors.ts';
import type { ObjectKey } from './keys.ts';
import { readBody } from './object-body.ts';
import { takenByOther } from './object-errors.ts';
import type { ObjectBody, PutResult } from './object-store.ts';
import type { S3Answer, S3Body, S3Calls, S3Part, S3UploadRef } from './s3-calls.ts';
import { isForbidden, isMissing, isTaken, isUnknownToServer, S3Failure } from './s3-errors.ts';
import { readS3 } from './s3-read.ts';
import { retryS3, type Try } from './s3-retry.ts';

/** What the server was found to allow; shared by the puts of one store. */
export interface S3Abilities {
  /** False once it answered that it does not know `If-None-Match`. */
  conditionalPuts: boolean;
  /** False once we were not allowed to look: a writer who may put only. */
  reading: boolean;
}

export interface S3Put {
  readonly calls: S3Calls;
  readonly key: ObjectKey;
  /** With the store's prefix. */
  readonly fullKey: string;
  readonly body: ObjectBody;
  readonly giveUpMs: number;
  readonly signal: AbortSignal | undefined;
  readonly multipartAboveBytes: number;
  readonly abilities: S3Abilities;
}

/** chosen: bounds memory. */
const PART_BYTES = 16 * 1_048_576;
/** S3's limit. */
const MIN_PART_BYTES = 5 * 1_048_576;
/** S3's limit. */
const MAX_PARTS = 10_000;

/** See `ObjectStore.putOnce`. Throws S3Failure or AppError. */
export async function putS3(put: S3Put): Promise<PutResult> {
  const before = await lookBefore(put);
  if (before !== undefined) return before;
  try {
    const answer = put.body.sizeBytes > put.multipartAboveBytes ? await putInParts(put) : await putWhole(put);
    return { state: 'created', storedAtMs: clockOf(answer) };
  } catch (error) {
    if (!isTaken(error)) throw error;
    return { state: await compare(put), storedAtMs: clockOf(error) };
  }
}

const retried = <T>(put: S3Put, run: (attempt: Try) => Promise<T>): Promise<T> =>
  retryS3({ doing: `storing ${put.key}`, giveUpMs: put.giveUpMs, signal: put.signal }, run);

/**
 * Servers that ignore `If-None-Match` would overwrite, so we look first where we may. It also saves sending a large
 * object again. Whatever else is wrong, the put itself says better.
 */
async function lookBefore(put: S3Put): Promise<PutResult | undefined> {
  if (!put.abilities.reading) return undefined;
  try {
    const found = await retried(put, ({ signal }) => put.calls.head(put.fullKey, signal));
    if (found.sizeBytes !== put.body.sizeBytes) throw takenByOther(put.key);
    return { state: await compare(put), storedAtMs: clockOf(found) };
  } catch (error) {
    if (isForbidden(error)) put.abilities.reading = false;
    if (error instanceof S3Failure && error.status !== undefined && error.status < 500) return undefined;
    throw error;
  }
}

async function putWhole(put: S3Put): Promise<S3Answer> {
  const sha256 = await digestBody(put);
  return retried(put, (attempt) => {
    const body = { sizeBytes: put.body.sizeBytes, sha256, open: () => sendBody(put, attempt) };
    return onceIfKnown(put, (isOnce) => put.calls.put(put.fullKey, body, { isOnce, signal: attempt.signal }));
  });
}

/** Without the condition where the server answers that it does not know it. */
async function onceIfKnown<T>(put: S3Put, send: (isOnce: boolean) => Promise<T>): Promise<T> {
  if (!put.abilities.conditionalPuts) return send(false);
  try {
    return await send(true);
  } catch (error) {
    if (!isUnknownToServer(error)) throw error;
    put.abilities.conditionalPuts = false;
    return send(false);
  }
}

async function digestBody(put: S3Put): Promise<string> {
  const hash = startSha256();
  for await (const chunk of readBody(put.key, put.body, put.signal)) hash.update(chunk);
  return digestOf(hash);
}

/** chosen: the steps in which a slow line shows that it lives. */
const STEP_BYTES = 65_536;

async function* sendBody(put: S3Put, attempt: Try): AsyncIterable<Uint8Array> {
  try {
    let sent = 0;
    for await (const chunk of readBody(put.key, put.body, put.signal)) {
      for (let at = 0; at < chunk.byteLength; at += STEP_BYTES) {
        attempt.moved(sent + at);
        yield chunk.subarray(at, at + STEP_BYTES);
      }
      sent += chunk.byteLength;
    }
    attempt.moved(sent);
  } catch (error) {
    attempt.fail(error);
    throw error;
  }
}

async function putInParts(put: S3Put): Promise<S3Answer> {
  const uploadId = await retried(put, ({ signal }) => put.calls.startUpload(put.fullKey, signal));
  const upload: S3UploadRef = { key: put.fullKey, uploadId };
  try {
    const parts: S3Part[] = [];
    for await (const bytes of partsOf(put)) parts.push(await putPart(put, upload, { number: parts.length + 1, bytes }));
    return await finish(put, upload, parts);
  } catch (error) {
    await dropUpload(put, upload);
    throw error;
  }
}

async function putPart(
  put: S3Put,
  upload: S3UploadRef,
  part: { readonly number: number; readonly bytes: Buffer },
): Promise<S3Part> {
  const sha256 = digestOf(startSha256().update(part.bytes));
  return retried(put, (attempt) => {
    async function* open(): AsyncIterable<Uint8Array> {
      for (let at = 0; at < part.bytes.byteLength; at += STEP_BYTES) {
        attempt.moved(at);
        yield part.bytes.subarray(at, at + STEP_BYTES);
      }
    }
    const body: S3Body = { sizeBytes: part.bytes.byteLength, sha256, open };
    return put.calls.putPart(upload, part.number, { body, signal: attempt.signal });
  });
}

/** The body in buffers of one part each: a part that fails is sent again from memory. */
async function* partsOf(put: S3Put): AsyncIterable<Buffer> {
  const wanted = Math.min(PART_BYTES, Math.max(MIN_PART_BYTES, put.multipartAboveBytes));
  const partBytes = Math.max(wanted, Math.ceil(put.body.sizeBytes / MAX_PARTS));
  const part = Buffer.allocUnsafe(Math.min(partBytes, put.body.sizeBytes));
  let held = 0;
  for await (const chunk of readBody(put.key, put.body, put.signal)) {
    for (let at = 0; at < chunk.byteLength; ) {
      const taken = Math.min(part.byteLength - held, chunk.byteLength - at);
      part.set(chunk.subarray(at, at + taken), held);
      held += taken;
      at += taken;
      if (held === part.byteLength) {
        yield part;
        held = 0;
      }
    }
  }
  if (held > 0) yield part.subarray(0, held);
}

async function finish(put: S3Put, upload: S3UploadRef, parts: readonly S3Part[]): Promise<S3Answer> {
  let tries = 0;
  try {
    return await retried(put, ({ signal }) => {
      tries++;
      return onceIfKnown(put, (isOnce) => put.calls.finishUpload(upload, parts, { isOnce, signal }));
    });
  } catch (error) {
    // the answer of an earlier try was lost and the upload is an object now: as good as "taken"
    if (tries > 1 && isMissing(error) && error instanceof S3Failure)
      throw new S3Failure('PreconditionFailed', { status: 412, dateMs: error.dateMs });
    throw error;
  }
}

/** Best effort, in half the time: what stays is a leftover, which `prune` finds. */
async function dropUpload(put: S3Put, upload: S3UploadRef): Promise<void> {
  await retryS3({ doing: `dropping an upload of ${put.key}`, giveUpMs: put.giveUpMs / 2 }, ({ signal }) =>
    put.calls.dropUpload(upload, signal),
  ).catch(() => undefined);
}

/** Compares what has the key with the body. A writer who may not read takes it for its own: no key is shared. */
async function compare(put: S3Put): Promise<'unchanged'> {
  const there = readS3({
    calls: put.calls,
    key: put.fullKey,
    range: undefined,
    giveUpMs: put.giveUpMs,
    signal: put.signal,
  });
  try {
    if (await isSame(there, readBody(put.key, put.body, put.signal))) return 'unchanged';
  } catch (error) {
    if (isForbidden(error)) return 'unchanged';
    throw error;
  }
  throw takenByOther(put.key);
}

async function isSame(left: AsyncIterable<Uint8Array>, right: AsyncIterable<Uint8Array>): Promise<boolean> {
  const rest = right[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of left) {
    for (let at = 0; at < chunk.byteLength; ) {
      if (held.byteLength === 0) {
        const { value, done } = await rest.next();
        if (done === true) return false;
        held = value;
        continue;
      }
      const length = Math.min(held.byteLength, chunk.byteLength - at);
      if (Buffer.compare(held.subarray(0, length), chunk.subarray(at, at + length)) !== 0) return false;
      held = held.subarray(length);
      at += length;
    }
  }
  return held.byteLength === 0 && (await isAtEnd(rest));
}

async function isAtEnd(rest: AsyncIterator<Uint8Array>): Promise<boolean> {
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true) return true;
    if (value.byteLength > 0) return false;
  }
}

function clockOf(answer: { readonly dateMs: number | undefined }): number {
  if (answer.dateMs !== undefined) return answer.dateMs;
  throw new AppError('STORE_UNAVAILABLE', 'the S3 server answers without its time', {
    hint: 'let the server, or the proxy before it, send the Date header: keys are ordered by the store’s clock',
  });
}
