// Every CI system with a folder of fixtures: an environment and the identity that it must give, side by side. To add a
// system: a file in forge/environments, its line in forge/env.ts, and such a folder.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { identityFromEnvironment } from '../../forge/env.ts';
import { repoOfCloneUrl } from '../../forge/environments/variables.ts';
import { environmentFixture, providerJson } from '../support/env-fixture.ts';

const PROVIDERS = path.join(import.meta.dirname, '../fixtures/providers');
const CASES = readdirSync(PROVIDERS).flatMap((provider) =>
  readdirSync(path.join(PROVIDERS, provider, 'env'))
    .filter((name) => existsSync(path.join(PROVIDERS, provider, 'env', name.replace(/\.env$/, '.identity.json'))))
    .filter((name) => name.endsWith('.env'))
    .map((name) => `${provider}/env/${name}`),
);

test.each(CASES)('%s', (name) => {
  const found = identityFromEnvironment(environmentFixture(name), () => undefined);
  const shown = Object.fromEntries(Object.entries(found).map(([field, value]) => [field, value ?? null]));
  expect(shown).toEqual(providerJson(name.replace(/\.env$/, '.identity.json')));
});

test('every system of forge/environments has fixtures', () => {
  const files = readdirSync(path.join(import.meta.dirname, '../../forge/environments'));
  const shared = ['actions', 'environment', 'event-file', 'matrix', 'runtime-token', 'variables'];
  const systems = files.map((file) => file.replace('.ts', '')).filter((name) => !shared.includes(name));
  expect(systems.filter((name) => !CASES.some((one) => one.startsWith(`${name}/`)))).toEqual([]);
});

test('Azure: a job id without its attempt is no id', () => {
  const { SYSTEM_JOBATTEMPT, ...env } = environmentFixture('azure/env/pull-request.env');
  expect(SYSTEM_JOBATTEMPT).toBe('2');
  expect(identityFromEnvironment(env, () => undefined).providerId).toBeUndefined();
});

describe('addresses to clone from', () => {
  test.each([
    ['https://user:secret@git.example.com/acme/widgets.git', 'git.example.com/acme/widgets'],
    ['http://git.example.com:3000/acme/widgets', 'git.example.com:3000/acme/widgets'],
    ['ssh://git@git.example.com:2222/acme/widgets.git/', 'git.example.com/acme/widgets'],
    ['git@git.example.com:acme/sub/widgets.git', 'git.example.com/acme/sub/widgets'],
    ['/srv/git/widgets.git', undefined],
    ['', undefined],
    ['https://', undefined],
  ])('%j', (url, repo) => {
    expect(repoOfCloneUrl(url)).toBe(repo);
  });
});
