// The one door to the AWS SDK: sends requests and turns its answers and errors into ours. What a request means for a
// store is s3-backend.ts; nothing here tries twice.
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { systemErrorCode } from './errors.ts';
import type { ObjectRemover, ObjectStore } from './object-store.ts';
import { S3Backend } from './s3-backend.ts';
import type {
  S3Answer,
  S3Body,
  S3Calls,
  S3Download,
  S3Object,
  S3Page,
  S3Part,
  S3PartOptions,
  S3PutOptions,
  S3UploadCursor,
  S3UploadPage,
  S3UploadRef,
} from './s3-calls.ts';
import { S3Failure } from './s3-errors.ts';
import { parseS3Endpoint } from './s3-location.ts';

export interface S3StoreOptions {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** Another server than AWS: `https://host:port`. */
  readonly endpoint?: string | undefined;
  /** Default: what the AWS tools are set to, else us-east-1, from where AWS sends us on. */
  readonly region?: string | undefined;
  /** `https://host/bucket/key`. Default: yes with an endpoint, where a host name for each bucket is rare. */
  readonly pathStyle?: boolean | undefined;
  /** Plain http to another machine. */
  readonly allowHttp?: boolean | undefined;
  /** Without any progress for so long a call ends with STORE_UNAVAILABLE. Default 15 s. */
  readonly giveUpMs?: number | undefined;
  /** Larger objects go in parts. Default and upper limit: 5 GB, what S3 takes at once. */
  readonly multipartAboveBytes?: number | undefined;
  /** Default: the AWS SDK's chain (environment, profiles, roles). For tests. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

/** chosen: a store that is away may cost a job 20 s; the rest is for the process itself, on a machine that is busy. */
const GIVE_UP_MS = 15_000;
/** S3's limit of one PutObject. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;
/** What AWS answers from for buckets anywhere, by sending on. */
const FIRST_REGION = 'us-east-1';

/** A store in a bucket. It makes no request yet. USAGE when the endpoint is not fit for use. */
export async function openS3Store(options: S3StoreOptions): Promise<ObjectStore & ObjectRemover> {
  const endpoint =
    options.endpoint === undefined ? undefined : parseS3Endpoint(options.endpoint, options.allowHttp === true);
  return new S3Backend({
    calls: new SdkCalls(options.bucket, await createClient(options, endpoint)),
    names: {
      url: `s3://${[options.bucket, options.prefix].filter((part) => part !== '').join('/')}`,
      bucket: options.bucket,
      server: endpoint?.host ?? 'AWS',
    },
    prefix: options.prefix === '' ? '' : `${options.prefix}/`,
    giveUpMs: options.giveUpMs ?? GIVE_UP_MS,
    multipartAboveBytes: Math.min(options.multipartAboveBytes ?? MAX_PUT_BYTES, MAX_PUT_BYTES),
  });
}

/** The SDK warns on the console about streams that it will not send again; what matters is in the error. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

async function createClient(options: S3StoreOptions, endpoint: URL | undefined): Promise<S3Client> {
  let isSkewed = false;
  const client = (region: string | undefined): S3Client =>
    makeQuietly({
      ...(endpoint === undefined ? {} : { endpoint: endpoint.href }),
      ...(region === undefined ? {} : { region }),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      forcePathStyle: options.pathStyle ?? endpoint !== undefined,
      followRegionRedirects: true,
      maxAttempts: 1, // s3-retry.ts tries again
      logger: SILENT,
      // some servers refuse the trailer that the default sends with streams; we send the digest of the whole body
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // correct our clock only for a server that insists: a proxy on the way may have another idea of the time
      disableClockSkewCorrection: async () => !isSkewed,
    });
  let made = client(options.region ?? (endpoint === undefined ? undefined : FIRST_REGION));
  await made.config.region().catch(() => {
    made = client(FIRST_REGION);
  });
  signDigests(made);
  watchAnswers(made, (code) => {
    if (code === 'RequestTimeTooSkewed') isSkewed = true;
  });
  return made;
}

/** The server's `Date` of each answer, by the SDK's output. */
const dates = new WeakMap<object, number>();

/** The SDK's only switch for a message to every user about versions of Node that it will want some day. */
const NODE_WARNING_SWITCH = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

function makeQuietly(config: S3ClientConfig): S3Client {
  // put back at once, so that no child process sees it
  const { env } = process;
  const before = env[NODE_WARNING_SWITCH];
  env[NODE_WARNING_SWITCH] = before ?? 'true';
  try {
    return new S3Client(config);
  } finally {
    if (before === undefined) delete env[NODE_WARNING_SWITCH];
  }
}

/** Makes every error of `client` an S3Failure and notes the `Date` of every answer. */
function watchAnswers(client: S3Client, onFailure: (code: string) => void): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const result = await next(args);
      context['firstredAnswer'] = answerOf(result.response);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'firstredAnswer' },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        const result = await next(args);
        const dateMs = findAnswer(context['firstredAnswer'])?.dateMs;
        if (dateMs !== undefined) dates.set(result.output, dateMs);
        return result;
      } catch (error) {
        const failure = failureOf(error, findAnswer(context['firstredAnswer']));
        onFailure(failure.code);
        throw failure;
      }
    },
    { step: 'initialize', priority: 'high', name: 'firstredFailure' },
  );
}

