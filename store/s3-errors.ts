// What an S3 server's or the network's refusals mean: worth another try or not, and which error a person sees.
// Of the SDK's errors only the code and the status are kept: their texts and fields can hold names of users and keys.
import { AppError, type ErrorCode } from './errors.ts';

/** One failed request. `code` is S3's (`SlowDown`), Node's (`ECONNRESET`) or `TimeoutError`. */
export class S3Failure extends Error {
  readonly code: string;
  /** undefined when no answer came. */
  readonly status: number | undefined;
  /** The store's clock, when the answer told it. */
  readonly dateMs: number | undefined;

  constructor(
    code: string,
    answer: { readonly status?: number | undefined; readonly dateMs?: number | undefined } = {},
  ) {
    super(answer.status === undefined ? code : `${code} (${answer.status})`);
    this.name = 'S3Failure';
    this.code = code;
    this.status = answer.status;
    this.dateMs = answer.dateMs;
  }
}

/** What messages may say about a store. */
export interface S3Names {
  /** `s3://bucket/prefix` */
  readonly url: string;
  readonly bucket: string;
  /** Host and port of the server, or `AWS`. */
  readonly server: string;
}

/** 409: a conflicting write is in flight, not "taken"; 400 with these codes: the bytes broke on the way. */
const PASSING_STATUS = [408, 409, 425, 429];
const PASSING_CODES = [
  'RequestTimeout',
  'RequestTimeTooSkewed', // the SDK has learnt the server's time from this answer
  'BadDigest',
  'IncompleteBody',
  'XAmzContentSHA256Mismatch',
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
];
const CERTIFICATE = /^(ERR_TLS|CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH)/;
const CREDENTIALS = ['CredentialsProviderError', 'TokenProviderError'];
const BAD_KEYS = ['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'InvalidClientTokenId'];
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired'];
const WRONG_REGION = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'];
const FULL = ['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'InsufficientCapacity'];

/** Whether the same request may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof S3Failure) || FULL.includes(error.code)) return false;
  if (PASSING_CODES.includes(error.code)) return true;
  if (error.status !== undefined && error.status >= 300)
    return (
      PASSING_STATUS.includes(error.status) || (error.status >= 500 && error.status !== 501 && error.status !== 507)
    );
  return !CERTIFICATE.test(error.code) && !CREDENTIALS.includes(error.code); // the network, or a broken answer
}

/** Whether the answer says that the key is taken (`IfNoneMatch: '*'`). */
export const isTaken = (error: unknown): error is S3Failure => error instanceof S3Failure && error.status === 412;

/** Whether the server does not know conditional puts at all. */
export const isUnknownToServer = (error: unknown): boolean =>
  error instanceof S3Failure && (error.status === 501 || error.code === 'NotImplemented');

/** Whether we lack the right, or the credentials are wrong: HEAD answers cannot tell them apart. */
export const isForbidden = (error: unknown): boolean => error instanceof S3Failure && error.status === 403;

/** Whether the object or upload is not there; says nothing about the bucket, unless the server did. */
export const isMissing = (error: unknown): boolean =>
  error instanceof S3Failure && error.status === 404 && error.code !== 'NoSuchBucket';

/** `error` of a request as an AppError; one that is an AppError already stays as it is. */
export function s3Error(error: unknown, names: S3Names, doing: string): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof S3Failure))
    return new AppError('STORE_UNAVAILABLE', `${names.url}: ${doing} failed unexpectedly`, {
      hint: 'run the command again; if it stays, please report it',
      cause: error,
    });
  const [code, what, hint] = meaningOf(error, names);
  return new AppError(code, `${names.url}: ${what} (${error.message}) while ${doing}`, { hint, cause: error });
}

function meaningOf(error: S3Failure, names: S3Names): readonly [ErrorCode, string, string] {
  const { code } = error;
  if (isPassing(error))
    return [
      'STORE_UNAVAILABLE',
      error.status === undefined ? `no answer from ${names.server}` : `${names.server} cannot serve it now`,
      'check the network, the endpoint and the server, then run the command again',
    ];
  if (code === 'NoSuchBucket')
    return ['STORE_MISSING', `there is no bucket ${names.bucket} at ${names.server}`, 'make it, or name another store'];
  if (CREDENTIALS.includes(code))
    return [
      'REFUSED',
      'no credentials were found',
      'set the secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile of the AWS tools',
    ];
  if (BAD_KEYS.includes(code))
    return ['REFUSED', 'the credentials are wrong', 'check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'];
  if (EXPIRED.includes(code))
    return ['REFUSED', 'the credentials have expired', 'renew them and run the command again'];
  if (FULL.includes(code) || error.status === 507)
    return ['STORE_FULL', 'no space or quota left', 'free space or raise the quota, then run the command again'];
  if (WRONG_REGION.includes(code) || error.status === 301)
    return [
      'USAGE',
      'the bucket is in another region',
      'set the region of the bucket (FIRSTRED_S3_REGION or AWS_REGION)',
    ];
  if (CERTIFICATE.test(code))
    return [
      'REFUSED',
      `the certificate of ${names.server} is not trusted`,
      'name its authority in NODE_EXTRA_CA_CERTS',
    ];
  if (error.status === 416)
    return ['STORE_DAMAGED', 'the object ends before the range that was asked for', 'run `firstred verify --deep`'];
  return ['REFUSED', 'it was refused', 'check the rights of these credentials; docs/operating.md lists what is needed'];
}
