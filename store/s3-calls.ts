// The requests that a store makes, without the SDK's types: s3-store.ts sends them, the other s3 files use them.
/** What every answer tells. */
export interface S3Answer {
  /** The server's `Date`. */
  readonly dateMs: number | undefined;
}

/** A body of known length and digest, from its first byte on at each `open`. */
export interface S3Body {
  readonly sizeBytes: number;
  readonly sha256: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface S3Object extends S3Answer {
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

/** The start of a download. */
export interface S3Download extends S3Answer {
  /** Changes when the object does. */
  readonly etag: string | undefined;
  /** Of the whole object, where the server says it. */
  readonly sizeBytes: number | undefined;
  /** False when a range was asked for and the server sent the whole. */
  readonly isRange: boolean;
  readonly body: AsyncIterable<Uint8Array>;
  /** Ends the download early. */
  destroy(): void;
}

export interface S3Listed {
  /** With the store's prefix. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
}

export interface S3Upload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAtMs: number;
}

export interface S3UploadCursor {
  readonly key: string | undefined;
  readonly uploadId: string | undefined;
}

export interface S3Part {
  readonly number: number;
  readonly etag: string | undefined;
}

/** One page of a listing, ascending. */
export interface S3Page {
  readonly objects: readonly S3Listed[];
  readonly isLast: boolean;
}

export interface S3UploadPage {
  readonly uploads: readonly S3Upload[];
  readonly next: S3UploadCursor | undefined;
}

export interface S3PutOptions {
  /** Only if nothing has this key. */
  readonly isOnce: boolean;
  readonly signal: AbortSignal;
}

export interface S3PartOptions {
  readonly body: S3Body;
  readonly signal: AbortSignal;
}

/** Names an upload in parts that has begun. */
export interface S3UploadRef {
  readonly key: string;
  readonly uploadId: string;
}

/** Keys here are whole ones, with the store's prefix. Each call is one request and throws S3Failure. */
export interface S3Calls {
  put(key: string, body: S3Body, options: S3PutOptions): Promise<S3Answer>;
  head(key: string, signal: AbortSignal): Promise<S3Object>;
  get(key: string, bytes: string | undefined, signal: AbortSignal): Promise<S3Download>;
  list(prefix: string, after: string, signal: AbortSignal): Promise<S3Page>;
  remove(key: string, signal: AbortSignal): Promise<void>;
  headBucket(signal: AbortSignal): Promise<S3Answer>;
  startUpload(key: string, signal: AbortSignal): Promise<string>;
  putPart(upload: S3UploadRef, number: number, options: S3PartOptions): Promise<S3Part>;
  finishUpload(upload: S3UploadRef, parts: readonly S3Part[], options: S3PutOptions): Promise<S3Answer>;
  dropUpload(upload: S3UploadRef, signal: AbortSignal): Promise<void>;
  listUploads(prefix: string, after: S3UploadCursor | undefined, signal: AbortSignal): Promise<S3UploadPage>;
  /** Bytes that the server holds of an unfinished upload (of its first thousand parts). */
  uploadSize(upload: S3UploadRef, signal: AbortSignal): Promise<number>;
  close(): void;
}
