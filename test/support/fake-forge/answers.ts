// Pieces that the routes of all fake servers use.
import type { Context } from 'hono';

/** ISO time of the fake clock; a time that was not set is 1970, as Go's servers write it. */
export const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/** A file with support for `Range: bytes=N-` and `bytes=N-M`. */
export function sendBytes(c: Context, bytes: Uint8Array, headers: Readonly<Record<string, string>>): Response {
  const all = { 'accept-ranges': 'bytes', ...headers };
  const range = /^bytes=(\d+)-(\d*)$/.exec(c.req.header('range') ?? '');
  if (range === null) return c.body(new Uint8Array(bytes), 200, { ...all, 'content-length': String(bytes.byteLength) });
  const start = Number(range[1]);
  const end = range[2] === '' ? bytes.byteLength - 1 : Math.min(Number(range[2]), bytes.byteLength - 1);
  if (start > end) return c.body(null, 416, { ...all, 'content-range': `bytes */${bytes.byteLength}` });
  const part = new Uint8Array(bytes.subarray(start, end + 1));
  return c.body(part, 206, {
    ...all,
    'content-range': `bytes ${start}-${end}/${bytes.byteLength}`,
    'content-length': String(part.byteLength),
  });
}

/** One page of a list with `Link` and `X-Total-Count`. */
export function page<T>(
  c: Context,
  all: readonly T[],
  {
    sizeName,
    defaultSize,
    maxSize,
  }: { readonly sizeName: string; readonly defaultSize: number; readonly maxSize: number },
): readonly T[] {
  const size = Math.min(Math.max(1, Number(c.req.query(sizeName) ?? defaultSize)), maxSize);
  const number = Math.max(1, Number(c.req.query('page') ?? 1));
  c.header('x-total-count', String(all.length));
  if (number * size < all.length) {
    const url = new URL(c.req.url);
    url.searchParams.set('page', String(number + 1));
    c.header('link', `<${url.href}>; rel="next"`);
  }
  return all.slice((number - 1) * size, number * size);
}