class Answered {
  readonly status: number | undefined;
  readonly dateMs: number | undefined;

  constructor(status: number | undefined, dateMs: number | undefined) {
    this.status = status;
    this.dateMs = dateMs;
  }
}

const findAnswer = (value: unknown): Answered | undefined => (value instanceof Answered ? value : undefined);

function answerOf(response: unknown): Answered | undefined {
  if (typeof response !== 'object' || response === null || !('statusCode' in response)) return undefined;
  const status = typeof response.statusCode === 'number' ? response.statusCode : undefined;
  const headers: Record<string, unknown> = 'headers' in response ? { ...Object(response.headers) } : {};
  const dateMs = Date.parse(String(headers['date']));
  return new Answered(status, Number.isNaN(dateMs) ? undefined : dateMs);
}

function failureOf(error: unknown, answer?: Answered): S3Failure {
  if (error instanceof S3Failure) return error;
  const name = error instanceof Error ? error.name : 'Error';
  const code = error instanceof S3ServiceException ? name : (systemErrorCode(error) ?? name);
  return new S3Failure(code, answer ?? {});
}

const answered = (output: object): S3Answer => ({ dateMs: dates.get(output) });

/** chosen: small enough that a slow line shows progress, large enough to cost nothing. */
const SEND_BYTES = 65_536;

/** SHA-256 of what a stream will give. */
const digests = new WeakMap<object, string>();

/** Runs `send` with the body as a Node stream, which ends with it. */
async function withStream<T>(body: S3Body, send: (stream: Readable) => Promise<T>): Promise<T> {
  const stream = Readable.from(body.open(), { objectMode: false, highWaterMark: SEND_BYTES });
  stream.on('error', () => undefined); // the body's own error reached the try already
  digests.set(stream, body.sha256);
  try {
    return await send(stream);
  } finally {
    stream.destroy();
  }
}

/** Signs the digest of each streamed body, so that the server refuses other bytes, whatever the transport. */
function signDigests(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request: Record<string, unknown> = Object(args.request);
      const { body, headers } = request;
      const sha256 = body instanceof Readable ? digests.get(body) : undefined;
      if (sha256 !== undefined) Object.assign(Object(headers), { 'x-amz-content-sha256': sha256 });
      return next(args);
    },
    { step: 'build', name: 'firstredDigest' },
  );
}

class SdkCalls implements S3Calls {
  readonly #bucket: string;
  readonly #client: S3Client;

  constructor(bucket: string, client: S3Client) {
    this.#bucket = bucket;
    this.#client = client;
  }

