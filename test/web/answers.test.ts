// What the server of `firstred serve` answers, and that it is what the command line says.
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCHEMAS } from '../../cli/schemas.ts';
import { endOf, startCommand } from '../support/command.ts';
import { dropLogs, keepLogs, type Served, serveLogs, XSS } from '../support/served.ts';

const hostile: { cases: { input: string }[] } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../fixtures/hostile-output.json'), 'utf8'),
);
const HOSTILE_LOG = `${hostile.cases.map((each) => each.input).join('\n')}\nError: ${XSS}\n`;
const LONG_LINE = `before\n${'é<b>boom</b> '.repeat(30_000)}\nafter\n`;

let served: Served;
const ids: Record<string, string> = {};

beforeAll(async () => {
  const home = await keepLogs([
    { file: 'hostile.log', text: HOSTILE_LOG, job: XSS, branch: XSS, conclusion: 'failure', sha: `${'c'.repeat(39)}1` },
    { file: 'long.log', text: LONG_LINE, job: 'long', conclusion: 'success', sha: `${'c'.repeat(39)}2` },
  ]);
  served = await serveLogs(home);
  for (const row of (await served.ask('/api/attempts')).json<{ logId: string; job: string; attempt: number }[]>())
    ids[row.job === XSS ? 'hostile' : `${row.job}${row.attempt}`] = row.logId;
});
afterAll(async () => {
  const code = await served.close();
  await dropLogs(served.home);
  expect(code).toBe(0);
});

const cli = async (...args: string[]) =>
  (await endOf(startCommand(served.home, [...args, '--json']))).stdout.toString();

