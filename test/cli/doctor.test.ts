// doctor: what works is ok, what is missing is a note with its remedy, what is broken is bad and ends with 1.
import { mkdir, open, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';
import { startFakeForge } from '../support/fake-forge/server.ts';
import { PERSONAL_TOKEN } from '../support/fake-forge/tokens.ts';

interface Row {
  readonly check: string;
  readonly state: string;
  readonly finding: string;
  readonly fix: string | null;
}

async function findingsOf(home: TestHome, code: number, ...args: string[]): Promise<ReadonlyMap<string, Row>> {
  const { stdout } = expectCode(await runCommand(home, ['doctor', '--json', ...args]), code);
  return new Map((JSON.parse(stdout.toString()) as Row[]).map((row) => [row.check, row]));
}

const keepOne = async (home: TestHome): Promise<void> => {
  const log = join(home.folder, 'work', 'a.log');
  await writeFile(log, 'one line\n');
  expectCode(await runCommand(home, ['archive', log, '--sha', '4f2a91c', '--job', 'a']), 0);
};

test('where nothing was kept yet all is ok or a note that says what to do', async () => {
  const found = await findingsOf(await makeHome(), 0);
  expect(found.get('node')?.state).toBe('ok');
  expect(found.get('sqlite')?.state).toBe('ok');
  expect(found.get('store')).toMatchObject({ state: 'warn', fix: expect.stringContaining('firstred archive') });
  expect(found.get('index')).toMatchObject({ state: 'warn', fix: expect.stringContaining('firstred sync') });
});

test('a bucket without credentials is said once, as what it is', async () => {
  const env = { AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: 'eu-west-1' };
  const args = ['doctor', '--json', '--store', 's3://bucket/prefix', '--s3-endpoint', 'http://127.0.0.1:9'];
  const { stdout } = expectCode(await runCommand(await makeHome(), args, { env }), 1);
  const rows = (JSON.parse(stdout.toString()) as Row[]).filter(({ check }) => /^(store|clock)/.test(check));
  expect(rows).toMatchObject([
    {
      check: 'store',
      state: 'bad',
      finding: expect.stringContaining('no credentials'),
      fix: expect.stringMatching(/AWS_/),
    },
  ]);
});

test('--probe tries to write, to overwrite and to remove, and leaves nothing', async () => {
  const home = await makeHome();
  await keepOne(home);
  const before = await readdir(home.store, { recursive: true });
  const found = await findingsOf(home, 0, '--probe');
  for (const check of [
    'store',
    'store: list',
    'clock',
    'store: put',
    'store: get',
    'store: put once',
    'store: delete',
    'spool',
    'index',
  ])
    expect(found.get(check), check).toMatchObject({ state: 'ok', fix: null });
  expect(await readdir(home.store, { recursive: true })).toEqual(before);
});

test('a damaged index and a store of a newer format are bad, each with its remedy', async () => {
  const home = await makeHome();
  await keepOne(home);
  await writeFile(home.index, 'this is no database');
  await writeFile(join(home.store, 'firstred.json'), '{"format":99,"storeId":"S1"}');
  const found = await findingsOf(home, 1);
  expect(found.get('index')).toMatchObject({ state: 'bad', fix: expect.stringContaining('reindex') });
  expect(found.get('store')).toMatchObject({ state: 'bad', fix: 'install a newer firstred' });
});

test('pages of the index that were written over are found, though it opens', async () => {
  const home = await makeHome();
  await keepOne(home);
  const file = await open(home.index, 'r+');
  const { size } = await file.stat();
  for (let at = 4096 * 4; at < size; at += 4096) await file.write(Buffer.alloc(512, 0x5a), 0, 512, at);
  await file.close();
  const found = await findingsOf(home, 1);
  expect(found.get('index')).toMatchObject({ state: 'bad', fix: expect.stringContaining('reindex') });
});

test('a whole index says what it knows; disk, and programs that are not there, are said', async () => {
  const home = await makeHome();
  await keepOne(home);
  const found = await findingsOf(home, 0);
  expect(found.get('index')?.finding).toMatch(/index\.db: whole, 1 attempt, the newest (?:just now|.* ago)$/);
  expect(found.get('space')?.finding).toMatch(/ free for: spool, index, store$/);
  expect(found.get('tools: git')).toMatchObject({ state: 'ok', fix: null });
  const bare = await findingsOf({ ...home, env: { ...home.env, PATH: '/nowhere', PAGER: 'most -s' } }, 0);
  expect(bare.get('tools: git')).toMatchObject({ state: 'warn', fix: 'install git, or give --repo and --sha' });
  expect(bare.get('tools: pager')).toMatchObject({ state: 'warn', fix: 'install most, or set PAGER' });
});

test.each(['gitea-1.22', 'gitea-1.27', 'forgejo-16', 'github'] as const)(
  'on %s: what the server lacks, each with what to do instead, and whether the token may read runs',
  async (mode) => {
    const fake = await startFakeForge(mode);
    onTestFinished(() => fake.close());
    const home = await makeHome({ FIRSTRED_SERVER_URL: fake.serverUrl, FIRSTRED_TOKEN: PERSONAL_TOKEN });
    const unnamed = await runCommand(home, ['doctor', '--json']);
    const rows = JSON.parse(unnamed.stdout.toString()) as Row[];
    const lacks = rows.filter((row) => row.check === 'server: lacks');
    expect(lacks.map((row) => row.state)).toEqual(lacks.map(() => 'warn'));
    for (const row of lacks) expect(row.fix, row.finding).toMatch(/^(use|keep|press|the comment|upgrade|put|`)/);
    if (mode === 'gitea-1.22') {
      expect(lacks.length).toBeGreaterThan(2);
      return;
    }
    expect(rows.find((row) => row.check === 'token')).toMatchObject({
      state: 'warn',
      fix: expect.stringContaining('--repo owner/name'),
    });
    const named = await findingsOf(home, 0, '--repo', 'acme/widgets');
    expect(named.get('token')).toMatchObject({ state: 'ok', finding: expect.stringContaining('acme/widgets') });
    const wrong = { ...home, env: { ...home.env, FIRSTRED_TOKEN: 'no-such-token-value' } };
    const refused = JSON.parse(
      (await runCommand(wrong, ['doctor', '--json', '--repo', 'acme/widgets'])).stdout.toString(),
    );
    const bad = (refused as Row[]).filter((row) => row.state === 'bad');
    expect(bad).toHaveLength(1);
    expect(bad[0]?.fix).toContain('FIRSTRED_TOKEN');
    expect(JSON.stringify(refused)).not.toContain('no-such-token-value');
  },
);

test('logs that wait are a note, and what cannot be read among them is bad', async () => {
  const home = await makeHome();
  await mkdir(home.spool, { recursive: true });
  await writeFile(join(home.spool, 'abcdefgh.json'), 'no manifest');
  const rows = JSON.parse((await runCommand(home, ['doctor', '--json'])).stdout.toString()) as Row[];
  expect(rows.filter((row) => row.check === 'spool').map((row) => row.state)).toEqual(['ok', 'bad']);
});

test('people get a line for each finding and an arrow to what helps', async () => {
  const { stdout } = expectCode(await runCommand(await makeHome(), ['doctor']), 0);
  const text = stdout.toString();
  expect(text).toMatch(/^ok {4}node {12}Node \d+/m);
  expect(text).toMatch(/^note {2}index {11}none at .*\n {22}→ run `firstred sync`/m);
});

test('a CI server that refuses is bad; its token is never shown', async () => {
  const server = createServer((_, response) => response.writeHead(401).end('{"message":"no"}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const home = await makeHome({ FIRSTRED_SERVER_URL: `http://127.0.0.1:${port}`, GITEA_TOKEN: 'sekret-token-value' });
    const { code, stdout, stderr } = await runCommand(home, ['doctor']);
    expect(code).toBe(1);
    expect(stdout.toString()).toMatch(/^BAD {3}server/m);
    expect(`${stdout}${stderr}`).not.toContain('sekret-token-value');
  } finally {
    server.close();
  }
});
