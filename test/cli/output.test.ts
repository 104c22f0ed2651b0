// Answers on stdout, the rest on stderr; a reader that goes away is no error; nothing from outside acts on a terminal.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collect } from '../support/collect.ts';
import { expectCode, makeHome, runCommand, startCommand } from '../support/command.ts';

test('an error with --json is one JSON object on stderr', async () => {
  const result = expectCode(await runCommand(await makeHome(), ['show', 'nowhere.log', '--json']), 21);
  expect(result.stdout.toString()).toBe('');
  expect(JSON.parse(result.stderr)).toEqual({
    code: 'INPUT_MISSING',
    message: expect.stringContaining('nowhere.log'),
    hint: expect.any(String),
  });
});

test('a failed row of archive --json says what failed, and stderr too', async () => {
  const home = await makeHome();
  const result = await runCommand(home, ['archive', 'nowhere.log', '--job', 'x', '--no-index', '--json']);
  expect(JSON.parse(expectCode(result, 21).stdout.toString())).toMatchObject([
    { logId: null, state: 'failed', error: { code: 'INPUT_MISSING' } },
  ]);
});

test('archive --json has one row an input, in order, with the fields of the contract', async () => {
  const home = await makeHome();
  for (const name of ['b.log', 'a.log']) writeFileSync(join(home.folder, 'work', name), `${name}\n`);
  const args = [
    'archive',
    'b.log',
    'a.log',
    '--sha',
    '4f2a91c',
    '--job',
    'x',
    '--attempt',
    '2',
    '--no-index',
    '--json',
  ];
  const rows = JSON.parse(expectCode(await runCommand(home, args), 0).stdout.toString());
  expect(rows).toHaveLength(2);
  for (const row of rows)
    expect(row).toMatchObject({
      logId: expect.stringMatching(/^L[0-9a-z]{16}$/),
      attemptKey: expect.stringContaining('4f2a91c'),
      key: expect.stringMatching(/^logs\/.*\.zst$/),
      state: 'created',
      rawBytes: 6,
      storedBytes: expect.any(Number),
      lines: 1,
      masked: 0,
    });
  expect(rows[0].key).toContain('b.log');
});

test('a reader that goes away early ends a command quietly', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/big.log'), 'a line of a large log\n'.repeat(300_000));
  const child = startCommand(home, ['show', 'big.log']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [stderr, [code]] = await Promise.all([collect(child.stderr as AsyncIterable<Buffer>), once(child, 'exit')]);
  expect(Buffer.concat(stderr).toString()).toBe('');
  expect(code).toBe(0);
});

test('a whole large output reaches a slow pipe', async () => {
  const home = await makeHome();
  const text = 'a line of a large log\n'.repeat(100_000);
  writeFileSync(join(home.folder, 'work/big.log'), text);
  const result = expectCode(await runCommand(home, ['show', 'big.log', '--raw']), 0);
  expect(result.stdout.toString()).toBe(text);
});

test('control characters of a file name or log do not reach the output', async () => {
  const home = await makeHome();
  writeFileSync(join(home.folder, 'work/odd.log'), 'a\u001b]0;title\u0007b\u001b[2Jc\r\u0008\n');
  const shown = expectCode(await runCommand(home, ['show', 'odd.log']), 0);
  expect(shown.stdout.toString()).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
  const missing = expectCode(await runCommand(home, ['show', 'no\u001b[2Jwhere.log']), 21);
  expect(missing.stderr).not.toContain('\u001b');
});

test('--version names firstred, format, Node and SQLite', async () => {
  const result = expectCode(await runCommand(await makeHome(), ['--version']), 0);
  expect(result.stdout.toString()).toMatch(
    /^firstred \d+\.\d+\.\d+\nstore format 1\nnode \d+\.\d+\.\d+\nsqlite \d+\.\d+/,
  );
});

test('without a command the help is printed', async () => {
  const result = expectCode(await runCommand(await makeHome(), []), 0);
  expect(result.stdout.toString()).toContain('Usage: firstred');
});

test('an unknown command is a usage error', async () => {
  const result = expectCode(await runCommand(await makeHome(), ['serach', 'x']), 2);
  expect(result.stderr.trimEnd().split('\n')).toHaveLength(2);
});

test('archive --no-fail turns a failure into one warning line and exits 0', async () => {
  const result = expectCode(await runCommand(await makeHome(), ['archive', 'nowhere.log', '--no-fail']), 0);
  expect(result.stdout.toString()).toMatch(/^::warning::firstred: .*\n$/);
});

test('config prints every setting with its origin', async () => {
  const home = await makeHome();
  const rows = JSON.parse(expectCode(await runCommand(home, ['config', '--json']), 0).stdout.toString());
  expect(rows).toContainEqual({ name: 'store', value: home.store, origin: 'environment FIRSTRED_STORE' });
});
