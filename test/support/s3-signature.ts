// AWS Signature Version 4 for tests: to make buckets without the SDK, and to sign again what a proxy changed.
import { createHash, createHmac } from 'node:crypto';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignableRequest {
  readonly method: string;
  /** Path and query as they go over the wire. */
  readonly url: string;
  /** Lower-case names; `host` must be among them, `x-amz-content-sha256` is kept when it is there. */
  readonly headers: Readonly<Record<string, string>>;
}

const UNSIGNED = ['authorization', 'connection', 'content-length', 'expect', 'transfer-encoding', 'user-agent'];
const REGION = 'us-east-1';

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** All headers of `request` with a signature made at `nowMs`, replacing an earlier one. */
export function signRequest(
  request: SignableRequest,
  credentials: S3Credentials,
  nowMs: number,
): Record<string, string> {
  const time = new Date(nowMs).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const headers: Record<string, string> = { ...request.headers, 'x-amz-date': time };
  headers['x-amz-content-sha256'] ??= sha256Hex('');
  const names = Object.keys(headers)
    .filter((name) => !UNSIGNED.includes(name))
    .sort();
  const [path = '/', query = ''] = request.url.split('?');
  const canonical = [
    request.method,
    path,
    query
      .split('&')
      .filter((part) => part !== '')
      .map((part) => (part.includes('=') ? part : `${part}=`))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${headers[name]?.trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256Hex(canonical)].join('\n');
  const key = [REGION, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${credentials.secretAccessKey}`, time.slice(0, 8)));
  const signature = hmac(key, toSign).toString('hex');
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}
