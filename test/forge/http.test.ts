// What can go wrong between us and a server, and what a person is told then.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ForgeHttp } from '../../forge/http.ts';
import { readUpTo } from '../../forge/http-body.ts';
import { collect, listPages } from '../../forge/pages.ts';
import { type FakeForge, startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { type TestTools, testTools } from '../support/forge-tools.ts';

const { signal } = new AbortController();
const VERSION = { path: '/version', what: 'version of the server', scope: 'read:misc' };
const versionSchema = z.object({ version: z.string() });
let fake: FakeForge;
let tools: TestTools;

beforeEach(async () => {
  fake = await startFakeForge('gitea-1.26');
  tools = testTools(fake.world);
});
afterEach(() => fake.close());

const client = (token: string | undefined = PERSONAL_TOKEN): ForgeHttp =>
  new ForgeHttp({ apiUrl: fake.apiUrl, token, tokenVariable: 'GITEA_TOKEN' }, tools);
const ask = (http = client(), more = {}) => http.json({ ...VERSION, ...more }, versionSchema, signal);

describe('an answer that passes is waited for', () => {
  test('Retry-After in seconds', async () => {
    fake.faults.add(/version/, { kind: 'status', status: 429, headers: { 'retry-after': '7' } }, 2);
    await expect(ask()).resolves.toMatchObject({ value: { version: '1.26.4' } });
    expect(tools.waitsMs).toEqual([7000, 7000]);
  });

  test('Retry-After as a date is read against the server’s own clock', async () => {
    const headers = { date: 'Mon, 02 Mar 2026 09:00:00 GMT', 'retry-after': 'Mon, 02 Mar 2026 09:00:12 GMT' };
    fake.faults.add(/version/, { kind: 'status', status: 503, headers });
    await ask();
    expect(tools.waitsMs).toEqual([12_000]);
  });

  test('a used-up rate limit answers 403 with its time of reset', async () => {
    const reset = String(fake.world.nowMs / 1000 + 30);
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': reset,
      date: new Date(fake.world.nowMs).toUTCString(),
    };
    fake.faults.add(/version/, { kind: 'status', status: 403, headers });
    await ask();
    expect(tools.waitsMs).toEqual([30_000]);
  });

  test('a gateway without its server, and a connection that broke', async () => {
    fake.faults.add(/version/, { kind: 'status', status: 502, body: '<html>Bad Gateway</html>' });
    fake.faults.add(/version/, { kind: 'drop' });
    await ask();
    expect(tools.waitsMs).toEqual([1000, 2000]);
  });
});

test('a wait that is too long is told, not waited', async () => {
  fake.faults.add(/version/, { kind: 'status', status: 429, headers: { 'retry-after': '3000' } });
  await expect(ask()).rejects.toMatchObject({
    code: 'PROVIDER_UNAVAILABLE',
    hint: expect.stringContaining('50 minutes'),
  });
  expect(tools.waitsMs).toEqual([]);
});

test('retries end', async () => {
  fake.faults.add(/version/, { kind: 'status', status: 503 }, 50);
  await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect(fake.requests).toHaveLength(5);
});

test('a write is not repeated when its answer is lost', async () => {
  fake.faults.add(/rerun/, { kind: 'drop' }, 9);
  const request = {
    path: '/repos/acme/widgets/actions/runs/1/rerun',
    method: 'POST',
    what: 're-run',
    scope: 'write:repository',
  } as const;
  await expect(client().send(request, signal)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  expect(fake.requests).toHaveLength(1);
});

describe('refusals name the remedy', () => {
  test.each([
    [401, undefined, 'REFUSED', 'set GITEA_TOKEN to a token with read:misc'],
    [401, PERSONAL_TOKEN, 'REFUSED', 'expired, revoked or of another server'],
    [403, PERSONAL_TOKEN, 'REFUSED', 'GITEA_TOKEN needs read:misc'],
    [404, undefined, 'NOT_FOUND', 'set GITEA_TOKEN'],
    [404, PERSONAL_TOKEN, 'NOT_FOUND', 'deleted or has expired'],
    [410, PERSONAL_TOKEN, 'NOT_FOUND', 'deleted or has expired'],
    [409, PERSONAL_TOKEN, 'REFUSED', 'its own words'],
    [500, PERSONAL_TOKEN, 'PROVIDER_UNAVAILABLE', 'has a problem'],
  ] as const)('%i with token %s', async (status, token, code, hint) => {
    fake.faults.add(/version/, { kind: 'status', status, body: '{"message":"no way"}' });
    const http = new ForgeHttp({ apiUrl: fake.apiUrl, token, tokenVariable: 'GITEA_TOKEN' }, tools);
    await expect(ask(http)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('(no way)'),
      hint: expect.stringContaining(hint),
    });
  });

  test('what the server says is shown without controls and without our token', async () => {
    const message = `\u001b]0;x\u0007your ${PERSONAL_TOKEN} ${'long '.repeat(2000)}`;
    fake.faults.add(/version/, { kind: 'status', status: 403, body: JSON.stringify({ message }) });
    const error = await ask().catch((e: Error) => e);
    expect(String(error)).not.toContain(PERSONAL_TOKEN);
    expect(String(error)).not.toContain('\u001b');
    expect(String(error).length).toBeLessThan(900);
  });

  test.each([
    ['<!DOCTYPE html><title>Sign in</title>', 'an HTML page'],
    ['', 'something that is not JSON'],
    ['[1', 'something that is not JSON'],
  ])('%s in place of JSON', async (body, said) => {
    fake.faults.add(/version/, { kind: 'status', status: 200, body });
    await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE', message: expect.stringContaining(said) });
  });

  test('JSON of another shape names the field', async () => {
    fake.faults.add(/version/, { kind: 'status', status: 200, body: '{"version":7}' });
    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('field version') });
  });
});

