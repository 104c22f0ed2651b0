// Reads `s3://bucket/prefix` and the endpoint. Messages never repeat what was given: people paste keys into URLs.
import { AppError } from './errors.ts';

/** Where an S3 store lies. */
export interface S3Location {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** S3 allows keys of 1,024 bytes and the longest of ours has some 860. */
const MAX_PREFIX_BYTES = 150;
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** USAGE unless `location` is `s3://bucket` or `s3://bucket/prefix`. */
export function parseS3Location(location: string): S3Location {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)(.*)$/s.exec(location) ?? [];
  if (!BUCKET.test(bucket))
    throw new AppError('USAGE', 'the store is not s3://bucket/prefix with a valid bucket name', {
      hint: 'write s3://bucket/prefix; credentials come from the environment or a file, never from the URL',
    });
  const prefix = rest.replace(/^\/+|\/+$/g, '');
  const segments = prefix.split('/');
  const isValid =
    prefix === '' ||
    (/^[\x21-\x7e/]+$/.test(prefix) && !/[?#\\]/.test(prefix) && !segments.some((s) => ['', '.', '..'].includes(s)));
  if (!isValid || prefix.length > MAX_PREFIX_BYTES)
    throw new AppError('USAGE', `the prefix in bucket ${bucket} is not valid`, {
      hint: `use up to ${MAX_PREFIX_BYTES} characters of A-Z a-z 0-9 . _ - and single slashes`,
    });
  return { bucket, prefix };
}

/**
 * The origin and path of an S3 server. USAGE unless it is https; http is for loopback, or when `allowHttp` says that
 * the way there is trusted, since logs go over it readable.
 */
export function parseS3Endpoint(endpoint: string, allowHttp: boolean): URL {
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    throw new AppError('USAGE', 'the S3 endpoint is not a URL', { hint: 'write it as https://host:port' });
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new AppError('USAGE', `the S3 endpoint on ${url.host} has more than scheme, host and path`, {
      hint: 'write it as https://host:port; credentials come from the environment or a file',
    });
  const isAllowed =
    url.protocol === 'https:' || (url.protocol === 'http:' && (allowHttp || LOOPBACK.test(url.hostname)));
  if (!isAllowed)
    throw new AppError('USAGE', `the S3 endpoint on ${url.host} is not https`, {
      hint: 'use https; where the way there is trusted, FIRSTRED_S3_ALLOW_HTTP=true lets logs go over plain http',
    });
  return url;
}
