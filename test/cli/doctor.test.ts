// doctor: what works is ok, what is missing is a note with its remedy, what is broken is bad and ends with 1.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectCode, makeHome, runCommand, type TestHome } from '../support/command.ts';

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
