// The page's own files, built into dist/web/: held in memory, the same for everybody, without anything of a log.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context, Hono } from 'hono';
import { AppError } from '../store/errors.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The build names a file by a hash of what is in it: then it may be kept, and a browser keeps the code that it made of it. */
const NAMED_BY_CONTENT = /-[A-Z0-9]{8}\.(?:js|css)$/;
const FOR_EVER = 'public, max-age=31536000, immutable';

/** Paths that the page itself knows: each of them answers with the same document. */
const PAGES = [
  '/',
  '/attempts',
  '/log/:log',
  '/compare/:red',
  '/compare/:red/:green',
  '/flakes',
  '/signatures',
  '/headroom',
];

/** Adds the page and its files. NOT_FOUND when they were not built. */
export function addPageRoutes(app: Hono, folder: string): void {
  const shell = fileOf(folder, 'index.html', { 'Content-Type': 'text/html; charset=utf-8' });
  for (const page of PAGES) app.get(page, (context) => shell(context));
  for (const name of readdirSync(folder)) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const kept = NAMED_BY_CONTENT.test(name) ? FOR_EVER : 'no-store';
    const asset = fileOf(folder, name, { 'Content-Type': type, 'Cache-Control': kept });
    app.get(`/assets/${name}`, (context) => asset(context));
  }
}

function fileOf(
  folder: string,
  name: string,
  headers: Readonly<Record<string, string>>,
): (context: Context) => Response {
  const plain = readBuilt(path.join(folder, name));
  const packed = gzipSync(plain, { level: 9 });
  return (context) => {
    const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
    return new Response(new Uint8Array(takesGzip ? packed : plain), {
      headers: { ...headers, Vary: 'Accept-Encoding', ...(takesGzip ? { 'Content-Encoding': 'gzip' } : {}) },
    });
  };
}

function readBuilt(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new AppError('NOT_FOUND', `the page was not built: ${file} is missing`, {
      hint: 'run `npm run build`, or install firstred again',
      cause,
    });
  }
}
