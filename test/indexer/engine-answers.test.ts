// What people read when a team's engine refuses, is away, is behind or is of another version: a server on loopback that
// gives ClickHouse's own error answers, one after the other.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseEngineAddress } from '../../indexer/clickhouse/address.ts';
import { type ClientOptions, type EngineClient, openEngineClient } from '../../indexer/clickhouse/client.ts';
import { ENGINE_SCHEMA, TABLES, WORDS_VERSION } from '../../indexer/clickhouse/schema.ts';
import { dropTables, hasTables, makeTables } from '../../indexer/clickhouse/tables.ts';

type Answer = { readonly rows: readonly unknown[] } | { readonly code: number; readonly type: string } | 'hang up';

interface Desk {
  readonly client: EngineClient;
  readonly address: ReturnType<typeof parseEngineAddress>;
  /** Statements, without the format that the client adds. */
  readonly asked: string[];
}

/** The last answer is given for ever. */
async function openDesk(answers: readonly Answer[], options: ClientOptions = { retries: 0 }): Promise<Desk> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const query = new URL(request.url ?? '', 'http://h').searchParams.get('query') ?? '';
    asked.push(`${query} ${body}`.trim().split('\n')[0] ?? '');
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? { rows: [] };
    if (answer === 'hang up') request.socket.destroy();
    else if ('rows' in answer) response.end(answer.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    else
      response
        .writeHead(500)
        .end(`Code: ${answer.code}. DB::Exception: near 'hunter2': no. (${answer.type}) (version 26.7.2.1)`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = parseEngineAddress(`clickhouse://reader:pw@127.0.0.1:${port}/logs`);
  const client = await openEngineClient(address, options);
  onTestFinished(async () => {
    await client.close();
    server.closeAllConnections();
    server.close();
  });
  return { client, address, asked };
}

test.each([
  [516, 'AUTHENTICATION_FAILED', 'REFUSED', /FIRSTRED_INDEX_PASSWORD/],
  [497, 'ACCESS_DENIED', 'REFUSED', /rights/],
  [81, 'UNKNOWN_DATABASE', 'NOT_FOUND', /CREATE DATABASE/],
  [62, 'SYNTAX_ERROR', 'INDEX_DAMAGED', /26\.2 or newer/],
  [241, 'MEMORY_LIMIT_EXCEEDED', 'INDEX_BUSY', /nothing is lost/],
] as const)('code %d (%s) is %s, with what to do and nothing of the statement', async (code, type, kind, hint) => {
  const { client, address } = await openDesk([{ code, type }]);
  const error = await client.rows("SELECT 'hunter2'").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: kind, hint: expect.stringMatching(hint) });
  expect(String(error)).toContain(address.shown);
  expect(JSON.stringify(error) + String(error)).not.toMatch(/hunter2|:pw/);
});

test('what passes is asked again; an engine that hangs up for ever is busy, and nothing is lost', async () => {
  const passing = await openDesk([{ code: 252, type: 'TOO_MANY_PARTS' }, 'hang up', { rows: [[7]] }], { retries: 2 });
  expect(await passing.client.rows('SELECT 7')).toEqual([[7]]);
  expect(passing.asked).toHaveLength(3);
  const gone = await openDesk(['hang up']);
  await expect(gone.client.rows('SELECT 1')).rejects.toMatchObject({ code: 'INDEX_BUSY' });
});

test('a replica that is behind is asked again, and named when it stays so', async () => {
  const catchesUp = await openDesk([{ rows: [] }, { rows: [[1]] }], { retries: 1 });
  expect(await catchesUp.client.rowsOnce('SELECT 1', (rows) => rows.length > 0)).toEqual([[1]]);
  const behind = await openDesk([{ rows: [] }]);
  await expect(behind.client.rowsOnce('SELECT 1', (rows) => rows.length > 0)).rejects.toMatchObject({
    code: 'INDEX_BUSY',
    hint: expect.stringContaining('system.replicas'),
  });
});

test('who interrupts is told so, whatever the engine said', async () => {
  const stop = new AbortController();
  const { client } = await openDesk([{ rows: [] }], { signal: stop.signal, retries: 0 });
  stop.abort();
  await expect(client.rows('SELECT 1')).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

test('nothing to add asks nothing', async () => {
  const { client, asked } = await openDesk([{ rows: [] }]);
  await client.insert('log', []);
  await client.insertText('block', ['log'], Buffer.alloc(0));
  expect(asked).toEqual([]);
});

test('tables that are not there are no error, any other trouble is', async () => {
  const { client, address } = await openDesk([{ code: 60, type: 'UNKNOWN_TABLE' }]);
  expect(await hasTables(client, address)).toBe(false);
  const other = await openDesk([{ code: 497, type: 'ACCESS_DENIED' }]);
  await expect(hasTables(other.client, other.address)).rejects.toMatchObject({ code: 'REFUSED' });
});

test.each([
  ['empty', [0, 0, 0], false],
  ['of this version', [ENGINE_SCHEMA, WORDS_VERSION, 1], true],
  ['one step behind', [ENGINE_SCHEMA - 1, WORDS_VERSION, 1], false],
])('an index that is %s', async (_name, row, isThere) => {
  const { client, address } = await openDesk([{ rows: [row] }]);
  expect(await hasTables(client, address)).toBe(isThere);
});

test.each([
  ['a newer schema', [ENGINE_SCHEMA + 1, WORDS_VERSION, 1], 'INDEX_TOO_NEW', 'that the index workers have'],
  ['a newer way of cutting words', [ENGINE_SCHEMA, WORDS_VERSION + 1, 1], 'INDEX_TOO_NEW', 'index workers'],
  ['an older way of cutting words', [ENGINE_SCHEMA, WORDS_VERSION - 1, 1], 'INDEX_DAMAGED', 'firstred reindex'],
  ['a schema that no step leads on from', [-1, WORDS_VERSION, 1], 'INDEX_DAMAGED', 'firstred reindex'],
])('an index of %s is refused with what to do', async (_name, row, code, hint) => {
  const { client, address } = await openDesk([{ rows: [row] }]);
  await expect(hasTables(client, address)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
});

test('tables are made once, older ones are brought on step by step, and all are dropped by name', async () => {
  const marks = async (row: readonly number[]): Promise<readonly string[]> => {
    const { client, address, asked } = await openDesk([{ rows: [row] }]);
    await makeTables(client, address);
    return asked.slice(asked.findIndex((statement) => statement.startsWith('SELECT')) + 1);
  };
  expect(await marks([0, 0])).toEqual([expect.stringContaining('INSERT INTO layout')]);
  expect(await marks([ENGINE_SCHEMA, 1])).toEqual([]);
  expect((await marks([ENGINE_SCHEMA - 1, 1])).at(-1)).toContain('INSERT INTO layout');
  const { client, asked } = await openDesk([{ rows: [] }]);
  await dropTables(client);
  expect(asked).toEqual(TABLES.map((table) => expect.stringContaining(`DROP TABLE IF EXISTS ${table}`)));
});