describe('redirects', () => {
  test('the token does not go to another host', async () => {
    const other = await startFakeForge('gitea-1.27');
    fake.faults.add(/version/, { kind: 'redirect', to: `${other.apiUrl}/version` });
    await expect(ask()).resolves.toMatchObject({ value: { version: '1.27.4' } });
    expect(fake.requests[0]?.authorization).toBe(`Bearer ${PERSONAL_TOKEN}`);
    expect(other.requests.map((r) => r.authorization)).toEqual([undefined]);
    await other.close();
  });

  test('a renamed repository is followed with the token, up to five times', async () => {
    fake.faults.add(/^\/api\/v1\/version/, { kind: 'redirect', to: '/api/v1/version?again', status: 301 }, 5);
    await ask();
    expect(fake.requests.every((r) => r.authorization !== undefined)).toBe(true);
    fake.faults.add(/version/, { kind: 'redirect', to: '/api/v1/version' }, 99);
    await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('in circles') });
  });

  test.each(['file:///etc/passwd', 'ftp://x/y', 'http://['])('to %s are not followed', async (to) => {
    fake.faults.add(/version/, { kind: 'redirect', to });
    await expect(ask()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  test('a write is not turned into a read', async () => {
    fake.faults.add(/rerun/, { kind: 'redirect', to: '/api/v1/version' });
    const request = { path: '/rerun', method: 'POST', what: 're-run', scope: 's' } as const;
    await expect(client().send(request, signal)).rejects.toMatchObject({
      message: expect.stringContaining('do not follow'),
    });
  });
});

test('a body that is cut is an error, a body that is given up is no leak', async () => {
  fake.faults.add(/version/, { kind: 'cut', afterBytes: 4 });
  await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('was cut on its way') });
  const answer = await client().open(VERSION, signal);
  await answer.close();
});

test('an interrupted request says so', async () => {
  const stop = new AbortController();
  stop.abort();
  await expect(client().json(VERSION, versionSchema, stop.signal)).rejects.toMatchObject({ code: 'INTERRUPTED' });
});

describe('lists', () => {
  const item = z.object({ id: z.number() });
  const shape = { item, idOf: (e: { id: number }) => String(e.id), sizeParameter: 'limit', pageSize: 2 } as const;
  const list = { path: '/list', what: 'list', scope: 's' };
  const answering = (pages: readonly string[], headers: Record<string, string> = {}): ForgeHttp => {
    let asked = 0;
    const answer: typeof fetch = async () => new Response(pages[asked++] ?? '[]', { headers });
    return new ForgeHttp({ apiUrl: 'http://h/api', token: undefined, tokenVariable: 'T' }, { ...tools, fetch: answer });
  };
  const ids = async (http: ForgeHttp) => (await collect(listPages(http, list, shape, signal))).map((e) => e.id);

  test('end where nothing new comes, whatever total the server claims', async () => {
    expect(await ids(answering(['[{"id":1},{"id":2}]', '[{"id":3}]'], { 'x-total-count': '99' }))).toEqual([1, 2, 3]);
    expect(await ids(answering(Array<string>(99).fill('[{"id":1}]'), { link: '<x>; rel="next"' }))).toEqual([1]);
  });

  test('give an entry once when the list moves meanwhile', async () => {
    expect(await ids(answering(['[{"id":3},{"id":2}]', '[{"id":2},{"id":1}]'], { 'x-total-count': '3' }))).toEqual([
      3, 2, 1,
    ]);
  });

  test('may be null when empty', async () => {
    expect(await ids(answering(['null']))).toEqual([]);
  });
});

test('only as much of a body is read as is wanted', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(1000);
  }
  expect((await readUpTo(endless(), 2500)).byteLength).toBe(2500);
});

test('the same host over https is still home; another port or host is not', async () => {
  const seen: (string | null)[] = [];
  const targets = ['https://h/api/version', 'http://h:81/api/version', 'https://h.example/api/version'];
  for (const target of targets) {
    const answer: typeof fetch = async (input, init) => {
      if (String(input).startsWith('http://h/'))
        return new Response(null, { status: 301, headers: { location: target } });
      seen.push(new Headers(init?.headers).get('authorization'));
      return Response.json({ version: '1' });
    };
    const http = new ForgeHttp({ apiUrl: 'http://h/api', token: 'x', tokenVariable: 'T' }, { ...tools, fetch: answer });
    await ask(http);
  }
  expect(seen).toEqual(['Bearer x', null, null]);
});
