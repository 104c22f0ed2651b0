// The page's own files, built into dist/web/: held in memory, the same for everybody, without anything of a log.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context, Hono } from 'hono';
import { AppError } from '../store/errors.ts';

const ASSETS = {
  'page.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

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
  const shell = fileOf(folder, 'index.html', 'text/html; charset=utf-8');
  for (const page of PAGES) app.get(page, (context) => shell(context));
  for (const [name, type] of Object.entries(ASSETS)) {
    const asset = fileOf(folder, name, type);
    app.get(`/assets/${name}`, (context) => asset(context));
  }
}

function fileOf(folder: string, name: string, type: string): (context: Context) => Response {
  const plain = readBuilt(path.join(folder, name));
  const packed = gzipSync(plain, { level: 9 });
  return (context) => {
    const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
    return new Response(new Uint8Array(takesGzip ? packed : plain), {
      headers: { 'Content-Type': type, Vary: 'Accept-Encoding', ...(takesGzip ? { 'Content-Encoding': 'gzip' } : {}) },
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
