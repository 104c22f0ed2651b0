// Who may ask the server of `firstred serve`, and who may change something.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endOf, startCommand } from '../support/command.ts';
import { dropLogs, keepLogs, type Served, serveLogs } from '../support/served.ts';

let served: Served;
const ids: Record<string, string> = {};
/** The page's own code: its name tells what is in it. */
let script = '';

beforeAll(async () => {
  served = await serveLogs(await keepLogs([]));
  script = /<script type="module" src="([^"]+)">/.exec((await served.ask('/')).body.toString())?.[1] ?? '';
  for (const row of (await served.ask('/api/attempts')).json<{ logId: string; job: string; attempt: number }[]>())
    ids[`${row.job}${row.attempt}`] = row.logId;
});
afterAll(async () => {
  const code = await served.close();
  await dropLogs(served.home);
  expect(code).toBe(0);
});

const cli = async (...args: string[]) =>
  (await endOf(startCommand(served.home, [...args, '--json']))).stdout.toString();

describe('who may ask', () => {
  test('data needs the token; the page itself does not, and holds none', async () => {
    for (const path of [
      '/api/attempts',
      '/api/search?q=x',
      `/api/logs/${ids['docker1']}`,
      '/api/session',
      '/openapi.json',
      '/api/nothing',
    ])
      for (const authorization of ['', 'Bearer wrong', `Bearer ${served.token}x`])
        expect((await served.ask(path, { headers: { authorization } })).status, path).toBe(401);
    const page = await served.ask('/log/L123', { headers: { authorization: '' } });
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body.toString()).not.toContain(served.token);
  });

  test('the token is swapped for a cookie that scripts cannot read and other sites do not send', async () => {
    const json = { 'content-type': 'application/json', authorization: '' };
    const wrong = await served.ask('/api/session', { method: 'POST', headers: json, body: '{"token":"wrong"}' });
    expect(wrong.status).toBe(401);
    const right = await served.ask('/api/session', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ token: served.token }),
    });
    expect(right.status).toBe(204);
    const [cookie = ''] = right.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^firstred-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\//);
    expect(cookie).not.toContain(served.token);
    const [pair = ''] = cookie.split(';');
    expect((await served.ask('/api/attempts', { headers: { authorization: '', cookie: pair } })).status).toBe(200);
    expect((await served.ask('/api/attempts', { headers: { authorization: '', cookie: `${pair}x` } })).status).toBe(
      401,
    );
  });

  test('a name that was rebound to this machine is refused', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${served.port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `127.0.0.1.evil.example:${served.port}`,
      '',
    ])
      for (const path of ['/', '/api/attempts', script])
        expect((await served.ask(path, { headers: { host: host || 'x' } })).status, `${host} ${path}`).toBe(421);
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect((await served.ask('/api/attempts', { headers: { host: `${host}:${served.port}` } })).status).toBe(200);
  });

  test('what another site’s page asks for is refused, but a link to the page opens', async () => {
    const navigate = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `https://127.0.0.1:${served.port}` },
    ] as Record<string, string>[])
      for (const path of ['/api/attempts', script, '/'])
        expect((await served.ask(path, { headers })).status, JSON.stringify([headers, path])).toBe(403);
    const link = { 'sec-fetch-site': 'cross-site', ...navigate };
    expect((await served.ask(`/log/${ids['docker1']}`, { headers: link })).status).toBe(200);
    for (const path of ['/api/attempts', `/api/logs/${ids['docker1']}/raw`, '/openapi.json'])
      expect((await served.ask(path, { headers: link })).status, path).toBe(403);
    expect((await served.ask('/', { method: 'POST', headers: link })).status).toBe(403);
    expect(
      (await served.ask('/api/attempts', { headers: { 'sec-fetch-site': 'same-origin', origin: served.url } })).status,
    ).toBe(200);
  });

  test('a browser may keep the page’s own code, whose name tells what is in it, with the same guards', async () => {
    expect(script).toMatch(/^\/assets\/page-[A-Z0-9]{8}\.js$/);
    const { headers, status } = await served.ask(script, { headers: { authorization: '' } });
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    const refused = await served.ask(script, { headers: { host: 'evil.example' } });
    expect(refused.headers['cache-control']).toBe('no-store');
  });

  test('every answer carries the guards', async () => {
    for (const path of [
      '/',
      '/assets/icon.svg',
      '/assets/nothing.js',
      '/api/attempts',
      '/api/nothing',
      '/nothing',
      `/api/logs/${ids['docker1']}/raw`,
    ]) {
      const { headers } = await served.ask(path);
      expect(headers['content-security-policy'], path).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'",
      );
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const refused = await served.ask('/api/attempts', { headers: { authorization: '' } });
    expect(refused.headers['x-content-type-options']).toBe('nosniff');
  });

  test('too long an address and too large a body are refused', async () => {
    expect((await served.ask(`/?q=${'x'.repeat(9_000)}`)).status).toBe(414);
    const large = await served.ask('/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'x'.repeat(1_100_000) }),
    });
    expect(large.status).toBe(413);
  });
});

