// `--debug`: what is read and asked, on stderr, and no secret in it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { expectCode, makeHome, runCommand } from '../support/command.ts';

const SECRET = 'wJalrXUtnFEMI-K7MDENG-bPxRfiCY';

test('a search tells its settings, what it read of the store and its plan; the answer stays the same', async () => {
  const home = await makeHome();
  const input = 'fine\nerror: disk full\n';
  expectCode(
    await runCommand(home, ['archive', '-', '--sha', '4f2a91c', '--job', 'a', '--attempt', '1'], { input }),
    0,
  );
  const plain = await runCommand(home, ['search', 'disk full', '--json']);
  const traced = await runCommand(home, ['search', 'disk full', '--json', '--debug']);
  const rows = (text: Buffer) => text.toString().replace(/"elapsedMs":[\d.]+/, '');
  expect(rows(traced.stdout)).toBe(rows(plain.stdout));
  expect(plain.stderr).toBe('');
  for (const told of [
    `setting store is ${home.store} (environment FIRSTRED_STORE)`,
    `index is ${home.index}, for reading`,
    'store get logs/',
    'plan engine index',
  ])
    expect(traced.stderr).toContain(told);
  for (const line of traced.stderr.trim().split('\n')) expect(line).toMatch(/^debug \+\d+ ms {2}\S/);
  expect(traced.stderr).not.toContain('error: disk full');
});

test('requests to a bucket and to a CI server are told with status and time, without values of parameters or secrets', async () => {
  const server = createServer((_request, response) => response.writeHead(403).end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const home = await makeHome({
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_REGION: 'eu-central-1',
      FIRSTRED_TOKEN: SECRET,
      FIRSTRED_SERVER_URL: url,
    });
    const place = ['--store', `s3://bucket/${SECRET}`, '--s3-endpoint', url, '--s3-path-style'];
    const bucket = await runCommand(home, ['verify', ...place, '--debug']);
    expect(bucket.code).not.toBe(0);
    expect(bucket.stderr).toMatch(/debug \+\d+ ms {2}request (?:GET|HEAD) 127\.0\.0\.1\/bucket\S*: status 403, \d+ ms/);
    expect(bucket.stderr).toMatch(/store (?:get|list|stat) \S*: \w+/);
    expect(bucket.stderr).not.toMatch(/list-type=2|prefix=[^…]/);
    const debug = bucket.stderr.split('\n').filter((line) => line.startsWith('debug'));
    expect(debug.join('\n')).not.toContain(SECRET);
    const forge = await runCommand(home, ['pull', '--repo', 'git.example.test/acme/app', '--debug']);
    expect(forge.stderr).toMatch(
      /debug \+\d+ ms {2}request GET http:\/\/127\.0\.0\.1:\d+\/api\/\S+: status 403, \d+ ms/,
    );
    expect(forge.stderr).not.toContain(SECRET);
  } finally {
    server.close();
  }
});

test('a flag of the child is not ours: run stays quiet', async () => {
  const home = await makeHome();
  const { stderr, code } = await runCommand(home, ['run', '--', process.execPath, '-e', '0', '--', '--debug']);
  expect(code).toBe(0);
  expect(stderr).not.toContain('debug +');
});

test('a password in the address of an engine or a bucket server is not told, wherever the address came from', async () => {
  const home = await makeHome();
  const engine = ['--index', 'clickhouse://ann:planted-4711@127.0.0.1:9/db'];
  const bucket = ['--s3-endpoint', 'https://ann:planted-4711@127.0.0.1:9'];
  const { stderr } = await runCommand(home, ['list', '--debug', ...engine, ...bucket]);
  expect(stderr).toContain('setting index is clickhouse://***@127.0.0.1:9/db (flag --index)');
  expect(stderr).not.toContain('planted');
});