describe('what is answered', () => {
  test('search streams what the command prints', async () => {
    const answer = await served.ask('/api/search?q=content+descriptor&limit=3');
    expect(answer.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const said = (await cli('search', 'content descriptor', '--limit', '3'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const rows = answer.rows();
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.slice(0, -1)).toEqual(said.slice(0, -1));
    for (const row of rows) SCHEMAS.search.parse(row);
    expect((await served.ask('/api/search?q=nowhere+to+be+found')).rows()).toMatchObject([{ summary: { lines: 0 } }]);
  });

  test('lists and comparisons are those of the command line', async () => {
    const red = ids['docker1'] ?? '';
    expect((await served.ask('/api/attempts?job=docker')).json()).toEqual(
      JSON.parse(await cli('list', '--job', 'docker')),
    );
    for (const [path, args] of [
      [`/api/errors/${red}`, ['errors', red]],
      [`/api/why/${red.slice(0, 8)}`, ['why', red]],
      [`/api/diff/${red}?green=${ids['docker2']}`, ['diff', red, ids['docker2'] ?? '', '--aligned']],
      ['/api/flakes', ['flakes']],
      ['/api/signatures', ['signatures']],
      ['/api/headroom', ['headroom']],
      ['/api/headroom?steps=1&points=1', ['headroom', '--steps', '--points']],
    ] as const) {
      const answer = await served.ask(path);
      expect(answer.status, path).toBe(200);
      expect(answer.json(), path).toEqual(JSON.parse(await cli(...args)));
    }
    const diff = (await served.ask(`/api/diff/${red}`)).json<{
      aligned: number[][];
      redLines: number;
      greenLines: number;
    }>();
    let [r, g] = [0, 0];
    for (const [a = 0, b = 0, n = 0] of diff.aligned) {
      expect(a > r && b > g && n > 0).toBe(true);
      [r, g] = [a + n - 1, b + n - 1];
    }
    expect(r <= diff.redLines && g <= diff.greenLines && r > 500).toBe(true);
  });

  test('a wrong question is answered with code, message and hint', async () => {
    for (const [path, status, code] of [
      ['/api/search?q=(&regex=1', 400, 'USAGE'],
      ['/api/attempts?since=never', 400, 'USAGE'],
      ['/api/attempts?store=%2Fetc', 400, 'USAGE'],
      ['/api/attempts?sha=ab12&sha=cd34', 400, 'USAGE'],
      ['/api/search?q=x&sort=sideways', 400, 'USAGE'],
      ['/api/logs/Lzzzzzzzzzzzzzzzz', 404, 'NOT_FOUND'],
      ['/api/why/Lzzzzzzzzzzzzzzzz', 404, 'NOT_FOUND'],
      ['/api/nothing', 404, 'NOT_FOUND'],
    ] as const) {
      const answer = await served.ask(path);
      expect([path, answer.status, answer.json()['code']]).toEqual([path, status, code]);
      SCHEMAS.error.parse(answer.json());
    }
  });

  test('no name of a log reaches a file of this machine or an option of a command', async () => {
    for (const name of [
      '/etc/passwd',
      '../../etc/passwd',
      'package.json',
      '-',
      '--store=/etc',
      'last-red',
      '5fb206a32a',
    ])
      for (const path of [
        `/api/logs/${encodeURIComponent(name)}`,
        `/api/errors/${encodeURIComponent(name)}`,
        `/api/diff/${ids['docker1']}?green=${encodeURIComponent(name)}`,
        `/api/why/${ids['docker1']}?against=${encodeURIComponent(name)}`,
      ])
        expect((await served.ask(path)).json()['code'], path).toBe('USAGE');
  });

  test('lines come by range, with nothing left in them that acts', async () => {
    const lines = HOSTILE_LOG.split('\n').length - 1;
    const answer = (await served.ask(`/api/logs/${ids['hostile']}/lines?from=1&to=2000`)).json<{
      first: number;
      lines: string[];
    }>();
    expect(answer.lines.length).toBe(Math.min(2000, lines));
    for (const line of answer.lines)
      expect(line.replace(/\u001b\[[0-9;]*m/g, '')).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
      );
    const last = (await served.ask(`/api/logs/${ids['hostile']}/lines?from=${lines}&to=${lines + 5}`)).json<{
      lines: string[];
    }>();
    expect(last.lines).toEqual([`Error: ${XSS}`]);
    for (const query of ['from=0', 'from=5&to=4', 'from=1&to=2001', 'from=x', 'from=-1'])
      expect((await served.ask(`/api/logs/${ids['hostile']}/lines?${query}`)).status, query).toBe(400);
  });

  test('of a long line a part is shown, and how much is missing is said', async () => {
    type Lines = { lines: string[]; cut: Record<string, number> };
    const many = (await served.ask(`/api/logs/${ids['long1']}/lines?from=1&to=3`)).json<Lines>();
    const line = Buffer.from(LONG_LINE.split('\n')[1] ?? '');
    expect(Buffer.byteLength(many.lines[1] ?? '') + (many.cut['2'] ?? 0)).toBe(line.length);
    expect(many.lines[1]).not.toContain('\ufffd');
    expect([many.lines[0], many.lines[2]]).toEqual(['before', 'after']);
    const alone = (await served.ask(`/api/logs/${ids['long1']}/lines?from=2`)).json<Lines>();
    expect(alone.lines[0]?.length).toBeGreaterThan((many.lines[1]?.length ?? 0) * 10);
  });

  test('raw bytes are exact, whole or by range, and are a download', async () => {
    const whole = await served.ask(`/api/logs/${ids['docker1']}/raw`);
    expect(whole.headers['content-disposition']).toBe(`attachment; filename="${ids['docker1']}.log"`);
    expect(whole.headers['content-type']).toBe('text/plain; charset=utf-8');
    const size = whole.body.length;
    expect(Number(whole.headers['content-length'])).toBe(size);
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=100-299', 100, 300],
      [`bytes=${size - 5}-`, size - 5, size],
      ['bytes=-7', size - 7, size],
      [`bytes=5-${size * 2}`, 5, size],
    ] as const) {
      const part = await served.ask(`/api/logs/${ids['docker1']}/raw`, { headers: { range } });
      expect([range, part.status, part.headers['content-range']]).toEqual([
        range,
        206,
        `bytes ${start}-${end - 1}/${size}`,
      ]);
      expect(part.body.equals(whole.body.subarray(start, end)), range).toBe(true);
    }
    expect((await served.ask(`/api/logs/${ids['docker1']}/raw`, { headers: { range: `bytes=${size}-` } })).status).toBe(
      416,
    );
    expect((await served.ask(`/api/logs/${ids['docker1']}/raw`, { headers: { range: 'bytes=0-1,4-5' } })).status).toBe(
      200,
    );
  });

  test('finding in a log gives its lines and no other log’s', async () => {
    const rows = (await served.ask(`/api/logs/${ids['docker2']}/find?q=docker`)).rows();
    const lines = (await served.ask(`/api/logs/${ids['docker2']}/raw`)).body.toString().split('\n');
    const expected = lines.flatMap((line, at) => (line.toLowerCase().includes('docker') ? [at + 1] : []));
    expect(rows.slice(0, -1).map((row) => row['line'])).toEqual(expected);
    expect(rows.at(-1)).toEqual({ summary: { lines: expected.length, complete: true } });
  });

  test('readers that go away leave room for others', async () => {
    for (let n = 0; n < 40; n++)
      await new Promise<void>((done) => {
        const asked = request(
          {
            host: '127.0.0.1',
            port: served.port,
            path: '/api/search?q=a',
            headers: { authorization: `Bearer ${served.token}` },
          },
          (response) => {
            response.once('data', () => asked.destroy());
            response.once('close', done);
            response.on('error', () => undefined);
          },
        );
        asked.on('error', () => undefined);
        asked.end();
      });
    expect((await served.ask('/api/search?q=docker&limit=1')).status).toBe(200);
  });

  test('the OpenAPI document lists every path, and each one answers', async () => {
    const { openapi, paths } = (await served.ask('/openapi.json')).json<{
      openapi: string;
      paths: Record<string, { get?: unknown }>;
    }>();
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths).length).toBeGreaterThan(12);
    for (const [path, { get }] of Object.entries(paths))
      if (get !== undefined)
        expect((await served.ask(path.replace('{log}', ids['docker1'] ?? ''))).status, path).toBeLessThan(401);
  });
});