  async put(key: string, body: S3Body, { isOnce, signal }: S3PutOptions): Promise<S3Answer> {
    return withStream(body, async (stream) => {
      const command = new PutObjectCommand({
        ...this.#named(key),
        Body: stream,
        // S3 demands a digest where Object Lock holds by default, and keeps it.
        ChecksumSHA256: Buffer.from(body.sha256, 'hex').toString('base64'),
        ContentLength: body.sizeBytes,
        ...(isOnce ? { IfNoneMatch: '*' } : {}),
      });
      return answered(await this.#client.send(command, { abortSignal: signal }));
    });
  }

  async head(key: string, signal: AbortSignal): Promise<S3Object> {
    try {
      const output = await this.#client.send(new HeadObjectCommand(this.#named(key)), { abortSignal: signal });
      return { ...answered(output), sizeBytes: output.ContentLength ?? 0, modifiedAtMs: timeOf(output.LastModified) };
    } catch (error) {
      if (!(error instanceof S3Failure) || error.status === undefined || error.status === 404) throw error;
      if (error.status < 400 || error.status >= 500) throw error;
      // a HEAD has no body to name its error; a GET has
      (await this.get(key, undefined, signal)).destroy();
      throw error;
    }
  }

  async get(key: string, bytes: string | undefined, signal: AbortSignal): Promise<S3Download> {
    const command = new GetObjectCommand({ ...this.#named(key), ...(bytes === undefined ? {} : { Range: bytes }) });
    const output = await this.#client.send(command, { abortSignal: signal });
    const { Body: body } = output;
    if (!(body instanceof Readable)) throw new S3Failure('NoBody', { dateMs: dates.get(output) });
    body.on('error', () => undefined); // seen by the reader, or by nobody when it has left
    const total = /\/(\d+)$/.exec(output.ContentRange ?? '')?.[1];
    return {
      ...answered(output),
      etag: output.ETag,
      sizeBytes: total === undefined ? (bytes === undefined ? output.ContentLength : undefined) : Number(total),
      isRange: output.ContentRange !== undefined,
      body: convertErrors(body),
      destroy: () => void body.destroy(),
    };
  }

  async list(prefix: string, after: string, signal: AbortSignal): Promise<S3Page> {
    const command = new ListObjectsV2Command({
      Bucket: this.#bucket,
      Prefix: prefix,
      ...(after === '' ? {} : { StartAfter: after }),
      EncodingType: 'url', // strangers' keys may hold what XML cannot
    });
    const output = await this.#client.send(command, { abortSignal: signal });
    const decode = decoderOf(output.EncodingType);
    const objects = (output.Contents ?? []).map((found) => ({
      key: decode(found.Key ?? ''),
      sizeBytes: found.Size ?? 0,
      modifiedAtMs: timeOf(found.LastModified),
    }));
    return { objects, isLast: output.IsTruncated !== true };
  }

  async remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#named(key)), { abortSignal: signal });
  }

  async headBucket(signal: AbortSignal): Promise<S3Answer> {
    return answered(await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal: signal }));
  }

  async startUpload(key: string, signal: AbortSignal): Promise<string> {
    const command = new CreateMultipartUploadCommand(this.#named(key));
    const { UploadId: uploadId } = await this.#client.send(command, { abortSignal: signal });
    if (uploadId === undefined) throw new S3Failure('NoUploadId');
    return uploadId;
  }

  async putPart(upload: S3UploadRef, number: number, { body, signal }: S3PartOptions): Promise<S3Part> {
    return withStream(body, async (stream) => {
      const command = new UploadPartCommand({
        ...this.#uploading(upload),
        PartNumber: number,
        Body: stream,
        ContentLength: body.sizeBytes,
      });
      return { number, etag: (await this.#client.send(command, { abortSignal: signal })).ETag };
    });
  }

  async finishUpload(
    upload: S3UploadRef,
    parts: readonly S3Part[],
    { isOnce, signal }: S3PutOptions,
  ): Promise<S3Answer> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#uploading(upload),
      MultipartUpload: { Parts: parts.map((part) => ({ PartNumber: part.number, ETag: part.etag })) },
      ...(isOnce ? { IfNoneMatch: '*' } : {}),
    });
    return answered(await this.#client.send(command, { abortSignal: signal }));
  }

  async dropUpload(upload: S3UploadRef, signal: AbortSignal): Promise<void> {
    await this.#client.send(new AbortMultipartUploadCommand(this.#uploading(upload)), { abortSignal: signal });
  }

  async listUploads(prefix: string, after: S3UploadCursor | undefined, signal: AbortSignal): Promise<S3UploadPage> {
    const command = new ListMultipartUploadsCommand({
      Bucket: this.#bucket,
      Prefix: prefix,
      KeyMarker: after?.key,
      UploadIdMarker: after?.uploadId,
    });
    const output = await this.#client.send(command, { abortSignal: signal });
    const uploads = (output.Uploads ?? []).map((found) => ({
      key: found.Key ?? '',
      uploadId: found.UploadId ?? '',
      startedAtMs: timeOf(found.Initiated),
    }));
    const next = { key: output.NextKeyMarker, uploadId: output.NextUploadIdMarker };
    return { uploads, next: output.IsTruncated === true ? next : undefined };
  }

  async uploadSize(upload: S3UploadRef, signal: AbortSignal): Promise<number> {
    const output = await this.#client.send(new ListPartsCommand(this.#uploading(upload)), { abortSignal: signal });
    return (output.Parts ?? []).reduce((sum, part) => sum + (part.Size ?? 0), 0);
  }

  close(): void {
    this.#client.destroy();
  }

  #named(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: key };
  }

  #uploading(upload: S3UploadRef): { Bucket: string; Key: string; UploadId: string } {
    return { ...this.#named(upload.key), UploadId: upload.uploadId };
  }
}

const timeOf = (date: Date | undefined): number => date?.getTime() ?? 0;

const decoderOf = (encoding: string | undefined): ((key: string) => string) =>
  encoding === 'url' ? (key) => decodeURIComponent(key.replaceAll('+', ' ')) : (key) => key;

async function* convertErrors(body: Readable): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw failureOf(error);
  }
}
