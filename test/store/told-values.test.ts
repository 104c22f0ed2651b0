import { describe, expect, it } from 'vitest';
import { formsOfValue } from '../../store/mask/told.ts';
import { notMaskable, toldValuesOf } from '../../store/told-values.ts';
import { maskText } from '../support/mask-text.ts';

const namesOf = (environment: Record<string, string>): string[] => toldValuesOf(environment).map(({ name }) => name);

describe('toldValuesOf', () => {
  it.each([
    'NPM_TOKEN',
    'DB_PASSWORD',
    'PGPASS',
    'AWS_SECRET_ACCESS_KEY',
    'ACME_SIGNING_KEY',
    'GITHUB_PAT',
    'COOKIE_SALT',
    'api_key',
    'SSH_PRIVATE_KEY',
    'SLACK_WEBHOOK',
    'SENTRY_AUTH',
  ])('%s is told', (name) => {
    expect(namesOf({ [name]: 'Xk29fLq8Zt' })).toEqual([name]);
  });
  it.each([
    'PATH',
    'PWD',
    'OLDPWD',
    'SSH_AUTH_SOCK',
    'npm_package_name',
    'TOKEN_FILE',
    'PASSWORD_PATH',
    'SECRET_NAME',
    'KEY_ID',
    'TOKEN_TYPE',
    'GITHUB_REPOSITORY',
    'HOME',
    'GIT_AUTHOR_NAME',
    'MY_PUBLIC_KEY',
    'RUNNER_OS',
  ])('%s is not', (name) => {
    expect(namesOf({ [name]: 'Xk29fLq8Zt' })).toEqual([]);
  });
  it('a path is no secret, whatever its variable is called', () => {
    expect(namesOf({ DEPLOY_KEY: '/home/ci/.ssh/id_ed25519' })).toEqual([]);
  });
  it('tells the password inside an address, of any variable, as it stands and decoded', () => {
    expect(toldValuesOf({ DATABASE_URL: 'postgres://app:p%40ss-w0rd1@db/x' }).map(({ value }) => value)).toEqual([
      'p%40ss-w0rd1',
      'p@ss-w0rd1',
    ]);
    expect(toldValuesOf({ HTTPS_PROXY: 'http://proxy:3128', API_TOKEN_URL: 'https://x.test/token' })).toEqual([]);
  });
  it('names what cannot be masked, without the value', () => {
    const told = toldValuesOf({ A_TOKEN: 'ab', B_TOKEN: 'production', C_TOKEN: 'Xk29fLq8Zt', D_TOKEN: 'aaaaaaaa' });
    expect(notMaskable(told).map(({ name }) => name)).toEqual(['A_TOKEN', 'B_TOKEN', 'D_TOKEN']);
    expect(JSON.stringify(notMaskable(told))).not.toContain('production');
  });
});

describe('forms of a told value', () => {
  it('a value of several lines counts line by line', () => {
    const told = [{ name: 'T', value: 'first-line-4711\nsecond-line-4712\n' }];
    expect(maskText('x first-line-4711\ny second-line-4712', told)).toBe('x ***\ny ***');
  });
  it('braces and short lines of a JSON value are not masked', () => {
    const told = [{ name: 'T', value: '{\n  "user": "ci",\n  "key": "Zk29fLq8Xt71VbRr"\n}' }];
    expect(maskText('function f() { return { a: 1 } }', told)).toBe('function f() { return { a: 1 } }');
    expect(maskText('"key": "Zk29fLq8Xt71VbRr"', told)).not.toContain('Zk29fLq8');
  });
  it('base64 that is broken into lines goes line by line', () => {
    const value = Array.from({ length: 12 }, (_, n) => `part${n * 7919}`).join('-');
    const lines =
      Buffer.from(value)
        .toString('base64')
        .match(/.{1,76}/g) ?? [];
    const out = maskText(lines.join('\n'), [{ name: 'T', value }]);
    for (const line of lines)
      for (let at = 0; at + 12 <= line.length; at += 12) expect(out).not.toContain(line.slice(at, at + 12));
  });
  it('none for a value that would mask ordinary words', () => {
    for (const value of ['true', 'main', 'production', '12345', '      ', 'aaaaaaaaaa'])
      expect(formsOfValue(value)).toEqual([]);
  });
  it.each([300, 1_500])('%i told values still fit', (count) => {
    const told = Array.from({ length: count }, (_, n) => ({
      name: `T${n}`,
      value: `told-${(n * 2_654_435_761) % 4_294_967_291}-${n}-Zk29fLq8`,
    }));
    const last = told.at(-1)?.value ?? '';
    expect(maskText(`x ${last} y`, told)).toBe('x *** y');
  });
});
