#!/usr/bin/env node
// A loopback HTTP front over chDB, ClickHouse's engine as a library: as much of its HTTP interface as @clickhouse/client
// uses, so that several processes can write and search at once, and kill -9 is a real crash.
// usage: node server.mjs DATA_DIR [PORT=0] [SESSIONS=4]   prints {"url":…,"pid":…,"version":…} on one line
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import zlib from 'node:zlib';

const { Session } = createRequire(path.join(process.env.ENGINE_MODULES ?? process.cwd(), 'package.json'))('chdb');
const [folder, port = '0', sessions = '4'] = process.argv.slice(2);
if (!folder) {
  console.error('usage: server.mjs DATA_DIR [PORT] [SESSIONS]');
  process.exit(2);
}

const free = Array.from({ length: Number(sessions) }, () => new Session(folder));
const waiting = [];
const take = () => (free.length > 0 ? Promise.resolve(free.pop()) : new Promise((resolve) => waiting.push(resolve)));
const give = (session) => (waiting.length > 0 ? waiting.shift()(session) : free.push(session));

/** Parameters of the HTTP layer itself; everything else in the address is a setting. */
const OF_HTTP = new Set([
  'query',
  'database',
  'query_id',
  'session_id',
  'default_format',
  'wait_end_of_query',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'user',
  'password',
  'role',
  'compress',
]);
const INSERT = /^\s*INSERT\s+INTO\s+([\w.`]+)\s*(?:\(([^()]*)\))?\s*FORMAT\s+(JSONEachRow|TabSeparated)\s*;?\s*$/i;

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  return request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body;
}

async function answer(url, body) {
  const settings = [...url.searchParams].filter(([name]) => !OF_HTTP.has(name));
  const query = url.searchParams.get('query');
  const session = await take();
  try {
    for (const [name, value] of settings)
      session.query(`SET ${name.replace(/\W/g, '')} = '${value.replace(/[\\']/g, '\\$&')}'`);
    const insert = query === null ? null : INSERT.exec(query);
    if (insert !== null && body.length > 0) {
      const [, table, columns, format] = insert;
      const named = columns === undefined ? {} : { columns: columns.split(',').map((c) => c.trim().replace(/`/g, '')) };
      await session.insert({ table, values: body, format, ...named });
      return Buffer.alloc(0);
    }
    const sql = query === null ? body.toString('utf8') : body.length > 0 ? `${query}\n${body}` : query;
    const result = await session.queryAsync(sql, { format: url.searchParams.get('default_format') ?? 'TabSeparated' });
    return Buffer.from(result.bytes());
  } finally {
    for (const [name] of settings) {
      try {
        session.query(`SET ${name.replace(/\W/g, '')} = DEFAULT`);
      } catch {
        // it was never set
      }
    }
    give(session);
  }
}

const server = http.createServer({ maxHeaderSize: 1 << 20 }, async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/ping') return response.end('Ok.\n');
  try {
    const body = await answer(url, await bodyOf(request));
    response.writeHead(200, { 'content-type': 'text/plain; charset=UTF-8' });
    response.end(body);
  } catch (error) {
    const text = String(error.message).replace(/^[\s\S]*?(?=Code: \d+)/, '');
    const code = /Code: (\d+)/.exec(text)?.[1] ?? '1';
    response.writeHead(code === '516' ? 403 : 500, { 'x-clickhouse-exception-code': code });
    response.end(text.startsWith('Code:') ? text : `Code: 1. DB::Exception: ${text} (UNKNOWN)`);
  }
});
server.keepAliveTimeout = 10_000;
server.listen(Number(port), '127.0.0.1', () => {
  const version = free[0].query('SELECT version()', 'TabSeparated').trim();
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}`, pid: process.pid, version }));
});

// When the process that started this one is gone, so is this one: a test run that was killed leaves nothing behind.
const owner = Number(process.env.ENGINE_OWNER ?? 0);
if (owner > 0)
  setInterval(() => {
    try {
      process.kill(owner, 0);
    } catch {
      process.exit(0);
    }
  }, 1000).unref();
for (const signal of ['SIGTERM', 'SIGINT'])
  process.on(signal, () => {
    server.close();
    for (const session of free) session.close();
    process.exit(0);
  });
