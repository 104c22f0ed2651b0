// Which server is asked, as whom: a token is never sent to a server that it was not made for.
import { describe, expect, test } from 'vitest';
import { addressFromEnvironment } from '../../forge/access.ts';
import { openForge } from '../../forge/detect.ts';
import { environmentFixture } from '../support/env-fixture.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';
import { testTools } from '../support/forge-tools.ts';

const { signal } = new AbortController();
const gitea = environmentFixture('gitea/env/push.gitea-1.25.act_runner-0.2.11.env');
const forgejo = environmentFixture('forgejo/env/push.forgejo-16.runner-12.env');
const github = environmentFixture('github/env/push.run-step.env');

describe('address and token from the environment', () => {
  test.each([
    ['Gitea gives the runtime token', gitea, 'ACTIONS_RUNTIME_TOKEN', 'https://gitea.example.com/api/v1'],
    [
      'a token that was passed in wins over it',
      { ...gitea, GITEA_TOKEN: 't' },
      'GITEA_TOKEN',
      'https://gitea.example.com/api/v1',
    ],
    ['Forgejo has its token', forgejo, 'FORGEJO_TOKEN', 'https://forgejo.example.org/api/v1'],
    ['GitHub has none, and the usual name is told', github, 'GITHUB_TOKEN', 'https://api.github.com'],
    [
      'FIRSTRED_TOKEN wins',
      { ...forgejo, FIRSTRED_TOKEN: 't' },
      'FIRSTRED_TOKEN',
      'https://forgejo.example.org/api/v1',
    ],
    ['outside of a job', { FIRSTRED_SERVER_URL: 'https://h' }, 'FIRSTRED_TOKEN', undefined],
  ])('%s', (_name, env, tokenVariable, apiUrl) => {
    expect(addressFromEnvironment(env)).toMatchObject({ tokenVariable, apiUrl });
  });

  test('a job’s token is not used for another API', () => {
    const env = { ...forgejo, FIRSTRED_API_URL: 'https://elsewhere.example/api/v1' };
    expect(addressFromEnvironment(env)).toMatchObject({ token: undefined, tokenVariable: 'FIRSTRED_TOKEN' });
  });

  test('the public name of the server leaves the runner’s own way to it', () => {
    const env = {
      ...environmentFixture('gitea/env/internal-url.gitea-1.25.env'),
      FIRSTRED_SERVER_URL: 'https://git.example.com',
    };
    expect(addressFromEnvironment(env)).toMatchObject({
      apiUrl: 'http://gitea:3000/api/v1',
      tokenVariable: 'ACTIONS_RUNTIME_TOKEN',
    });
  });
});

describe('detection', () => {
  const open = (address: { serverUrl?: string; apiUrl?: string; token?: string }, more = {}) =>
    openForge(
      { serverUrl: undefined, apiUrl: undefined, token: PERSONAL_TOKEN, tokenVariable: 'FIRSTRED_TOKEN', ...address },
      { ...testTools({ nowMs: 0 }), ...more },
      signal,
    );

  test.each([
    ['gitea-1.22', 'gitea', '1.22.4'],
    ['gitea-1.27', 'gitea', '1.27.4'],
    ['forgejo-11', 'forgejo', '11.0.1'],
    ['forgejo-16', 'forgejo', '16.0.1'],
    ['github', 'github', 'current'],
  ] as const)('%s is seen by what it answers, from its pages’ address or its API’s', async (mode, kind, version) => {
    const fake = await startFakeForge(mode);
    expect(await open({ serverUrl: fake.serverUrl })).toMatchObject({ kind, version });
    expect(await open({ serverUrl: `${fake.serverUrl}/` })).toMatchObject({ kind, version });
    expect(await open({ apiUrl: fake.apiUrl })).toMatchObject({ kind, version });
    await fake.close();
  });

  test('a place that nobody named gets no token before it shows what it is', async () => {
    const seen: (readonly [string, string | null])[] = [];
    const answer: typeof fetch = async (input, init) => {
      const url = String(input);
      seen.push([url, new Headers(init?.headers).get('authorization')]);
      if (url === 'https://api.code.example/meta') return Response.json({ verifiable_password_authentication: false });
      return new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } });
    };
    expect(await open({ serverUrl: 'https://code.example' }, { fetch: answer })).toMatchObject({ kind: 'github' });
    expect(seen.filter(([url]) => url.startsWith('https://api.code.example')).map(([, token]) => token)).toEqual([
      null,
      null,
    ]);
    expect(seen[0]).toEqual(['https://code.example/api/v1/version', `Bearer ${PERSONAL_TOKEN}`]);
  });

  test('a server of a self-made version is asked as a new one', async () => {
    const answer: typeof fetch = async () => Response.json({ version: 'main-nightly' });
    const forge = await open({ apiUrl: 'https://h/api/v1' }, { fetch: answer });
    expect(forge.gaps).toEqual({});
  });

  test.each([
    ['something else answers', async () => Response.json({ hello: 'world' }), 'FIRSTRED_API_URL'],
    ['a login page answers', async () => new Response('<html>'), 'FIRSTRED_API_URL'],
  ])('%s: the hint names the variable', async (_name, answer, hint) => {
    await expect(open({ serverUrl: 'https://h' }, { fetch: answer })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      hint: expect.stringContaining(hint),
    });
  });

  test('a server that is away is not looked for elsewhere', async () => {
    const asked: string[] = [];
    const answer: typeof fetch = async (input) => {
      asked.push(String(input));
      throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
    };
    await expect(open({ serverUrl: 'https://h' }, { fetch: answer })).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(new Set(asked)).toEqual(new Set(['https://h/api/v1/version']));
  });

  test.each(['', 'ftp://h', 'not a url'])('%j is no address', async (serverUrl) => {
    await expect(open({ serverUrl })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