describe('the one change', () => {
  const nameOf = async (from: Served) => {
    const [flake] = (await from.ask('/api/flakes')).json<
      { signature: string; mechanism: string | null; issue: string | null }[]
    >();
    return flake;
  };

  test('a name needs JSON and the token in a header, and is then a fact that all see', async () => {
    const flake = await nameOf(served);
    expect(flake?.mechanism).toBeNull();
    const body = JSON.stringify({
      signature: flake?.signature,
      mechanism: 'missing-event',
      issue: 'https://git.example.test/acme/app/issues/7',
    });
    const { changeToken } = (await served.ask('/api/session')).json<{ changeToken: string }>();
    const cookie = await cookieOf(served);
    const post = (headers: Record<string, string>, sent = body) =>
      served.ask('/api/names', { method: 'POST', headers: { authorization: '', cookie, ...headers }, body: sent });
    expect((await post({ 'content-type': 'application/json' })).status).toBe(403);
    expect((await post({ 'content-type': 'application/json', 'x-firstred-change': 'x' })).status).toBe(403);
    expect((await post({ 'content-type': 'text/plain', 'x-firstred-change': changeToken })).status).toBe(415);
    expect(
      (await post({ 'content-type': 'application/json', 'x-firstred-change': changeToken }, '{"mechanism":1}')).status,
    ).toBe(400);
    expect(
      (
        await post({
          'content-type': 'application/json',
          'x-firstred-change': changeToken,
          'sec-fetch-site': 'cross-site',
        })
      ).status,
    ).toBe(403);
    expect((await nameOf(served))?.mechanism).toBeNull();
    const done = await post({ 'content-type': 'application/json', 'x-firstred-change': changeToken });
    expect(done.status, done.body.toString()).toBe(201);
    expect(await nameOf(served)).toMatchObject({
      mechanism: 'missing-event',
      issue: 'https://git.example.test/acme/app/issues/7',
    });
    expect(JSON.parse(await cli('flakes'))[0].mechanism).toBe('missing-event');
  });

  test('behind a proxy its header says who asks; nobody else may say so', async () => {
    const trusted = await serveLogs(served.home, [
      '--trusted-header',
      'X-Forwarded-User',
      '--public-url',
      'https://logs.example.test',
    ]);
    try {
      const headers = { authorization: '', host: 'logs.example.test', 'x-forwarded-user': 'ada' };
      expect((await trusted.ask('/api/session', { headers })).json()).toMatchObject({ user: 'ada' });
      expect((await trusted.ask('/api/session', { headers: { ...headers, 'x-forwarded-user': '' } })).status).toBe(401);
      expect((await trusted.ask('/api/session', { headers: { ...headers, host: 'other.example.test' } })).status).toBe(
        421,
      );
      const other = await serveLogs(served.home, [
        '--trusted-header',
        'X-Forwarded-User',
        '--trusted-proxy',
        '192.0.2.1',
      ]);
      expect(
        (await other.ask('/api/session', { headers: { authorization: '', 'x-forwarded-user': 'ada' } })).status,
      ).toBe(401);
      await other.close();
    } finally {
      await trusted.close();
    }
  });
});

test('others are let in only with a token or a proxy that knows them', async () => {
  const refused = await endOf(startCommand(served.home, ['serve', '--host', '0.0.0.0']));
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--auth-token')]);
  const short = await endOf(startCommand(served.home, ['serve', '--auth-token', 'short']));
  expect(short.code).toBe(2);
  const typed = ['serve', '--auth-token', 'a-token-of-some-length', '--port', String(served.port)];
  expect((await endOf(startCommand(served.home, typed))).stderr).toContain('seen by every user of this machine');
  const taken = await endOf(startCommand(served.home, ['serve', '--port', String(served.port)]));
  expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining(`port ${served.port}`)]);
  expect(taken.stderr).not.toContain('seen by every user');
});

async function cookieOf(from: Served): Promise<string> {
  const answer = await from.ask('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: from.token }),
  });
  return (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
}
