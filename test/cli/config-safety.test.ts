// Whoever opens a pull request writes the repository's .firstred.json: it can do no harm. Credentials are shown by nothing.
import { spawnSync } from 'node:child_process';
import { access, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../../cli/settings.ts';
import { makeHome, type TestHome } from '../support/command.ts';
import { runHere } from '../support/crash-checks.ts';

const write = (home: TestHome, json: unknown): Promise<void> =>
  writeFile(join(home.folder, '.firstred.json'), JSON.stringify(json));

test.each(SETTINGS.filter((setting) => !setting.fromRepository).map(({ name }) => name))(
  'a repository cannot set %s',
  async (name) => {
    const home = await makeHome();
    await write(home, { [name]: '/somewhere/else' });
    await expect(runHere(home, ['config'])).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(`sets '${name}'`),
    });
  },
);

test('all that a repository can set is its own name', () => {
  expect(SETTINGS.filter((setting) => setting.fromRepository).map(({ name }) => name)).toEqual(['repo']);
});

test.each(['mask', 'noMask', 'iKnow', 'command', 'pager', 'hooks', 'extends', 'plugins', '__proto__', 'rules'])(
  'a repository cannot bring in %s: it is no setting',
  async (name) => {
    const home = await makeHome();
    await writeFile(join(home.folder, '.firstred.json'), `{${JSON.stringify(name)}: true}`);
    await expect(runHere(home, ['config'])).rejects.toMatchObject({ code: 'USAGE' });
  },
);

test('a repository’s file that is refused keeps nothing elsewhere, and no command of it runs', async () => {
  const home = await makeHome();
  const elsewhere = join(home.folder, 'elsewhere');
  await write(home, { store: elsewhere, command: `touch ${join(home.folder, 'ran')}` });
  const log = join(home.folder, 'in.log');
  await writeFile(log, 'a line\n');
  await expect(runHere(home, ['archive', log])).rejects.toMatchObject({ code: 'USAGE' });
  await expect(access(elsewhere)).rejects.toThrow();
  expect(await readdir(home.folder)).not.toContain('ran');
});

test.each([
  [
    'a symbolic link to a file of the user',
    'it is a symbolic link',
    (path: string, home: TestHome) => symlink(join(home.folder, 'own'), path),
  ],
  ['a symbolic link to a device without an end', 'it is a symbolic link', (path: string) => symlink('/dev/zero', path)],
  ['a pipe', 'it is no plain file', (path: string) => spawnSync('mkfifo', [path])],
  ['a file of many megabytes', '65536 at most', (path: string) => writeFile(path, `{"repo":"${'a/b'.repeat(1e6)}"}`)],
] as const)('a repository’s file that is %s is not read', async (_, reason, make) => {
  const home = await makeHome();
  await writeFile(join(home.folder, 'own'), 'planted-4711 is no JSON');
  await make(join(home.folder, '.firstred.json'), home);
  const refused = await runHere(home, ['config']).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'USAGE', message: expect.stringContaining(reason) });
  expect(String(refused)).not.toContain('planted');
});

const CREDENTIALS = {
  AWS_SECRET_ACCESS_KEY: 'planted-aws-secret-4711',
  AWS_SESSION_TOKEN: 'planted-session-token-4711',
  GITHUB_TOKEN: 'planted-github-token-4711',
  GITEA_TOKEN: 'planted-gitea-token-4711',
  FIRSTRED_WEBHOOK_SECRET: 'planted-webhook-secret-4711',
  FIRSTRED_S3_ENDPOINT: 'https://someone:planted-password-4711@127.0.0.1:9',
};

test('config, doctor and errors show no credential', async () => {
  const home = await makeHome({ ...CREDENTIALS, FIRSTRED_STORE: 's3://bucket/x', FIRSTRED_STORE_TIMEOUT: '1s' });
  const log = join(home.folder, 'in.log');
  await writeFile(log, 'a line\n');
  const shown: string[] = [];
  for (const argv of [
    ['config'],
    ['config', '--json'],
    ['doctor'],
    ['doctor', '--json'],
    ['verify'],
    ['archive', log, '--json', '--repo', 'h/o/n', '--sha', 'abcdef0'],
  ]) {
    const result = await runHere(home, argv).catch((error: Error & { hint?: string }) => ({
      stdout: `${error.message} ${error.hint}`,
      stderr: '',
    }));
    shown.push(result.stdout, result.stderr);
  }
  expect(shown.join('\n').length).toBeGreaterThan(500);
  expect(shown.join('\n')).not.toContain('4711');
});

test('a pattern that costs too much is named in the error', async () => {
  const home = await makeHome();
  const log = join(home.folder, 'in.log');
  await writeFile(log, 'a line\n');
  await runHere(home, ['archive', log, '--repo', 'h/o/n', '--sha', 'abcdef0']);
  const pattern = '((a{1,100}){1,100}){1,100}';
  await expect(runHere(home, ['search', '--regex', pattern])).rejects.toMatchObject({
    message: expect.stringContaining(pattern),
  });
});

test.each([
  [{ AWS_ENDPOINT_URL: 'https://two.test' }, 'https://two.test', 'environment AWS_ENDPOINT_URL'],
  [
    { AWS_ENDPOINT_URL: 'https://two.test', AWS_ENDPOINT_URL_S3: 'https://one.test' },
    'https://one.test',
    'environment AWS_ENDPOINT_URL_S3',
  ],
  [
    { AWS_ENDPOINT_URL_S3: 'https://one.test', FIRSTRED_S3_ENDPOINT: 'https://own.test' },
    'https://own.test',
    'environment FIRSTRED_S3_ENDPOINT',
  ],
])('the S3 server that AWS tools are told is ours as well: %o', async (env, value, origin) => {
  const home = await makeHome(env);
  const { stdout } = await runHere(home, ['config', '--json']);
  expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ name: 's3Endpoint', value, origin }));
});

test('plain http goes to an S3 server elsewhere only when that is allowed by name', async () => {
  const place = { FIRSTRED_STORE: 's3://bucket/x', FIRSTRED_STORE_TIMEOUT: '1ms' };
  const endpoint = { ...place, AWS_ENDPOINT_URL: 'http://192.0.2.1:9' };
  await expect(runHere(await makeHome(endpoint), ['du'])).rejects.toMatchObject({
    code: 'USAGE',
    hint: expect.stringContaining('FIRSTRED_S3_ALLOW_HTTP=true'),
  });
  const allowed = await makeHome({ ...endpoint, FIRSTRED_S3_ALLOW_HTTP: 'true', ...NO_CREDENTIALS });
  await expect(runHere(allowed, ['du'])).rejects.not.toMatchObject({ code: 'USAGE' });
});

/** What keeps the SDK from asking this machine's network who it is. */
const NO_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' };
